"""The shelf of an artist: which remixes of fans others can hear there, and how an entry leaves it."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

from django.db.models import Q, QuerySet

from accounts import consents
from accounts.models import Member, Person
from audit import trail
from catalog import audio
from catalog.models import Artist, Recording
from fans import remix_paper, remixes, renders
from fans.models import Experience, RemixOffer, Render, RenderFile, ShelfEntry
from fans.remixes import Remix
from live import notices
from live.notices import NewNotice
from rights import clearance
from rights.clearance_result import ClearanceRefusal, ClearanceRequest
from rights.models import AfterEnd, Use
from trust import reports

CHANGED = "shelf.changed"
"""The kind of the notice that an entry was offered, decided on or taken off."""
PAGE_SIZE = 24
MEDIA_TYPE = "audio/mpeg"
RELATED = ("person", "artist", "recording", "experience__person", "render__source", "render__recording__artist")


def list_for(person: Person, artist: Artist) -> QuerySet[ShelfEntry]:
    """What this person can hear on the shelf now. `person` is the hearer."""
    return _leave_out_unclear(ShelfEntry.objects.shown().filter(artist=artist), person)


def find_for(person: Person, pk: int) -> ShelfEntry | None:
    """One entry, if this person can hear it now."""
    return _leave_out_unclear(ShelfEntry.objects.shown().filter(pk=pk), person).first()


def find_reportable(person: Person, pk: int) -> ShelfEntry | None:
    """One entry that this person can hear now and report: it is somebody else's."""
    entry = find_for(person, pk)
    return entry if entry and entry.person_id != person.pk else None


def list_songs(entries: QuerySet[ShelfEntry]) -> list[Recording]:
    """The songs that these are remixes of, by title."""
    return list(Recording.objects.filter(pk__in=entries.values("recording")).order_by("title", "pk"))


def list_open(artist: Artist) -> QuerySet[ShelfEntry]:
    """What waits for the team and what stands on the shelf, whoever may hear it."""
    return ShelfEntry.objects.open().filter(artist=artist).select_related(*RELATED)


def list_own(person: Person, artist: Artist) -> QuerySet[ShelfEntry]:
    """What this person offered to the shelf and did not take off."""
    return list_open(artist).filter(person=person)


def is_heard(entry: ShelfEntry) -> bool:
    """Whether its maker can hear it on the shelf now. It stands there, unheard, while less is permitted than before."""
    return entry.state == ShelfEntry.State.ON and find_for(entry.person, entry.pk) is not None


def may_offer(experience: Experience) -> bool:
    """Whether the maker can offer this remix now: it plays, and the signed limits and everybody let others hear it.

    The experience is fetched by `experiences.received_by`.
    """
    remix = remixes.find_playing(experience)
    if remix is None or not is_shared(remix.render):
        return False
    return find_missing(remix.render.recording, country=experience.person.country) is None


def is_shared(render: Render) -> bool:
    """Whether the signed limits of its song, as they are now, allow this remix and let other fans hear it."""
    shared = RemixOffer.objects.open().shared().filter(recording=render.recording_id).select_related("source")
    offer = shared.first()
    return offer is not None and offer.allows(render.recipe)


def open_remix(entry: ShelfEntry) -> Remix:
    """What the copy of an open entry is, without a query."""
    assert entry.render is not None
    return Remix(remix_paper.read(entry.experience.text or ""), entry.render)


def tell_copy(render: Render) -> None:
    """Tell the maker and the team of an entry that its copy is made, or failed, in the caller's transaction."""
    entry = ShelfEntry.objects.open().filter(render=render).first() if render.kind == Render.Kind.SHELF else None
    if entry is None:
        return
    team = Member.objects.filter(team__artist=entry.artist_id, person__is_active=True)
    people = dict.fromkeys([entry.person_id, *team.order_by("pk").values_list("person", flat=True)])
    notices.post([NewNotice(person, CHANGED, str(entry)) for person in people])


def find_latest(experience: Experience) -> ShelfEntry | None:
    """The newest offer of this remix."""
    return ShelfEntry.objects.filter(experience=experience).select_related("person", "render").order_by("-pk").first()


def find_sound(entry: ShelfEntry) -> tuple[Path, str] | None:
    """The copy for the shelf and its SHA-256, where the stored bytes are those that were decided on.

    Of an entry that waits they are those that were made.
    """
    if entry.render is None:
        return None
    made = RenderFile.objects.filter(render=entry.render, name=RenderFile.Name.STREAM).first()
    sha256 = entry.sha256 or (made.sha256 if made else "")
    try:
        return (audio.unchanged_path(renders.fan_file_name(entry.render, "stream"), sha256), sha256) if sha256 else None
    except FileNotFoundError:
        return None


