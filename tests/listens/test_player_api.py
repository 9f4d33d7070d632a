"""The view to which our own player reports plays."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.test import Client

from accounts.models import Person
from catalog.models import Sound
from config.events import handle_batch
from events.models import Outbox
from fans.models import Engagement
from listens import first_party, incognito
from listens.models import Listen
from tests import factories
from tests.listens.factories import make_incoming

PLAYS = "/listening/plays"


@pytest.fixture
def ana(db: None) -> Person:
    return factories.create_fan("Ana")


@pytest.fixture
def sound(db: None) -> Sound:
    recording = factories.create_recording(factories.create_artist("Mara Veil"), "Salt Radio")
    return Sound.objects.create(
        recording=recording, path="x.wav", seconds=Decimal(30), sha256="0" * 64, content_type="audio/wav"
    )


@pytest.fixture
def client(ana: Person) -> Client:
    client = Client()
    client.force_login(ana)
    return client


def make_play(sound: Sound, *, ago: float = 20, played_ms: int = 15_000, **more: Any) -> dict[str, Any]:
    started_at = (datetime.now(UTC) - timedelta(seconds=ago)).isoformat()
    return {"recording": sound.recording_id, "started_at": started_at, "played_ms": played_ms, **more}


def test_a_play_becomes_a_listen(client: Client, ana: Person, sound: Sound) -> None:
    play = make_play(sound, skips=2)

    response = client.post(PLAYS, play)
    [row] = Outbox.objects.all()
    rejected = handle_batch([make_incoming(bytes(row.value or b""), key=bytes(row.key or b""))])

    assert (response.status_code, response.json(), rejected) == (200, {"recorded": True}, [])
    assert (row.topic, bytes(row.key or b""), row.keep_until_counted) == ("listens.v1", str(ana.pk).encode(), True)
    listen = Listen.objects.select_related("source").get()
    assert (listen.person_id, listen.recording_id, listen.source.uri) == (ana.pk, sound.recording_id, "/api/player")
    assert (listen.title, listen.artist_credit, listen.time_basis) == ("Salt Radio", "Mara Veil", "start")
    assert (listen.played_ms, listen.duration_ms, listen.extra["extra"]) == (15_000, 30_000, {"skips": 2})
    assert listen.started_at == datetime.fromisoformat(play["started_at"])
    assert Engagement.objects.get(person=ana).listens == 1


def test_a_play_that_is_reported_twice_counts_once(client: Client, sound: Sound) -> None:
    play = make_play(sound)

    for _ in range(2):
        client.post(PLAYS, play)
    handle_batch([make_incoming(bytes(row.value or b"")) for row in Outbox.objects.all()])

    assert Listen.objects.count() == 1


def test_two_plays_of_one_song_take_their_time(client: Client, sound: Sound) -> None:
    responses = [client.post(PLAYS, make_play(sound, ago=20 + 60 * n)) for n in range(2)]

    assert [response.status_code for response in responses] == [200, 429]
    assert responses[1].json() == {"error": "Another play of this song was reported a moment ago."}


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"ago": -60}, "It has not begun yet."),
        ({"ago": 90_000}, "That was too long ago."),
        ({"ago": 10, "played_ms": 15_000}, "Nobody can have heard that much since it began."),
        ({"played_ms": 14_900}, "It is a listen once half of it was heard, or four minutes."),
        ({"recording": 999_999}, "There is nothing to play."),
        ({"recording": "x"}, None),
        ({"recording": 2**70}, None),
        ({"started_at": "yesterday"}, None),
        ({"started_at": "9999-12-31T23:59:59+00:00"}, "It has not begun yet."),
        ({"started_at": "0001-01-01T00:00:00+14:00"}, None),
        ({"played_ms": -1}, None),
        ({"played_ms": "NaN"}, None),
        ({"skips": -1}, None),
        ({"skips": 10**6}, None),
    ],
)
def test_implausible_plays_are_refused(
    client: Client, sound: Sound, changes: dict[str, Any], message: str | None
) -> None:
    response = client.post(PLAYS, make_play(sound, **changes))

    assert (response.status_code, Outbox.objects.count()) == (422, 0)
    if message:
        assert response.json() == {"error": message}


@pytest.mark.parametrize("changes", [{"ago": 13.5}, {"ago": 20, "played_ms": 21_500}])
def test_small_clock_differences_are_accepted(client: Client, sound: Sound, changes: dict[str, Any]) -> None:
    assert client.post(PLAYS, make_play(sound, **changes)).json() == {"recorded": True}


def test_four_minutes_of_a_long_recording_are_a_listen(client: Client, sound: Sound) -> None:
    Sound.objects.update(seconds=Decimal(1200))

    assert client.post(PLAYS, make_play(sound, ago=250, played_ms=240_000)).json() == {"recorded": True}
    assert client.post(PLAYS, make_play(sound, ago=251, played_ms=239_000)).status_code == 422


def test_plays_during_an_incognito_period_are_not_recorded(client: Client, ana: Person, sound: Sound) -> None:
    incognito.start(ana, until=None)
    during = client.post(PLAYS, make_play(sound))
    incognito.end(ana)
    after = client.post(PLAYS, make_play(sound, ago=16))

    assert (during.json(), after.json()) == ({"recorded": False}, {"recorded": True})
    assert Outbox.objects.count() == 1


def test_too_many_plays_are_refused(client: Client, sound: Sound) -> None:
    play = make_play(sound)
    responses = [client.post(PLAYS, play | {"played_ms": 0}).status_code for _ in range(first_party.PLAYS_PER_WINDOW)]

    assert [*responses, client.post(PLAYS, play).status_code] == [422] * first_party.PLAYS_PER_WINDOW + [429]


def test_plays_need_a_session_and_a_csrf_token(ana: Person, sound: Sound) -> None:
    with_csrf_check = Client(enforce_csrf_checks=True)
    with_csrf_check.force_login(ana)

    assert Client().post(PLAYS, make_play(sound)).status_code == 403
    assert with_csrf_check.post(PLAYS, make_play(sound)).status_code == 403
    assert with_csrf_check.get(PLAYS).status_code == 405
    assert Outbox.objects.count() == 0
