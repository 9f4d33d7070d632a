"""Tests of the list of artists, the artist's page and the opt-in switch."""

import pytest
from django.test import Client

from accounts.models import Consent, Role
from catalog.models import Artist
from fans import ai_permissions, discovery, opt_ins
from fans.models import OptIn
from rights import grants
from rights.models import Use
from tests import factories
from tests.fans.pages import HTMX, count_queries, get_page, received, signed_in_client

pytestmark = pytest.mark.django_db


def test_the_page_says_what_ai_may_do() -> None:
    artist = factories.create_artist()
    client = signed_in_client(factories.create_fan())

    answers = [(permission.label, permission.use) for permission in ai_permissions.list_permissions(artist)]

    assert answers[:2] == [("Yes", "Suggest messages"), ("Not yet", "Remix stems")]
    assert answers[-2:] == [("Never", "Make \u2068Mara Veil\u2069’s voice"), ("Never", "Train on the music")]
    assert "Never Make \u2068Mara Veil\u2069’s voice" in get_page(client, "/artists/mara-veil").words


def test_a_missing_grant_is_not_yet_and_an_ended_one_is_no() -> None:
    silent, over = factories.create_artist(granted=False), factories.create_artist("Ove Lind")
    grants.switch_off(over, Use.PERSONAL_MESSAGE, by=factories.get_member(over, Role.PRINCIPAL))

    assert ai_permissions.list_permissions(silent)[0].label == "Not yet"
    assert ai_permissions.list_permissions(over)[0].label == "No"


def test_an_artist_who_permits_remixes_says_so(artist: Artist) -> None:
    grants.switch_on(artist, Use.REMIX, by=factories.get_member(artist, Role.PRINCIPAL), fresh=True)

    messages, remixes, *_ = ai_permissions.list_permissions(artist)

    assert (messages.label, remixes.label) == ("Yes", "Yes")
    assert remixes.explanation.startswith("Inside limits that \u2068Mara Veil\u2069 signs for each song.")


def test_a_grant_for_some_countries_names_them() -> None:
    artist = factories.create_artist(granted=False)
    principal = factories.get_member(artist, Role.PRINCIPAL)
    grants.switch_on(artist, Use.PERSONAL_MESSAGE, by=principal, fresh=True, territories=["PT", "ES"])

    assert ai_permissions.list_permissions(artist)[0].explanation.endswith("In ES, PT only.")


def test_programs_are_offered_without_their_words() -> None:
    artist = factories.create_artist()
    factories.create_program(artist, nth=100, recording=factories.create_recording(artist))
    factories.create_program(artist, signed=False, nth=7)

    page = get_page(signed_in_client(factories.create_fan()), "/artists/mara-veil").words

    assert "At your 100th listen of Salt Radio" in page
    assert "7th" not in page
    assert "It means a lot" not in page


def test_the_switch_is_off_and_beside_its_consent_text() -> None:
    artist = factories.create_artist()
    fan = factories.create_fan()
    client = signed_in_client(fan)

    page = get_page(client, "/artists/mara-veil")

    assert page.all("button", role="switch")[0]["aria-checked"] == "false"
    assert opt_ins.consent_text(artist) in page.words
    assert not OptIn.objects.exists()


def test_opting_in_and_out_works_by_form_and_htmx_and_stores_the_consent() -> None:
    artist = factories.create_artist()
    fan = factories.create_fan()
    client = signed_in_client(fan)

    assert client.post("/artists/mara-veil/opt-in", {"on": "1"})["Location"] == "/artists/mara-veil"
    assert opt_ins.active_pairs([(fan.pk, artist.pk)]) == {(fan.pk, artist.pk)}
    assert get_page(client, "/artists/mara-veil").all("button", role="switch")[0]["aria-checked"] == "true"

    response = client.post("/artists/mara-veil/opt-in", {"on": "0"}, headers=HTMX)
    assert b'aria-checked="false"' in response.content
    assert b"<h1" not in response.content
    assert [row.act for row in Consent.objects.order_by("pk")] == ["given", "withdrawn"]


@pytest.mark.parametrize(
    ("back", "goal"), [("settings", "/settings"), ("welcome", "/welcome/artists"), ("//evil", "/artists/mara-veil")]
)
def test_opting_in_returns_to_a_known_page_only(back: str, goal: str) -> None:
    factories.create_artist()

    response = signed_in_client(factories.create_fan()).post("/artists/mara-veil/opt-in", {"on": "1", "back": back})

    assert response["Location"] == goal


def test_messages_by_hand_are_on_the_page_and_a_models_are_not() -> None:
    artist = factories.create_artist()
    fan = factories.create_fan(opted_in=artist)
    received(factories.create_program(artist, nth=1), fan, written="Ana, from my own hand.")
    machine = received(factories.create_program(artist, nth=2), fan, by_a_model=True)

    page = get_page(signed_in_client(fan), "/artists/mara-veil").words

    assert "Ana, from my own hand." in page
    assert str(machine.text) not in page
    assert "You have listened 2 times" in page


