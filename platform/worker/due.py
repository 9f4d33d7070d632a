"""When rows are due that a background process works on, and how long it waits before it tries one again."""

from datetime import timedelta
from typing import Any

from django.db.models import Min, QuerySet
from django.db.models.functions import Now


def seconds_until(rows: QuerySet[Any], field: str = "due_at") -> float | None:
    """Seconds until the earliest `field` among these rows, at least 0; None when there are no rows."""
    left: timedelta | None = rows.aggregate(left=Min(field) - Now())["left"]
    return None if left is None else max(left.total_seconds(), 0.0)


def pause_after(failures: int, first: timedelta, longest: timedelta) -> timedelta:
    """How long to wait after one more failure than these: twice as long each time, up to `longest`."""
    doublings = min(failures, 20)  # a timedelta cannot hold any number of them
    pause: timedelta = first * 2**doublings
    return min(pause, longest)
