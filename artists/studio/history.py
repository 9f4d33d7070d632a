"""Remember: who did what in this studio, in plain words. No fan, no text: a draft is a number."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Q
from django.http import HttpResponse
from django.views.decorators.http import require_safe

from accounts.people import display_names
from accounts.requests import AuthenticatedHttpRequest
from artists.models import Draft
from artists.studio.access import Studio, team_member_required
from artists.studio.told import WORDS, told
from audit.models import Entry
from catalog.models import Artist
from web.parsers import parse_integer

PAGE_SIZE = 40
MAX_ACTORS = 40
"""Whoever was in a team longer ago is still in the audit; a page does not ask for more people than this."""


@dataclass(frozen=True, slots=True)
class HistoryItem:
    at: datetime
    who: str
    did: str
    draft: int | None
    """The one it is about, if it is about one."""


@require_safe
@team_member_required
def page(request: AuthenticatedHttpRequest, studio: Studio) -> HttpResponse:
    before = parse_integer(request.GET.get("before"))
    lines, last = list_history(studio.artist, before=before)
    older = f"?before={last}" if last else ""
    return studio.show(request, "studio/history.html", section="studio", lines=lines, older=older)


def list_history(artist: Artist, *, before: int | None = None) -> tuple[list[HistoryItem], int | None]:
    """Newest first, and where the next page begins; None at the end."""
    about = _subject_labels(artist)
    entries = _newest_page(
        [_entries_about(about), *(_entries_by(actor, artist) for actor in _team_actors(artist))], before
    )
    own = _own_draft_subjects(artist, entries)
    shown = [entry for entry in entries if not entry.subject.startswith("draft:") or entry.subject in own]
    # The names of those who acted, and of those who were given a role.
    names = display_names({entry.actor for entry in shown} | {str(entry.facts.get("person")) for entry in shown})
    lines = [
        HistoryItem(entry.at, _actor_name(entry, names), told(entry, names, about), _draft_id(entry)) for entry in shown
    ]
    return lines, entries[-1].pk if len(entries) == PAGE_SIZE else None


def _subject_labels(artist: Artist) -> dict[str, str]:
    """What the audit calls this artist's programs and grants and team, and what people call them."""
    subjects = {f"program:{pk}": f"“{name}”" for pk, name in artist.programs.values_list("pk", "name")}
    subjects |= {f"grant:{grant.pk}": grant.get_use_display().lower() for grant in artist.grants.all()}
    return subjects | {f"team:{artist.team_id}": "the team"}


def _team_actors(artist: Artist) -> list[str]:
    """Everybody who ever had a role here."""
    ever = Entry.objects.filter(subject=f"team:{artist.team_id}").values_list("facts__person", flat=True)
    return sorted({actor for actor in ever if actor})[:MAX_ACTORS]


def _entries_about(subjects: Iterable[str]) -> Any:
    # What a fan does about a program is there too, and is none of what a team did: only that has words here.
    return Entry.objects.filter(subject__in=list(subjects), action__in=list(WORDS))


def _entries_by(actor: str, artist: Artist) -> Any:
    # Of what is about the artist only this: opting in is there too, and is a fan's own business.
    practice = Q(subject=f"artist:{artist.pk}", action="practice.set")
    return Entry.objects.filter(Q(subject__startswith="draft:") | practice, actor=actor)


def _newest_page(sources: Sequence[Any], before: int | None) -> list[Entry]:
    """Of each source no more than a page, by its own index; then the newest of all."""
    parts = [(source.filter(pk__lt=before) if before else source).order_by("-id")[:PAGE_SIZE] for source in sources]
    together = parts[0].union(*parts[1:], all=True) if len(parts) > 1 else parts[0]
    return list(together.order_by("-id")[:PAGE_SIZE])


def _own_draft_subjects(artist: Artist, entries: Sequence[Entry]) -> set[str]:
    """Somebody may work for two artists: only this one's drafts are shown."""
    ids = [pk for pk in map(_draft_id, entries) if pk is not None]
    return {f"draft:{pk}" for pk in Draft.objects.filter(pk__in=ids, artist=artist).values_list("pk", flat=True)}


def _draft_id(entry: Entry) -> int | None:
    kind, _, number = entry.subject.partition(":")
    return int(number) if kind == "draft" else None


def _actor_name(entry: Entry, names: dict[str, str]) -> str:
    """Whoever said no to an invitation never belonged here, and is not named to who did."""
    if entry.action == "team.invitation_refused":
        return "Somebody who was invited"
    return names.get(entry.actor, _system_actor_name(entry.actor))


def _system_actor_name(actor: str) -> str:
    return {"system:expiry": "The clock", "system:reports": "Reports by fans"}.get(actor, "Fanfare")
