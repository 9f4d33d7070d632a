"""Tests of the feed: what it shows, in which order, to whom, and what arrives while it is open."""

from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from accounts.models import Person
from artists.models import Program
from catalog.models import Artist
from fans import listening, opt_ins, preferences
from fans.models import Experience
from fans.views import feed
from listens.models import Listen
from live.models import Notice
from tests import factories
from tests.fans.pages import HTMX, count_queries, get_page, received, signed_in_client
from web.pagination import Cursor

pytestmark = pytest.mark.django_db


def make_programs(artist: Artist, count: int) -> list[Program]:
    return [factories.create_program(artist, nth=number) for number in range(1, count + 1)]


def card_ids(page: object) -> list[str]:
    """The ids of the cards, from top to bottom."""
    return [str(card["id"]).removeprefix("experience-") for card in page.all("article")]  # type: ignore[attr-defined]


def receive_at_each_listen(artist: Artist, fan: Person, count: int) -> list[Experience]:
    """One experience at each of the first listens, oldest first."""
    return [received(program, fan) for program in make_programs(artist, count)]


def test_strangers_see_the_front_page_and_no_feed() -> None:
    front = get_page(Client(), "/")

    assert "Sign up" in front.words
    assert Client().get("/feed/new?after=0").status_code == 302


def test_cards_are_newest_first_and_keep_the_order_of_their_parts() -> None:
    artist = factories.create_artist()
    fan = factories.create_fan(opted_in=artist)
    received_ones = receive_at_each_listen(artist, fan, 3)

    page = get_page(signed_in_client(fan), "/")

    assert card_ids(page) == [str(experience.pk) for experience in reversed(received_ones)]
    words = page.words[page.words.index("3rd listen") :]
    order = ["Thank you, Ana", "Mara Veil’s words, filled in for you", "You got this because", "Open", "Receipt"]
    assert sorted(order, key=words.index) == order


def test_cards_of_other_fans_are_not_shown() -> None:
    artist = factories.create_artist()
    mine, theirs = factories.create_fan(opted_in=artist), factories.create_fan("Bo", opted_in=artist)
    program = factories.create_program(artist)
    own, _ = received(program, mine), received(program, theirs)

    assert card_ids(get_page(signed_in_client(mine), "/")) == [str(own.pk)]


def test_hide_ai_is_stored_and_hides_what_a_model_wrote() -> None:
    artist = factories.create_artist()
    fan = factories.create_fan(opted_in=artist)
    first, second, third = make_programs(artist, 3)
    filled = received(first, fan)
    written = received(second, fan, written="Ana, I typed this myself.")
    received(third, fan, by_a_model=True)
    client = signed_in_client(fan)

    client.post("/feed/hide-ai", {"on": "1"})

    page = get_page(client, "/")
    assert card_ids(page) == [str(written.pk), str(filled.pk)]
    assert page.all("button", role="switch")[0]["aria-checked"] == "true"
    client.post("/feed/hide-ai", {"on": "0"})
    assert len(card_ids(get_page(client, "/"))) == 3


def test_the_feed_is_filtered_by_artist_and_by_hand() -> None:
    mara, ove = factories.create_artist(), factories.create_artist("Ove Lind")
    fan = factories.create_fan(opted_in=mara)
    opt_ins.opt_in(fan, ove)
    from_mara = received(factories.create_program(mara, nth=3), fan, written="Ana, from my own hand.")
    received(factories.create_program(mara, nth=4), fan)
    from_ove = received(factories.create_program(ove), fan, by_a_model=True)
    client = signed_in_client(fan)

    assert card_ids(get_page(client, "/?artist=ove-lind")) == [str(from_ove.pk)]
    assert card_ids(get_page(client, "/?by=hand")) == [str(from_mara.pk)]
    assert client.get("/?artist=nobody").status_code == 404


def test_a_filter_without_results_says_what_it_shows() -> None:
    artist = factories.create_artist()
    fan = factories.create_fan(opted_in=artist)
    received(factories.create_program(artist), fan)
    client = signed_in_client(fan)

    by_hand = get_page(client, "/?by=hand")
    client.post("/feed/hide-ai", {"on": "1"})
    both = get_page(client, "/?by=hand")

    for page in (by_hand, both):
        assert card_ids(page) == []
        assert "Only what somebody writes or records for you alone is here" in page.words
        assert page.all("a", href="/", class_="btn btn-small")
    assert len(card_ids(get_page(client, "/"))) == 1


def test_older_cards_follow_a_link_each_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(feed, "PAGE_SIZE", 2)
    artist = factories.create_artist()
    fan = factories.create_fan(opted_in=artist)
    every = receive_at_each_listen(artist, fan, 5)
    client, path, seen = signed_in_client(fan), "/", []

    while path:
        page = get_page(client, path)
        seen += card_ids(page)
        older = [link for link in page.all("a") if "before=" in str(link["href"])]
        path = str(older[0]["href"]) if older else ""

    assert seen == [str(experience.pk) for experience in reversed(every)]


