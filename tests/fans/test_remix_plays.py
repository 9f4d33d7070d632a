"""Hearing a remix is a listen of the recording it was made of. What a browser says about it is not believed."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from pytest_django import Settings

from artists.models import Moment, Program
from catalog.models import Artist, Sound
from config.events import handle_batch
from events.models import Outbox
from fans import experiences
from fans.models import Engagement, Experience
from listens import first_party, incognito
from listens.models import Listen
from tests import factories
from tests.artists import remix_drafts
from tests.artists.remix_scene import Scene, create_scene
from tests.listens.factories import make_incoming

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("no_undo_time")]
AN_HOUR = timedelta(hours=1)


@pytest.fixture
def scene(artist: Artist, settings: Settings, tmp_path: Path) -> Scene:
    created = create_scene(artist, settings, tmp_path)
    created.sign(created.save())
    return created


@pytest.fixture
def experience(scene: Scene, monkeypatch: pytest.MonkeyPatch) -> Experience:
    """A remix of 31 seconds, which was delivered half an hour ago by the clock of the door."""

    class Later(datetime):
        @classmethod
        def now(cls, tz: Any = None) -> datetime:
            return datetime.now(tz) + AN_HOUR / 2

    monkeypatch.setattr(first_party, "datetime", Later)
    return remix_drafts.deliver(remix_drafts.write_remix(scene))


@pytest.fixture
def client(experience: Experience) -> Client:
    return factories.signed_in_client(experience.person)


def make_play(*, ago: float = 25, played_ms: int = 20_000, **more: Any) -> dict[str, Any]:
    return {
        "started_at": (first_party.datetime.now(UTC) - timedelta(seconds=ago)).isoformat(),
        "played_ms": played_ms,
    } | more


def plays_of(experience: Experience) -> str:
    return f"/experiences/{experience.pk}/plays"


def consume() -> None:
    rows = Outbox.objects.filter(topic="listens.v1")
    assert handle_batch([make_incoming(bytes(row.value or b""), key=bytes(row.key or b"")) for row in rows]) == []


def let_pass_by(seconds: int) -> None:
    with connection.cursor() as cursor:
        cursor.execute("UPDATE web_ratewindow SET expires_at = expires_at - %s * interval '1 second'", [seconds])


def test_it_is_a_listen_of_the_recording_and_marked_as_of_a_remix(
    client: Client, experience: Experience, scene: Scene
) -> None:
    before = Engagement.objects.get(person=experience.person).listens

    response = client.post(plays_of(experience), make_play(skips=1))
    consume()

    assert (response.status_code, response.json()) == (200, {"recorded": True})
    [listen] = Listen.objects.of_remixes()
    assert (listen.person_id, listen.recording_id, listen.title) == (
        experience.person_id,
        scene.recording.pk,
        scene.recording.title,
    )
    assert (listen.played_ms, listen.time_basis, listen.origin) == (20_000, "start", "live")
    assert listen.extra["playback"] == {"context_uri": f"experience:{experience.pk}"}
    assert Engagement.objects.get(person=experience.person).listens == before + 1
    assert "a remix, here" in client.get("/listening").content.decode()


def test_it_is_a_moment_for_words_and_never_for_the_next_remix(
    client: Client, experience: Experience, scene: Scene
) -> None:
    artist, before = scene.recording.artist, Engagement.objects.get(person=experience.person).listens
    words = factories.create_program(artist, nth=before + 1)
    remixes = Program.objects.create(artist=artist, kind=Program.Kind.REMIX, name="More remixes")
    remix_drafts.sign_version(remixes, scene, nth=before + 1)

    client.post(plays_of(experience), make_play())
    consume()

    assert [moment.program_id for moment in Moment.objects.filter(point=before + 1)] == [words.pk]


def test_a_play_counts_once_and_no_faster_than_time(client: Client, experience: Experience) -> None:
    play = make_play()

    said = [client.post(plays_of(experience), play).status_code for _ in range(2)]
    let_pass_by(20)  # so long a listen takes
    said += [client.post(plays_of(experience), play).status_code]
    let_pass_by(20)
    said += [client.post(plays_of(experience), make_play(ago=60)).status_code]
    consume()

    assert said == [200, 429, 200, 200]
    assert Listen.objects.of_remixes().counted().count() == 2


def test_a_remix_and_its_recording_are_not_heard_at_the_same_time(
    client: Client, experience: Experience, scene: Scene
) -> None:
    Sound.objects.create(recording=scene.recording, path="x.wav", seconds=30, sha256="0" * 64, content_type="audio/wav")
    of_recording = {"recording": scene.recording.pk} | make_play()

    assert client.post(plays_of(experience), make_play()).status_code == 200
    assert client.post("/listening/plays", of_recording).status_code == 429
    assert Outbox.objects.filter(topic="listens.v1").count() == 1


def test_a_hundred_plays_in_a_minute_are_one_listen(client: Client, experience: Experience) -> None:
    said = [client.post(plays_of(experience), make_play(ago=30 + 15 * n)).status_code for n in range(100)]
    consume()

    assert (said[0], set(said[1:])) == (200, {429})
    assert Listen.objects.of_remixes().count() == 1


@pytest.mark.parametrize(
    ("changes", "status"),
    [
        ({"ago": -60}, 422),
        ({"ago": 3_000}, 422),  # before it was delivered
        ({"ago": 5}, 422),  # more heard than time passed
        ({"played_ms": 10_000}, 422),  # not half of it
        ({"started_at": "yesterday"}, 422),
        ({"played_ms": "NaN"}, 422),
    ],
)
def test_implausible_plays_are_refused(
    client: Client, experience: Experience, changes: dict[str, Any], status: int
) -> None:
    timing = {key: value for key, value in changes.items() if key in {"ago", "played_ms"} and value != "NaN"}
    play = make_play(**timing) | {key: value for key, value in changes.items() if key != "ago"}

    assert client.post(plays_of(experience), play).status_code == status
    assert Outbox.objects.filter(topic="listens.v1").count() == 0


def test_nobody_reports_a_play_of_what_they_cannot_hear(client: Client, experience: Experience, scene: Scene) -> None:
    others = (factories.create_fan(), scene.principal, factories.get_staff())
    said = [factories.signed_in_client(one).post(plays_of(experience), make_play()).status_code for one in others]
    experiences.withdraw(experience.pk, by="system:operator", reason="a test")
    said.append(client.post(plays_of(experience), make_play()).status_code)

    assert said == [404] * 4
    assert Outbox.objects.filter(topic="listens.v1").count() == 0


def test_an_incognito_fan_hears_without_a_trace(client: Client, experience: Experience) -> None:
    incognito.start(experience.person, until=None)

    assert client.post(plays_of(experience), make_play()).json() == {"recorded": False}
    assert Outbox.objects.filter(topic="listens.v1").count() == 0
