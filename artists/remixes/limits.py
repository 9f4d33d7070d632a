"""Whether the limits that are in force for a song still allow the remixes that wait."""

from collections.abc import Sequence

from ai.remix.check import recipe_if_inside
from ai.remix.envelope import Envelope
from ai.remix.source import Source
from artists.models import Draft
from fans import remix_paper
from fans.models import RemixOffer

REASON_ENDED = "outdated: fans cannot remix this song any more"
REASON_NARROWER = "outdated: the limits of this song are narrower now"


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
    by_song = {
        offer.recording_id: (offer, Envelope.parse(offer.content), Source.parse(offer.source.content))
        for offer in open_now
    }
    compared: dict[int, tuple[RemixOffer | None, bool]] = {draft.pk: (None, False) for draft in papers}
    for draft, paper in papers.items():
        if draft.song and draft.song.pk in by_song:
            offer, envelope, source = by_song[draft.song.pk]
            compared[draft.pk] = offer, recipe_if_inside(envelope, source, paper.recipe.to_json()) is not None
    return compared