def end(entries: Iterable[ShelfEntry], *, by: str, reason: str) -> list[NewNotice]:
    """Take open entries off, in the caller's transaction. Return notices for their makers, to be posted with others.

    `by` is an actor, and `reason` what the audit trail says: "maker", "team", "reported", "narrowed",
    "withdrawn" or "erased".
    """
    ended = list(entries)
    for entry in ended:
        end_consent(entry)
        ShelfEntry.objects.filter(pk=entry.pk).update(state=ShelfEntry.State.OFF, ended_by=by)
        trail.record("shelf.taken_off", by=by, subject=str(entry), artist=entry.artist_id, reason=reason)
    renders.let_go([entry.render_id for entry in ended], kept=timedelta(0))
    return [NewNotice(entry.person_id, CHANGED, str(entry)) for entry in ended]


def lock_open(recording: Recording) -> list[ShelfEntry]:
    """Lock the open entries of a song, as a decision does before it reads the limits. Who ends limits does it first.

    Who offers another one locks the song, as they do.
    """
    related = ShelfEntry.objects.open().filter(recording=recording).select_related("person", "render", "consent")
    return list(related.select_for_update(no_key=True, of=("self",)).order_by("pk"))


def end_beyond(offer: RemixOffer, *, by: str) -> list[NewNotice]:
    """Take off what these limits, which came into force in the caller's transaction, do not allow. As `end`."""
    entries = lock_open(offer.recording)
    recipes = {entry.render.recipe for entry in entries if entry.render}
    allowed = {recipe for recipe in recipes if offer.allows(recipe)}
    beyond = [entry for entry in entries if entry.render is None or entry.render.recipe not in allowed]
    return end(beyond, by=by, reason="narrowed")


def end_consent(entry: ShelfEntry) -> None:
    """Record that what its maker accepted for it has ended. Another offer asks for it again."""
    consents.withdraw(entry.person, entry.consent.about, entry.consent.version, entry.consent.words)


def end_with(experience: Experience, *, by: str, reason: str) -> list[NewNotice]:
    """Take the entry of an experience off that is taken back or erased. Erased, no offer of it keeps the name."""
    of_it = ShelfEntry.objects.filter(experience=experience)
    told = end(of_it.open().select_for_update(no_key=True), by=by, reason=reason)
    if reason == "erased":
        reports.erase_shown(experience.artist_id, [str(entry) for entry in of_it])
        of_it.update(name=None, salt=None)
    return told


def _leave_out_unclear(entries: QuerySet[ShelfEntry], person: Person) -> QuerySet[ShelfEntry]:
    """Those that everybody permits in the country where the hearer is, and that still play for their maker.

    Few questions are asked, however many entries there are: two for each song, and one for each stored clearance of
    what stops once a yes ends.
    """
    columns = ("artist", "recording", "experience__after_end", "experience__clearance")
    facts = list(entries.order_by().values_list(*columns).distinct())
    refusals = _find_refusals({song: artist for artist, song, *_ in facts}, person.country)
    clear = [song for song, refusal in refusals.items() if refusal is None]
    stopping = {pk for *_, after_end, pk in facts if after_end == AfterEnd.STOPS}
    plays_on = ~Q(experience__after_end=AfterEnd.STOPS)
    if stopping:
        plays_on |= Q(experience__clearance__in=clearance.still_clear(stopping))
    return entries.filter(plays_on, recording__in=clear).select_related(*RELATED)


def find_missing(song: Recording, *, country: str) -> ClearanceRefusal | None:
    """Who must still say yes, or agreed to less than the limits, before anybody there hears a remix of the song."""
    return _find_refusals({song.pk: song.artist_id}, country)[song.pk]


def _find_refusals(artists: dict[int, int], country: str) -> dict[int, ClearanceRefusal | None]:
    """For each of these songs what keeps its shared remixes from being heard there, or None.

    Where an owner agreed to less than the limits that are signed, nobody hears what was made inside them.
    """
    asked = {
        song: [ClearanceRequest(use, artist, country, (song,)) for use in (Use.SHARE, Use.REMIX)]
        for song, artist in artists.items()
    }
    missing = clearance.find_all_missing([request for both in asked.values() for request in both]) if asked else {}
    return {
        song: missing[share] if missing[share] is not None else _only_bounds(missing[remix])
        for song, (share, remix) in asked.items()
    }


def _only_bounds(refusal: ClearanceRefusal | None) -> ClearanceRefusal | None:
    """What of a refusal of remixes counts for those that were made: an owner's bounds."""
    if refusal is None or "bounds" not in refusal.problems:
        return None
    return replace(refusal, details=tuple(one for one in refusal.details if one.problem == "bounds"))
