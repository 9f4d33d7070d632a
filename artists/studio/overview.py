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

from accounts.entrance import signed_in
from accounts.requests import Request
from artists.models import Program
from artists.program_status import ProgramStatus, get_status
from artists.studio.entrance import Studio, entered, memberships
from artists.studio.happened import happened
from artists.studio.reached import reached
from artists.studio.sentence import sentence

RECENT = 3
NEWEST = "SELECT max(version) FROM artists_programversion edited WHERE edited.program_id = artists_program.id"


@require_safe
@never_cache
@signed_in
def choose(request: Request) -> HttpResponse:
    """Whose studio. With one team there is nothing to choose."""
    found = memberships(request.user)
    if len(found) == 1:
        return redirect("studio", slug=found[0].team.artist.slug)
    return render(request, "studio/choose.html", {"members": found})


@require_safe
@entered
def page(request: Request, studio: Studio) -> HttpResponse:
    offered = list(programs(studio))
    return studio.show(
        request,
        "studio/overview.html",
        asks=asks(studio, offered),
        recent=reached(studio.artist, limit=RECENT),
        happened=happened(studio.artist),
        programs=told(studio, offered),
    )


@require_safe
@entered
def needs_now(request: Request, studio: Studio) -> HttpResponse:
    """The brass block alone, when something came or was decided."""
    return studio.show(request, "studio/overview.html#needs", asks=asks(studio, list(programs(studio))))


def programs(studio: Studio) -> QuerySet[Program]:
    """With the number of their newest version, and the one that is signed."""
    offered = studio.artist.programs.select_related("current__recording").order_by("name", "pk")
    return offered.annotate(newest=RawSQL(NEWEST, [], IntegerField()))  # noqa: S611


def told(studio: Studio, offered: Iterable[Program]) -> list[tuple[Program, str, ProgramStatus]]:
    """Each with its sentence, and how it stands."""
    return [
        (program, sentence(program.current) if program.current else "", get_status(program, studio.allowed))
        for program in offered
    ]


@dataclass(frozen=True, slots=True)
class Ask:
    """Something that waits for a person, and where."""

    what: str
    hint: str
    url: str


def asks(studio: Studio, offered: list[Program]) -> list[Ask]:
    """What wants a person besides the drafts."""
    return [*_about_grants(studio, offered), *(ask for each in offered for ask in _about(studio, each))]


def _about_grants(studio: Studio, offered: list[Program]) -> list[Ask]:
    if studio.allowed:
        return []
    signed = any(program.current for program in offered)
    what = "Personal messages are off, so no program answers anybody" if signed else "Personal messages are off"
    return [Ask(what, "until you switch them on", reverse("grants", kwargs={"slug": studio.artist.slug}))]


def _about(studio: Studio, program: Program) -> list[Ask]:
    url = studio.url("program", pk=program.pk)
    newest = getattr(program, "newest", None) or 0
    signed = program.current.version if program.current else 0
    if program.state == Program.State.PAUSED and program.paused_because:
        return [Ask(f"{program.name} was stopped by reports", "look first", url)]
    if newest > signed:
        return [Ask(f"{program.name}, version {newest}, waits for a signature", "unsigned", url)]
    return []
