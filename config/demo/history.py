"""Second part of the seed: half a year of listens, drafts, decisions and deliveries, one evening after the other."""

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
RECENT = timedelta(days=3)  # drafts of this time mostly still wait for review
EARLY_INTERVAL, RECENT_INTERVAL = timedelta(days=2), timedelta(hours=4)


def play_history(world: DemoWorld, now: datetime) -> None:
    """Play the half year up to the present. Most drafts of the last days stay pending."""
    plays = generate_plays(world.rng, world.tastes, now)
    events_left = timeline.list_events()
    for evening in _points_in_time(now):
        world.clock.set_now(evening)
        ended = bisect_left(plays, evening, key=lambda play: play.at + LONGEST_SONG)
        rejected = events.handle_batch(to_incoming_records(plays[:ended], world.people))
        assert not rejected, rejected[0].reason
        del plays[:ended]
        _run_workers()
        events_left = [
            (day, event)
            for day, event in events_left
            if evening - world.began < timedelta(days=day) or not event(world)
        ]
        _review_pending(world, recent=evening > now - RECENT)
    assert not plays
    assert not events_left, events_left


def _points_in_time(now: datetime) -> Iterator[datetime]:
    evening = now - timedelta(days=HISTORY_DAYS) - FINAL_SILENCE
    while evening < now - FINAL_SILENCE:
        evening += EARLY_INTERVAL if evening < now - RECENT - EARLY_INTERVAL else RECENT_INTERVAL
        yield min(evening, now - FINAL_SILENCE)


def _run_workers() -> None:
    """Run each worker once. One batch is enough for two days."""
    drafts.write_next()
    delivery.deliver_next()
    expiry.expire_next()


def _review_pending(world: DemoWorld, *, recent: bool) -> None:
    """Let the teams decide drafts. Most drafts of the last days are left for whoever tries the demo."""
    pending = Draft.objects.filter(state=Draft.State.PENDING).select_related("artist", "person", "version__recording")
    approved = [
        draft
        for draft in pending.order_by("deadline", "pk")
        if (is_written_by_hand(draft) or _gets_reviewed(world, draft, recent=recent)) and decide(world, draft)
    ]
    if approved:
        deliver_and_open(world, approved)


def _gets_reviewed(world: DemoWorld, draft: Draft, *, recent: bool) -> bool:
    forgotten = draft.pk % 19 == 0  # nobody decides it, so it expires
    return not forgotten and not _is_guests_draft(draft) and world.rng.random() < (0.04 if recent else 0.9)


def _is_guests_draft(draft: Draft) -> bool:
    song = draft.version.recording
    return draft.person.handle == ANA and song is not None and song.title == RARE_SONG


def prepare_present(world: DemoWorld) -> None:
    """Put the guest's draft first in the review queue, edit another draft, and leave nothing overdue."""
    waiting = Draft.objects.filter(state=Draft.State.PENDING, artist__slug=MARA).exclude(version__moment="request")
    waiting = waiting.select_related("artist", "person", "version__recording").order_by("deadline", "pk")
    [first] = [draft for draft in waiting if _is_guests_draft(draft)]
    for draft in waiting.filter(deadline__lt=first.deadline):
        world.clock.set_now(world.clock.now + TIME_PER_DECISION)
        review.approve(draft.pk, by=world.principal(MARA))
        deliver_and_open(world, [draft])
    last = waiting.filter(deadline__gt=first.deadline).last()
    assert last
    review.edit(last.pk, "You again, and it makes my day. From all of us.", by=world.member(MARA, Role.EDITOR))
    world.clock.set_now(world.clock.now + timedelta(days=1))  # to the present, because the clock never runs ahead
    _run_workers()
    assert not Moment.objects.filter(state=Moment.State.NOTICED).exists()
