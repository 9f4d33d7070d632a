"""Periods of a subscription: they end on the day of the month on which it began, or on the month's last."""

import calendar
from datetime import UTC, datetime

from billing.simulated.objects import Object

SECONDS = {"day": 86_400, "week": 7 * 86_400}
MONTHS = {"month": 1, "year": 12}


def add_months(at: int, months: int) -> int:
    """The same day and time some months later, or the last day of that month."""
    moment = datetime.fromtimestamp(at, UTC)
    year, month = divmod(moment.year * 12 + moment.month - 1 + months, 12)
    day = min(moment.day, calendar.monthrange(year, month + 1)[1])
    return int(moment.replace(year=year, month=month + 1, day=day).timestamp())


def period_end(price: Object, start: int, anchor: int) -> int:
    """The first end of a period after `start`, counted from the anchor so that no day is lost in a short month."""
    interval, count = price["recurring"]["interval"], int(price["recurring"]["interval_count"])
    if seconds := SECONDS.get(interval):
        length = seconds * count
        return anchor + ((start - anchor) // length + 1) * length
    months = MONTHS[interval] * count
    first, last = datetime.fromtimestamp(anchor, UTC), datetime.fromtimestamp(start, UTC)
    passed = (last.year - first.year) * 12 + last.month - first.month
    steps = max(passed // months, 0)
    while (end := add_months(anchor, steps * months)) <= start:
        steps += 1
    return end


def share_left(amount: int, start: int, end: int, now: int) -> int:
    """The part of an amount that belongs to the rest of a period, rounded half up."""
    length: int = end - start
    return (2 * amount * (end - now) + length) // (2 * length)
