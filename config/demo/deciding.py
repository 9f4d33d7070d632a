"""Seed: what a team does with one draft, and what becomes of it."""

from collections.abc import Iterable
from datetime import timedelta

from accounts.models import Person, Role
from artists import delivery, review
from artists.exceptions import InvalidRequest, TooLate, Uncleared
from artists.models import Draft
from config.demo.acts import BY_SLUG, MARA
from config.demo.crowd import ANA
from config.demo.offers import BY_HAND, LETTERS
from config.demo.opening import World
from fans import experiences
from fans.models import Experience

GRACE = timedelta(seconds=6)
NEXT = timedelta(seconds=40)  # a person reads before the next decision
LOOKS = timedelta(seconds=50)
REASONS = ("Not this one.", "Too much for a first hello.", "I would rather write to them myself.", "")


def is_by_hand(draft: Draft) -> bool:
    """Mara writes this one herself, so that something by an artist's own hand is there to be seen."""
    return draft.person.handle == ANA and draft.artist.slug == MARA and draft.version.nth == 50


def decided(world: World, draft: Draft) -> bool:
    """By somebody of the team. Says whether it was a yes, so that it may go out when the grace is over."""
    world.clock.turn(world.clock.now + NEXT)
    slug, chance = draft.artist.slug, world.rng.random()
    try:
        if is_by_hand(draft):
            review.edit(draft.pk, BY_HAND, by=world.principal(slug))
            return True
        if chance < 0.1:
            review.decline(draft.pk, by=_somebody(world, slug), reason=world.rng.choice(REASONS))
        elif chance < 0.22:
            review.edit(draft.pk, world.rng.choice(LETTERS[slug]), by=world.principal(slug))
        else:
            review.approve(draft.pk, by=_somebody(world, slug))
    except (
        InvalidRequest,
        TooLate,
        Uncleared,
    ):  # paused, no longer granted, or its deadline passed while others were read
        return False
    return chance >= 0.1


def arrived(world: World, approved: Iterable[Draft] = ()) -> None:
    """What everyone still says yes to reaches its fan, and most fans look at it soon."""
    world.clock.turn(world.clock.now + GRACE)
    delivery.deliver_next()
    received = Experience.objects.filter(draft__in=[draft.pk for draft in approved]).select_related("person")
    for experience in received.order_by("draft"):
        if world.rng.random() < 0.75:
            world.clock.turn(world.clock.now + LOOKS)
            experiences.mark_opened(experience, by=experience.person)


def _somebody(world: World, slug: str) -> Person:
    mates = [mate for mate in BY_SLUG[slug].team if mate.role != Role.EDITOR]
    return world.people[world.rng.choice(mates).handle]
