"""Whether a song is open for remixes, and which of the remixes that wait those in force still allow."""

from collections.abc import Sequence

from artists.exceptions import InvalidRequest
from artists.models import Draft, RemixEnvelope
from artists.program_status import is_off
from catalog.models import Recording
from fans import remix_paper
from fans.models import RemixOffer
from rights import clearance
from rights.models import Use

REASON_ENDED = "outdated: fans cannot remix this song any more"
REASON_NARROWER = "outdated: the limits of this song are narrower now"


def require_open(recording: Recording) -> None:
    """Raises InvalidRequest, which says what is missing before anybody can get a remix of this song."""
    if not RemixOffer.objects.open().filter(recording=recording).exists():
        signed = RemixEnvelope.objects.filter(recording=recording, in_force_from__isnull=False).exists()
        what = "The limits of its remixes have ended" if signed else "Nobody signed limits of its remixes yet"
        raise InvalidRequest(f"{recording.title} cannot be remixed. {what}: the page of the song has them.")
    refusal = clearance.find_missing(Use.REMIX, recording.artist, [recording])
    if refusal is not None and is_off(refusal):
        raise InvalidRequest(f"Not everybody permits remixes of {recording.title}: {'; '.join(refusal.missing)}.")


def find_offers(drafts: Sequence[Draft]) -> dict[int, RemixOffer]:
    """For each of these remixes the limits in force that allow it, by its id. One query, none where there are none."""
    return {pk: offer for pk, (offer, is_inside) in _compare(drafts).items() if offer and is_inside}


def find_beyond(drafts: Sequence[Draft]) -> dict[int, str]:
    """The reason for each of these remixes that the limits in force do not allow. One query at most."""
    return {
        pk: REASON_NARROWER if offer else REASON_ENDED
        for pk, (offer, is_inside) in _compare(drafts).items()
        if not is_inside
    }


def _compare(drafts: Sequence[Draft]) -> dict[int, tuple[RemixOffer | None, bool]]:
    """Without those whose paper was erased. The drafts come with their songs."""
    papers = {draft: remix_paper.read(draft.text) for draft in drafts if draft.text is not None}
    if not papers:
        return {}
    songs = {song.pk for draft in papers for song in draft.recordings}
    open_now = RemixOffer.objects.open().filter(recording__in=songs).select_related("source", "decision")
    by_song = {offer.recording_id: offer for offer in open_now}
    compared: dict[int, tuple[RemixOffer | None, bool]] = {}
    for draft, paper in papers.items():
        offer = next((by_song[song.pk] for song in draft.recordings if song.pk in by_song), None)
        compared[draft.pk] = offer, offer is not None and offer.allows(paper.recipe.to_json())
    return compared
