"""Group reports by program, with what they weigh and whether it is paused."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from audit.models import Entry
from catalog.models import Artist
from trust.counts import ReportCounts, count_by_program
from trust.models import Report

PAUSE_ACTIONS = ("program.paused", "program.resumed")


@dataclass(frozen=True, slots=True)
class ProgramState:
    """Whether a program is paused, read from the audit: programs belong to a room above this one."""

    stopped: bool = False
    """Paused because of reports, until its team resumes it."""
    paused: bool = False
    """Paused by its team."""
    paused_at: datetime | None = None
    resumed_at: datetime | None = None
    """When its team last resumed it after reports had stopped it. Earlier reports no longer count."""


@dataclass(frozen=True, slots=True)
class Case:
    """The reports on one program."""

    program: int
    name: str
    artist: Artist | None
    state: ProgramState
    counts: ReportCounts
    reports: list[Report]


def group_by_program(reports: Iterable[Report]) -> list[Case]:
    """One case for each program, in the order of its first report. Four queries, however many programs."""
    by_program: dict[int, list[Report]] = {}
    for report in reports:
        by_program.setdefault(report.program, []).append(report)
    states = get_program_states(by_program)
    counts = count_by_program({program: states[program].resumed_at for program in by_program})
    artists = Artist.objects.in_bulk({group[0].artist for group in by_program.values()})
    return [
        Case(
            program=program,
            name=_program_name(program, group),
            artist=artists.get(group[0].artist),
            state=states[program],
            counts=counts[program],
            reports=group,
        )
        for program, group in by_program.items()
    ]


def get_program_states(programs: Iterable[int]) -> dict[int, ProgramState]:
    """The state of each program id. A program without audit entries was never paused."""
    states = {f"program:{program}": ProgramState() for program in programs}
    entries = Entry.objects.filter(subject__in=states, action__in=PAUSE_ACTIONS).order_by("pk")
    for subject, action, actor, at in entries.values_list("subject", "action", "actor", "at"):
        before = states[subject]
        if action == "program.resumed":
            states[subject] = ProgramState(resumed_at=at if before.stopped else before.resumed_at)
        else:
            stopped = actor.startswith("system:")
            states[subject] = ProgramState(stopped, not stopped, at, before.resumed_at)
    return {int(subject.removeprefix("program:")): state for subject, state in states.items()}


def _program_name(program: int, reports: Sequence[Report]) -> str:
    """The program's name when it was reported; its number where that was erased."""
    names = ((report.shown or {}).get("program") for report in reports)
    return next((name for name in names if name), f"Program {program}")
