"""Tests of onboarding: three ways to connect listening, a token shown once, and choosing artists."""

import pytest
from django.test import Client
from pytest_django import Settings

from accounts.models import Token, hash_secret
from catalog.models import Sound
from fans import scrobblers
from tests import factories
from tests.fans.pages import HTMX, get_page, signed_in_client

pytestmark = pytest.mark.django_db


def test_a_new_fan_is_redirected_there_and_may_skip_it() -> None:
    client = signed_in_client(factories.create_fan())

    assert client.get("/")["Location"] == "/welcome"
    assert client.post("/welcome/done")["Location"] == "/"
    assert client.get("/").status_code == 200


def test_fans_with_listens_or_opt_ins_and_team_members_are_not_redirected() -> None:
    artist = factories.create_artist()
    fan = factories.create_fan()
    factories.detect_moments(factories.insert_listens(fan, artist))

    for person in (fan, factories.create_fan("Bo", opted_in=artist), factories.get_member(artist, "reviewer")):
        assert signed_in_client(person).get("/").status_code == 200


@pytest.mark.parametrize("scrobbler", scrobblers.SCROBBLERS, ids=lambda each: each.key)
def test_each_scrobbler_has_its_url_ready_to_copy(scrobbler: scrobblers.Scrobbler, settings: Settings) -> None:
    settings.SITE_URL = "https://fanfare.example/"

    page = get_page(signed_in_client(factories.create_fan()), f"/welcome?scrobbler={scrobbler.key}", headers=HTMX)

    assert "https://fanfare.example" in page.words
    assert "https://fanfare.example//" not in page.words
    assert page.all("button", data_copy="#way-1")


def test_a_token_is_made_and_its_secret_shown_once() -> None:
    fan = factories.create_fan()
    client = factories.fresh_client(fan)

    response = client.post("/welcome/token", {"scrobbler": "web"})

    token = Token.objects.get(person=fan)
    assert token.name == "Web Scrobbler"
    assert "no-store" in response["Cache-Control"]
    secrets = [
        word for word in response.content.decode().replace("<", ">").split(">") if hash_secret(word) == token.digest
    ]
    assert len(secrets) == 1
    for path in ("/welcome", "/settings", "/"):
        assert secrets[0] not in client.get(path).content.decode()


def test_too_many_tokens_are_refused_with_a_message(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("accounts.tokens.MAX_TOKENS_PER_PERSON", 1)
    client = factories.fresh_client(factories.create_fan())
    client.post("/welcome/token", {"scrobbler": "web"})

    response = client.post("/welcome/token", {"scrobbler": "web"}, headers=HTMX)

    assert "No token was made." in response.content.decode()
    assert Token.objects.count() == 1


def test_the_page_shows_the_first_listen_when_it_arrives() -> None:
    artist, fan = factories.create_artist(), factories.create_fan()
    client = signed_in_client(fan)

    waiting = get_page(client, "/welcome/heard")
    factories.insert_listens(fan, artist)
    arrived = get_page(client, "/welcome/heard")

    assert waiting.all("p", hx_trigger="every 3s")
    assert "It arrived: Night Bus by Mara Veil" in arrived.words
    assert not arrived.all("p", hx_trigger="every 3s")


def test_each_artist_has_a_switch_and_the_consent_text() -> None:
    factories.create_artist()
    client = signed_in_client(factories.create_fan())

    page = get_page(client, "/welcome/artists")

    assert "Mara Veil’s team may write to you here, or send you a remix, when" in page.words
    assert page.all("button", role="switch")[0]["aria-checked"] == "false"


def test_strangers_sign_in_first() -> None:
    for path in ("/welcome", "/welcome/heard", "/welcome/artists"):
        assert Client().get(path).status_code == 302
    for path in ("/welcome/token", "/welcome/done"):
        assert Client().post(path).status_code == 302
        assert signed_in_client(factories.create_fan()).get(path).status_code == 405
    assert not Token.objects.exists()


def test_three_artists_with_a_sound_offer_one_recording_each() -> None:
    for name in ("Anna", "Berit", "Cecilie", "Dora"):
        artist = factories.create_artist(name)
        for title in ("first", "second"):
            recording = factories.create_recording(artist, f"{name} {title}")
            about = {"path": f"{recording.pk}.ogg", "sha256": "0" * 64, "content_type": "audio/ogg"}
            Sound.objects.create(recording=recording, seconds=30, **about)
    factories.create_recording(factories.create_artist("Silent"), "Silent first")

    page = get_page(signed_in_client(factories.create_fan()), "/welcome")

    players = [player["aria-label"] for player in page.all("div", role="group")]
    assert players == ["Player: Anna first", "Player: Berit first", "Player: Cecilie first"]
    assert [script["src"] for script in page.all("script", type="module")][-1].endswith("player.js")
    assert page.all("a", href="/artists/")
    assert "hidden" in page.all("div", class_="stack tight", data_when_played=None)[0]


def test_without_recordings_the_page_says_so_and_links_to_scrobblers() -> None:
    factories.create_recording(factories.create_artist())

    page = get_page(signed_in_client(factories.create_fan()), "/welcome")

    assert "No artist has put a recording here yet." in page.words
    assert page.all("a", href="#scrobble")
    assert page.all("h2", id="scrobble")
    assert not page.all("a", href="/listening", class_="btn btn-dark")
