"""A fan takes a listen back: it goes, it stays away, and every count is right."""

import json
import threading
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from typing import Any

import jsonschema
import pytest
from django.db import connection, transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from accounts.models import Person
from artists.models import Moment
from audit.models import Entry
from catalog import registration, text_keys
from catalog.models import Recording
from config import BASE_DIR
from config.events import handle_batch
from events import outbox, relay
from events.consumer import Consumer
from events.models import Outbox
from events.records import Incoming
from fans.models import Engagement, RecordingEngagement
from listens import ingest, retraction
from listens.models import Listen, Source, SourceFan, Tombstone
from live.models import Notice
from tests import factories
from tests.listens.factories import NOON, listen_event, make_fan, make_incoming
from tests.servers import Broker, Database, wait_until

SONGS = ["Night Train", "Day Train", "Somebody else's"]


@pytest.fixture
def ana(db: None) -> Person:
    return make_fan("ana")


@pytest.fixture
def night(db: None) -> Recording:
    ada = registration.add_artist("Ada", "ada", by="system:test")
    registration.add_recording(ada, "Day Train", by="system:test")
    return registration.add_recording(ada, "Night Train", by="system:test")


def listen_record(
    fan: Person, minute: int = 0, *, accepted: int = 0, title: str = "Night Train", **about: Any
) -> Incoming:
    """A listen that began so many minutes after noon, accepted so many seconds after half past twelve."""
    at = NOON + timedelta(minutes=30, seconds=accepted)
    event = listen_event(fan.pk, started_at=(NOON + timedelta(minutes=minute)).isoformat(), track={"title": title})
    return make_incoming({**event, "time": at.isoformat(), **about}, key=str(fan.pk).encode())


def retraction_record(
    fan: Person, minute: int = 0, *, at: int = 1, title: str = "Night Train", **about: Any
) -> Incoming:
    start = NOON + timedelta(minutes=minute)
    event = {
        "specversion": "1.0",
        "id": f"{fan.pk} {minute} {title} {at}",
        "source": retraction.SOURCE,
        "type": retraction.LISTEN_RETRACTED,
        "time": (NOON + timedelta(minutes=30, seconds=at)).isoformat(),
        "datacontenttype": "application/json",
        "dataschema": retraction.RETRACTION_SCHEMA,
        "partitionkey": str(fan.pk),
        "data": {
            "user_id": str(fan.pk),
            "second": int(start.timestamp()),
            "text_key": text_keys.compute(title, "Ada").hex(),
            "reason": "forgotten",
        },
    }
    return make_incoming({**event, **about}, key=str(fan.pk).encode())


def from_outbox() -> list[Incoming]:
    rows = Outbox.objects.order_by("id")
    return [make_incoming(bytes(row.value or b""), key=bytes(row.key or b""), headers=()) for row in rows]


def counts() -> dict[str, tuple[int, datetime, datetime]]:
    """By the recording's title, and "" for the artist as a whole."""
    of_artist = [("", *row) for row in Engagement.objects.values_list("listens", "first_at", "last_at")]
    by_recording = RecordingEngagement.objects.values_list("recording__title", "listens", "first_at", "last_at")
    return {name: (listens, first, last) for name, listens, first, last in [*of_artist, *by_recording]}


def recount() -> dict[str, tuple[int, datetime, datetime]]:
    """The same from the rows."""
    starts: dict[str, list[datetime]] = {}
    for listen in Listen.objects.filter(recording__isnull=False, set_aside=False).select_related("recording"):
        assert listen.recording
        for name in ("", listen.recording.title):
            starts.setdefault(name, []).append(listen.started_at)
    return {name: (len(each), min(each), max(each)) for name, each in starts.items()}


