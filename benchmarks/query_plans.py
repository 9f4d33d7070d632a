"""Find the queries for which PostgreSQL would read a whole big table."""

from collections.abc import Iterator, Mapping
from typing import Any

from django.db import connection
from page_requests import PageTimings

BIG_TABLE_ROWS = 10_000
EXPLAINABLE = ("SELECT", "UPDATE", "INSERT", "DELETE", "WITH")


def sequential_scans(pages: Mapping[str, PageTimings]) -> list[str]:
    """Return a line for each page and each big table that it reads completely."""
    big = _big_tables()
    lines = {
        f"{name} reads all of {table}"
        for name, timings in pages.items()
        for query in timings.queries
        if query.lstrip().startswith(EXPLAINABLE)
        for table in _read_whole(_plan(query))
        if table in big
    }
    return sorted(lines)


def _big_tables() -> set[str]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT relname FROM pg_class WHERE relkind = 'r' AND reltuples >= %s", [BIG_TABLE_ROWS])
        return {row[0] for row in cursor.fetchall()}


def _plan(query: str) -> Any:
    with connection.cursor() as cursor:
        cursor.execute("EXPLAIN (FORMAT JSON) " + query)
        return cursor.fetchone()[0][0]["Plan"]


def _read_whole(plan: Any) -> Iterator[str]:
    if plan["Node Type"] == "Seq Scan":
        yield plan["Relation Name"]
    for part in plan.get("Plans", []):
        yield from _read_whole(part)
