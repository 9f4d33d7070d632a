"""Cursors of lists on pages: what they are as text, and that pages hold every row once."""

from datetime import UTC, datetime
from uuid import UUID

import pytest
from django.http import Http404

from audit import trail
from audit.models import Entry
from web.pagination import Cursor, InvalidCursor, paginate

TIME = datetime(2026, 11, 26, 7, 15, 38, 123456, tzinfo=UTC)


@pytest.mark.parametrize(
    "cursor",
    [
        Cursor(TIME, "17"),
        Cursor(TIME, "0199aaaa-0000-7000-8000-000000000000"),
        Cursor(None, "17"),
        Cursor(None, "0199aaaa-0000-7000-8000-000000000000"),
    ],
)
def test_a_cursor_survives_being_text(cursor: Cursor) -> None:
    assert Cursor.parse(str(cursor)) == cursor


@pytest.mark.parametrize(
    "text", ["", "x", "1-", "-1", "1-x", "1-" + "9" * 30, "9" * 30, "-5-5", "١-١", "1-2\n", " 1", "9" * 18 + "-1"]
)
def test_malformed_text_is_refused_as_a_404(text: str) -> None:
    with pytest.raises(InvalidCursor) as error:
        Cursor.parse(text)

    assert isinstance(error.value, Http404)


@pytest.mark.django_db
@pytest.mark.parametrize("field", ["at", None])
def test_pages_hold_every_row_once_newest_first(field: str | None) -> None:
    for number in range(5):  # in one transaction: all of one time
        trail.record("test.done", by="system:operator", subject=f"test:{number}")
    rows = Entry.objects.filter(action="test.done")

    seen, before, sizes = [], "", []
    while True:
        page = paginate(rows, field=field, before=before, size=2)
        seen += [entry.subject for entry in page.items]
        sizes.append(len(page.items))
        if page.older is None:
            break
        before = str(page.older)

    assert seen == [f"test:{number}" for number in reversed(range(5))]
    assert sizes == [2, 2, 1]


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("field", "cursor"),
    [("at", Cursor(None, "17")), (None, Cursor(TIME, "17")), ("at", Cursor(TIME, str(UUID(int=1))))],
)
def test_a_cursor_of_another_list_is_refused(field: str | None, cursor: Cursor) -> None:
    with pytest.raises(InvalidCursor):
        paginate(Entry.objects.all(), field=field, before=str(cursor), size=2)
