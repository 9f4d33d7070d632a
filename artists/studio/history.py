"""List what the team did in a studio, from the audit trail. Fans and texts are not named; a draft is a number."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Q, QuerySet
from django.utils.text import get_text_list

from accounts.models import Role
from accounts.people import display_names
from artists.models import Draft
from audit.actors import SystemActor
from audit.models import Entry
from catalog.models import Artist, Recording
from rights import grants
from rights.refusals import write_use

PAGE_SIZE = 40
MAX_PROGRAMS = 200
"""The history covers this many programs, the newest. Entries of others stay in the audit trail."""
MAX_ACTORS = 40
"""The history covers this many people. Entries of others stay in the audit trail."""

ARTIST_ACTIONS = ("review_settings.set", "artist.described", "artist.picture_set")
SYSTEM_ACTOR_NAMES: Mapping[str, str] = {SystemActor.EXPIRY: "The deadline", SystemActor.REPORTS: "Reports by fans"}

KIND_NAMES = {"shelf": "shared remix"}
"""What the team calls a kind of subject, where it is another word."""

type EntryFacts = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class HistoryItem:
    """One line of the history, for example "Ines" "approved draft 7"."""

    at: datetime
    actor_name: str
    description: str
    draft_id: int | None
    """The draft that it is about, or None."""


def list_history(artist: Artist, *, before: int | None = None) -> tuple[list[HistoryItem], int | None]:
    """One page, newest first, and the `before` of the next page; None at the end.

    `before` is the id of an entry: the audit trail is in the order of its ids.
    """
    labels = _subject_labels(artist)
    sources = [_entries_about(labels), *(_entries_by(actor, artist) for actor in _team_actors(artist))]
    newest = _newest_entries(sources, before, PAGE_SIZE + 1)
    entries = newest[:PAGE_SIZE]
    own_drafts, own_grants = _own_draft_subjects(artist, entries), _grant_labels(artist, entries)
    foreign = {"draft": own_drafts, "grant": own_grants.keys()}
    shown = [entry for entry in entries if entry.subject in foreign.get(_subject_kind(entry), {entry.subject})]
    names, labels = _display_names(shown), labels | own_grants | _song_labels(shown)
    items = [
        HistoryItem(entry.at, _actor_name(entry, names), describe_entry(entry, names, labels), _draft_id(entry))
        for entry in shown
    ]
    return items, entries[-1].pk if len(newest) > PAGE_SIZE else None


def describe_entry(entry: Entry, names: Mapping[str, str], labels: Mapping[str, str]) -> str:
    """What the actor did, without the actor's name, for example "approved draft 7".

    `names` are display names by actor, `labels` are what people call the subjects.
    """
    kind, _, number = entry.subject.partition(":")
    subject = labels.get(entry.subject) or f"{KIND_NAMES.get(kind, kind)} {number}"
    describe = ACTION_DESCRIPTIONS.get(entry.action)
    if describe is None:
        return f"{entry.action.partition('.')[2].replace('_', ' ')} {subject}"
    return describe(subject, {**entry.facts, "name": names.get(str(entry.facts.get("person")), "somebody")})


def _subject_labels(artist: Artist) -> dict[str, str]:
    """What people call the newest programs and the team of this artist, by their audit subjects."""
    programs = artist.programs.order_by("-pk").values_list("pk", "name")[:MAX_PROGRAMS]
    return {f"program:{pk}": f"“{name}”" for pk, name in programs} | {f"team:{artist.team_id}": "the team"}


def _grant_labels(artist: Artist, entries: Iterable[Entry]) -> dict[str, str]:
    """What people call those of these grants that are the artist's own: a member may also sign for a label."""
    ids = {int(entry.subject.partition(":")[2]) for entry in entries if _subject_kind(entry) == "grant"}
    said = grants.list_said(artist).filter(pk__in=ids).values_list("pk", "use", "recording__title") if ids else ()
    return {f"grant:{pk}": write_use(use) + (f" for {title}" if title else "") for pk, use, title in said}


def _subject_kind(entry: Entry) -> str:
    return entry.subject.partition(":")[0]


def _song_labels(entries: Iterable[Entry]) -> dict[str, str]:
    """The titles of the songs that these entries are about."""
    ids = {int(pk) for kind, _, pk in (entry.subject.partition(":") for entry in entries) if kind == "recording"}
    found = Recording.objects.filter(pk__in=ids).values_list("pk", "title") if ids else ()
    return {f"recording:{pk}": f"“{title}”" for pk, title in found}


def _team_actors(artist: Artist) -> list[str]:
    """Everybody who has or had a role in the team."""
    actors = Entry.objects.filter(subject=f"team:{artist.team_id}").values_list("facts__person", flat=True)
    return sorted({actor for actor in actors if actor})[:MAX_ACTORS]


def _entries_about(subjects: Iterable[str]) -> QuerySet[Entry]:
    # The audit trail also has what fans did about a program. The action keeps that out.
    return Entry.objects.filter(subject__in=list(subjects), action__in=list(ACTION_DESCRIPTIONS))


def _entries_by(actor: str, artist: Artist) -> QuerySet[Entry]:
    # The subject `artist:` also has opt-ins of fans, which the team may not see. Only these actions are the team's.
    own = Q(subject=f"artist:{artist.pk}", action__in=ARTIST_ACTIONS)
    about = Q(facts__artist=artist.pk)
    songs = about & Q(subject__startswith="recording:")
    switches = about & Q(subject__startswith="grant:")
    # A member can be a fan of this artist too: what they offered is theirs.
    decided = Q(action__in=("shelf.put_on", "shelf.declined")) | Q(action="shelf.taken_off", facts__reason="team")
    shelf = about & Q(subject__startswith="shelf:") & decided
    return Entry.objects.filter(Q(subject__startswith="draft:") | own | songs | switches | shelf, actor=actor)


