"""The consumer's batch step."""

import uuid
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.db import connection, transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from accounts.models import Person
from catalog import registration, text_keys
from catalog.models import Artist, Recording
from config.events import handle_batch
from events.records import Incoming
from fans.models import Engagement
from listens import ingest
from listens.ingest import NewListen, ingest_records
from listens.models import Listen, Source, SourceFan
from tests.listens.factories import NOON, listen_event, make_fan, make_incoming

pytestmark = pytest.mark.django_db
MBID = "8f6bd1e4-fbe1-4f50-aa9b-94c450ec0f11"


@pytest.fixture
def ana() -> Person:
    return make_fan("ana")


@pytest.fixture
def ada() -> Artist:
    return registration.add_artist("Ada", "ada", by="system:test")


@pytest.fixture
def night(ada: Artist) -> Recording:
    return registration.add_recording(ada, "Night Train", by="system:test", isrc="GBAYE6800011")


def at(minute: int) -> str:
    return (NOON + timedelta(minutes=minute)).isoformat()


def reasons(taken: ingest.IngestResult) -> list[str]:
    return [each.reason for each in taken.rejected]


def test_a_listen_becomes_a_row_with_all_that_was_said(ana: Person, night: Recording) -> None:
    said = listen_event(
        ana.pk,
        started_at="2026-11-01T12:00:00.25Z",
        time_basis="start",
        origin="import",
        played_ms=0,
        track={
            "artists": [{"name": "Ada", "mbid": MBID}],
            "album": "Trains",
            "isrc": "GBAYE6800011",
            "recording_mbid": MBID,
            "release_mbid": MBID,
            "duration_ms": 210_000,
            "track_number": "7",
        },
        playback={"skipped": False},
        client={"media_player": "mpd", "submission_client": "s"},
        tags=["train"],
        extra={"discnumber": 1},
    )

    taken = ingest_records([make_incoming(said, key=str(ana.pk).encode())])

    row = Listen.objects.get()
    started = datetime(2026, 11, 1, 12, 0, 0, 250_000, UTC)
    assert taken.listens == [NewListen(row.pk, ana.pk, night.artist_id, night.pk, started, "import", False)]
    assert (row.person, row.source.uri, row.event_id) == (ana, "/doors/listenbrainz", said["id"])
    assert (row.started_at, row.second) == (started, 1_793_534_400)
    assert (bytes(row.text_key), row.recording) == (text_keys.compute("Night Train", "Ada"), night)
    assert (row.title, row.artist_credit, row.album, row.isrc) == ("Night Train", "Ada", "Trains", "GBAYE6800011")
    assert (row.recording_mbid, row.duration_ms, row.played_ms) == (uuid.UUID(MBID), 210_000, 0)
    assert (row.time_basis, row.origin, row.client, row.set_aside) == ("start", "import", "s", False)
    assert row.accepted_at == datetime(2026, 11, 1, 12, 5, tzinfo=UTC)
    assert row.extra == {
        "track": {"artists": [{"name": "Ada", "mbid": MBID}], "track_number": "7", "release_mbid": MBID},
        "playback": {"skipped": False},
        "client": {"media_player": "mpd", "submission_client": "s"},
        "tags": ["train"],
        "extra": {"discnumber": 1},
    }


def test_what_is_not_said_is_null_or_empty(ana: Person) -> None:
    ingest_records([make_incoming(listen_event(ana.pk))])

    row = Listen.objects.get()
    assert (row.recording, row.recording_mbid, row.duration_ms, row.played_ms) == (None, None, None, None)
    assert (row.album, row.isrc, row.client, row.time_basis, row.origin) == ("", "", "", "unknown", "live")


def test_what_matches_nothing_is_kept(ana: Person, night: Recording) -> None:
    taken = ingest_records([make_incoming(listen_event(ana.pk, track={"title": "Unheard Of"}))])

    assert [(one.artist_id, one.recording_id) for one in taken.listens] == [(None, None)]
    assert Listen.objects.count() == 1


