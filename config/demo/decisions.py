"""Decide the seed's drafts as their teams would, and deliver what was approved."""

from collections.abc import Iterable
from datetime import timedelta

from accounts.models import Person, Role
from artists import delivery, review
from artists.exceptions import InvalidRequest, Outdated, TooLate, Uncleared
from artists.models import Draft
from config.demo.artist_data import ARTISTS_BY_SLUG, MARA
from config.demo.fan_data import ANA
from config.demo.program_data import HANDWRITTEN_TEXT, PERSONAL_TEXTS
from config.demo.setup import DemoWorld
from fans import experiences
from fans.models import Experience

UNDO_TIME = timedelta(seconds=6)  # a little longer than a team's time to undo an approval
TIME_PER_DECISION = timedelta(seconds=40)  # a person reads each draft
TIME_TO_OPEN = timedelta(seconds=50)
DECLINE_REASONS = ("Not this one.", "Too much for a first hello.", "I would rather write to them myself.", "")


def is_written_by_hand(draft: Draft) -> bool:
    """Whether this is the one draft that Mara writes herself, so that the demo has such a message."""
    return draft.person.handle == ANA and draft.artist.slug == MARA and draft.version.nth == 50


def decide(world: DemoWorld, draft: Draft) -> bool:
    """Decide a draft as a member of its team. True if it was approved or edited, so that it can be delivered."""
    world.clock.set_now(world.clock.now + TIME_PER_DECISION)
    slug, chance = draft.artist.slug, world.rng.random()
    try:
        if is_written_by_hand(draft):
            review.edit(draft.pk, HANDWRITTEN_TEXT, by=world.principal(slug), fresh=True)
            return True
        if chance < 0.1:
            review.decline(draft.pk, by=_random_reviewer(world, slug), reason=world.rng.choice(DECLINE_REASONS))
        elif chance < 0.22 and draft.person.handle != ANA:  # who has one message by hand
            review.edit(draft.pk, world.rng.choice(PERSONAL_TEXTS[slug]), by=world.principal(slug), fresh=True)
        else:
            review.approve(draft.pk, by=_random_reviewer(world, slug))
    except (InvalidRequest, Outdated, TooLate, Uncleared):
        return False  # paused, no longer granted, no longer true, or its deadline passed while other drafts were read
    return chance >= 0.1


def deliver_and_open(world: DemoWorld, approved: Iterable[Draft] = ()) -> None:
    """Deliver approved drafts, and let most of their fans open them soon."""
    world.clock.set_now(world.clock.now + UNDO_TIME)
    delivery.deliver_next()
    received = Experience.objects.filter(draft__in=[draft.pk for draft in approved]).select_related("person")
    for experience in received.order_by("draft"):
        if world.rng.random() < 0.75:
            world.clock.set_now(world.clock.now + TIME_TO_OPEN)
            experiences.mark_opened(experience, by=experience.person)


def _random_reviewer(world: DemoWorld, slug: str) -> Person:
    reviewers = [member for member in ARTISTS_BY_SLUG[slug].team if member.role != Role.EDITOR]
    return world.people[world.rng.choice(reviewers).handle]
