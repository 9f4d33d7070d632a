"""Look: what needs somebody now, what happened, what reached fans, how the programs stand."""

from collections.abc import Iterable
from dataclasses import dataclass

from django.db.models import IntegerField, QuerySet
from django.db.models.expressions import RawSQL
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from accounts.decorators import login_required
from accounts.requests import AuthenticatedHttpRequest
from artists.models import Program
from artists.program_status import ProgramStatus, get_status
from artists.studio.access import Studio, artist_memberships, team_member_required
from artists.studio.messages import sentence
from artists.studio.sent import list_settled_drafts
from artists.studio.statistics import get_statistics

RECENT = 3
NEWEST_VERSION_SQL = (
    "SELECT max(version) FROM artists_programversion edited WHERE edited.program_id = artists_program.id"
)


@require_safe
@never_cache
@login_required
def choose(request: AuthenticatedHttpRequest) -> HttpResponse:
    """Whose studio. With one team there is nothing to choose."""
    found = artist_memberships(request.user)
    if len(found) == 1:
        return redirect("studio", slug=found[0].team.artist.slug)
    return render(request, "studio/studios.html", {"members": found})


@require_safe
@team_member_required
def page(request: AuthenticatedHttpRequest, studio: Studio) -> HttpResponse:
    offered = list(list_programs(studio))
    return studio.show(
        request,
        "studio/overview.html",
        asks=list_tasks(studio, offered),
        recent=list_settled_drafts(studio.artist, limit=RECENT),
        happened=get_statistics(studio.artist),
        programs=list_program_rows(studio, offered),
    )


@require_safe
@team_member_required
def needs_now(request: AuthenticatedHttpRequest, studio: Studio) -> HttpResponse:
    """The brass block alone, when something came or was decided."""
    return studio.show(request, "studio/overview.html#needs", asks=list_tasks(studio, list(list_programs(studio))))


def list_programs(studio: Studio) -> QuerySet[Program]:
    """With the number of their newest version, and the one that is signed."""
    offered = studio.artist.programs.select_related("current__recording").order_by("name", "pk")
    return offered.annotate(newest=RawSQL(NEWEST_VERSION_SQL, [], IntegerField()))  # noqa: S611


def list_program_rows(studio: Studio, offered: Iterable[Program]) -> list[tuple[Program, str, ProgramStatus]]:
    """Each with its sentence, and how it stands."""
    return [
        (program, sentence(program.current) if program.current else "", get_status(program, studio.allowed))
        for program in offered
    ]


@dataclass(frozen=True, slots=True)
class Task:
    """Something that waits for a person, and where."""

    what: str
    hint: str
    url: str


def list_tasks(studio: Studio, offered: list[Program]) -> list[Task]:
    """What wants a person besides the drafts."""
    return [*_grant_tasks(studio, offered), *(ask for each in offered for ask in _program_tasks(studio, each))]


def _grant_tasks(studio: Studio, offered: list[Program]) -> list[Task]:
    if studio.allowed:
        return []
    signed = any(program.current for program in offered)
    what = "Personal messages are off, so no program answers anybody" if signed else "Personal messages are off"
    return [Task(what, "until you switch them on", reverse("grants", kwargs={"slug": studio.artist.slug}))]


def _program_tasks(studio: Studio, program: Program) -> list[Task]:
    url = studio.url("program", pk=program.pk)
    newest = getattr(program, "newest", None) or 0
    signed = program.current.version if program.current else 0
    if program.state == Program.State.PAUSED and program.paused_because:
        return [Task(f"{program.name} was stopped by reports", "look first", url)]
    if newest > signed:
        return [Task(f"{program.name}, version {newest}, waits for a signature", "unsigned", url)]
    return []