def test_a_repeated_event_counts_once(ana: Person) -> None:
    said = listen_event(ana.pk)

    first = ingest_records([make_incoming(said), make_incoming(said)])
    again = ingest_records([make_incoming(said)])

    assert (len(first.listens), again.listens) == (1, [])
    assert (reasons(first), reasons(again)) == ([], [])
    assert Listen.objects.count() == 1


def test_the_same_play_told_twice_counts_once(ana: Person) -> None:
    one = listen_event(ana.pk, started_at="2026-11-01T12:00:00.9Z", track={"album": "Trains", "duration_ms": 1})
    two = listen_event(ana.pk, started_at="2026-11-01T13:00:00+01:00", track={"title": "NIGHT train"})
    source = Source.objects.create(uri="https://other.example/player", speaks_for_everyone=True)
    three = listen_event(ana.pk, source=source.uri)

    taken = ingest_records([make_incoming(one), make_incoming(two), make_incoming(three)])

    assert [listen.started_at.microsecond for listen in taken.listens] == [900_000]
    assert [row.event_id for row in Listen.objects.all()] == [one["id"]]


def test_the_same_id_from_another_source_or_of_another_fan_is_another_event(ana: Person) -> None:
    Source.objects.create(uri="https://other.example/player", speaks_for_everyone=True)
    said = listen_event(ana.pk)
    others = [
        {**listen_event(ana.pk, started_at=at(5), source="https://other.example/player"), "id": said["id"]},
        {**listen_event(make_fan("bo").pk), "id": said["id"]},
    ]

    taken = ingest_records([make_incoming(said), *(make_incoming(other) for other in others)])

    assert len(taken.listens) == 3


def test_a_repeat_that_was_dropped_takes_nothing_with_it(ana: Person) -> None:
    """The second repeats an id, so its play is still untold when the third tells it; and so against the table."""
    known = listen_event(ana.pk)
    ingest_records([make_incoming(known)])
    repeated_id = {**listen_event(ana.pk, started_at=at(9)), "id": known["id"]}
    same_play = listen_event(ana.pk, started_at=at(9))

    taken = ingest_records([make_incoming(known), make_incoming(repeated_id), make_incoming(same_play)])

    assert [listen.started_at for listen in taken.listens] == [NOON + timedelta(minutes=9)]
    assert Listen.objects.get(pk=taken.listens[0].id).event_id == same_play["id"]


def test_new_listens_come_in_the_order_of_their_arrival(ana: Person) -> None:
    bo = make_fan("bo")
    told = [listen_event((ana, bo)[n % 2].pk, started_at=at((n * 37) % 100)) for n in range(100)]
    ingest_records([make_incoming(event) for event in told[::3]])

    taken = ingest_records([make_incoming(event) for event in told])

    expected = [event for n, event in enumerate(told) if n % 3]
    rows = Listen.objects.in_bulk([listen.id for listen in taken.listens])
    assert [rows[listen.id].event_id for listen in taken.listens] == [event["id"] for event in expected]
    assert [listen.id for listen in taken.listens] == sorted(rows)
    assert [listen.started_at for listen in taken.listens] == [rows[each.id].started_at for each in taken.listens]


def test_what_plays_now_is_kept_by_nobody(ana: Person) -> None:
    said = {**listen_event(ana.pk), "type": "fanfare.listen.playing_now.v1"}

    assert ingest_records([make_incoming(said)]) == ingest.IngestResult([], [])
    assert Listen.objects.count() == 0


