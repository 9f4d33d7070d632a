"""Read: what a program sends to the API, and where in a list it wants to go on. What is unreadable is a 4xx."""

from typing import Any

import msgspec
from django.core.exceptions import ValidationError
from django.db import DataError
from rest_framework.exceptions import NotFound, ParseError
from rest_framework.pagination import CursorPagination
from rest_framework.parsers import BaseParser
from rest_framework.request import Request


class Json(BaseParser):
    """JSON as RFC 8259 has it: no NaN, no lone surrogates, and no deeper than anybody nests."""

    media_type = "application/json"

    def parse(self, stream: Any, media_type: str | None = None, parser_context: Any = None) -> Any:
        try:
            return msgspec.json.decode(stream.read())
        except (msgspec.DecodeError, UnicodeError) as error:
            raise ParseError(f"This is not JSON: {error}") from error
        except RecursionError as error:
            raise ParseError("This is not JSON that anybody needs: it is nested too deeply.") from error


class Pages(CursorPagination):
    """A cursor that somebody made up leads nowhere, and says so."""

    def paginate_queryset(self, queryset: Any, request: Request, view: Any = None) -> list[Any] | None:
        try:
            return super().paginate_queryset(queryset, request, view)
        except (ValidationError, ValueError, OverflowError, DataError) as error:
            raise NotFound("Invalid cursor") from error
