"""The cache that all processes share: Django's cache table, with values as JSON.

Django's own backend unpickles what the table holds. Whoever can write a row could then run code in the web process.
"""

import json
from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any

from django.core.cache.backends.base import DEFAULT_TIMEOUT
from django.core.cache.backends.db import DatabaseCache
from django.db import connection

# Raw SQL: the table has no model, and the ORM cannot update a conflicting row under a condition.
GET_SQL = "SELECT cache_key, value FROM {} WHERE cache_key = ANY(%s) AND expires > %s"
SET_SQL = """
INSERT INTO {0} AS entry (cache_key, value, expires) VALUES (%(key)s, %(value)s, %(expires)s)
ON CONFLICT (cache_key) DO UPDATE SET value = excluded.value, expires = excluded.expires
"""
STATEMENTS = {
    "set": SET_SQL,
    "add": SET_SQL + "WHERE entry.expires <= %(now)s",
    "touch": "UPDATE {} SET expires = %(expires)s WHERE cache_key = %(key)s AND expires > %(now)s",
}


class JSONDatabaseCache(DatabaseCache):
    """Raises TypeError or ValueError for a value that JSON cannot hold. A row that is not JSON counts as absent."""

    _table: str

    def get_many(self, keys: Iterable[Any], version: int | None = None) -> dict[Any, Any]:
        names = {self.make_and_validate_key(key, version=version): key for key in keys}
        if not names:
            return {}
        with connection.cursor() as cursor:
            cursor.execute(self._sql(GET_SQL), [list(names), datetime.now(UTC)])
            rows = cursor.fetchall()
        found = {}
        for name, text in rows:
            try:
                found[names[name]] = json.loads(text)
            except ValueError:
                continue
        return found

    def _base_set(self, mode: str, key: str, value: Any, timeout: Any = DEFAULT_TIMEOUT) -> bool:
        """Whether a row was written. `mode` is set, add (only where there is none) or touch (only a new end)."""
        text = _to_json(value)
        seconds, now = self.get_backend_timeout(timeout), datetime.now(UTC)
        expires = datetime.max.replace(tzinfo=UTC) if seconds is None else datetime.fromtimestamp(seconds, UTC)
        with connection.cursor() as cursor:
            self._cull_when_full(cursor, now)
            cursor.execute(self._sql(STATEMENTS[mode]), {"key": key, "value": text, "expires": expires, "now": now})
            written: int = cursor.rowcount
            return written > 0

    def _cull_when_full(self, cursor: Any, now: datetime) -> None:
        cursor.execute(self._sql("SELECT count(*) FROM {}"))
        count = cursor.fetchone()[0]
        if count > self._max_entries:
            self._cull(connection.alias, cursor, now, count)  # type: ignore[attr-defined]  # missing in the stubs

    def _sql(self, statement: str) -> str:
        return statement.format(connection.ops.quote_name(self._table))


def _to_json(value: Any) -> str:
    """The value as JSON that gives an equal value back: no tuple, no key that is not a string, no NaN."""
    text = json.dumps(value, allow_nan=False)
    if json.loads(text) != value:
        raise TypeError(f"The cache holds JSON only: {type(value).__name__} would come back as another value.")
    return text
