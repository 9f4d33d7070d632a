"""List what the overview page shows: a studio's programs, and the tasks that wait for a person."""

from collections.abc import Iterable
from dataclasses import dataclass

from django.db.models import OuterRef, QuerySet, Subquery

from artists.artist_grants import MessageRefusals
from artists.explanations import describe_program
from artists.models import Program, ProgramVersion
from artists.program_status import ProgramStatus, get_status, is_off
from artists.studio.access import Studio
from rights import roster


def list_programs(studio: Studio) -> QuerySet[Program]:
    """The artist's programs by name, each with its signed version and with the number `newest` of its last version."""
    programs = studio.artist.programs.select_related("current__recording").order_by("name", "pk")
    versions = ProgramVersion.objects.filter(program=OuterRef("pk")).order_by("-version")
    return programs.annotate(newest=Subquery(versions.values("version")[:1]))


def list_program_rows(
    programs: Iterable[Program], refusals: MessageRefusals
) -> list[tuple[Program, str, ProgramStatus]]:
    """Each program with its sentence ("" before it is signed) and its status."""
    return [
        (program, describe_program(program.current) if program.current else "", get_status(program, refusals))
        for program in programs
    ]


@dataclass(frozen=True, slots=True)
class Task:
    """Something that a person of the team has to do, and the page to do it on."""

    title: str
    hint: str
    url: str


def list_tasks(studio: Studio, programs: list[Program], refusals: MessageRefusals) -> list[Task]:
    """What there is to do besides deciding drafts."""
    tasks = [*_grant_tasks(studio, programs)] if is_off(refusals[None]) else []
    for program in programs:
        tasks += _program_tasks(studio, program)
    return [*tasks, *_roster_tasks(studio)]


def _roster_tasks(studio: Studio) -> list[Task]:
    """Labels and publishers that wait for an answer, for those who may give it."""
    if not studio.may_manage:
        return []
    asked = studio.artist.roster_entries.filter(roster.OPEN).order_by("pk").values_list("label__name", flat=True)
    return [Task(f"{name} wants you on its roster", "say yes or no", studio.url("studio-labels")) for name in asked]


def _grant_tasks(studio: Studio, programs: list[Program]) -> list[Task]:
    is_signed = any(program.current for program in programs)
    title = "Personal messages are off, so no program sends anything" if is_signed else "Personal messages are off"
    return [Task(title, "until you switch them on", studio.url("grants"))]


def _program_tasks(studio: Studio, program: Program) -> list[Task]:
    url = studio.url("program", program_id=program.pk)
    newest = getattr(program, "newest", None) or 0
    signed = program.current.version if program.current else 0
    if program.state == Program.State.PAUSED and program.paused_because:
        return [Task(f"{program.name} was stopped by reports", "read why", url)]
    if newest > signed:
        return [Task(f"{program.name}: version {newest} waits for a signature", "unsigned", url)]
    return []
