"""Want the sound of a remix for each moment that is cleared. `work renders` makes it, and `drafting` goes on."""

import logging
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from django.db import DatabaseError, transaction
from django.db.models import QuerySet

from ai.remix.recipe import Recipe
from artists import drafts, fact_checks, generation
from artists.models import Moment, Program
from fans import renders
from fans.desk import rules
from fans.desk_models import Choice
from fans.models import RemixOffer
from rights.clearance_result import Clearance

BATCH_SIZE = 50
CLOSED = "uncleared: this song is not open for remixes any more"
OTHER_PARTS = "uncleared: the song has other parts by now"
NARROWER = "uncleared: the limits of this song are narrower by now"
UNCHANGED = "unsayable: the limits of this song leave nothing that rules could change"
BROKEN = "unsayable: making it broke; the log of the drafts process says how"
RELATED = ("person", "program__artist", "version__recording", "recording", "request__remix__offer", "render__source")

logger = logging.getLogger(__name__)


def want_next() -> bool:
    """Want the sounds of one batch of moments. Returns whether there were any. Several processes may call it."""
    with transaction.atomic():
        noticed = Moment.objects.filter(state=Moment.State.NOTICED, program__kind=Program.Kind.REMIX)
        found = lock(noticed)
        refused, cleared = clear(found)
        for moment in found:
            if moment.pk in cleared:
                with refuse_broken(moment, refused):
                    refused |= want(moment, cleared[moment.pk])
        drafts.store_drafts(found, [], refused)
    return bool(found)


def lock(waiting: QuerySet[Moment]) -> list[Moment]:
    """The oldest of these, locked, with what remixes read of them. Another process skips them."""
    locked = waiting.order_by("pk").select_for_update(skip_locked=True, no_key=True, of=("self",))
    ids = list(locked.values_list("pk", flat=True)[:BATCH_SIZE])
    return list(Moment.objects.filter(pk__in=ids).select_related(*RELATED).order_by("pk"))


def clear(found: Sequence[Moment]) -> tuple[dict[int, str], dict[int, Clearance]]:
    """By moment, which are locked: the reason why nothing is made, or the clearance."""
    refused, cleared = drafts.clear_moments(found, hold=True)
    asked = [moment for moment in found if moment.pk in cleared]
    passed = fact_checks.find_passed(asked, generation.find_counts(asked))
    return refused | passed, {pk: granted for pk, granted in cleared.items() if pk not in passed}


@contextmanager
def refuse_broken(moment: Moment, refused: dict[int, str]) -> Iterator[None]:
    """Refuse a moment whose work breaks inside, so that it does not hold up the others for ever."""
    try:
        with transaction.atomic():
            yield
    except DatabaseError:  # nothing of the moment: the batch is tried again
        raise
    except Exception:
        logger.exception("The remix of %s could not be made", moment)
        refused[moment.pk] = BROKEN


def want(moment: Moment, cleared: Clearance) -> dict[int, str]:
    """Want the whole remix of a moment that is locked, and the recording that a reviewer compares it with.

    Returns why not, by its id, where it cannot be made.
    """
    offer, reason = find_open_offer(moment)
    if offer is None:
        return {moment.pk: reason}
    recipe, choice = _find_recipe(moment, offer)
    if recipe is None:
        return {moment.pk: UNCHANGED}
    moment.render = renders.want_whole(
        offer.source,
        recipe,
        cleared,
        person=moment.person,
        choice=choice,
        is_awaited=moment.version.is_asked_for,
    )
    renders.want_original(offer.source, cleared)
    moment.state = Moment.State.RENDERING
    moment.save(update_fields=["render", "state"])
    return {}


def _find_recipe(moment: Moment, offer: RemixOffer) -> tuple[Recipe | None, str]:
    """What its fan asked for, or what rules choose from the fan's listening, and which of the two."""
    if moment.version.is_asked_for:
        return Recipe.parse(moment.request.remix.recipe), moment.request.remix.choice
    return rules.choose(moment.person, offer), Choice.RULES


def find_open_offer(moment: Moment) -> tuple[RemixOffer | None, str]:
    """What is open now, if it allows what is wanted; else None, and why not, as a moment stores it."""
    offer = RemixOffer.objects.open().filter(recording=moment.song).select_related("source").first()
    if offer is None:
        return None, CLOSED
    wanted = _find_wanted(moment)
    if wanted is None:
        return offer, ""
    source, recipe = wanted
    if offer.source_id != source:
        return None, OTHER_PARTS
    return (offer, "") if offer.allows(recipe) else (None, NARROWER)


def _find_wanted(moment: Moment) -> tuple[int, str] | None:
    """The source and the recipe that its fan asked for, or that rules chose; None before they did."""
    if moment.version.is_asked_for:
        return moment.request.remix.offer.source_id, moment.request.remix.recipe
    return (moment.render.source_id, moment.render.recipe) if moment.render else None
