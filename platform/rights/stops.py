"""Say by whom and since when something that fans received is stopped, because a yes behind it ended."""

from dataclasses import dataclass
from datetime import datetime

from accounts.countries import country_names


@dataclass(frozen=True, slots=True)
class Stop:
    """The first reason that holds now."""

    by: str
    """The name of a party, or "" where nobody knows who owns something."""
    at: datetime | None
    """Since when, if that is known."""
    country: str = ""
    """Where the fan is now, if the party has permitted nothing there. Nothing ended then."""

    @property
    def country_name(self) -> str:
        return country_names().get(self.country, self.country)


def stop_sql(table: str) -> str:
    """{"by": …, "at": …, "country": …} on a row with `clearance_id`, `after_end` and `person_id`, or NULL.

    Only what can stop is asked about, for the country where its person is now.
    """
    country = f"(SELECT country FROM accounts_person WHERE id = {table}.person_id)"  # noqa: S608 - no input
    asked = f"rights_stops(ARRAY[{table}.clearance_id], statement_timestamp(), {country})"
    said = "jsonb_build_object('by', stop.by, 'at', stop.at, 'country', stop.country)"
    stop = f"SELECT {said} FROM {asked} stop"  # noqa: S608
    return f"CASE WHEN {table}.after_end = 'stops' THEN ({stop}) END"


def read_stop(value: dict[str, str | None] | None) -> Stop | None:
    """What `stop_sql` gave."""
    if value is None:
        return None
    at = value["at"]
    return Stop(value["by"] or "", datetime.fromisoformat(at) if at else None, value["country"] or "")
