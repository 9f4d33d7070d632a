"""Retractions: the listen is deleted, stays deleted, and every count is right."""

import json
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import jsonschema
import pytest

from accounts.models import Person
from artists.models import Moment
from audit.models import Entry
from catalog import registration
from catalog.models import Recording
from config import BASE_DIR
from config.events import handle_batch
from events.models import Outbox
from fans.models import Engagement, RecordingEngagement
from listens import ingest, retraction
from listens.models import Listen, Tombstone
from live.models import Notice
from tests import factories
from tests.listens.factories import NOON, add_source, listen_event, make_fan, make_incoming
from tests.listens.retractions import (
    counts_of_rows,
    listen_record,
    minutes,
    outbox_records,
    retraction_record,
    stored_counts,
)


@pytest.fixture
def night(db: None) -> Recording:
    ada = registration.add_artist("Ada", "ada", by="system:operator")
    registration.add_recording(ada, "Day Train", by="system:operator")
    return registration.add_recording(ada, "Night Train", by="system:operator")


def test_a_retracted_listen_is_deleted_and_uncounted(ana: Person, night: Recording) -> None:
    handle_batch([listen_record(ana, 1), listen_record(ana, 2), listen_record(ana, 3, title="Day Train")])
    first = Listen.objects.get(second=int((NOON + timedelta(minutes=1)).timestamp()))

    is_retracted = retraction.retract(first, by=ana.actor)
    rejected = handle_batch(outbox_records())

    assert (is_retracted, rejected, minutes()) == (True, [], [2, 3])
    assert stored_counts() == counts_of_rows()
    assert stored_counts()[""] == (2, NOON + timedelta(minutes=2), NOON + timedelta(minutes=3))
    tombstone = Tombstone.objects.get()
    assert (tombstone.person_id, tombstone.second, bytes(tombstone.text_key)) == (
        ana.pk,
        first.second,
        bytes(first.text_key),
    )
    assert Entry.objects.filter(actor=ana.actor, action="listen.retracted", subject=f"listen:{first.pk}").count() == 1
    assert [(each.person_id, each.kind) for each in Notice.objects.all()] == [(ana.pk, "listens.changed")]


def test_with_the_last_listen_the_engagement_is_deleted(ana: Person, night: Recording) -> None:
    handle_batch([listen_record(ana)])

    handle_batch([retraction_record(ana)])

    assert (stored_counts(), Listen.objects.count()) == ({}, 0)


def test_the_retraction_is_kept_until_counted_and_has_the_fan_as_key(ana: Person, night: Recording) -> None:
    handle_batch([listen_record(ana)])

    retraction.retract(Listen.objects.get(), by=ana.actor)

    row = Outbox.objects.get()
    assert (row.topic, bytes(row.key or b""), row.keep_until_counted) == ("listens.v1", str(ana.pk).encode(), True)


def test_a_second_retraction_puts_nothing_into_the_outbox(ana: Person, night: Recording) -> None:
    handle_batch([listen_record(ana)])
    listen = Listen.objects.get()

    results = [retraction.retract(listen, by=ana.actor) for _ in range(2)]

    assert (results, Outbox.objects.count()) == ([True, False], 1)


def test_a_repeated_retraction_changes_nothing(ana: Person, night: Recording) -> None:
    records = [listen_record(ana, 1), listen_record(ana, 2), retraction_record(ana, 1)]
    handle_batch(records)
    before = (stored_counts(), minutes())

    handle_batch(records)
    handle_batch([retraction_record(ana, 1)])

    assert (stored_counts(), minutes()) == before == (counts_of_rows(), [2])


@pytest.mark.parametrize("accepted", [5, 15])
@pytest.mark.parametrize("topic", ["listens.v1", "listens.import.v1"])
def test_a_retracted_listen_stays_away_whenever_and_wherever_it_is_told_again(
    ana: Person, night: Recording, accepted: int, topic: str
) -> None:
    handle_batch([listen_record(ana, 1), retraction_record(ana, 1, at=10)])
    result = ingest.ingest_records([listen_record(ana, 1, accepted=accepted, topic=topic)])

    assert (result.listens, result.rejected, Listen.objects.count()) == ([], [], 0)


def test_the_tombstone_is_there_before_the_event_is_read(ana: Person, night: Recording) -> None:
    handle_batch([listen_record(ana)])
    listen = Listen.objects.get()

    retraction.retract(listen, by=ana.actor)

    tombstone = Tombstone.objects.get()
    assert (tombstone.person_id, tombstone.second, bytes(tombstone.text_key)) == (
        ana.pk, listen.second, bytes(listen.text_key)
    )  # fmt: skip


@pytest.mark.parametrize(
    ("seconds", "duration_ms", "is_kept"),
    [
        (4, None, False),
        (-59, None, False),
        (60, None, True),
        (59, 210_000, False),
        (19, 20_000, False),
        (20, 20_000, True),
        (0, 400, False),
    ],
)
def test_a_retracted_listen_told_a_few_seconds_off_stays_away(
    ana: Person, night: Recording, seconds: int, duration_ms: int | None, is_kept: bool
) -> None:
    """The next play of the song is kept, also of a song that is shorter than a minute."""
    handle_batch([listen_record(ana), retraction_record(ana)])
    start = (NOON + timedelta(seconds=seconds)).isoformat()
    track = {"title": "Night Train"} | ({"duration_ms": duration_ms} if duration_ms else {})

    handle_batch([make_incoming(listen_event(ana.pk, started_at=start, track=track))])

    assert Listen.objects.count() == int(is_kept)


