"""Say by whom and since when something that fans received is stopped, because a yes behind it ended."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class Stop:
    """The first reason that holds now."""

    by: str
    """The name of a party, or "" where nobody knows who owns something."""
    at: datetime | None
    """Since when, if that is known."""


def stop_sql(table: str) -> str:
    """{"by": …, "at": …} on a row with `clearance_id` and `after_end`, or NULL. Only what can stop is asked about."""
    asked = f"rights_stops(ARRAY[{table}.clearance_id], statement_timestamp())"
    stop = f"SELECT jsonb_build_object('by', stop.by, 'at', stop.at) FROM {asked} stop"  # noqa: S608 - no input
    return f"CASE WHEN {table}.after_end = 'stops' THEN ({stop}) END"


def read_stop(value: dict[str, str | None] | None) -> Stop | None:
    """What `stop_sql` gave."""
    if value is None:
        return None
    at = value["at"]
    return Stop(value["by"] or "", datetime.fromisoformat(at) if at else None)
