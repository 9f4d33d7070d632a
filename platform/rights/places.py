"""Reserve places of a quantity: an agreement permits so many items of a use in a calendar month, and not one more."""

from collections.abc import Collection, Mapping
from typing import Any

from django.db import connection

from rights.models import Use
from rights.refusals import write_use

# In SQL: the scopes behind a clearance are found by a function that the database asks too, and Django has no INSERT …
# SELECT. A trigger counts under a lock, and inserts nothing where a limit is reached.
_ASKED = """
WITH asked AS (
    SELECT * FROM unnest(%(items)s::text[], %(clearances)s::bigint[]) AS asked (item, clearance_id)
), needed AS (
    SELECT asked.item, needed.scope_id FROM asked, rights_limited_scopes(asked.clearance_id) needed
)"""
TAKE_SQL = f"""{_ASKED}
INSERT INTO rights_place (scope_id, holder_id, item)
SELECT scope_id, NULL::bigint, item FROM needed
UNION ALL
SELECT NULL, holder.holder_id, asked.item
FROM asked JOIN rights_clearancekeyholder holder ON holder.clearance_id = asked.clearance_id
JOIN rights_agreementparty key ON key.id = holder.holder_id AND key.key_above > 0
ORDER BY 1, 2, 3
ON CONFLICT DO NOTHING
"""  # noqa: S608 - of constants
FIND_FULL_SQL = f"""{_ASKED}
SELECT needed.item, scope.use, scope.monthly_limit, coalesce(recording.title, work.title, '')
FROM needed JOIN rights_agreementscope scope ON scope.id = needed.scope_id
LEFT JOIN rights_place place
    ON place.scope_id = needed.scope_id AND place.item = needed.item AND place.free_from IS NULL
LEFT JOIN catalog_recording recording ON recording.id = scope.recording_id
LEFT JOIN catalog_work work ON work.id = scope.work_id
WHERE place.id IS NULL ORDER BY scope.id
"""  # noqa: S608
RETURN_SQL = """
UPDATE rights_place SET free_from = statement_timestamp() WHERE item = ANY(%(items)s) AND free_from IS NULL
"""


def reserve(wanted: Mapping[str, int]) -> dict[str, str]:
    """Take a place for each item wherever the agreements behind its stored clearance have a limit. All or none.

    Returns why, in words, for each item that got none. An item that has its places keeps them. Whoever asks for the
    last place at the same time waits until this transaction has ended.
    """
    full: dict[str, str] = {}
    if not wanted:
        return full
    asked: dict[str, Any] = {"items": list(wanted), "clearances": list(wanted.values())}
    with connection.cursor() as cursor:
        cursor.execute(TAKE_SQL, asked)
        cursor.execute(FIND_FULL_SQL, asked)
        for item, use, limit, title in cursor.fetchall():
            full.setdefault(item, describe_full(use, limit, title))
        if full:
            cursor.execute(RETURN_SQL, {"items": list(full)})
    return full


def move(item: str, to: str) -> None:
    """Let another item have the places of this one, in the caller's transaction. Nobody else gets them meanwhile."""
    with connection.cursor() as cursor:
        cursor.execute(f"{RETURN_SQL} RETURNING scope_id, holder_id", {"items": [item]})
        for scope, holder in cursor.fetchall():
            cursor.execute(
                "INSERT INTO rights_place (scope_id, holder_id, item) VALUES (%s, %s, %s) ON CONFLICT DO NOTHING",
                [scope, holder, to],
            )


def give_back(items: Collection[str]) -> None:
    """Return the places of items that nobody makes any more."""
    with connection.cursor() as cursor:
        cursor.execute(RETURN_SQL, {"items": list(items)})


def describe_full(use: str, limit: int, title: str = "") -> str:
    """Why nothing more is made this month. Without a title the limit is over all songs."""
    what = write_use(Use(use)) + (f" of {title}" if title else "")
    return f"This month’s {limit:,} {what} are taken" if limit > 1 else f"This month’s one place for {what} is taken"
