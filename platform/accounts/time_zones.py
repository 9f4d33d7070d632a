"""The time zones that a person can have, by their IANA names."""

from datetime import UTC, date, datetime, time, tzinfo
from functools import cache
from zoneinfo import ZoneInfo, available_timezones

from django.core.exceptions import ValidationError

UTC_NAME = "UTC"
LISTED_AREAS = ("Africa", "America", "Antarctica", "Asia", "Atlantic", "Australia", "Europe", "Indian", "Pacific")


@cache
def known_names() -> frozenset[str]:
    """Every name, old ones too: some browsers send Asia/Calcutta."""
    return frozenset(available_timezones() - {"localtime"})  # a file of this machine, no zone


@cache
def listed_names() -> list[str]:
    """The names that pages suggest, one for each place."""
    return [UTC_NAME, *sorted(name for name in known_names() if name.partition("/")[0] in LISTED_AREAS)]


def find_zone(name: str) -> ZoneInfo:
    """The zone of this name; UTC where it is empty or not known here."""
    return ZoneInfo(name if name in known_names() else UTC_NAME)


def start_of_day(day: date, zone: tzinfo) -> datetime:
    """The first moment of a day in this zone, in UTC."""
    return datetime.combine(day, time(), zone).astimezone(UTC)


def validate_time_zone(name: str) -> None:
    if name not in known_names():
        raise ValidationError("We know no time zone of this name. An example is Europe/Lisbon.", code="unknown")
