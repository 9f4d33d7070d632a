"""Pause a program when the reports of fans weigh enough, and list them for its team. The team can resume it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from django.conf import settings
from django.db import transaction

from artists.models import Program
from artists.notifications import program_notices
from audit import trail
from audit.actors import SystemActor
from catalog.models import Artist
from live import notices
from trust import reports
from trust.counts import ReportCounts, claim_programs, count_by_program
from trust.models import Report

BATCH_SIZE = 200
ACTOR = SystemActor.REPORTS


def weigh_next() -> bool:
    """Weigh one batch of reports in one transaction. Returns whether there were any. Several processes may call it."""
    with transaction.atomic():
        ids = claim_programs(BATCH_SIZE)
        if not ids:
            return False
        programs = _lock_stoppable_programs(ids)
        counts = count_by_program({program.pk: program.reports_from for program in programs})
        _pause_programs([program for program in programs if counts[program.pk].stops_program], counts)
    return True


def _lock_stoppable_programs(ids: set[int]) -> list[Program]:
    """The live programs, and those that the team paused itself: only a principal or an owner may resume those then.

    The lock waits for a delivery that is running, and makes a resume wait.
    """
    stoppable = Program.objects.filter(pk__in=ids, paused_because="").exclude(state=Program.State.DRAFT)
    return list(stoppable.order_by("pk").select_for_update(no_key=True))


def _pause_programs(programs: Sequence[Program], counts: dict[int, ReportCounts]) -> None:
    if not programs:
        return
    for program in programs:
        program.state, program.paused_because = Program.State.PAUSED, _pause_reason(counts[program.pk])
    Program.objects.bulk_update(programs, ["state", "paused_because"])
    trail.record_all(
        trail.new_entry(
            "program.paused",
            by=ACTOR,
            subject=str(program),
            fans=counts[program.pk].fans,
            upheld=len(counts[program.pk].upheld),
            weight_percent=counts[program.pk].weight,
            threshold_percent=counts[program.pk].threshold,
        )
        for program in programs
    )
    notices.post(program_notices("program.paused", programs))


def _pause_reason(counts: ReportCounts) -> str:
    if counts.upheld:
        return f"Staff agreed with a fan who reported it: {_join_reasons(counts.upheld)}."
    return f"{counts.fans} fans reported it within {settings.REPORT_DAYS} days: {_join_reasons(counts.reasons)}."


def _join_reasons(reasons: Sequence[str]) -> str:
    return "; ".join(f"{label[0].lower()}{label[1:]}" for label in (Report.Reason(reason).label for reason in reasons))


@dataclass(frozen=True, slots=True)
class ReportSummary:
    """What the studio shows of one report: enough to learn from, too little to find out which fan reported it."""

    program: str
    reason: str
    state: str
    reported_on: date


def list_reports(artist: Artist, *, limit: int = 50) -> list[ReportSummary]:
    """The newest reports on messages of this artist's programs, in two queries."""
    names = dict(artist.programs.values_list("pk", "name"))
    return [
        ReportSummary(names[program], Report.Reason(reason).label, Report.State(state).label, at.date())
        for program, reason, state, at in reports.list_for_artist(artist.pk, limit=limit)
    ]
