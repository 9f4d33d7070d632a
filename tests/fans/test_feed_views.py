"""Tests of the feed: what is shown, in which order, to whom, and what comes while one looks."""

from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from accounts.models import Person
from artists.models import Program
from catalog.models import Artist
from fans import opt_ins, preferences
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


def card_ids(found: object) -> list[str]:
    """The ids of the cards, from above to below."""
    return [str(each["id"]).removeprefix("experience-") for each in found.all("article")]  # type: ignore[attr-defined]


def receive_at_each_listen(artist: Artist, fan: Person, count: int) -> list[Experience]:
    """One at each of the first listens, oldest first."""
    return [received(program, fan) for program in make_programs(artist, count)]


def test_who_is_not_signed_in_sees_the_front_door_and_no_feed() -> None:
    front = get_page(Client(), "/")

    assert "Sign up" in front.words
    assert Client().get("/feed/fresh?after=0").status_code == 302


def test_cards_stand_newest_first_in_the_fixed_order() -> None:
    artist = factories.create_artist()
    fan = factories.create_fan(opted_in=artist)
    received_ones = receive_at_each_listen(artist, fan, 3)

    found = get_page(signed_in_client(fan), "/")

    assert card_ids(found) == [str(each.pk) for each in reversed(received_ones)]
    words = found.words[found.words.index("3rd listen") :]
    order = ["Thank you, Ana", "Mara Veil's words, filled in for you", "You got this because", "Open", "Receipt"]
    assert sorted(order, key=words.index) == order


def test_somebody_elses_cards_are_not_there() -> None:
    artist = factories.create_artist()
    mine, theirs = factories.create_fan(opted_in=artist), factories.create_fan("Bo", opted_in=artist)
    program = factories.create_program(artist)
    own, _ = received(program, mine), received(program, theirs)

    assert card_ids(get_page(signed_in_client(mine), "/")) == [str(own.pk)]


def test_human_only_is_kept_and_hides_what_a_machine_worded() -> None:
    artist = factories.create_artist()
    fan = factories.create_fan(opted_in=artist)
    first, second, third = make_programs(artist, 3)
    filled = received(first, fan)
    written = received(second, fan, written="Ana, I typed this myself.")
    received(third, fan, by_a_model=True)
    client = signed_in_client(fan)

    client.post("/feed/human-only", {"on": "1"})

    found = get_page(client, "/")
    assert card_ids(found) == [str(written.pk), str(filled.pk)]
    assert found.all("button", role="switch")[0]["aria-checked"] == "true"
    client.post("/feed/human-only", {"on": "0"})
    assert len(card_ids(get_page(client, "/"))) == 3


def test_filters_are_links_to_an_artist_and_to_what_came_by_hand() -> None:
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


def test_an_empty_filter_says_what_it_leaves_out() -> None:
    artist = factories.create_artist()
    fan = factories.create_fan(opted_in=artist)
    received(factories.create_program(artist), fan)
    client = signed_in_client(fan)

    by_hand = get_page(client, "/?by=hand")
    client.post("/feed/human-only", {"on": "1"})
    both = get_page(client, "/?by=hand")

    for found in (by_hand, both):
        assert card_ids(found) == []
        assert "What was filled in, or worded with a machine’s help, does not." in found.words
        assert found.all("a", href="/", class_="btn btn-small")
    assert len(card_ids(get_page(client, "/"))) == 1