def rejected() -> dict[str, tuple[Callable[[Person], Incoming], str]]:
    def with_(**changes: Any) -> Callable[[Person], Incoming]:
        return lambda ana: make_incoming({**listen_event(ana.pk), **changes})

    def data(**changes: Any) -> Callable[[Person], Incoming]:
        return lambda ana: make_incoming(listen_event(ana.pk, **changes))

    stranger = uuid.UUID("00000000-0000-4000-8000-000000000000")
    return {
        "nothing": (lambda ana: make_incoming(None), "the record is empty"),
        "no JSON": (lambda ana: make_incoming(b"nonsense"), "not a CloudEvent: "),
        "no event": (lambda ana: make_incoming(b"{}"), "not a CloudEvent: "),
        "a broken text": (lambda ana: make_incoming(b'{"id":"\xff"}'), "not a CloudEvent: "),
        "no bottom": (lambda ana: make_incoming(b"[" * 16_000), "not a CloudEvent: "),
        "too large": (data(extra={"x": "y" * 17_000}), "the record takes more than 16384 bytes"),
        "another type": (with_(type="fanfare.listen.lost.v1"), "nobody here takes in events of the type 'fanfare.l"),
        "a type with NUL": (with_(type="a\0"), r"nobody here takes in events of the type 'a\x00'"),
        "an id with NUL": (with_(id="a\0"), "the id or the source holds a NUL character"),
        "a source with NUL": (with_(source="a\0"), "the id or the source holds a NUL character"),
        "a bad member": (
            data(time_basis="whenever"),
            "not a listen: Invalid enum value 'whenever' - at `$.time_basis`",
        ),
        "a unit mixed up": (data(started_at="1970-01-21T18:12:14Z"), "started_at is 1970-01-21: "),
        "another key": (
            lambda ana: make_incoming(listen_event(ana.pk), key=str(stranger).encode()),
            "the record's key is not the user_id",
        ),
        "an unknown source": (with_(source="/doors/nobody"), "the source '/doors/nobody' is not registered"),
        "an unknown fan": (lambda ana: make_incoming(listen_event(stranger)), f"there is no fan '{stranger}'"),
        "no id of a fan": (lambda ana: make_incoming(listen_event("ana")), "there is no fan 'ana'"),
        "a fan in braces": (lambda ana: make_incoming(listen_event(f"{{{ana.pk}}}")), "there is no fan '{"),
        "a fan with NUL": (lambda ana: make_incoming(listen_event("a\0")), "a text holds a NUL character"),
    }


@pytest.mark.parametrize("name", rejected())
def test_a_record_that_cannot_be_taken_in_has_its_reason_and_holds_up_nobody(ana: Person, name: str) -> None:
    make, reason = rejected()[name]
    bad, good = make(ana), make_incoming(listen_event(ana.pk, started_at=at(1)))

    taken = ingest_records([bad, good])

    assert [(each.record, each.reason[: len(reason)]) for each in taken.rejected] == [(bad, reason)]
    assert len(taken.listens) == 1


def test_a_fan_whose_account_is_closed_is_unknown(ana: Person) -> None:
    ana.is_active = False
    ana.save()

    assert reasons(ingest_records([make_incoming(listen_event(ana.pk))])) == [f"there is no fan '{ana.pk}'"]


def test_a_source_speaks_only_for_fans_who_allowed_it(ana: Person) -> None:
    bo = make_fan("bo")
    player = Source.objects.create(uri="https://player.example/1")
    other = Source.objects.create(uri="https://player.example/2")
    SourceFan.objects.create(source=player, person=ana)
    SourceFan.objects.create(source=other, person=bo)

    taken = ingest_records([make_incoming(listen_event(fan.pk, source=player.uri)) for fan in (ana, bo)])

    assert [listen.person_id for listen in taken.listens] == [ana.pk]
    assert reasons(taken) == [f"the source 'https://player.example/1' may not speak for the fan {bo.pk}"]


NASTY = [
    "a\tb",
    "a\nb",
    "a\r\nb",
    "a\\b",
    r"\N",
    r"a\tb",
    "\\",
    "\\.",
    "a\\\tb",
    "\x0b\x0c\x08",
    "é\u2028🚂",
    "'\"",
    "{}",
]


@pytest.mark.parametrize("said", NASTY, ids=ascii)
def test_every_text_arrives_as_it_was_sent(ana: Person, said: str) -> None:
    event = listen_event(
        ana.pk,
        track={"title": said, "artist_credit": said, "album": said, "album_artist": said},
        client={"submission_client": said},
        extra={said: [said]},
    )
    event["id"] = said

    ingest_records([make_incoming(event)])

    row = Listen.objects.get()
    assert (row.event_id, row.title, row.artist_credit, row.album, row.client) == (said,) * 5
    assert (row.extra["extra"], row.extra["track"]) == ({said: [said]}, {"album_artist": said})


