"""Seed, second: half a year, evening by evening: what was heard is counted, drafted, decided on and delivered."""

from bisect import bisect_left
from collections.abc import Iterator
from datetime import datetime, timedelta

from accounts.models import Role
from artists import delivery, drafts, expiry, review
from artists.models import Draft, Moment
from config import events
from config.demo import turns
from config.demo.acts import MARA, RARE
from config.demo.crowd import ANA
from config.demo.deciding import NEXT, arrived, decided, is_by_hand
from config.demo.listening import DAYS, SILENT, as_kafka_brings_it, half_a_year
from config.demo.opening import World

LONGEST_SONG = timedelta(minutes=4)
LATELY = timedelta(days=3)  # since when much still waits
SELDOM, OFTEN = timedelta(days=2), timedelta(hours=4)


def lived_through(world: World, now: datetime) -> None:
    """To the present, with some of the last days' drafts still waiting."""
    plays = half_a_year(world.rng, world.tastes, now)
    todo = turns.in_order()
    for evening in _evenings(now):
        world.clock.turn(evening)
        heard = bisect_left(plays, evening, key=lambda play: play.at + LONGEST_SONG)
        rejected = events.handle(as_kafka_brings_it(plays[:heard], world.people))
        assert not rejected, rejected[0].reason
        del plays[:heard]
        _work()
        todo = [(day, turn) for day, turn in todo if evening - world.began < timedelta(days=day) or not turn(world)]
        _sit_down(world, lately=evening > now - LATELY)
    assert not plays
    assert not todo, todo


def _evenings(now: datetime) -> Iterator[datetime]:
    evening = now - timedelta(days=DAYS) - SILENT
    while evening < now - SILENT:
        evening += SELDOM if evening < now - LATELY - SELDOM else OFTEN
        yield min(evening, now - SILENT)


def _work() -> None:
    """What the workers do. Two days never bring more than one batch."""
    drafts.write_next()
    delivery.deliver_next()
    expiry.expire_next()


def _sit_down(world: World, *, lately: bool) -> None:
    """The teams look at what waits. Of the last days' drafts they leave most for whoever starts the demo."""
    pending = Draft.objects.filter(state=Draft.State.PENDING).select_related("artist", "person", "version__recording")
    approved = [
        draft
        for draft in pending.order_by("deadline", "pk")
        if (is_by_hand(draft) or _is_looked_at(world, draft, lately=lately)) and decided(world, draft)
    ]
    if approved:
        arrived(world, approved)


def _is_looked_at(world: World, draft: Draft, *, lately: bool) -> bool:
    forgotten = draft.pk % 19 == 0  # silence is no
    return not forgotten and not _is_for_the_guest(draft) and world.rng.random() < (0.04 if lately else 0.9)


def _is_for_the_guest(draft: Draft) -> bool:
    song = draft.version.recording
    return draft.person.handle == ANA and song is not None and song.title == RARE


def present_day(world: World) -> None:
    """The guest's own draft is the first in line, somebody's words wait for the artist, and nothing is overdue."""
    waiting = Draft.objects.filter(state=Draft.State.PENDING, artist__slug=MARA)
    waiting = waiting.select_related("artist", "person", "version__recording").order_by("deadline", "pk")
    [first] = [draft for draft in waiting if _is_for_the_guest(draft)]
    for draft in waiting.filter(deadline__lt=first.deadline):
        world.clock.turn(world.clock.now + NEXT)
        review.approve(draft.pk, by=world.principal(MARA))
        arrived(world, [draft])
    later = waiting.filter(deadline__gt=first.deadline).last()
    assert later
    review.edit(later.pk, "You again, and it makes my day. From all of us.", by=world.mate(MARA, Role.EDITOR))
    world.clock.turn(world.clock.now + timedelta(days=1))  # to the present: the clock never runs ahead
    _work()
    assert not Moment.objects.filter(state=Moment.State.NOTICED).exists()
