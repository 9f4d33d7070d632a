"""What a fan has at the desk of one recording: open it, change it, undo, and keep attempts."""

from dataclasses import dataclass
from typing import Any

from django.db import transaction
from django.db.models.functions import Now

from accounts.models import Person
from ai.remix.check import check, recipe_if_inside
from ai.remix.corners import arrangement
from ai.remix.envelope import Envelope
from ai.remix.moods import surprise
from ai.remix.recipe import Recipe
from ai.remix.source import Source
from catalog.models import Recording
from fans.desk import words
from fans.desk.rules import find_hints
from fans.desk_models import MAX_TRIES, Choice, RemixDesk, RemixTry
from fans.exceptions import TriesFull
from fans.remix_models import RemixOffer

MAX_EARLIER = 50


@dataclass(slots=True)
class Desk:
    """One fan's desk. `recipe` is inside the envelope that is in force now."""

    offer: RemixOffer
    source: Source
    envelope: Envelope
    row: RemixDesk
    recipe: Recipe


def open_desk(person: Person, offer: RemixOffer) -> Desk:
    """The desk as the fan left it. What is beyond the limits by now falls back to the recording."""
    source, envelope = Source.parse(offer.source.content), Envelope.parse(offer.content)
    recorded = arrangement(source, envelope)
    row = RemixDesk.objects.filter(person=person, recording=offer.recording_id).first()
    if row is None:
        row = RemixDesk(person=person, recording_id=offer.recording_id, recipe=recorded.to_json(), choice=Choice.HAND)
    return Desk(offer, source, envelope, row, recipe_if_inside(envelope, source, row.recipe) or recorded)


def change(desk: Desk, recipe: Recipe, choice: Choice | None = None) -> None:
    """Put another recipe on the desk. The one before it can be brought back by undo.

    Without a `choice` the fan changed it by hand. While that leaves a change that rules or the artist's side chose, it
    stays chosen by them.
    """
    if recipe == desk.recipe:
        return
    row = desk.row
    if choice is None:
        left = set(words.describe(desk.source, desk.recipe)) & set(words.describe(desk.source, recipe))
        choice = Choice(row.choice) if left else Choice.HAND
    row.earlier = [*row.earlier, [desk.recipe.to_json(), row.choice]][-MAX_EARLIER:]
    _put(desk, recipe, choice)


def undo(desk: Desk) -> None:
    """Bring back the newest earlier recipe that is still inside the envelope. Nothing happens where there is none."""
    while desk.row.earlier:
        recipe, choice = desk.row.earlier.pop()
        if earlier := recipe_if_inside(desk.envelope, desk.source, recipe):
            _put(desk, earlier, Choice(choice))
            return


def _put(desk: Desk, recipe: Recipe, choice: Choice) -> None:
    row = desk.row
    desk.recipe, row.recipe, row.choice = recipe, recipe.to_json(), choice
    fields = {
        "recipe": row.recipe,
        "choice": choice,
        "earlier": row.earlier,
        "surprises": row.surprises,
        "changed_at": Now(),
    }
    RemixDesk.objects.update_or_create(person=row.person, recording_id=row.recording_id, defaults=fields)


def surprise_me(desk: Desk) -> None:
    """Let rules choose from what the fan plays and when. Each time it is another recipe."""
    hints = find_hints(desk.row.person, desk.row.recording_id)
    recipe = surprise(desk.source, desk.envelope, hints, desk.row.surprises)
    desk.row.surprises += 1
    if recipe and recipe != desk.recipe:
        change(desk, recipe, Choice.RULES)
    else:  # what is on the desk already: the next surprise is another
        _put(desk, desk.recipe, Choice(desk.row.choice))


def find_tries(desk: Desk) -> list[RemixTry]:
    return list(RemixTry.objects.filter(person=desk.row.person, recording=desk.row.recording_id))


def keep(desk: Desk) -> RemixTry:
    """Keep this recipe as an attempt; one that is kept already stays as it is. Raises TriesFull."""
    return _keep(desk.row.person, desk.row.recording_id, desk.recipe, choice=desk.row.choice)


def keep_suggestion(person: Person, recording: Recording, recipe: Recipe, *, instead_of: int) -> RemixTry:
    """Put what the artist suggests instead of a draft among the fan's attempts. Raises TriesFull."""
    return _keep(person, recording.pk, recipe, choice=Choice.TEAM, instead_of=instead_of)


def drop_suggestion(instead_of: int) -> None:
    """The artist's side took back that it declined this draft, so it suggests nothing instead."""
    RemixTry.objects.filter(instead_of=instead_of).delete()


@transaction.atomic
def _keep(person: Person, recording: int, recipe: Recipe, **facts: Any) -> RemixTry:
    Person.objects.select_for_update(no_key=True).get(pk=person.pk)  # two tabs do not take one number
    own = RemixTry.objects.filter(person=person, recording=recording)
    kept, text = list(own), recipe.to_json()
    if found := next((each for each in kept if each.recipe == text), None):
        return found
    free = set(range(1, MAX_TRIES + 1)) - {each.number for each in kept}
    if not free:
        raise TriesFull
    return RemixTry.objects.create(person=person, recording_id=recording, number=min(free), recipe=text, **facts)


def use_try(desk: Desk, number: int) -> None:
    """Put an attempt on the desk again. Raises OutOfBounds where the limits are narrower by now."""
    kept = RemixTry.objects.filter(person=desk.row.person, recording=desk.row.recording_id, number=number).first()
    if kept:
        change(desk, check(desk.envelope, desk.source, kept.recipe), Choice(kept.choice))


def drop_try(desk: Desk, number: int) -> None:
    RemixTry.objects.filter(person=desk.row.person, recording=desk.row.recording_id, number=number).delete()