@settings(deadline=None, max_examples=50, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.text(st.characters(exclude_characters="\0", codec="utf-8"), min_size=1, max_size=40), max_size=5))
def test_any_text_arrives_as_it_was_sent(ana: Person, titles: list[str]) -> None:
    with transaction.atomic():
        taken = ingest_records(
            [make_incoming(listen_event(ana.pk, track={"title": each}, extra={each: each})) for each in titles]
        )

        stored = Listen.objects.filter(pk__in=[listen.id for listen in taken.listens])
        different = {text_keys.normalise(each) for each in titles}
        assert len(taken.listens) == len(different)
        assert {row.title for row in stored} <= set(titles)
        assert all(row.extra["extra"] == {row.title: row.title} for row in stored)
        transaction.set_rollback(True)


@pytest.mark.parametrize("number", [1, 3, 500])
def test_as_many_queries_for_one_record_as_for_hundreds(
    ana: Person, night: Recording, number: int, django_assert_num_queries: Callable[[int], Any]
) -> None:
    key = str(ana.pk).encode()
    records = [make_incoming(listen_event(ana.pk, started_at=at(n)), key=key) for n in range(number)]
    sources, fans, match, emptied, copied, inserted = range(6)

    with django_assert_num_queries(len([sources, fans, match, emptied, copied, inserted])):
        taken = ingest_records(records)

    assert len(taken.listens) == number


@pytest.mark.parametrize("number", [1, 3, 500])
def test_a_source_that_is_bound_costs_one_query_more(
    number: int, django_assert_num_queries: Callable[[int], Any]
) -> None:
    player = Source.objects.create(uri="https://player.example/1")
    fans = [make_fan(f"fan{n}") for n in range(min(number, 20))]
    SourceFan.objects.bulk_create(SourceFan(source=player, person=fan) for fan in fans)
    told = [(fans[n % len(fans)].pk, at(n)) for n in range(number)]
    records = [
        make_incoming(listen_event(fan, source=player.uri, started_at=start), key=str(fan).encode())
        for fan, start in told
    ]

    with django_assert_num_queries(7):
        taken = ingest_records(records)

    assert len(taken.listens) == number


def test_nothing_arrived_costs_nothing(django_assert_num_queries: Callable[[int], Any]) -> None:
    with django_assert_num_queries(0):
        assert ingest_records([]) == ingest.IngestResult([], [])


def test_one_transaction_may_take_in_several_batches(ana: Person) -> None:
    """As the consumer does when it halves a batch to find the record that fails."""
    with transaction.atomic():
        first = ingest_records([make_incoming(listen_event(ana.pk, started_at=at(1)))])
    with transaction.atomic():
        ingest_records([make_incoming(listen_event(ana.pk, started_at=at(2)))])
        transaction.set_rollback(True)
    second = ingest_records([make_incoming(listen_event(ana.pk, started_at=at(3)))])

    assert [listen.started_at for listen in (*first.listens, *second.listens)] == [
        NOON + timedelta(minutes=1),
        NOON + timedelta(minutes=3),
    ]
    assert Listen.objects.count() == 2


def test_a_batch_that_is_rolled_back_is_new_again(ana: Person) -> None:
    record = make_incoming(listen_event(ana.pk))
    with transaction.atomic():
        ingest_records([record])
        transaction.set_rollback(True)

    assert len(ingest_records([record]).listens) == 1
    connection.check_constraints()


def test_what_a_listen_sets_off_counts_it_and_reports_what_was_rejected(ana: Person, night: Recording) -> None:
    bad = make_incoming(b"nonsense")

    rejected = handle_batch(
        [make_incoming(listen_event(ana.pk)), bad, make_incoming(listen_event(ana.pk, started_at=at(4)))]
    )

    assert [each.record for each in rejected] == [bad]
    assert list(Engagement.objects.values_list("person", "artist", "listens")) == [(ana.pk, night.artist_id, 2)]
