"""Storing a batch of listens: rows, repeats, order and texts."""

import uuid
from datetime import UTC, datetime, timedelta

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from accounts.models import Person
from catalog import text_keys
from catalog.models import Recording
from listens import ingest
from listens.changes import NewListen
from listens.ingest import ingest_records
from listens.models import Listen
from tests.listens.factories import NOON, after_noon, listen_event, make_fan, make_incoming, rejection_reasons

pytestmark = pytest.mark.django_db
MBID = "8f6bd1e4-fbe1-4f50-aa9b-94c450ec0f11"


def test_a_listen_becomes_a_row_with_all_its_fields(ana: Person, night: Recording) -> None:
    sent = listen_event(
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

    result = ingest_records([make_incoming(sent, key=str(ana.pk).encode())])

    row = Listen.objects.get()
    started = datetime(2026, 11, 1, 12, 0, 0, 250_000, UTC)
    assert result.listens == [
        NewListen(row.pk, ana.pk, night.artist_id, night.pk, started, "import", set_aside=False, is_backlog=True)
    ]
    assert (row.person, row.source.uri, row.event_id) == (ana, "/api/listenbrainz", sent["id"])
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


def test_missing_members_are_null_or_empty(ana: Person) -> None:
    ingest_records([make_incoming(listen_event(ana.pk))])

    row = Listen.objects.get()
    assert (row.recording, row.recording_mbid, row.duration_ms, row.played_ms) == (None, None, None, None)
    assert (row.album, row.isrc, row.client, row.time_basis, row.origin) == ("", "", "", "unknown", "live")


def test_a_listen_without_a_matching_recording_is_stored(ana: Person, night: Recording) -> None:
    result = ingest_records([make_incoming(listen_event(ana.pk, track={"title": "Unheard Of"}))])

    assert [(listen.artist_id, listen.recording_id) for listen in result.listens] == [(None, None)]
    assert Listen.objects.count() == 1


def test_a_repeated_event_counts_once(ana: Person) -> None:
    sent = listen_event(ana.pk)

    first = ingest_records([make_incoming(sent), make_incoming(sent)])
    again = ingest_records([make_incoming(sent)])

    assert (len(first.listens), again.listens) == (1, [])
    assert (rejection_reasons(first), rejection_reasons(again)) == ([], [])
    assert Listen.objects.count() == 1


def test_the_same_play_in_two_events_counts_once(ana: Person) -> None:
    first = listen_event(ana.pk, started_at="2026-11-01T12:00:00.9Z", track={"album": "Trains", "duration_ms": 1})
    second = listen_event(ana.pk, started_at="2026-11-01T13:00:00+01:00", track={"title": "NIGHT train"})
    third = listen_event(ana.pk, source="/api/player")

    result = ingest_records([make_incoming(first), make_incoming(second), make_incoming(third)])

    assert [listen.started_at.microsecond for listen in result.listens] == [900_000]
    assert [row.event_id for row in Listen.objects.all()] == [first["id"]]


def test_the_same_id_from_another_source_or_of_another_fan_is_another_event(ana: Person) -> None:
    sent = listen_event(ana.pk)
    others = [
        {**listen_event(ana.pk, started_at=after_noon(30), source="/api/player"), "id": sent["id"]},
        {**listen_event(make_fan("bo").pk), "id": sent["id"]},
    ]

    result = ingest_records([make_incoming(sent), *(make_incoming(other) for other in others)])

    assert len(result.listens) == 3


def test_a_dropped_repeat_does_not_hide_another_listen(ana: Person) -> None:
    """The second record repeats an id, so its play is new when the third brings it."""
    known = listen_event(ana.pk)
    ingest_records([make_incoming(known)])
    repeated_id = {**listen_event(ana.pk, started_at=after_noon(9)), "id": known["id"]}
    same_play = listen_event(ana.pk, started_at=after_noon(9))

    result = ingest_records([make_incoming(known), make_incoming(repeated_id), make_incoming(same_play)])

    assert [listen.started_at for listen in result.listens] == [NOON + timedelta(minutes=9)]
    assert Listen.objects.get(pk=result.listens[0].id).event_id == same_play["id"]


def test_new_listens_come_in_the_order_of_their_arrival(ana: Person) -> None:
    bo = make_fan("bo")
    events = [listen_event((ana, bo)[n % 2].pk, started_at=after_noon((n * 37) % 100)) for n in range(100)]
    ingest_records([make_incoming(event) for event in events[::3]])

    result = ingest_records([make_incoming(event) for event in events])

    expected = [event for n, event in enumerate(events) if n % 3]
    rows = Listen.objects.in_bulk([listen.id for listen in result.listens])
    assert [rows[listen.id].event_id for listen in result.listens] == [event["id"] for event in expected]
    assert [listen.id for listen in result.listens] == sorted(rows)
    assert [listen.started_at for listen in result.listens] == [rows[each.id].started_at for each in result.listens]


def test_playing_now_is_not_stored(ana: Person) -> None:
    sent = {**listen_event(ana.pk), "type": "fanfare.listen.playing_now.v1"}

    assert ingest_records([make_incoming(sent)]) == ingest.IngestResult([], [])
    assert Listen.objects.count() == 0


SPECIAL_TEXTS = [
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


@pytest.mark.parametrize("text", SPECIAL_TEXTS, ids=ascii)
def test_every_text_is_stored_as_it_was_sent(ana: Person, text: str) -> None:
    event = listen_event(
        ana.pk,
        track={"title": text, "artist_credit": text, "album": text, "album_artist": text},
        client={"submission_client": text},
        extra={text: [text]},
    )
    event["id"] = text

    ingest_records([make_incoming(event)])

    row = Listen.objects.get()
    assert (row.event_id, row.title, row.artist_credit, row.album, row.client) == (text,) * 5
    assert (row.extra["extra"], row.extra["track"]) == ({text: [text]}, {"album_artist": text})


@settings(max_examples=50, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.text(st.characters(exclude_characters="\0", codec="utf-8"), min_size=1, max_size=40), max_size=5))
def test_any_text_is_stored_as_it_was_sent(ana: Person, titles: list[str]) -> None:
    with transaction.atomic():
        result = ingest_records(
            [make_incoming(listen_event(ana.pk, track={"title": each}, extra={each: each})) for each in titles]
        )

        stored = Listen.objects.filter(pk__in=[listen.id for listen in result.listens])
        different = {text_keys.fold(each) for each in titles}
        assert len(result.listens) == len(different)
        assert {row.title for row in stored} <= set(titles)
        assert all(row.extra["extra"] == {row.title: row.title} for row in stored)
        transaction.set_rollback(True)
