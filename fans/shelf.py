"""The shelf of an artist: which remixes of fans others can hear there, and how an entry leaves it."""

from collections.abc import Iterable
from datetime import timedelta
from pathlib import Path

from django.db.models import QuerySet

from accounts.models import Person
from audit import trail
from catalog import audio
from catalog.models import Artist, Recording
from fans import remix_paper, remixes, renders
from fans.models import Experience, RemixOffer, RenderFile, ShelfEntry
from fans.remixes import Remix
from live.notices import NewNotice
from rights import clearance
from rights.clearance_result import ClearanceRequest
from rights.models import AfterEnd, Use

CHANGED = "shelf.changed"
"""The kind of the notice that an entry was offered, decided on or taken off."""
MAX_ENTRIES = 60
MEDIA_TYPE = "audio/mpeg"
RELATED = ("person", "artist", "recording", "experience__person", "render__source", "render__recording__artist")


def list_for(person: Person, artist: Artist) -> list[ShelfEntry]:
    """What this person can hear on the shelf now, newest first. `person` is the hearer."""
    on = ShelfEntry.objects.shown().filter(artist=artist).order_by("-pk")[:MAX_ENTRIES]
    return _leave_out_unclear(on.select_related(*RELATED), person)


def find_for(person: Person, pk: int) -> ShelfEntry | None:
    """One entry, if this person can hear it now."""
    found = ShelfEntry.objects.shown().filter(pk=pk).select_related(*RELATED)
    return next(iter(_leave_out_unclear(found, person)), None)


def list_open(artist: Artist) -> QuerySet[ShelfEntry]:
    """What waits for the team, oldest first, and what stands on the shelf, whoever may hear it."""
    return ShelfEntry.objects.open().filter(artist=artist).select_related(*RELATED).order_by("pk")


def list_own(person: Person, artist: Artist) -> QuerySet[ShelfEntry]:
    """What this person offered to the shelf and did not take off, newest first."""
    return ShelfEntry.objects.open().filter(artist=artist, person=person).select_related(*RELATED).order_by("-pk")


def may_offer(experience: Experience) -> bool:
    """Whether the maker can offer this remix now: it plays, and the signed limits and everybody let others hear it.

    The experience is fetched by `experiences.received_by`.
    """
    remix = remixes.find_playing(experience)
    if remix is None or not is_shared(remix.render.recording):
        return False
    country = experience.person.country
    return clearance.find_missing(Use.SHARE, experience.artist, [remix.render.recording], territory=country) is None


def is_shared(recording: Recording) -> bool:
    """Whether the signed limits of this song let other fans hear its remixes."""
    return RemixOffer.objects.open().shared().filter(recording=recording).exists()


def open_remix(entry: ShelfEntry) -> Remix:
    """What the copy of an open entry is, without a query."""
    assert entry.render is not None
    return Remix(remix_paper.read(entry.experience.text or ""), entry.render)


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

    `by` is an actor, and `reason` what the audit trail says: "maker", "team", "withdrawn" or "erased".
    """
    ended = list(entries)
    for entry in ended:
        ShelfEntry.objects.filter(pk=entry.pk).update(state=ShelfEntry.State.OFF, ended_by=by)
        trail.record("shelf.taken_off", by=by, subject=str(entry), artist=entry.artist_id, reason=reason)
    renders.let_go([entry.render_id for entry in ended], kept=timedelta(0))
    return [NewNotice(entry.person_id, CHANGED, str(entry)) for entry in ended]


def end_with(experience: Experience, *, by: str, reason: str) -> list[NewNotice]:
    """Take the entry of an experience off that is taken back or erased. Erased, no offer of it keeps the name."""
    of_it = ShelfEntry.objects.filter(experience=experience)
    notices = end(of_it.open().select_for_update(no_key=True), by=by, reason=reason)
    if reason == "erased":
        of_it.update(name=None, salt=None)
    return notices


def _leave_out_unclear(entries: Iterable[ShelfEntry], person: Person) -> list[ShelfEntry]:
    """Those that everybody permits in the country where the hearer is, and that still play for their maker."""
    found = list(entries)
    stopping = {entry.experience.clearance_id for entry in found if entry.experience.after_end == AfterEnd.STOPS}
    plays = clearance.still_clear(stopping) if stopping else set()
    asked = {
        entry.pk: ClearanceRequest(Use.SHARE, entry.artist_id, person.country, (entry.recording_id,)) for entry in found
    }
    missing = clearance.find_all_missing(list(asked.values())) if asked else {}
    return [
        entry
        for entry in found
        if missing[asked[entry.pk]] is None
        and (entry.experience.clearance_id not in stopping or entry.experience.clearance_id in plays)
    ]
