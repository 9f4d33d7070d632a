"""Want the sound of a remix for each moment that is cleared. `work renders` makes it, and `drafting` goes on."""

from django.db import transaction
from django.db.models import QuerySet

from ai.remix.recipe import Recipe
from artists import drafts
from artists.models import Moment, Program
from artists.remixes import limits
from fans import renders
from fans.models import RemixOffer
from rights.clearance_result import Clearance

BATCH_SIZE = 50
CLOSED = "uncleared: this song is not open for remixes any more"
OTHER_PARTS = "uncleared: the song has other parts since the remix was asked for"
NARROWER = "uncleared: the limits are narrower than what was asked for"
RELATED = ("person", "program__artist", "version__recording", "recording", "request__remix__offer", "render__source")


def want_next() -> bool:
    """Want the sounds of one batch of moments. Returns whether there were any. Several processes may call it."""
    with transaction.atomic():
        noticed = Moment.objects.filter(state=Moment.State.NOTICED, program__kind=Program.Kind.REMIX)
        found = lock(noticed)
        refused, cleared = drafts.clear_moments(found, hold=True)
        for moment in found:
            if moment.pk in cleared:
                refused |= want(moment, cleared[moment.pk])
        drafts.store_drafts(found, [], refused)
    return bool(found)


def lock(waiting: QuerySet[Moment]) -> list[Moment]:
    """The oldest of these, locked, with what remixes read of them. Another process skips them."""
    locked = waiting.order_by("pk").select_for_update(skip_locked=True, no_key=True, of=("self",))
    ids = list(locked.values_list("pk", flat=True)[:BATCH_SIZE])
    return list(Moment.objects.filter(pk__in=ids).select_related(*RELATED).order_by("pk"))


def want(moment: Moment, cleared: Clearance) -> dict[int, str]:
    """Want the whole remix of a moment that is locked, and the recording that a reviewer compares it with.

    Returns why not, by its id, where it cannot be made.
    """
    offer, reason = find_open_offer(moment)
    if offer is None:
        return {moment.pk: reason}
    asked = moment.request.remix
    recipe = Recipe.parse(asked.recipe)
    moment.render = renders.want_whole(
        offer.source, recipe, cleared, person=moment.person, choice=asked.choice, is_awaited=True
    )
    renders.want_original(offer.source, cleared)
    moment.state = Moment.State.RENDERING
    moment.save(update_fields=["render", "state"])
    return {}


def find_open_offer(moment: Moment) -> tuple[RemixOffer | None, str]:
    """What is open now, if it allows what was asked for; else None, and why not, as a moment stores it."""
    asked = moment.request.remix
    offer = RemixOffer.objects.open().filter(recording=moment.recording_id).select_related("source").first()
    if offer is None:
        return None, CLOSED
    if offer.source_id != asked.offer.source_id:
        return None, OTHER_PARTS
    return (offer, "") if limits.allows(offer, asked.recipe) else (None, NARROWER)
