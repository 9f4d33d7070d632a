"""Tests of counting listens for each fan, artist and recording."""

import random
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from itertools import count
from typing import Any
from uuid import UUID

import pytest
from django.db import connection, transaction

from accounts.models import Person
from catalog import registration
from catalog.models import Recording
from fans import engagement
from fans.models import Engagement, RecordingEngagement
from listens.changes import NewListen
from tests.listens.factories import NOON, make_fan
from tests.servers import Database

_ids = count(1)


def make_recordings(*titles: str) -> list[Recording]:
    ada = registration.add_artist("Ada", "ada", by="system:operator")
    return [registration.add_recording(ada, title, by="system:operator") for title in titles]


def make_listen(fan: UUID, song: Recording | None, minute: int = 0, *, set_aside: bool = False) -> NewListen:
    artist, recording = (song.artist_id, song.pk) if song else (None, None)
    return NewListen(next(_ids), fan, artist, recording, NOON + timedelta(minutes=minute), "live", set_aside)


@pytest.fixture
def fan(db: None) -> Person:
    return make_fan("ana")


def test_listens_count_for_the_artist_and_for_the_recording(fan: Person) -> None:
    night, day = make_recordings("Night Train", "Day Train")
    first, second, third = make_listen(fan.pk, night, 3), make_listen(fan.pk, day, 1), make_listen(fan.pk, night, 2)

    progress = engagement.record([first, second, third])

    artist = night.artist_id
    assert progress == [
        engagement.Progress(fan.pk, artist, None, 0, (first, second, third)),
        engagement.Progress(fan.pk, artist, night.pk, 0, (first, third)),
        engagement.Progress(fan.pk, artist, day.pk, 0, (second,)),
    ]
    assert list(Engagement.objects.values_list("person", "artist", "listens", "first_at", "last_at")) == [
        (fan.pk, artist, 3, NOON + timedelta(minutes=1), NOON + timedelta(minutes=3))
    ]
    assert set(RecordingEngagement.objects.values_list("recording", "listens", "first_at", "last_at")) == {
        (night.pk, 2, NOON + timedelta(minutes=2), NOON + timedelta(minutes=3)),
        (day.pk, 1, NOON + timedelta(minutes=1), NOON + timedelta(minutes=1)),
    }


def test_a_later_batch_continues_the_count(fan: Person) -> None:
    [night] = make_recordings("Night Train")
    engagement.record([make_listen(fan.pk, night, 5), make_listen(fan.pk, night, 6)])
    late = make_listen(fan.pk, night, 1)

    progress = engagement.record([late])

    assert [(step.recording_id, step.before, step.counted) for step in progress] == [
        (None, 2, (late,)),
        (night.pk, 2, (late,)),
    ]
    counts = Engagement.objects.get()
    assert (counts.listens, counts.first_at, counts.last_at) == (
        3,
        NOON + timedelta(minutes=1),
        NOON + timedelta(minutes=6),
    )


def test_each_fan_is_counted_separately(fan: Person) -> None:
    [night] = make_recordings("Night Train")
    bo = make_fan("bo")

    engagement.record([make_listen(fan.pk, night), make_listen(bo.pk, night), make_listen(bo.pk, night)])

    assert dict(Engagement.objects.values_list("person", "listens")) == {fan.pk: 1, bo.pk: 2}


def test_listens_set_aside_or_unmatched_do_not_count(fan: Person) -> None:
    [night] = make_recordings("Night Train")

    progress = engagement.record([make_listen(fan.pk, night, set_aside=True), make_listen(fan.pk, None)])

    assert progress == []
    assert (Engagement.objects.count(), RecordingEngagement.objects.count()) == (0, 0)


@pytest.mark.parametrize("number", [1, 3, 500])
def test_one_listen_takes_as_many_queries_as_hundreds(
    fan: Person, number: int, django_assert_num_queries: Callable[[int], Any]
) -> None:
    few = make_recordings(*(f"Song {n}" for n in range(min(number, 20))))
    listens = [make_listen(fan.pk, few[n % len(few)]) for n in range(number)]

    with django_assert_num_queries(2):
        engagement.record(listens)


@pytest.fixture
def in_thread(committing_db: Database) -> Iterator[ThreadPoolExecutor]:
    with ThreadPoolExecutor(4) as pool:
        yield pool


def record_and_commit(listens: list[NewListen], meet: threading.Barrier | None = None) -> list[engagement.Progress]:
    """Count in a transaction of this thread."""
    try:
        with transaction.atomic():
            progress = engagement.record(listens)
            if meet:
                meet.wait(timeout=10)
        return progress
    finally:
        connection.close()


def test_two_batches_at_once_never_number_a_listen_twice(in_thread: ThreadPoolExecutor) -> None:
    fan = make_fan("ana")
    [night] = make_recordings("Night Train")
    batches = [[make_listen(fan.pk, night) for _ in range(n % 5 + 1)] for n in range(20)]

    counted = [
        step for batch in in_thread.map(record_and_commit, batches) for step in batch if step.recording_id is None
    ]

    numbers = sorted(step.before + 1 + n for step in counted for n in range(len(step.counted)))
    total = sum(len(batch) for batch in batches)
    assert numbers == list(range(1, total + 1))
    assert Engagement.objects.get().listens == total


def test_batches_with_the_same_fans_in_any_order_do_not_deadlock(
    in_thread: ThreadPoolExecutor,
) -> None:
    fans = [make_fan(f"fan{n}").pk for n in range(30)]
    [night, day] = make_recordings("Night Train", "Day Train")
    shuffled = random.Random(7)
    batches = []
    for _ in range(24):
        shuffled.shuffle(fans)
        batches.append([make_listen(fan, shuffled.choice([night, day])) for fan in fans])

    list(in_thread.map(record_and_commit, batches))

    assert set(Engagement.objects.values_list("listens", flat=True)) == {24}


def test_a_rolled_back_batch_counts_nothing(committing_db: Database) -> None:
    fan = make_fan("ana")
    [night] = make_recordings("Night Train")

    with transaction.atomic():
        engagement.record([make_listen(fan.pk, night)])
        transaction.set_rollback(True)

    assert Engagement.objects.count() == 0
