"""Ask for the remix that is on the desk. From then on it is a request as any other."""

from functools import partial

from django.db import transaction

from accounts.models import Person
from ai.remix.corners import arrangement
from ai.remix.recipe import Recipe
from ai.remix.source import Source
from artists.exceptions import InvalidRequest, NotOffered
from artists.models import ExperienceRequest, ProgramVersion, RequestedRemix
from artists.requests import asking
from artists.requests.consent_text import RemixFacts, Words
from artists.requests.prices import Price
from fans.desk import words
from fans.desk.state import Desk
from fans.models import RemixOffer
from rights import clearance, places
from rights.clearance_result import Clearance
from rights.models import Use

SAID_CLOSED = "This song cannot be remixed where you are, or not any more. Nothing was asked."


def ask(person: Person, version: ProgramVersion, desk: Desk, *, words_hash: str, starts_now: bool) -> ExperienceRequest:
    """Store a request of what is on this desk, which is inside the envelope in force.

    A place of a quantity is reserved before anything is held. Raises what `requests.asking.ask` raises.
    """
    artist, recording = desk.offer.artist, desk.offer.recording
    if is_unchanged(desk):
        raise InvalidRequest("Change something at the desk first: this is the recording itself.")
    cleared = clearance.clear(Use.REMIX, artist, [recording], territory=person.country)
    if not isinstance(cleared, Clearance):
        raise NotOffered(SAID_CLOSED)
    with transaction.atomic():
        # Its end waits until the request is stored, and then ends the request.
        if RemixOffer.objects.open().filter(pk=desk.offer.pk).select_for_update(no_key=True).first() is None:
            raise NotOffered(SAID_CLOSED)
        request = asking.store(
            person,
            version,
            {"recording": recording},
            partial(write_words, version, desk=desk),
            words_hash=words_hash,
            starts_now=starts_now,
        )
        RequestedRemix.objects.create(
            request=request, offer=desk.offer, recipe=desk.recipe.to_json(), choice=desk.row.choice
        )
        if full := places.reserve({request.moment.item if request.moment else str(request): cleared.id}):
            raise NotOffered(f"{next(iter(full.values()))}. Ask again next month.")
    return request


def is_unchanged(desk: Desk) -> bool:
    """Whether nothing was changed that could be asked for."""
    return desk.recipe == arrangement(desk.source, desk.envelope)


def list_facts(asked: RequestedRemix) -> list[tuple[str, str]]:
    """What was asked for, as the desk calls it. Reads the offer and its source."""
    source, recipe = Source.parse(asked.offer.source.content), Recipe.parse(asked.recipe)
    return words.list_facts(source, recipe)


def write_words(version: ProgramVersion, price: Price, *, desk: Desk) -> Words:
    """What the fan agrees to: it names every change, so that another recipe has other words."""
    changes = ", ".join(f"{what}: {how}" for what, how in words.describe(desk.source, desk.recipe))
    length = words.describe_length(desk.source, desk.recipe)
    return Words.of(version, price, RemixFacts(desk.offer.recording.title, changes, length))