def test_htmx_gets_older_cards_without_the_page(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(feed, "PAGE_SIZE", 1)
    artist = factories.create_artist()
    fan = factories.create_fan(opted_in=artist)
    older, newer = receive_at_each_listen(artist, fan, 2)

    page = get_page(signed_in_client(fan), f"/?before={Cursor.of_item(newer, 'delivered_at')}", headers=HTMX)

    assert card_ids(page) == [str(older.pk)]
    assert page.all("h1") == []


@pytest.mark.parametrize("before", ["nonsense", "0199aaaa-0000-7000-8000-000000000000", "1764114938000000-17"])
def test_a_malformed_cursor_is_a_404(before: str) -> None:
    assert signed_in_client(factories.create_fan()).get(f"/?before={before}").status_code == 404


def test_a_new_card_arrives_once() -> None:
    artist = factories.create_artist()
    fan = factories.create_fan(opted_in=artist)
    first, second = make_programs(artist, 2)
    received(first, fan)
    client = signed_in_client(fan)
    after = get_page(client, "/").all("input", id="fresh-after")[0]["value"]
    new = received(second, fan)

    answer = get_page(client, f"/feed/new?after={after}", headers=HTMX)
    then = answer.all("input", id="fresh-after")[0]["value"]
    again = get_page(client, f"/feed/new?after={then}", headers=HTMX)

    assert card_ids(answer) == [str(new.pk)]
    assert "data-new" in answer.all("article")[0]
    assert card_ids(again) == []


def test_a_card_delivered_during_the_request_does_not_arrive_twice() -> None:
    artist = factories.create_artist()
    fan = factories.create_fan(opted_in=artist)
    card = received(factories.create_program(artist), fan)
    request = type("Request", (), {"live_after": 0, "user": fan})()

    assert feed._newest_notice(request, [card]) == Notice.objects.get(person=fan).sequence == 1
    assert feed._newest_notice(request, []) == 0


def test_new_cards_obey_the_filter_and_hide_ai() -> None:
    artist, other = factories.create_artist(), factories.create_artist("Ove Lind")
    fan = factories.create_fan(opted_in=artist)
    opt_ins.opt_in(fan, other)
    received(factories.create_program(artist), fan, by_a_model=True)
    client = signed_in_client(fan)

    assert card_ids(get_page(client, "/feed/new?after=0&artist=ove-lind", headers=HTMX)) == []
    preferences.set_hide_ai(fan, True)
    assert card_ids(get_page(client, "/feed/new?after=0", headers=HTMX)) == []


def test_after_too_many_notices_the_page_reloads(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(feed, "MAX_NEW_CARDS", 2)
    artist = factories.create_artist()
    fan = factories.create_fan(opted_in=artist)
    receive_at_each_listen(artist, fan, 2)

    assert signed_in_client(fan).get("/feed/new?after=0", headers=HTMX)["HX-Refresh"] == "true"


@pytest.mark.parametrize("after", ["", "-1", "x", "9" * 30])
def test_a_malformed_notice_number_is_a_404(after: str) -> None:
    assert signed_in_client(factories.create_fan()).get(f"/feed/new?after={after}").status_code == 404


def test_the_toast_names_the_artist_and_only_to_the_fan() -> None:
    artist = factories.create_artist()
    fan = factories.create_fan(opted_in=artist)
    experience = received(factories.create_program(artist), fan, by_a_model=True)
    path = f"/feed/toast?about={experience}"

    toast = get_page(signed_in_client(fan), path)

    assert "Mara Veil" in toast.words
    assert "answered your 3rd listen" in toast.words
    assert signed_in_client(factories.create_fan("Bo")).get(path).status_code == 204
    assert signed_in_client(fan).get("/feed/toast?about=experience:x").status_code == 204
    preferences.set_hide_ai(fan, True)
    assert signed_in_client(fan).get(path).status_code == 204


def test_an_empty_feed_offers_one_next_step() -> None:
    artist = factories.create_artist()
    fan = factories.create_fan(opted_in=artist)

    page = get_page(signed_in_client(fan), "/")

    assert "Nothing yet" in page.words
    assert "Check how your listening comes in" in page.words


def test_the_month_counts_the_fans_listens_not_set_aside() -> None:
    artist, now = factories.create_artist(), timezone.now()
    fan, other = factories.create_fan(opted_in=artist), factories.create_fan("Bo")
    recording = factories.create_recording(artist)
    factories.insert_listens(fan, artist, 3, recording=recording)
    factories.insert_listens(fan, artist, 1)
    factories.insert_listens(fan, artist, 1, set_aside=True)
    factories.insert_listens(other, artist, 1, recording=recording)
    Listen.objects.update(started_at=now)
    [old] = factories.insert_listens(fan, artist, 1, recording=recording)
    Listen.objects.filter(pk=old.id).update(started_at=now - timedelta(days=40))

    month = listening.summarise_month(fan)

    assert (month.listens, [(artist.name, artist.listens) for artist in month.artists]) == (4, [("Mara Veil", 3)])


def test_names_and_messages_with_markup_are_text() -> None:
    artist = factories.create_artist("Bo")
    Artist.objects.filter(pk=artist.pk).update(name="<b>Bo</b> & \u202eabc")
    artist.refresh_from_db()
    fan = factories.create_fan(opted_in=artist)
    received(factories.create_program(artist), fan, written="<script>alert(1)</script> & so on")

    response = signed_in_client(fan).get("/")

    assert b"<script>alert(1)" not in response.content
    assert b"&lt;script&gt;alert(1)&lt;/script&gt; &amp; so on" in response.content
    assert "<bdi>&lt;b&gt;Bo&lt;/b&gt; &amp; \u202eabc</bdi>" in response.content.decode()


def test_three_cards_take_as_many_queries_as_one() -> None:
    artist = factories.create_artist()
    one, three = factories.create_fan(opted_in=artist), factories.create_fan("Bo", opted_in=artist)
    first, second, third = make_programs(artist, 3)
    received(first, one)
    for program in (first, second, third):
        received(program, three)

    assert count_queries(signed_in_client(one), "/") == count_queries(signed_in_client(three), "/") <= 12
    assert count_queries(signed_in_client(one), "/feed/new?after=0") == count_queries(
        signed_in_client(three), "/feed/new?after=0"
    )
