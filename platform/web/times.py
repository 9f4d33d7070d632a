"""Write dates and times for people: in one way everywhere, in the time zone that is active for the request."""

from datetime import UTC, date, datetime, timedelta

from django.utils import timezone

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
MICROSECOND = timedelta(microseconds=1)
DAYS_BY_NAME = 7
"""A day less than this long ago is called by its weekday."""


def to_microseconds(at: datetime) -> int:
    """Microseconds since 1970, exactly: a timestamp as a float would round."""
    return (at - EPOCH) // MICROSECOND


def from_microseconds(number: int) -> datetime:
    """The time in UTC of so many microseconds since 1970."""
    return EPOCH + number * MICROSECOND


def write_date(day: date) -> str:
    """For example "12 Nov 2026"."""
    if isinstance(day, datetime):
        day = timezone.localtime(day)
    return f"{day.day} {day:%b %Y}"


def write_clock(at: datetime) -> str:
    """For example "09:12", with "UTC" in that zone, where we may not know the reader's own."""
    local = timezone.localtime(at)
    return f"{local:%H:%M}{' UTC' if _is_utc(local) else ''}"


def write_time(at: datetime) -> str:
    """For example "12 Nov 2026, 09:12"."""
    return f"{write_date(at)}, {write_clock(at)}"


def write_recent_time(at: datetime) -> str:
    """For example "today, 09:12" or "Monday, 09:12"; a time of more than six days ago as `write_time`."""
    local = timezone.localtime(at)
    ago = (timezone.localtime().date() - local.date()).days
    names = {-1: "tomorrow", 0: "today", 1: "yesterday"}
    day = names.get(ago) or (f"{local:%A}" if 0 < ago < DAYS_BY_NAME else write_date(local))
    return f"{day}, {write_clock(local)}"


def write_exact_time(at: datetime) -> str:
    """For example "12 Nov 2026, 09:12:41 GMT−8", to compare with a time that somebody else reads."""
    local = timezone.localtime(at)
    return f"{write_date(local)}, {local:%H:%M:%S} {'UTC' if _is_utc(local) else _offset(local)}"


def _is_utc(local: datetime) -> bool:
    return local.tzname() == "UTC"


def _offset(local: datetime) -> str:
    """The offset as in "GMT−8" or "GMT+5:30"."""
    sign, hours, minutes = local.strftime("%z")[0], int(local.strftime("%z")[1:3]), local.strftime("%z")[3:5]
    return f"GMT{'−' if sign == '-' else '+'}{hours}{'' if minutes == '00' else f':{minutes}'}"
