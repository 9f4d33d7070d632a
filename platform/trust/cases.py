"""Gather: the reports on one program, how many fans speak against it, and whether it goes on."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from audit.models import Entry
from catalog.models import Artist
from trust import reports
from trust.models import Report
from trust.reports import WINDOW_DAYS

PAUSE_ACTIONS = ("program.paused", "program.resumed")


@dataclass(frozen=True, slots=True)
class ProgramState:
    """Whether a program goes on, as the trail has it: what stopped it stands above this room."""

    stopped: bool = False
    """By what fans reported, until its team has looked."""
    paused: bool = False
    """By its team."""
    since: datetime | None = None
    heard: datetime | None = None
    """When its team last let it go on after a stop: what was reported before counts no more."""


@dataclass(frozen=True, slots=True)
class Case:
    program: int
    name: str
    artist: Artist | None
    standing: ProgramState
    fans: int
    """Who speak against it now, each counted once."""
    reports: list[Report]


def group_by_program(found: Iterable[Report]) -> list[Case]:
    """One for each program, in the order in which they come first. Three queries, however many."""
    by_program: dict[int, list[Report]] = {}
    for report in found:
        by_program.setdefault(report.program, []).append(report)
    standing = get_program_states(by_program)
    against = reports.count_by_program({program: standing[program].heard for program in by_program}, days=WINDOW_DAYS)
    artists = Artist.objects.in_bulk({each[0].artist for each in by_program.values()})
    return [
        Case(
            program=program,
            name=_program_name(program, each),
            artist=artists.get(each[0].artist),
            standing=standing[program],
            fans=against[program].fans if program in against else 0,
            reports=each,
        )
        for program, each in by_program.items()
    ]


def get_program_states(programs: Iterable[int]) -> dict[int, ProgramState]:
    """Of each program; one that was never paused goes on."""
    found = {f"program:{program}": ProgramState() for program in programs}
    turns = Entry.objects.filter(subject__in=found, action__in=PAUSE_ACTIONS).order_by("pk")
    for subject, action, actor, at in turns.values_list("subject", "action", "actor", "at"):
        before = found[subject]
        if action == "program.resumed":
            found[subject] = ProgramState(heard=at if before.stopped else before.heard)
        else:
            stopped = actor.startswith("system:")
            found[subject] = ProgramState(stopped, not stopped, at, before.heard)
    return {int(subject.removeprefix("program:")): standing for subject, standing in found.items()}


def _program_name(program: int, found: Sequence[Report]) -> str:
    """As it was called when it was reported; where nobody kept it, its number."""
    known = ((report.shown or {}).get("program") for report in found)
    return next((name for name in known if name), f"Program {program}")