@pytest.mark.parametrize("by_event", [False, True], ids=["retracted here", "a database restored from a backup"])
@pytest.mark.parametrize("track", [{"title": "Night Train (feat. Bo)"}, {"artist_credit": "Ada feat. Bo"}])
def test_a_retracted_listen_told_in_other_words_stays_away(
    ana: Person, night: Recording, track: dict[str, str], by_event: bool
) -> None:
    """It is the same song if the words are of the same recording."""
    handle_batch([listen_record(ana)])
    if not by_event:
        retraction.retract(Listen.objects.get(), by=ana.actor)
    handle_batch([retraction_record(ana)])
    assert Tombstone.objects.get().recording == night

    def tell(seconds: int) -> None:
        start = (NOON + timedelta(seconds=seconds)).isoformat()
        handle_batch([make_incoming(listen_event(ana.pk, started_at=start, track={"title": "Night Train", **track}))])

    tell(2)
    assert not Listen.objects.exists()
    tell(200)
    assert Listen.objects.get().recording == night


def test_a_retraction_deletes_no_other_listen(ana: Person, night: Recording) -> None:
    bea = make_fan("bea")
    handle_batch([listen_record(ana, 1), listen_record(ana, 1, title="Day Train"), listen_record(bea, 1)])

    handle_batch([retraction_record(ana, 1)])

    assert sorted(Listen.objects.values_list("person__handle", "title")) == [
        ("ana", "Day Train"),
        ("bea", "Night Train"),
    ]


def test_retracting_unmatched_or_set_aside_listens_changes_no_count(ana: Person, night: Recording) -> None:
    handle_batch([listen_record(ana, 1), listen_record(ana, 2), listen_record(ana, 3, title="Unknown")])
    doubted = Listen.objects.get(second=int((NOON + timedelta(minutes=2)).timestamp()))
    Listen.objects.filter(pk=doubted.pk).update(set_aside=True)
    Engagement.objects.update(listens=1)
    RecordingEngagement.objects.update(listens=1)

    handle_batch([retraction_record(ana, 2), retraction_record(ana, 3, title="Unknown")])

    assert minutes() == [1]
    assert {name: each[0] for name, each in stored_counts().items()} == {"": 1, "Night Train": 1}


def test_no_count_goes_below_zero(ana: Person, night: Recording) -> None:
    handle_batch([listen_record(ana, 1), listen_record(ana, 2)])
    Engagement.objects.update(listens=1)

    handle_batch([retraction_record(ana, 1), retraction_record(ana, 2)])

    assert stored_counts() == {}


@pytest.mark.parametrize(
    ("about", "reason"),
    [
        ({"dataschema": "https://fanfare.example/schemas/listen/1.0.json"}, "a retraction needs a time"),
        ({"partitionkey": "somebody"}, "the partitionkey is not the user_id"),
        ({"data": {"user_id": "x", "second": 1, "text_key": "00"}}, "not a retraction"),
        (
            {"source": "https://player.example/1", "topic": "sources.player.example.1.v1"},
            "the source 'https://player.example/1' may not retract listens",
        ),
        ({"source": "https://nobody.example"}, "the source 'https://nobody.example' is not registered"),
    ],
)
def test_invalid_retractions_are_rejected(ana: Person, night: Recording, about: dict[str, Any], reason: str) -> None:
    add_source("https://player.example/1", ana)
    handle_batch([listen_record(ana)])

    [rejected] = handle_batch([retraction_record(ana, **about)])

    assert (reason in rejected.reason, Listen.objects.count()) == (True, 1)


@pytest.mark.parametrize("number", [1, 3, 300])
def test_one_retraction_takes_as_many_queries_as_hundreds(
    ana: Person, night: Recording, number: int, django_assert_num_queries: Callable[[int], Any]
) -> None:
    handle_batch([listen_record(ana, n) for n in range(number + 2)])
    receiving = ["sources", "fans", "insert tombstones", "delete listens"]
    counting = [
        "delete artists' counts",
        "artists' counts",
        "delete recordings' counts",
        "recordings' counts",
        "notices",
    ]

    with django_assert_num_queries(len(receiving + counting)):
        handle_batch([retraction_record(ana, n) for n in range(number)])

    assert minutes() == [number, number + 1]


def test_a_moment_outlives_its_listen_and_does_not_fire_again(db: None) -> None:
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
    assert stored_counts() == counts_of_rows()


def test_the_retraction_event_matches_its_schema(ana: Person, night: Recording) -> None:
    schema = json.loads((BASE_DIR / "docs/api/schemas/listen_retracted.v1.schema.json").read_text())
    handle_batch([listen_record(ana)])

    retraction.retract(Listen.objects.get(), by=ana.actor)

    jsonschema.Draft202012Validator(schema).validate(json.loads(bytes(Outbox.objects.get().value or b"")))
