"""Pause a program when the reports of fans weigh enough, and list them for its team. The team can resume it.

What stands on a shelf is taken off when staff uphold a report on it; before, its team sees what hearers reported.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from django.conf import settings
from django.db import transaction
from django.db.models import QuerySet

from artists.models import Program
from artists.notifications import artist_team_notices, program_notices
from artists.remixes import shelf
from audit import trail
from audit.actors import SystemActor
from catalog.models import Artist
from fans.models import ShelfEntry
from fans.shelf import CHANGED, list_open
from live import notices
from trust import reports
from trust.counts import ReportCounts, claim_programs, claim_shared, count_by_program
from trust.models import Report

BATCH_SIZE = 200
ACTOR = SystemActor.REPORTS


def look_at_next() -> bool:
    """Weigh one batch of reports on programs, and look at one on shelves. Returns whether there were any.

    Several processes may call it.
    """
    found = [weigh_next(), follow_shared()]  # both, also where the first found some
    return any(found)


def weigh_next() -> bool:
    """Weigh one batch of reports on programs in one transaction. Returns whether there were any."""
    with transaction.atomic():
        ids = claim_programs(BATCH_SIZE)
        if not ids:
            return False
        programs = _lock_stoppable_programs(ids)
        counts = count_by_program({program.pk: program.reports_from for program in programs})
        _pause_programs([program for program in programs if counts[program.pk].stops_program], counts)
    return True


def follow_shared() -> bool:
    """Tell teams what hearers reported on their shelves, and take off what staff agree about. Returns whether any."""
    with transaction.atomic():
        reports_on = claim_shared(BATCH_SIZE)
        entries = ShelfEntry.objects.in_bulk(_parse_entries(report.subject for report in reports_on))
        upheld = {report.subject for report in reports_on if report.state == Report.State.UPHELD}
        told = []
        for pk, entry in sorted(entries.items()):
            if str(entry) in upheld:
                told += shelf.end_reported(pk, by=ACTOR)
            else:
                told += artist_team_notices(CHANGED, entry.artist_id, str(entry))
        notices.post(told)
    return bool(reports_on)


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


def list_reported(artist: Artist) -> QuerySet[ShelfEntry]:
    """The remixes on the artist's page that fans reported, as long as staff have not decided."""
    reported = _parse_entries(reports.list_open_on_shelf(artist.pk))
    return list_open(artist).filter(pk__in=reported, state=ShelfEntry.State.ON)


def _parse_entries(subjects: Iterable[str]) -> set[int]:
    return {int(subject.removeprefix("shelf:")) for subject in subjects}


@dataclass(frozen=True, slots=True)
class ReportSummary:
    """What the studio shows of one report: enough to learn from, too little to find out which fan reported it."""

    program: str
    reason: str
    state: str
    reported_on: date


def list_reports(artist: Artist, *, limit: int = 50) -> list[ReportSummary]:
    """The newest reports on what this artist's programs made and on the shelf, in two queries."""
    names = dict(artist.programs.values_list("pk", "name"))
    return [
        ReportSummary(
            names[program] if program else "Remixes by fans",
            Report.Reason(reason).label,
            Report.State(state).label,
            at.date(),
        )
        for program, reason, state, at in reports.list_for_artist(artist.pk, limit=limit)
    ]