def _newest_entries(sources: Sequence[QuerySet[Entry]], before: int | None, limit: int) -> list[Entry]:
    """The newest entries of all sources. Each source is limited first, so that each uses its own index."""
    pages = [(source.filter(pk__lt=before) if before else source).order_by("-id")[:limit] for source in sources]
    union = pages[0].union(*pages[1:], all=True) if len(pages) > 1 else pages[0]
    return list(union.order_by("-id")[:limit])


def _own_draft_subjects(artist: Artist, entries: Sequence[Entry]) -> set[str]:
    """The subjects that are drafts of this artist: a member may also work for another artist."""
    ids = [pk for pk in map(_draft_id, entries) if pk is not None]
    return {f"draft:{pk}" for pk in Draft.objects.filter(pk__in=ids, artist=artist).values_list("pk", flat=True)}


def _draft_id(entry: Entry) -> int | None:
    kind, _, pk = entry.subject.partition(":")
    return int(pk) if kind == "draft" else None


def _display_names(entries: Sequence[Entry]) -> dict[str, str]:
    """The names of the actors, and of the people who were given a role."""
    return display_names({entry.actor for entry in entries} | {str(entry.facts.get("person")) for entry in entries})


def _actor_name(entry: Entry, names: Mapping[str, str]) -> str:
    # Somebody who declined an invitation was never in the team, which does not learn the name.
    if entry.action == "team.invitation_refused":
        return "An invited person"
    return names.get(entry.actor, _system_actor_name(entry.actor))


def _system_actor_name(actor: str) -> str:
    return SYSTEM_ACTOR_NAMES.get(actor, "Fanfare")


def _role_label(facts: EntryFacts) -> str:
    role = str(facts.get("role", ""))
    return Role(role).label.lower() if role in Role.values else role


def _with_article(role: str) -> str:
    if role.startswith("the "):
        return role
    return f"{'an' if role[:1] in 'aeiou' else 'a'} {role}"


def _reason_detail(facts: EntryFacts) -> str:
    """The text after the kind of a stored reason, for example "the fan opted out"."""
    return str(facts.get("reason")).partition(": ")[2]


SONG_FIELDS = {"artist_credit": "the artists", "duration_ms": "the length", "isrc": "the ISRC", "mbid": "the MBID"}


def _field_words(facts: EntryFacts) -> str:
    """What of a song was changed, for example "the ISRC and the title"."""
    names = [SONG_FIELDS.get(name, f"the {name}") for name in facts.get("changed", [])]
    return get_text_list(names, "and")


def _describe_undo(subject: str, facts: EntryFacts) -> str:
    return f"undid the {'decline' if facts.get('was') == 'declined' else 'approval'} of {subject}"


ACTION_DESCRIPTIONS: Mapping[str, Callable[[str, EntryFacts], str]] = {
    "program.created": lambda subject, _: f"created the program {subject}",
    "program.edited": lambda subject, facts: f"wrote version {facts.get('version')} of {subject}",
    "program.signed": lambda subject, facts: f"signed version {facts.get('version')} of {subject}",
    "program.paused": lambda subject, _: f"paused {subject}",
    "program.resumed": lambda subject, _: f"resumed {subject}",
    "grant.switched_on": lambda subject, facts: f"switched on {subject}, version {facts.get('version')}",
    "grant.ended": lambda subject, facts: f"switched off {subject}, version {facts.get('version')}",
    "grant.refused": lambda subject, _: f"switched off {subject}",
    "grant.refusal_ended": lambda subject, _: f"switched on {subject} again",
    "draft.approved": lambda subject, _: f"approved {subject}",
    "shelf.put_on": lambda subject, facts: f"put {subject} on your page{'' if facts.get('named') else ', by a fan'}",
    "shelf.declined": lambda subject, _: f"declined {subject}",
    "shelf.taken_off": lambda subject, _: f"took {subject} off your page",
    "draft.declined": lambda subject, _: f"declined {subject}",
    "draft.edited": lambda subject, _: f"changed the text of {subject}",
    "draft.undone": _describe_undo,
    "draft.withdrawn": lambda subject, facts: f"took {subject} out of the queue: {_reason_detail(facts)}",
    "review_settings.set": lambda _, facts: f"set the undo time to {facts.get('grace_seconds')} seconds",
    "recording.added": lambda subject, _: f"added the song {subject}",
    "recording.edited": lambda subject, facts: f"changed {_field_words(facts)} of {subject}",
    "recording.cover_set": lambda subject, facts: (
        f"{'changed' if facts.get('picture') else 'removed'} the cover of {subject}"
    ),
    "artist.described": lambda *_: "changed the profile",
    "artist.picture_set": lambda _, facts: f"{'changed' if facts.get('picture') else 'removed'} the picture",
    "team.principal_named": lambda _, facts: f"verified {facts['name']} as the artist",
    "team.member_added": lambda _, facts: f"made {facts['name']} {_with_article(_role_label(facts))}",
    "team.invited": lambda _, facts: f"invited somebody as {_role_label(facts)}",
    "team.invitation_taken_back": lambda _, facts: f"canceled an invitation as {_role_label(facts)}",
    "team.joined": lambda _, facts: f"joined as {_role_label(facts)}",
    "team.invitation_refused": lambda _, facts: f"declined to join as {_role_label(facts)}",
    "team.member_removed": lambda _, facts: f"removed {facts['name']} from the team",
}
"""The description of each action that the history shows, by the action's name in the audit trail."""
