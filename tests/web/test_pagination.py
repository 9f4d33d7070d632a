from datetime import UTC, datetime

import pytest

from web.pagination import Cursor, InvalidCursor

NOON = datetime(2026, 11, 1, 12, 0, 0, 5, tzinfo=UTC)


def test_a_cursor_survives_the_way_through_a_url() -> None:
    cursor = Cursor(NOON, 7)

    assert str(cursor) == "1793534400000005-7"
    assert Cursor.parse(str(cursor)) == cursor


@pytest.mark.parametrize("text", ["", "7", "-", "1-", "-1", "1-x", "1--1", "\u0661-1", "1-" + "1" * 18])
def test_any_other_text_is_refused(text: str) -> None:
    with pytest.raises(InvalidCursor):
        Cursor.parse(text)