def test_a_filled_in_message_is_not_by_hand() -> None:
    artist = factories.create_artist()
    fan = factories.create_fan(opted_in=artist)
    filled = received(factories.create_program(artist, nth=1), fan)

    page = get_page(signed_in_client(fan), "/artists/mara-veil").words

    assert filled.mark == "filled"
    assert str(filled.text) not in page
    assert "Nothing yet. Here you find what Mara Veil writes or records for you alone." in page


def test_the_listen_count_is_updated_after_a_play() -> None:
    artist, fan = factories.create_artist(), factories.create_fan()
    client = signed_in_client(fan)

    before = get_page(client, "/artists/mara-veil")
    factories.detect_moments(factories.insert_listens(fan, artist))
    [part] = get_page(client, "/artists/mara-veil").all("p", id="listen-count")
    after = get_page(client, str(part["hx-get"]), headers=HTMX)

    assert "You have not listened to this artist here yet." in before.words
    assert "You have listened 1 time, first on" in after.words
    assert str(part["hx-trigger"]).split(", ") == ["live", "played from:body"]
    assert not after.all("h1")


def test_other_fans_listening_and_messages_are_not_shown() -> None:
    artist = factories.create_artist()
    received(
        factories.create_program(artist), factories.create_fan("Bo", opted_in=artist), written="Bo, this is yours."
    )

    page = get_page(signed_in_client(factories.create_fan()), "/artists/mara-veil").words

    assert "Bo, this is yours." not in page
    assert "You have not listened to this artist here yet." in page


def test_the_list_begins_with_opted_in_artists_and_searches_by_name() -> None:
    for name in ("Anna", "Berit", "Cecilie"):
        factories.create_artist(name)
    fan = factories.create_fan()
    client = signed_in_client(fan)
    client.post("/artists/cecilie/opt-in", {"on": "1"})

    links = [str(link["href"]) for link in get_page(client, "/artists/").all("a") if "tile" in str(link.get("class"))]
    page = get_page(client, "/artists/?q=beri", headers=HTMX)

    assert links == ["/artists/cecilie", "/artists/anna", "/artists/berit"]
    assert "Berit" in page.words
    assert "Anna" not in page.words
    assert "No artist of that name" in get_page(client, "/artists/?q=%00%25_zzz").words


def test_strangers_sign_in_first_and_an_unknown_artist_is_a_404() -> None:
    factories.create_artist()

    for path in ("/artists/", "/artists/mara-veil"):
        assert Client().get(path)["Location"].startswith("/accounts/login/")
    assert Client().post("/artists/mara-veil/opt-in").status_code == 302
    assert signed_in_client(factories.create_fan()).get("/artists/nobody").status_code == 404
    assert signed_in_client(factories.create_fan()).post("/artists/nobody/opt-in").status_code == 404
    assert not OptIn.objects.exists()


def test_the_switch_needs_the_csrf_token() -> None:
    factories.create_artist()

    response = signed_in_client(factories.create_fan(), enforce_csrf_checks=True).post(
        "/artists/mara-veil/opt-in", {"on": "1"}
    )

    assert response.status_code == 403
    assert not OptIn.objects.exists()


def test_more_programs_messages_and_artists_take_no_more_queries() -> None:
    few, many = factories.create_artist("Anna"), factories.create_artist("Berit")
    fan = factories.create_fan(opted_in=few)
    opt_ins.opt_in(fan, many)
    client = signed_in_client(fan)
    received(factories.create_program(few, nth=1), fan)
    index = count_queries(client, "/artists/")
    for nth in (1, 2, 3):
        received(factories.create_program(many, nth=nth), fan)
    factories.create_artist("Cecilie")

    assert count_queries(client, "/artists/anna") == count_queries(client, "/artists/berit") <= 16
    assert count_queries(client, "/artists/") == index <= 6


def test_artists_are_sorted_by_plays_then_by_name() -> None:
    fan = factories.create_fan()
    factories.create_artist("Aaa")
    played, much = factories.create_artist("Played"), factories.create_artist("Zzz")
    factories.detect_moments(factories.insert_listens(fan, played, 1), factories.insert_listens(fan, much, 2))

    assert [artist.name for artist in discovery.search_artists(fan)] == ["Zzz", "Played", "Aaa"]


def test_a_fan_sees_no_offer_that_the_artist_does_not_allow() -> None:
    artist = factories.create_artist()
    factories.create_program(artist)
    ana = signed_in_client(factories.create_fan("Ana"))
    before = get_page(ana, f"/artists/{artist.slug}").words
    grants.switch_off(artist, Use.PERSONAL_MESSAGE, by=factories.get_member(artist, "principal"))

    after = get_page(ana, f"/artists/{artist.slug}").words

    assert ["At your 3rd listen" in text for text in (before, after)] == [True, False]
    assert "What you can get Nothing at the moment." in after
