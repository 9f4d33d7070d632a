"""The API of remixes: what can be made of a song, what is on one's desk, and asking for it."""

from pathlib import Path

import pytest
from pytest_django import Settings

from artists.remixes import envelopes
from catalog.models import Artist
from tests import factories
from tests.artists import remix_request_scene as scene
from tests.artists.remix_request_scene import Asking

pytestmark = pytest.mark.django_db


@pytest.fixture
def silent(artist: Artist, settings: Settings, tmp_path: Path) -> Asking:
    return scene.create_silent(artist, settings, tmp_path)


def test_a_program_puts_a_recipe_on_the_desk_and_asks_for_it(silent: Asking) -> None:
    client, recording = factories.signed_in_client(silent.fan), silent.song.recording
    address = f"/api/v1/artists/{recording.artist.slug}/remixes/{recording.pk}"
    desk = client.get(address).json()
    assert (desk["changes"], desk["price"]["paid_by"], desk["limits"]["type"]) == ([], "free", "object")

    beyond = client.put(address, {"recipe": desk["recipe"] | {"tempo_percent": 200}}, content_type="application/json")
    assert (beyond.status_code, "tempo_percent" in beyond.content.decode()) == (400, True)
    slower = client.put(address, {"recipe": desk["recipe"] | {"tempo_percent": 95}}, content_type="application/json")
    assert slower.json()["changes"] == [{"what": "Tempo", "how": "120 → 114"}]
    stale = client.post(f"{address}/requests", {"words_hash": desk["words_hash"]}, content_type="application/json")
    assert (stale.status_code, stale.json()["code"]) == (409, "TermsChanged")

    body = {"words_hash": slower.json()["words_hash"]}
    asked = client.post(f"{address}/requests", body, content_type="application/json")
    assert (asked.status_code, asked.json()["kind"], asked.json()["state"]) == (201, "remix", "waiting")
    assert client.get("/api/v1/requests").json()[0]["recipe"] == slower.json()["recipe"]
    envelopes.end(recording, by=silent.song.owner)
    assert client.get(address).status_code == 404
