"""Parse what clients send: JSON bodies and integers in URLs."""

from typing import Any

import msgspec
from rest_framework.exceptions import ParseError
from rest_framework.parsers import BaseParser


class StrictJSONParser(BaseParser):
    """Parses JSON as in RFC 8259 and answers 400 to NaN, lone surrogates and too deep nesting."""

    media_type = "application/json"

    def parse(self, stream: Any, media_type: str | None = None, parser_context: Any = None) -> Any:
        try:
            return msgspec.json.decode(stream.read())
        except (msgspec.DecodeError, UnicodeError) as error:
            raise ParseError(f"This is not JSON: {error}") from error
        except RecursionError as error:
            raise ParseError("This is not JSON that anybody needs: it is nested too deeply.") from error


def parse_integer(text: str | None) -> int | None:
    """A non-negative integer of at most 18 digits, or None for any other text."""
    return int(text) if text and text.isascii() and text.isdigit() and len(text) < 19 else None
