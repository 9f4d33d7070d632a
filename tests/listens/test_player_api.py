"""What our own player says was heard."""

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
from listens import incognito, player_api
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


def a_play(sound: Sound, *, ago: float = 20, played_ms: int = 15_000, **more: Any) -> dict[str, Any]:
    started_at = (datetime.now(UTC) - timedelta(seconds=ago)).isoformat()
    return {"recording": sound.recording_id, "started_at": started_at, "played_ms": played_ms, **more}


def test_a_play_becomes_a_listen_with_its_proof(client: Client, ana: Person, sound: Sound) -> None:
    play = a_play(sound, skips=2)

    answer = client.post(PLAYS, play)
    [row] = Outbox.objects.all()
    rejected = handle_batch([make_incoming(bytes(row.value or b""), key=bytes(row.key or b""))])

    assert (answer.status_code, answer.json(), rejected) == (200, {"recorded": True}, [])
    assert (row.topic, bytes(row.key or b""), row.rests) == ("listens.v1", str(ana.pk).encode(), True)
    listen = Listen.objects.select_related("source").get()
    assert (listen.person_id, listen.recording_id, listen.source.uri) == (ana.pk, sound.recording_id, "/doors/player")
    assert (listen.title, listen.artist_credit, listen.time_basis) == ("Salt Radio", "Mara Veil", "start")
    assert (listen.played_ms, listen.duration_ms, listen.extra["extra"]) == (15_000, 30_000, {"skips": 2})
    assert listen.started_at == datetime.fromisoformat(play["started_at"])
    assert Engagement.objects.get(person=ana).listens == 1


def test_a_play_told_twice_counts_once(client: Client, sound: Sound) -> None:
    play = a_play(sound)

    for _ in range(2):
        client.post(PLAYS, play)
    handle_batch([make_incoming(bytes(row.value or b"")) for row in Outbox.objects.all()])

    assert Listen.objects.count() == 1


@pytest.mark.parametrize(
    ("about", "says"),
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
def test_what_cannot_be_is_not_believed(client: Client, sound: Sound, about: dict[str, Any], says: str | None) -> None:
    answer = client.post(PLAYS, a_play(sound, **about))

    assert (answer.status_code, Outbox.objects.count()) == (422, 0)
    if says:
        assert answer.json() == {"error": says}


def test_clocks_may_disagree_a_little(client: Client, sound: Sound) -> None:
    answers = [
        client.post(PLAYS, a_play(sound, **about)) for about in ({"ago": 13.5}, {"ago": 20, "played_ms": 21_500})
    ]

    assert [answer.json() for answer in answers] == [{"recorded": True}] * 2


def test_of_a_long_one_four_minutes_are_enough(client: Client, sound: Sound) -> None:
    Sound.objects.update(seconds=Decimal(1200))

    assert client.post(PLAYS, a_play(sound, ago=250, played_ms=240_000)).json() == {"recorded": True}
    assert client.post(PLAYS, a_play(sound, ago=251, played_ms=239_000)).status_code == 422


def test_who_is_incognito_is_not_recorded_and_is_told_so(client: Client, ana: Person, sound: Sound) -> None:
    incognito.start(ana, until=None)
    during = client.post(PLAYS, a_play(sound))
    incognito.end(ana)
    after = client.post(PLAYS, a_play(sound, ago=16))

    assert (during.json(), after.json()) == ({"recorded": False}, {"recorded": True})
    assert Outbox.objects.count() == 1


def test_too_many_plays_are_nobodys(client: Client, sound: Sound) -> None:
    answers = [
        client.post(PLAYS, a_play(sound, ago=20 + n)).status_code for n in range(player_api.PLAYS_PER_WINDOW + 2)
    ]

    assert answers == [200] * player_api.PLAYS_PER_WINDOW + [429] * 2


def test_nobody_else_tells_plays(ana: Person, sound: Sound) -> None:
    careful = Client(enforce_csrf_checks=True)
    careful.force_login(ana)

    assert Client().post(PLAYS, a_play(sound)).status_code == 403
    assert careful.post(PLAYS, a_play(sound)).status_code == 403
    assert careful.get(PLAYS).status_code == 405
    assert Outbox.objects.count() == 0
