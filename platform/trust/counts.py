"""Count and weigh the reports on programs, and claim those that nobody has looked at yet."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from django.conf import settings
from django.db import connection
from django.db.models import Count, QuerySet

from trust.models import Report
from trust.weights import ReportFacts, as_reports, threshold

# One statement with another `since` for each program. Measured for 200 programs with 4,000 reports: 10 ms to count
# them, four times as long to weigh them too. Only to count them, the ORM needs 127 ms with a CASE of 200 branches, and
# 787 ms with one query for each program.
# GREATEST ignores NULL. A report that staff uphold counts from that time on, however old it is.
# `fan` has each fan once for each program. Fans of whom the same is true are one array, so that many fans are few.
COUNT_SQL = """
WITH report AS MATERIALIZED (
    SELECT program, by_id, at, listens, audience, reason, state, handled_at, since FROM trust_report JOIN (
        SELECT program, greatest(since, statement_timestamp() - make_interval(days => %s))
        FROM unnest(%s::bigint[], %s::timestamptz[]) AS wanted (program, since)
    ) AS wanted (program, since) USING (program)
), fan AS MATERIALIZED (
    SELECT program, by_id, max(at) AS at, max(listens) AS listens FROM report
    WHERE state <> 'dismissed' AND at > since GROUP BY program, by_id
), record AS (
    SELECT by_id, count(*) FILTER (WHERE state = 'upheld') AS upheld,
        count(*) FILTER (WHERE state = 'dismissed') AS dismissed
    FROM trust_report WHERE state <> 'open' AND by_id IN (SELECT by_id FROM fan) GROUP BY by_id
), facts AS (
    SELECT program, least(extract(day FROM at - joined_at)::int, %s) AS days, listens,
        coalesce(upheld, 0) AS upheld, coalesce(dismissed, 0) AS dismissed, count(*) AS fans
    FROM fan JOIN accounts_person ON accounts_person.id = by_id LEFT JOIN record USING (by_id) GROUP BY 1, 2, 3, 4, 5
)
SELECT * FROM (
    SELECT program, max(audience),
        array_agg(DISTINCT reason ORDER BY reason) FILTER (WHERE at > since AND state <> 'dismissed'),
        array_agg(DISTINCT reason ORDER BY reason) FILTER (WHERE state = 'upheld' AND handled_at > since)
    FROM report GROUP BY program
) AS of_program LEFT JOIN (
    SELECT program, array_agg(ARRAY[days, listens, upheld, dismissed, fans]) FROM facts GROUP BY program
) AS of_fans USING (program)
"""


@dataclass(frozen=True, slots=True)
class ReportCounts:
    """The reports on one program that count."""

    fans: int
    """How many fans reported it, each counted once."""
    weight: int
    """The sum of what they weigh, in percent of a full report."""
    threshold: int
    """The weight that stops the program."""
    reasons: tuple[str, ...]
    """The reasons they gave, each once, in alphabetical order."""
    upheld: tuple[str, ...]
    """The reasons of the reports that staff upheld; empty when they upheld none."""

    @property
    def weight_in_reports(self) -> Decimal:
        return as_reports(self.weight)

    @property
    def threshold_in_reports(self) -> Decimal:
        return as_reports(self.threshold)

    @property
    def stops_program(self) -> bool:
        return self.weight >= self.threshold or bool(self.upheld)


def count_by_program(since: Mapping[int, datetime | None]) -> dict[int, ReportCounts]:
    """Count the reports of the last REPORT_DAYS on each program, and only those after its time where `since` has one.

    A program that nobody ever reported is left out. One query.
    """
    with connection.cursor() as cursor:
        cursor.execute(COUNT_SQL, [settings.REPORT_DAYS, list(since), list(since.values()), settings.REPORT_FULL_DAYS])
        return {
            program: ReportCounts(
                fans=sum(number for *_, number in facts or ()),
                weight=sum(number * ReportFacts(*of_fan).weight for *of_fan, number in facts or ()),
                threshold=threshold(audience),
                reasons=tuple(reasons or ()),
                upheld=tuple(upheld or ()),
            )
            for program, audience, reasons, upheld, facts in cursor.fetchall()
        }


def list_facts(reports: Iterable[Report]) -> dict[int, ReportFacts]:
    """What each report's weight depends on, by its id. Read the reports with their fans. One query."""
    found = list(reports)
    handled = Report.objects.filter(by__in={report.by_id for report in found}).exclude(state=Report.State.OPEN)
    verdicts = {(by, state): number for by, state, number in handled.values_list("by", "state").annotate(Count("pk"))}
    return {
        report.pk: ReportFacts(
            days=(report.at - report.by.joined_at).days,
            listens=report.listens,
            upheld=verdicts.get((report.by_id, Report.State.UPHELD), 0),
            dismissed=verdicts.get((report.by_id, Report.State.DISMISSED), 0),
        )
        for report in found
    }


def claim_programs(limit: int) -> set[int]:
    """Take up to `limit` reports on programs that are not counted yet, and return their programs.

    Call it inside a transaction: if that is rolled back, somebody else claims them again.
    """
    claimed = _claim(Report.objects.filter(program__isnull=False), limit)
    return {report.program for report in claimed if report.program is not None}


def claim_shared(limit: int) -> list[Report]:
    """The same of reports on what stands on a shelf, which no program made: the reports themselves."""
    return _claim(Report.objects.filter(program=None), limit)


def _claim(reports: QuerySet[Report], limit: int) -> list[Report]:
    waiting = reports.filter(to_count=True).order_by("pk").select_for_update(skip_locked=True, no_key=True)
    claimed = list(waiting.only("program", "subject", "state")[:limit])
    Report.objects.filter(pk__in=[report.pk for report in claimed]).update(to_count=False)
    return claimed
