"""Seed, second: half a year, evening by evening: what was heard is counted, drafted, decided on and delivered."""

from bisect import bisect_left
from collections.abc import Iterator
from datetime import datetime, timedelta

from accounts.models import Role
from artists import delivery, drafts, expiry, review
from artists.models import Draft, Moment
from config import events
from config.demo import timeline
from config.demo.artist_data import MARA, RARE_SONG
from config.demo.decisions import TIME_PER_DECISION, decide, deliver_and_open, is_written_by_hand
from config.demo.fan_data import ANA
from config.demo.listening_history import FINAL_SILENCE, HISTORY_DAYS, generate_plays, to_incoming_records
from config.demo.setup import DemoWorld

LONGEST_SONG = timedelta(minutes=4)
RECENT = timedelta(days=3)  # since when much still waits
EARLY_INTERVAL, RECENT_INTERVAL = timedelta(days=2), timedelta(hours=4)


def play_history(world: DemoWorld, now: datetime) -> None:
    """To the present, with some of the last days' drafts still waiting."""
    plays = generate_plays(world.rng, world.tastes, now)
    todo = timeline.timeline()
    for evening in _points_in_time(now):
        world.clock.turn(evening)
        heard = bisect_left(plays, evening, key=lambda play: play.at + LONGEST_SONG)
        rejected = events.handle_batch(to_incoming_records(plays[:heard], world.people))
        assert not rejected, rejected[0].reason
        del plays[:heard]
        _run_workers()
        todo = [(day, turn) for day, turn in todo if evening - world.began < timedelta(days=day) or not turn(world)]
        _review_pending(world, lately=evening > now - RECENT)
    assert not plays
    assert not todo, todo


def _points_in_time(now: datetime) -> Iterator[datetime]:
    evening = now - timedelta(days=HISTORY_DAYS) - FINAL_SILENCE
    while evening < now - FINAL_SILENCE:
        evening += EARLY_INTERVAL if evening < now - RECENT - EARLY_INTERVAL else RECENT_INTERVAL
        yield min(evening, now - FINAL_SILENCE)


def _run_workers() -> None:
    """What the workers do. Two days never bring more than one batch."""
    drafts.write_next()
    delivery.deliver_next()
    expiry.expire_next()


def _review_pending(world: DemoWorld, *, lately: bool) -> None:
    """The teams look at what waits. Of the last days' drafts they leave most for whoever starts the demo."""
    pending = Draft.objects.filter(state=Draft.State.PENDING).select_related("artist", "person", "version__recording")
    approved = [
        draft
        for draft in pending.order_by("deadline", "pk")
        if (is_written_by_hand(draft) or _gets_reviewed(world, draft, lately=lately)) and decide(world, draft)
    ]
    if approved:
        deliver_and_open(world, approved)


def _gets_reviewed(world: DemoWorld, draft: Draft, *, lately: bool) -> bool:
    forgotten = draft.pk % 19 == 0  # silence is no
    return not forgotten and not _is_guests_draft(draft) and world.rng.random() < (0.04 if lately else 0.9)


def _is_guests_draft(draft: Draft) -> bool:
    song = draft.version.recording
    return draft.person.handle == ANA and song is not None and song.title == RARE_SONG


def prepare_present(world: DemoWorld) -> None:
    """The guest's own draft is the first in line, somebody's words wait for the artist, and nothing is overdue."""
    waiting = Draft.objects.filter(state=Draft.State.PENDING, artist__slug=MARA)
    waiting = waiting.select_related("artist", "person", "version__recording").order_by("deadline", "pk")
    [first] = [draft for draft in waiting if _is_guests_draft(draft)]
    for draft in waiting.filter(deadline__lt=first.deadline):
        world.clock.turn(world.clock.now + TIME_PER_DECISION)
        review.approve(draft.pk, by=world.principal(MARA))
        deliver_and_open(world, [draft])
    later = waiting.filter(deadline__gt=first.deadline).last()
    assert later
    review.edit(later.pk, "You again, and it makes my day. From all of us.", by=world.mate(MARA, Role.EDITOR))
    world.clock.turn(world.clock.now + timedelta(days=1))  # to the present: the clock never runs ahead
    _run_workers()
    assert not Moment.objects.filter(state=Moment.State.NOTICED).exists()
