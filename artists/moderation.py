"""Weigh: what fans report about a program, and stop it when it is enough. Its team looks, and lets it go on."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from django.db import transaction

from artists.models import Program
from artists.notifications import program_notices
from audit import trail
from catalog.models import Artist
from live import notices
from trust import reports
from trust.counts import FANS_TO_STOP, WINDOW_DAYS, ReportCounts, claim_programs, count_by_program
from trust.models import Report

BATCH_SIZE = 200
ACTOR = "system:reports"


def weigh_next() -> bool:
    """One batch, in one transaction. Says whether there was anything to do; any number of processes may call it."""
    with transaction.atomic():
        ids = claim_programs(BATCH_SIZE)
        if not ids:
            return False
        programs = _lock_stoppable_programs(ids)
        against = count_by_program({program.pk: program.reports_from for program in programs}, days=WINDOW_DAYS)
        _pause_programs(
            [program for program in programs if program.pk in against and _is_enough(against[program.pk])], against
        )
    return True


def _lock_stoppable_programs(ids: set[int]) -> list[Program]:
    """Those that reports can still stop, also where the team paused one itself: resuming it asks for more then.

    Whatever delivers for them at this moment is waited for, and whoever resumes one waits.
    """
    stoppable = Program.objects.filter(pk__in=ids, paused_because="").exclude(state=Program.State.DRAFT)
    return list(stoppable.order_by("pk").select_for_update(no_key=True))


def _is_enough(weight: ReportCounts) -> bool:
    return weight.fans >= FANS_TO_STOP or bool(weight.upheld)


def _pause_programs(programs: Sequence[Program], against: dict[int, ReportCounts]) -> None:
    if not programs:
        return
    for program in programs:
        program.state, program.paused_because = Program.State.PAUSED, _pause_reason(against[program.pk])
    Program.objects.bulk_update(programs, ["state", "paused_because"])
    trail.record_all(
        trail.new_entry(
            "program.paused",
            by=ACTOR,
            subject=str(program),
            fans=against[program.pk].fans,
            upheld=len(against[program.pk].upheld),
        )
        for program in programs
    )
    notices.post(program_notices("program.paused", programs))


def _pause_reason(weight: ReportCounts) -> str:
    if weight.upheld:
        return f"Staff agreed with a fan who reported it: {_join_reasons(weight.upheld)}."
    return f"{weight.fans} fans reported it within {WINDOW_DAYS} days: {_join_reasons(weight.reasons)}."


def _join_reasons(reasons: Sequence[str]) -> str:
    return "; ".join(f"{label[0].lower()}{label[1:]}" for label in (Report.Reason(reason).label for reason in reasons))


@dataclass(frozen=True, slots=True)
class ReportSummary:
    """What the studio shows of one report. No fan, no words, no experience, and the day only: it tells on nobody."""

    program: str
    reason: str
    state: str
    on: date


def list_reports(artist: Artist, *, limit: int = 50) -> list[ReportSummary]:
    """The newest reports on what this artist's programs sent, in two queries."""
    names = dict(artist.programs.values_list("pk", "name"))
    return [
        ReportSummary(names[program], Report.Reason(reason).label, Report.State(state).label, at.date())
        for program, reason, state, at in reports.list_for_artist(artist.pk, limit=limit)
    ]
