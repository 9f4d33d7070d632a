"""Count per program how many fans report it, and claim the programs whose counts may have changed."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from django.db import connection

from trust.models import Report

FANS_TO_STOP = 3
"""So many fans within `WINDOW_DAYS` pause a program. artists/moderation.py pauses it."""
WINDOW_DAYS = 30

# One statement with another `since` for each program. Measured for 200 programs with 4,000 reports: 10 ms. The ORM
# needs 127 ms with a CASE of 200 branches, and 787 ms with one query for each program.
# GREATEST ignores NULL. A report that staff uphold counts from that time on, however old it is.
COUNT_SQL = """
SELECT program,
    count(DISTINCT by_id) FILTER (WHERE at > since),
    coalesce(array_agg(DISTINCT reason ORDER BY reason) FILTER (WHERE at > since), '{}'),
    coalesce(array_agg(DISTINCT reason ORDER BY reason) FILTER (WHERE state = 'upheld' AND handled_at > since), '{}')
FROM trust_report JOIN (
    SELECT program, greatest(since, statement_timestamp() - make_interval(days => %s))
    FROM unnest(%s::bigint[], %s::timestamptz[]) AS wanted (program, since)
) AS wanted (program, since) USING (program)
WHERE state <> 'dismissed' GROUP BY program
"""


@dataclass(frozen=True, slots=True)
class ReportCounts:
    """The reports on one program that count."""

    fans: int
    """How many fans reported it, each counted once."""
    reasons: tuple[str, ...]
    """The reasons they gave, each once, in alphabetical order."""
    upheld: tuple[str, ...]
    """The reasons of the reports that staff upheld; empty when they upheld none."""


def count_by_program(since: Mapping[int, datetime | None], *, days: int) -> dict[int, ReportCounts]:
    """Count the reports of the last `days` on each program, and only those after its time where `since` has one.

    A program without reports is left out.
    """
    with connection.cursor() as cursor:
        cursor.execute(COUNT_SQL, [days, list(since), list(since.values())])
        return {
            program: ReportCounts(fans, tuple(reasons), tuple(upheld))
            for program, fans, reasons, upheld in cursor.fetchall()
        }


def claim_programs(limit: int) -> set[int]:
    """Take up to `limit` reports that are not counted yet, and return their programs.

    Call it inside a transaction: if that is rolled back, somebody else claims them again.
    """
    waiting = Report.objects.filter(to_count=True).order_by("pk").select_for_update(skip_locked=True, no_key=True)
    programs = dict(waiting.values_list("pk", "program")[:limit])
    Report.objects.filter(pk__in=programs).update(to_count=False)
    return set(programs.values())