def minutes(*, title: str = "") -> list[int]:
    rows = Listen.objects.filter(title=title) if title else Listen.objects.all()
    return sorted((row.started_at - NOON) // timedelta(minutes=1) for row in rows)


def test_a_listen_that_is_taken_back_is_gone_and_counts_no_more(ana: Person, night: Recording) -> None:
    handle_batch([listen_record(ana, 1), listen_record(ana, 2), listen_record(ana, 3, title="Day Train")])
    first = Listen.objects.get(second=int((NOON + timedelta(minutes=1)).timestamp()))

    asked = retraction.retract(first, by=ana.actor)
    rejected = handle_batch(from_outbox())

    assert (asked, rejected, minutes()) == (True, [], [2, 3])
    assert counts() == recount()
    assert counts()[""] == (2, NOON + timedelta(minutes=2), NOON + timedelta(minutes=3))
    stone = Tombstone.objects.get()
    assert (stone.person_id, stone.second, bytes(stone.text_key)) == (ana.pk, first.second, bytes(first.text_key))
    assert Entry.objects.filter(actor=ana.actor, action="listen.retracted", subject=f"listen:{first.pk}").count() == 1
    assert [(each.person_id, each.kind) for each in Notice.objects.all()] == [(ana.pk, "listens.changed")]


def test_of_the_last_listen_no_standing_remains(ana: Person, night: Recording) -> None:
    handle_batch([listen_record(ana)])

    handle_batch([retraction_record(ana)])

    assert (counts(), Listen.objects.count()) == ({}, 0)


def test_the_event_rests_until_it_is_counted_and_is_the_fans(ana: Person, night: Recording) -> None:
    handle_batch([listen_record(ana)])

    retraction.retract(Listen.objects.get(), by=ana.actor)

    row = Outbox.objects.get()
    assert (row.topic, bytes(row.key or b""), row.rests) == ("listens.v1", str(ana.pk).encode(), True)


def test_a_second_click_asks_for_nothing_more(ana: Person, night: Recording) -> None:
    handle_batch([listen_record(ana)])
    listen = Listen.objects.get()

    asked = [retraction.retract(listen, by=ana.actor) for _ in range(2)]

    assert (asked, Outbox.objects.count()) == ([True, False], 1)


def test_a_repeat_changes_nothing(ana: Person, night: Recording) -> None:
    once = [listen_record(ana, 1), listen_record(ana, 2), retraction_record(ana, 1)]
    handle_batch(once)
    before = (counts(), minutes())

    handle_batch(once)
    handle_batch([retraction_record(ana, 1)])

    assert (counts(), minutes()) == before == (recount(), [2])


def test_what_was_accepted_before_and_comes_later_by_any_way_is_dropped(ana: Person, night: Recording) -> None:
    handle_batch([retraction_record(ana, 1, at=10)])
    late = listen_record(ana, 1, accepted=5)

    result = ingest.ingest_records(
        [Incoming("listens.import.v1", *(getattr(late, name) for name in late.__struct_fields__[1:]))]
    )

    assert (result.listens, result.rejected, Listen.objects.count()) == ([], [], 0)


def test_what_was_accepted_after_it_is_a_new_listen(ana: Person, night: Recording) -> None:
    handle_batch(
        [listen_record(ana, 1, accepted=1), retraction_record(ana, 1, at=10), listen_record(ana, 1, accepted=11)]
    )

    assert (minutes(), counts()) == ([1], recount())

    handle_batch([retraction_record(ana, 1, at=10)])

    assert (minutes(), counts()) == ([1], recount())


def test_only_the_very_listen_goes(ana: Person, night: Recording) -> None:
    bea = make_fan("bea")
    handle_batch([listen_record(ana, 1), listen_record(ana, 1, title="Day Train"), listen_record(bea, 1)])

    handle_batch([retraction_record(ana, 1)])

    assert sorted(Listen.objects.values_list("person__handle", "title")) == [
        ("ana", "Day Train"),
        ("bea", "Night Train"),
    ]


def test_what_matched_nothing_or_was_set_aside_takes_nothing_off_the_counts(ana: Person, night: Recording) -> None:
    handle_batch([listen_record(ana, 1), listen_record(ana, 2), listen_record(ana, 3, title="Unknown")])
    aside = Listen.objects.get(second=int((NOON + timedelta(minutes=2)).timestamp()))
    Listen.objects.filter(pk=aside.pk).update(set_aside=True)
    Engagement.objects.update(listens=1)
    RecordingEngagement.objects.update(listens=1)

    handle_batch([retraction_record(ana, 2), retraction_record(ana, 3, title="Unknown")])

    assert minutes() == [1]
    assert {name: each[0] for name, each in counts().items()} == {"": 1, "Night Train": 1}


def test_no_count_goes_below_zero(ana: Person, night: Recording) -> None:
    handle_batch([listen_record(ana, 1), listen_record(ana, 2)])
    Engagement.objects.update(listens=1)

    handle_batch([retraction_record(ana, 1), retraction_record(ana, 2)])

    assert counts() == {}


@pytest.mark.parametrize(
    ("about", "reason"),
    [
        ({"dataschema": "https://fanfare.example/schemas/listen/1.0.json"}, "a retraction's event has a time"),
        ({"partitionkey": "somebody"}, "the partitionkey is not the user_id"),
        ({"data": {"user_id": "x", "second": 1, "text_key": "00"}}, "not a retraction"),
        ({"source": "https://player.example/1"}, "the source 'https://player.example/1' may not take back"),
        ({"source": "https://nobody.example"}, "the source 'https://nobody.example' is not registered"),
    ],
)
def test_what_is_no_retraction_of_ours_is_set_aside(
    ana: Person, night: Recording, about: dict[str, Any], reason: str
) -> None:
    player = Source.objects.create(uri="https://player.example/1")
    SourceFan.objects.create(source=player, person=ana)
    handle_batch([listen_record(ana)])

    [rejected] = handle_batch([retraction_record(ana, **about)])

    assert (reason in rejected.reason, Listen.objects.count()) == (True, 1)


@pytest.mark.parametrize("number", [1, 3, 300])
def test_as_many_queries_for_one_retraction_as_for_hundreds(
    ana: Person, night: Recording, number: int, django_assert_num_queries: Callable[[int], Any]
) -> None:
    handle_batch([listen_record(ana, n) for n in range(number + 2)])
    sources, fans, alone, bury, remove, artists_end, artists, recordings_end, recordings, notices = range(10)
    asked = [sources, fans, alone, bury, remove, artists_end, artists, recordings_end, recordings, notices]

    with django_assert_num_queries(len(asked)):
        handle_batch([retraction_record(ana, n) for n in range(number)])

    assert minutes() == [number, number + 1]


def test_a_moment_that_fired_stays_and_does_not_fire_again(db: None) -> None:
    ada = factories.create_artist("Ada")
    factories.create_recording(ada, "Night Train")
    program = factories.create_program(ada, nth=2)
    ana = factories.create_fan(opted_in=ada)
    handle_batch([listen_record(ana, 1), listen_record(ana, 2)])
    moment = Moment.objects.get(program=program)

    handle_batch([retraction_record(ana, 2)])
    handle_batch([listen_record(ana, 3), listen_record(ana, 4)])

    after = Moment.objects.get(program=program)
    assert (after.pk, bool(moment.listen_id), after.listen_id) == (moment.pk, True, None)
    assert counts() == recount()


STEPS = st.lists(
    st.tuples(
        st.sampled_from(["listen", "retract", "replay"]),
        st.integers(0, 3),  # the minute
        st.sampled_from(SONGS),
        st.integers(0, 40),  # when it was accepted
    ),
    max_size=25,
)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(STEPS, st.randoms(use_true_random=False))
def test_whatever_comes_in_whatever_batches_the_counts_are_those_of_the_rows(
    db: None, steps: list[tuple[str, int, str, int]], chance: Any
) -> None:
    with transaction.atomic():
        ada = registration.add_artist("Ada", "ada", by="system:test")
        for title in SONGS[:2]:
            registration.add_recording(ada, title, by="system:test")
        fan = make_fan("ana")
        seen: list[Incoming] = []
        stones: Counter[tuple[int, str]] = Counter()
        while steps:
            size = chance.randint(1, 5)
            batch = []
            for what, minute, title, when in steps[:size]:
                if what == "retract":
                    stones[minute, title] = max(stones[minute, title], when + 1)
                    batch.append(retraction_record(fan, minute, at=when, title=title))
                elif what == "listen":
                    batch.append(listen_record(fan, minute, accepted=when, title=title))
                elif seen:
                    batch.append(chance.choice(seen))
            seen += batch
            steps = steps[size:]

            assert handle_batch(batch) == []

            assert counts() == recount()
            begin = NOON + timedelta(minutes=30)
            rows = Listen.objects.values_list("second", "title", "accepted_at")
            kept = [((second - int(NOON.timestamp())) // 60, title, at) for second, title, at in rows]
            assert [one for one in kept if begin + timedelta(seconds=stones[one[:2]] - 1) >= one[2]] == []
        transaction.set_rollback(True)


def test_an_import_that_is_stored_at_the_same_moment_does_not_slip_past(committing_db: Database) -> None:
    """Neither transaction would see what the other does; so the second waits for the first."""
    fan = make_fan("ana")
    listen = listen_record(fan, 1, accepted=1)
    imported = Incoming("listens.import.v1", *(getattr(listen, name) for name in listen.__struct_fields__[1:]))
    stored, go = threading.Event(), threading.Event()

    def bring_in() -> None:
        with transaction.atomic():
            ingest.ingest_records([imported])
            stored.set()
            go.wait(10)
        connection.close()

    def take_back() -> None:
        with transaction.atomic():
            ingest.ingest_records([retraction_record(fan, 1, at=5)])
        connection.close()

    with ThreadPoolExecutor(2) as pool:
        importing = pool.submit(bring_in)
        stored.wait(10)
        retracting = pool.submit(take_back)
        wait_until(waits_for_a_lock)
        go.set()
        importing.result(10)
        retracting.result(10)

    assert Listen.objects.count() == 0


def waits_for_a_lock() -> bool:
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND NOT granted")
        return bool(cursor.fetchone()[0])


@pytest.mark.broker
def test_from_the_page_through_kafka_to_the_counts_and_again_on_a_replay(
    committing_db: Database, broker: Broker
) -> None:
    ada = registration.add_artist("Ada", "ada", by="system:test")
    registration.add_recording(ada, "Night Train", by="system:test")
    fan = make_fan("ana")
    sender, consumer = relay.Relay(), Consumer("listens", ["listens.v1", "listens.import.v1"], handle_batch)
    try:
        with transaction.atomic():
            outbox_put([listen_record(fan, 1), listen_record(fan, 2)])
        drain(sender, consumer, lambda: Listen.objects.count() == 2)
        went = Listen.objects.get(second=int((NOON + timedelta(minutes=1)).timestamp()))

        retraction.retract(went, by=fan.actor)
        with transaction.atomic():
            outbox_put([listen_record(fan, 1)], topic="listens.import.v1")  # from a backup, accepted long ago
            outbox_put([listen_record(fan, 3)])
        drain(sender, consumer, lambda: Outbox.objects.count() == 0)

        assert (minutes(), counts()) == ([2, 3], recount())
    finally:
        sender.close()
        consumer.close()

    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM events_storedoffset")  # everything is read once more
    again = Consumer("listens", ["listens.v1", "listens.import.v1"], handle_batch)
    try:
        wait_until(lambda: again.step() is not None and has_read_all(5), seconds=60, every=0)
    finally:
        again.close()
    assert (minutes(), counts()) == ([2, 3], recount())


def outbox_put(records: list[Incoming], topic: str = "listens.v1") -> None:
    outbox.put([outbox.Outgoing(topic, each.key, each.value, rests=True) for each in records])


def drain(sender: relay.Relay, consumer: Consumer, done: Callable[[], bool]) -> None:
    wait_until(lambda: (sender.step(), consumer.step()) is not None and done(), seconds=60, every=0)


def has_read_all(records: int) -> bool:
    with connection.cursor() as cursor:
        cursor.execute("SELECT coalesce(sum(next), 0) FROM events_storedoffset")
        return bool(cursor.fetchone()[0] >= records)


def test_the_time_of_a_retraction_is_never_before_that_of_its_listen(ana: Person, night: Recording) -> None:
    handle_batch([listen_record(ana)])
    ahead = datetime.now(UTC) + timedelta(minutes=5)
    Listen.objects.update(accepted_at=ahead)  # by a web process whose clock is fast

    retraction.retract(Listen.objects.get(), by=ana.actor)

    assert Listen.objects.get().retracted_at == ahead


def test_the_event_is_as_written_down(ana: Person, night: Recording) -> None:
    written = json.loads((BASE_DIR / "docs/api/schemas/listen_retracted.v1.schema.json").read_text())
    handle_batch([listen_record(ana)])

    retraction.retract(Listen.objects.get(), by=ana.actor)

    jsonschema.Draft202012Validator(written).validate(json.loads(bytes(Outbox.objects.get().value or b"")))
