"""Pagination by the last row of a page: `paginate` for lists on pages, and a DRF class for lists in the API."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from django.core.exceptions import ValidationError
from django.db import DataError
from django.db.models import Model, Q, QuerySet
from rest_framework.exceptions import NotFound
from rest_framework.pagination import CursorPagination
from rest_framework.request import Request

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


class InvalidCursor(Exception):
    """The text in the URL is no cursor."""


@dataclass(frozen=True, slots=True)
class Cursor:
    """The last row of a page of a list that is sorted by time, newest first. The row itself need not exist any more."""

    time: datetime
    pk: int | UUID

    @classmethod
    def parse(cls, text: str) -> "Cursor":
        """Read `<microseconds since 1970>-<integer key>`, as `str` writes it. Raises InvalidCursor."""
        micros, _, pk = text.partition("-")
        if not all(part.isascii() and part.isdigit() and len(part) < 18 for part in (micros, pk)):
            raise InvalidCursor(text)
        return cls(EPOCH + timedelta(microseconds=int(micros)), int(pk))

    def __str__(self) -> str:
        return f"{(self.time - EPOCH) // timedelta(microseconds=1)}-{self.pk}"


def paginate[M: Model](
    rows: QuerySet[M], time_field: str, *, before: Cursor | None, size: int
) -> tuple[list[M], Cursor | None]:
    """Return the newest `size` rows, or those after the row `before`, and the cursor of the next page, if there is one.

    One query, sorted by `time_field` and primary key. The condition on the time alone lets PostgreSQL use an index.
    """
    if before:
        older = Q(**{f"{time_field}__lt": before.time}) | Q(pk__lt=before.pk)
        rows = rows.filter(older, **{f"{time_field}__lte": before.time})
    page = list(rows.order_by(f"-{time_field}", "-pk")[: size + 1])
    if len(page) <= size:
        return page, None
    last = page[size - 1]
    return page[:size], Cursor(getattr(last, time_field), last.pk)


class StrictCursorPagination(CursorPagination):
    """Answers 404 to a malformed cursor, where DRF would fail."""

    def paginate_queryset(self, queryset: Any, request: Request, view: Any = None) -> list[Any] | None:
        try:
            return super().paginate_queryset(queryset, request, view)
        except (ValidationError, ValueError, OverflowError, DataError) as error:
            raise NotFound("Invalid cursor") from error