def test_older_ones_follow_a_link_once_each(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(feed, "PAGE_SIZE", 2)
    artist = factories.create_artist()
    fan = factories.create_fan(opted_in=artist)
    every = receive_at_each_listen(artist, fan, 5)
    client, path, seen = signed_in_client(fan), "/", []

    while path:
        found = get_page(client, path)
        seen += card_ids(found)
        older = [link for link in found.all("a") if "before=" in str(link["href"])]
        path = str(older[0]["href"]) if older else ""

    assert seen == [str(each.pk) for each in reversed(every)]


def test_htmx_gets_the_older_ones_without_the_page(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(feed, "PAGE_SIZE", 1)
    artist = factories.create_artist()
    fan = factories.create_fan(opted_in=artist)
    older, newer = receive_at_each_listen(artist, fan, 2)

    found = get_page(signed_in_client(fan), f"/?before={Cursor.of_item(newer, 'delivered_at')}", headers=HTMX)

    assert card_ids(found) == [str(older.pk)]
    assert found.all("h1") == []


@pytest.mark.parametrize("before", ["nonsense", "0199aaaa-0000-7000-8000-000000000000", "1764114938000000-17"])
def test_a_malformed_cursor_is_a_404(before: str) -> None:
    assert signed_in_client(factories.create_fan()).get(f"/?before={before}").status_code == 404


def test_a_new_card_comes_once_whatever_is_asked_again() -> None:
    artist = factories.create_artist()
    fan = factories.create_fan(opted_in=artist)
    first, second = make_programs(artist, 2)
    received(first, fan)
    client = signed_in_client(fan)
    after = get_page(client, "/").all("input", id="fresh-after")[0]["value"]
    new = received(second, fan)

    answer = get_page(client, f"/feed/fresh?after={after}", headers=HTMX)
    then = answer.all("input", id="fresh-after")[0]["value"]
    again = get_page(client, f"/feed/fresh?after={then}", headers=HTMX)

    assert card_ids(answer) == [str(new.pk)]
    assert "data-new" in answer.all("article")[0]
    assert card_ids(again) == []


def test_what_came_while_the_page_was_made_does_not_come_twice() -> None:
    artist = factories.create_artist()
    fan = factories.create_fan(opted_in=artist)
    card = received(factories.create_program(artist), fan)
    request = type("Asked", (), {"live_after": 0, "user": fan})()

    assert feed._newest_notice(request, [card]) == Notice.objects.get(person=fan).sequence == 1
    assert feed._newest_notice(request, []) == 0


def test_what_comes_live_keeps_to_the_filter_and_the_wish() -> None:
    artist, other = factories.create_artist(), factories.create_artist("Ove Lind")
    fan = factories.create_fan(opted_in=artist)
    opt_ins.opt_in(fan, other)
    received(factories.create_program(artist), fan, by_a_model=True)
    client = signed_in_client(fan)

    assert card_ids(get_page(client, "/feed/fresh?after=0&artist=ove-lind", headers=HTMX)) == []
    preferences.set_human_only(fan, True)
    assert card_ids(get_page(client, "/feed/fresh?after=0", headers=HTMX)) == []


def test_after_too_much_the_page_loads_anew(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(feed, "MAX_NEW_CARDS", 2)
    artist = factories.create_artist()
    fan = factories.create_fan(opted_in=artist)
    receive_at_each_listen(artist, fan, 2)

    assert signed_in_client(fan).get("/feed/fresh?after=0", headers=HTMX)["HX-Refresh"] == "true"


@pytest.mark.parametrize("after", ["", "-1", "x", "9" * 30])
def test_a_number_that_is_none_is_not_there(after: str) -> None:
    assert signed_in_client(factories.create_fan()).get(f"/feed/fresh?after={after}").status_code == 404


def test_the_toast_says_who_answered_and_only_to_the_fan() -> None:
    artist = factories.create_artist()
    fan = factories.create_fan(opted_in=artist)
    experience = received(factories.create_program(artist), fan, by_a_model=True)
    path = f"/feed/toast?about={experience}"

    toast = get_page(signed_in_client(fan), path)

    assert "Mara Veil" in toast.words
    assert "answered your 3rd listen" in toast.words
    assert signed_in_client(factories.create_fan("Bo")).get(path).status_code == 204
    assert signed_in_client(fan).get("/feed/toast?about=experience:x").status_code == 204
    preferences.set_human_only(fan, True)
    assert signed_in_client(fan).get(path).status_code == 204


def test_an_empty_feed_has_one_next_step() -> None:
    artist = factories.create_artist()
    fan = factories.create_fan(opted_in=artist)

    found = get_page(signed_in_client(fan), "/")

    assert "Nothing yet" in found.words
    assert "Check how your listening comes in" in found.words


def test_the_month_counts_own_listens_that_count() -> None:
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

    month = feed.month.of(fan)

    assert (month.listens, [(each.name, each.listens) for each in month.artists]) == (4, [("Mara Veil", 3)])


def test_names_and_words_with_markup_are_text() -> None:
    artist = factories.create_artist("<b>Bo</b> & \u202eabc")
    fan = factories.create_fan(opted_in=artist)
    received(factories.create_program(artist), fan, written="<script>alert(1)</script> & so on")

    response = signed_in_client(fan).get("/")

    assert b"<script>alert(1)" not in response.content
    assert b"&lt;script&gt;alert(1)&lt;/script&gt; &amp; so on" in response.content
    assert "<bdi>&lt;b&gt;Bo&lt;/b&gt; &amp; \u202eabc</bdi>" in response.content.decode()


def test_three_cards_cost_as_many_queries_as_one() -> None:
    artist = factories.create_artist()
    one, three = factories.create_fan(opted_in=artist), factories.create_fan("Bo", opted_in=artist)
    first, second, third = make_programs(artist, 3)
    received(first, one)
    for program in (first, second, third):
        received(program, three)

    assert count_queries(signed_in_client(one), "/") == count_queries(signed_in_client(three), "/") <= 12
    assert count_queries(signed_in_client(one), "/feed/fresh?after=0") == count_queries(
        signed_in_client(three), "/feed/fresh?after=0"
    )
