"""What rules know of a fan's listening, and the remix that they choose from it."""

from collections import Counter
from functools import lru_cache

from django.db.models import Count

from accounts.models import Person
from ai.remix.envelope import Envelope
from ai.remix.moods import ListeningHints, Surprises
from ai.remix.recipe import Recipe
from ai.remix.source import Source
from fans import listening
from fans.desk_models import Choice, RemixPart, RemixTry
from fans.remix_models import RemixOffer

NIGHT_HOURS, MORNING_HOURS = {22, 23, 0, 1, 2, 3, 4}, {5, 6, 7, 8, 9}


def choose(person: Person, offer: RemixOffer) -> Recipe | None:
    """The remix that rules choose for this fan first; None where the limits leave nothing to change. Three queries.

    Reads the source of the offer. The caller knows that the fan agreed to this use of their listening.
    """
    surprises = _read_surprises(offer.source.content, offer.content)
    recipe = surprises.choose(find_hints(person, offer.recording_id), turn=0)
    return None if recipe == surprises.recorded else recipe


@lru_cache(maxsize=16)
def _read_surprises(source: str, envelope: str) -> Surprises:
    """Many moments of one song come together, and its moods are made once."""
    return Surprises(Source.parse(source), Envelope.parse(envelope))


def find_hints(person: Person, recording: int) -> ListeningHints:
    """At which hours of their own clock the fan listens, and which parts of the song they came back to. Three queries.

    A section is one that they heard at the desk in several remixes, a stem one that they turned up in several tries.
    """
    hours = listening.count_listens(person).hours
    total = sum(hours) or 1
    night, morning = (sum(hours[hour] for hour in some) * 100 // total for some in (NIGHT_HOURS, MORNING_HOURS))
    parts = RemixPart.objects.filter(person=person, recording=recording)
    often = parts.values("section").annotate(times=Count("*")).filter(times__gt=1).order_by("-times", "section")
    return ListeningHints(
        night, morning, tuple(often.values_list("section", flat=True)), _find_stems(person, recording)
    )


def _find_stems(person: Person, recording: int) -> tuple[str, ...]:
    """The ids in the order of their names."""
    own = RemixTry.objects.filter(person=person, recording=recording, choice=Choice.HAND, instead_of=None)
    recipes = [Recipe.parse(kept) for kept in own.values_list("recipe", flat=True)]
    raised = Counter(stem for recipe in recipes for stem, change in recipe.stems.items() if change.gain_half_db > 0)
    return tuple(sorted(stem for stem, times in raised.items() if times > 1))
