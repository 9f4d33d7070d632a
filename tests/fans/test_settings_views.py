"""Tests of the settings: name, tokens, opt-ins, paused programs, AI messages and consents."""

import pytest
from django.test import Client

from accounts import tokens
from accounts.models import Token, hash_secret
from fans import mutes, opt_ins, preferences
from fans.models import Mute
from tests import factories
from tests.fans.pages import count_queries, get_page, signed_in_client

pytestmark = pytest.mark.django_db


def test_the_name_is_changed_and_normalised() -> None:
    fan = factories.create_fan()

    assert signed_in_client(fan).post("/settings/name", {"name": "  Ana \n  Sofia "})["Location"] == "/settings"

    fan.refresh_from_db()
    assert fan.name == "Ana Sofia"


def test_a_name_that_is_too_long_stays_in_the_form_with_an_error() -> None:
    fan, long = factories.create_fan(), "x" * 10_000

    response = signed_in_client(fan).post("/settings/name", {"name": long})

    assert response.status_code == 422
    assert f'value="{long}"' in response.content.decode()
    assert "Use at most 80 characters; these are 10000." in response.content.decode()
    fan.refresh_from_db()
    assert fan.name == "Ana"


@pytest.mark.parametrize(
    ("name", "left_out"),
    [("Nguyễn Thị Ánh Tuyết", False), ("Maria da Luz Santos", False), ("", False), ("DJ 2000", True), ("👩‍👧 A", True)],
)
def test_a_name_that_no_message_repeats_is_told_while_it_is_typed_and_after(name: str, left_out: bool) -> None:
    client = signed_in_client(factories.create_fan())
    sentence = "Artists cannot greet you by this name, so their messages go without it."

    while_typing = client.post("/settings/name/note", {"name": name}).content.decode()
    client.post("/settings/name", {"name": name})

    assert (sentence in while_typing, sentence in client.get("/settings").content.decode()) == (left_out, left_out)


def test_a_name_that_is_only_typed_is_not_stored() -> None:
    fan = factories.create_fan()

    signed_in_client(fan).post("/settings/name/note", {"name": "Eve"})

    fan.refresh_from_db()
    assert fan.name == "Ana"


@pytest.mark.parametrize("name", ["<img src=x onerror=alert(1)>", "👩‍👩‍👧‍👦 Ana", "ليلى", "نور\u200e"])
def test_any_name_is_shown_as_text(name: str) -> None:
    fan = factories.create_fan()
    client = signed_in_client(fan)

    client.post("/settings/name", {"name": name})

    fan.refresh_from_db()
    assert fan.name == name
    assert "<img src=x" not in client.get("/settings").content.decode()


@pytest.mark.parametrize("turn", "\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
def test_direction_controls_are_removed_from_a_name(turn: str) -> None:
    fan = factories.create_fan()

    signed_in_client(fan).post("/settings/name", {"name": f"Ana {turn}evil"})

    fan.refresh_from_db()
    assert fan.name == "Ana evil"


def test_a_token_is_shown_once_listed_and_revoked() -> None:
    fan = factories.create_fan()
    client = factories.fresh_client(fan)

    response = client.post("/settings/tokens", {"scrobbler": "mpd", "label": "my phone"}).content.decode()

    token = Token.objects.get()
    assert "api_url" in response
    assert [word for word in response.replace("<", ">").split(">") if hash_secret(word) == token.digest]
    assert "my phone" in get_page(client, "/settings").words
    client.post(f"/settings/tokens/{token.pk}/revoke")
    assert not Token.objects.usable().exists()
    get_page(client, "/settings")  # shows the message that it no longer works
    assert ">my phone<" not in client.get("/settings").content.decode()


def test_a_label_that_is_too_long_stays_in_the_form() -> None:
    response = signed_in_client(factories.create_fan()).post(
        "/settings/tokens", {"scrobbler": "web", "label": "y" * 81}
    )

    assert response.status_code == 422
    assert "y" * 81 in response.content.decode()
    assert '<option value="web" selected>' in response.content.decode()
    assert not Token.objects.exists()


def test_an_unknown_scrobbler_is_refused() -> None:
    assert signed_in_client(factories.create_fan()).post("/settings/tokens", {"scrobbler": "x"}).status_code == 422


def test_opt_ins_paused_programs_and_consents_are_listed() -> None:
    artist = factories.create_artist()
    fan = factories.create_fan(opted_in=artist)
    mute = mutes.pause(fan, 7, artist, name="Hundred")
    client = signed_in_client(fan)

    page = get_page(client, "/settings").words
    assert "Hundred Mara Veil , since" in page
    assert page.count(opt_ins.consent_text(artist)) == 2, "what the team sees, and what was told"

    assert client.post(f"/settings/pauses/{mute.pk}/resume")["Location"] == "/settings"
    assert mutes.muted_pairs({(fan.pk, 7)}) == set()
    client.post("/artists/mara-veil/opt-in", {"on": "0", "back": "settings"})
    assert opt_ins.active_pairs([(fan.pk, artist.pk)]) == set()
    assert "Ended , Mara Veil" in get_page(client, "/settings").words


def test_hiding_ai_messages_returns_to_the_same_page() -> None:
    fan = factories.create_fan()

    for page in ("/settings", "/?artist=mara-veil"):
        response = signed_in_client(fan).post(
            "/feed/hide-ai", {"on": "1"}, headers={"referer": f"http://testserver{page}"}
        )
        assert response["Location"] == page
    assert preferences.hides_ai(fan)


def test_other_fans_tokens_and_pauses_are_a_404() -> None:
    artist, fan = factories.create_artist(), factories.create_fan()
    token, _ = tokens.create(fan, "mine", by=fan)
    mute = mutes.pause(fan, 7, artist)
    other = signed_in_client(factories.create_fan("Bo"))

    assert other.post(f"/settings/tokens/{token.pk}/revoke").status_code == 404
    assert other.post(f"/settings/pauses/{mute.pk}/resume").status_code == 404
    assert Token.objects.usable().count() == Mute.objects.filter(ended_at=None).count() == 1


def test_strangers_sign_in_first() -> None:
    assert Client().get("/settings")["Location"] == "/accounts/login/?next=/settings"
    for path in ("name", "tokens", "tokens/1/revoke", "pauses/1/resume"):
        assert Client().post(f"/settings/{path}").status_code == 302


def test_three_of_everything_take_as_many_queries_as_one() -> None:
    names = ("Anna", "Berit", "Cecilie")
    artists = [factories.create_artist(name) for name in names]
    one, three = factories.create_fan(), factories.create_fan("Bo")
    for fan, count in ((one, 1), (three, 3)):
        for artist in artists[:count]:
            opt_ins.opt_in(fan, artist)
            mutes.pause(fan, artist.pk, artist)
            tokens.create(fan, artist.name, by=fan)

    assert (
        count_queries(signed_in_client(one), "/settings") == count_queries(signed_in_client(three), "/settings") <= 12
    )
