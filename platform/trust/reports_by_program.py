"""Group reports by what they can stop: a program, with what they weigh and its state, or an entry of a shelf."""

from collections.abc import Collection, Iterable, Sequence
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
    """The reports on one program, or on one entry of a shelf: that has neither state nor counts."""

    key: str
    name: str
    artist: Artist | None
    state: ProgramState | None
    counts: ReportCounts | None
    taken_off_at: datetime | None
    """When an entry of a shelf was taken off."""
    reports: list[Report]

    @property
    def figure(self) -> int:
        """How many fans reported it, as far as it counts."""
        return self.counts.fans if self.counts else len(self.reports)


def group_by_program(reports: Iterable[Report]) -> list[Case]:
    """One case for each program or entry, in the order of its first report. Five queries, however many there are."""
    groups: dict[str, list[Report]] = {}
    for report in reports:
        groups.setdefault(_key_of(report), []).append(report)
    programs = {key: group[0].program for key, group in groups.items() if group[0].program is not None}
    states = get_program_states(programs.values())
    counts = count_by_program({program: states[program].resumed_at for program in programs.values()})
    artists = Artist.objects.in_bulk({group[0].artist for group in groups.values()})
    taken_off = _find_taken_off(groups.keys() - programs.keys())
    return [
        Case(
            key=key,
            name=_name_of(group),
            artist=artists.get(group[0].artist),
            state=states.get(programs.get(key, 0)),
            counts=counts.get(programs.get(key, 0)),
            taken_off_at=taken_off.get(key),
            reports=group,
        )
        for key, group in groups.items()
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


def _key_of(report: Report) -> str:
    """program:<id>, or the entry of a shelf as shelf:<id>."""
    return report.subject if report.program is None else f"program:{report.program}"


def _find_taken_off(entries: Collection[str]) -> dict[str, datetime]:
    """When those of these entries left the shelf that did, from the audit as well. No query where there are none."""
    ended = Entry.objects.filter(subject__in=entries, action="shelf.taken_off")
    return dict(ended.values_list("subject", "at")) if entries else {}


def _name_of(reports: Sequence[Report]) -> str:
    """The name of the program or the entry when it was reported; its number where that was erased."""
    names = ((report.shown or {}).get("program") for report in reports)
    kind, number = _key_of(reports[0]).split(":")
    return next((name for name in names if name), f"{'Remix' if kind == 'shelf' else 'Program'} {number}")
