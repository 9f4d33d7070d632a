"""What a month of a subscription earns of what was paid for it, in whole minor units, without the database."""

import calendar
from datetime import datetime, timedelta, tzinfo

REST = timedelta(days=7)
"""A rest of a period that is no longer than this is no month of its own."""


def month_share(deferred: int, months_left: int) -> int:
    """What the next of the months left earns of what is deferred: the rounded part, and the last month all the rest.

    So twelve months of a year add up exactly, also after a refund in between, and are never two units off.
    """
    if months_left < 1 or deferred < 0:
        raise ValueError(f"{deferred} over {months_left} months cannot be earned.")
    return (2 * deferred + months_left) // (2 * months_left)


def list_months(start: datetime, end: datetime) -> list[str]:
    """The calendar months (YYYYMM) in which a period earns: each of its months in the one in which that month begins.

    A month's period from 31 January to 28 February earns in January; a year's earns in twelve months.
    """
    number = (end.year - start.year) * 12 + end.month - start.month
    if end - add_months(start, number) > REST:
        number += 1
    first = start.year * 12 + start.month - 1
    return [name_month(first + index) for index in range(max(number, 1))]


def name_month(number: int) -> str:
    """The name of the month that is so many months after January of the year 0."""
    year, month = divmod(number, 12)
    return f"{year:04}{month + 1:02}"


def next_month(month: str) -> str:
    return name_month(int(month[:4]) * 12 + int(month[4:]))


def first_moment(month: str, zone: tzinfo) -> datetime:
    return datetime(int(month[:4]), int(month[4:]), 1, tzinfo=zone)


def add_months(start: datetime, number: int) -> datetime:
    """The same day so many months later, or the last day where that month is shorter."""
    year, month = divmod(start.year * 12 + start.month - 1 + number, 12)
    return start.replace(year=year, month=month + 1, day=min(start.day, calendar.monthrange(year, month + 1)[1]))
