"""Keyset pagination: of lists on pages (`paginate`) and of lists in the API (`StrictCursorPagination`)."""

import re
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.core.exceptions import ValidationError
from django.db import DataError
from django.db.models import Model, Q, QuerySet
from django.http import Http404
from rest_framework.exceptions import NotFound
from rest_framework.pagination import CursorPagination
from rest_framework.request import Request

from web.times import from_microseconds, to_microseconds

CURSOR = re.compile(r"(?:([0-9]{1,17})-)?([0-9]{1,18}|[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})")


class InvalidCursor(Http404):
    """The text is no cursor of this list. A view that does not catch it answers 404."""


@dataclass(frozen=True, slots=True)
class Cursor:
    """The last item of a page: its time, if the list is ordered by time, and its primary key.

    As text "1764114938000000-17": microseconds since 1970, and an integer or a UUID; without a time "17".
    It carries the time itself, so it works when the item is gone.
    """

    time: datetime | None
    pk: str

    @classmethod
    def parse(cls, text: str) -> "Cursor":
        """Raise InvalidCursor for anything that `str(cursor)` does not write."""
        match = CURSOR.fullmatch(text)
        if match is None:
            raise InvalidCursor("Invalid cursor")
        microseconds, pk = match.groups()
        return cls(from_microseconds(int(microseconds)) if microseconds else None, pk)

    @classmethod
    def of_item(cls, item: Model, field: str | None) -> "Cursor":
        return cls(getattr(item, field) if field else None, str(item.pk))

    def __str__(self) -> str:
        return f"{to_microseconds(self.time)}-{self.pk}" if self.time else self.pk


@dataclass(frozen=True, slots=True)
class Page[Item]:
    """Some items of a list, newest first. `older` is the cursor of the next page; None at the end of the list."""

    items: list[Item]
    older: Cursor | None


def paginate[Item: Model](rows: QuerySet[Item], *, field: str | None, before: str, size: int) -> Page[Item]:
    """Read one page of at most `size` items, newest first, in one query.

    `field` is the name of the time to order by; None orders by the primary key alone. `before` is the text of a
    cursor, "" for the first page. Raise InvalidCursor if it is none of this list.
    """
    found = list(_older_rows(rows, field=field, before=before)[: size + 1])
    items = found[:size]
    return Page(items, Cursor.of_item(items[-1], field) if len(found) > size else None)


def _older_rows[Item: Model](rows: QuerySet[Item], *, field: str | None, before: str) -> QuerySet[Item]:
    """The rows after the cursor `before`, newest first."""
    order = [f"-{field}", "-pk"] if field else ["-pk"]
    rows = rows.order_by(*order)
    if not before:
        return rows
    cursor = parse_cursor(before, rows.model, field)
    if not field:
        return rows.filter(pk__lt=cursor.pk)
    # The first condition alone is what an index of the time can search for.
    older = Q(**{f"{field}__lt": cursor.time}) | Q(pk__lt=cursor.pk)
    return rows.filter(**{f"{field}__lte": cursor.time}).filter(older)


def parse_cursor(text: str, model: type[Model], field: str | None) -> Cursor:
    """The cursor of a list of `model` that is ordered by `field`. Raise InvalidCursor if it is none of this list."""
    cursor = Cursor.parse(text)
    if (cursor.time is None) == bool(field):
        raise InvalidCursor("Invalid cursor")
    try:
        model._meta.pk.to_python(cursor.pk)  # noqa: SLF001  # public, for all its underscore
    except ValidationError as error:
        raise InvalidCursor("Invalid cursor") from error
    return cursor


def cursor_or_start(text: str, model: type[Model], field: str | None) -> str:
    """The text of a cursor for `paginate`, or "" for the first page if it is no cursor of this list."""
    try:
        parse_cursor(text, model, field)
    except InvalidCursor:
        return ""
    return text


class StrictCursorPagination(CursorPagination):
    """The API's own cursors. A malformed cursor is a 404."""

    def paginate_queryset(self, queryset: Any, request: Request, view: Any = None) -> list[Any] | None:
        try:
            return super().paginate_queryset(queryset, request, view)
        except (ValidationError, ValueError, OverflowError, DataError) as error:
            raise NotFound("Invalid cursor") from error


class NewestPagination(StrictCursorPagination):
    """The newest row first, by its number."""

    ordering = "-id"
