"""How times are written: in one way, in the time zone that is active."""

from collections.abc import Callable
from datetime import UTC, date, datetime

import pytest
from django.utils import timezone

from web import times

EVENING = datetime(2027, 1, 1, 4, 30, 5, tzinfo=UTC)  # 31 December, 20:30 in Los Angeles


@pytest.mark.parametrize(
    ("write", "in_los_angeles", "in_utc"),
    [
        (times.write_date, "31 Dec 2026", "1 Jan 2027"),
        (times.write_clock, "20:30", "04:30 UTC"),
        (times.write_time, "31 Dec 2026, 20:30", "1 Jan 2027, 04:30 UTC"),
        (times.write_exact_time, "31 Dec 2026, 20:30:05 GMT−8", "1 Jan 2027, 04:30:05 UTC"),
    ],
)
def test_a_time_is_written_in_the_active_time_zone(
    write: Callable[[datetime], str], in_los_angeles: str, in_utc: str
) -> None:
    with timezone.override("America/Los_Angeles"):
        assert write(EVENING) == in_los_angeles
    assert write(EVENING) == in_utc


@pytest.mark.parametrize(
    ("day", "text"),
    [
        (date(2026, 12, 31), "today, 23:00"),
        (date(2026, 12, 30), "yesterday, 23:00"),
        (date(2027, 1, 1), "tomorrow, 23:00"),
        (date(2026, 12, 25), "Friday, 23:00"),
        (date(2026, 12, 24), "24 Dec 2026, 23:00"),
        (date(2027, 1, 2), "2 Jan 2027, 23:00"),
    ],
)
def test_a_day_near_today_has_a_name(monkeypatch: pytest.MonkeyPatch, day: date, text: str) -> None:
    monkeypatch.setattr(timezone, "now", lambda: EVENING)

    with timezone.override("America/Los_Angeles"):
        zone = timezone.get_current_timezone()
        assert times.write_recent_time(datetime(day.year, day.month, day.day, 23, tzinfo=zone)) == text


def test_a_day_without_a_time_has_no_time_zone() -> None:
    with timezone.override("Pacific/Auckland"):
        assert times.write_date(date(2024, 5, 3)) == "3 May 2024"


def test_an_offset_of_half_an_hour_is_written_out() -> None:
    with timezone.override("Asia/Kolkata"):
        assert times.write_exact_time(EVENING) == "1 Jan 2027, 10:00:05 GMT+5:30"
