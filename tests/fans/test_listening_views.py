"""The listening page: what it shows, who may read it, and deleting a listen."""

import re
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.models import Person
from config.events import handle_batch
from events.models import Outbox
from fans import listening, opt_ins, preferences
from fans.models import Engagement
from listens import incognito
from listens.models import PLAYER_URI, Incognito, Listen, Source
from tests import factories
from tests.listens.factories import listen_event, make_incoming
from web.pagination import Cursor

NOW = datetime.now(UTC)
MARKUP = "<script>alert(1)</script>"
ARABIC = "أغنية البحر"


@pytest.fixture
def ana(db: None) -> Person:
    return factories.create_fan("Ana")


@pytest.fixture
def client(ana: Person) -> Client:
    client = Client()
    client.force_login(ana)
    return client


def consume_plays(
    fan: Person,
    *titles: str,
    artist: str = "Mara Veil",
    start: datetime = NOW - timedelta(days=1),
    scrobbler: str = "mpdscribble",
) -> list[Listen]:
    """Send these through the consumer, each a minute after the one before."""
    before = set(Listen.objects.values_list("pk", flat=True))
    events = [
        listen_event(
            fan.pk,
            started_at=(start + timedelta(minutes=n)).isoformat(),
            track={"title": title, "artists": [{"name": artist}], "artist_credit": artist},
            client={"submission_client": scrobbler},
        )
        for n, title in enumerate(titles)
    ]
    assert handle_batch([make_incoming({**event, "time": NOW.isoformat()}) for event in events]) == []
    return list(Listen.objects.exclude(pk__in=before).order_by("started_at"))


def row_text(page: str, listen: Listen) -> str:
    found = re.search(rf'<tr id="listen-{listen.pk}".*?</tr>', page, re.DOTALL)
    assert found
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", found[0])).strip()


def total_span(page: str) -> tuple[str, str]:
    """The attributes and the text of the total."""
    [found] = re.findall(r'<span id="total"([^>]*)>([^<]*)</span>', page)
    return found[0], found[1]


def test_each_listen_says_whether_it_counts(client: Client, ana: Person) -> None:
    mara = factories.create_artist("Mara Veil")
    factories.create_recording(mara, "Salt Radio")
    counted, kept, aside = consume_plays(ana, "Salt Radio", "Unknown", "Salt Radio")
    Listen.objects.filter(pk=aside.pk).update(set_aside=True)

    page = client.get("/listening").content.decode()

    assert "counts for Mara Veil" in row_text(page, counted)
    assert "no artist here yet" in row_text(page, kept)
    assert "set aside" in row_text(page, aside)
    assert "mpdscribble" in row_text(page, counted)
    assert [page.count(f'action="/listening/{listen.pk}/delete"') for listen in (counted, kept, aside)] == [1, 1, 1]


@pytest.fixture
def told_twice(client: Client, ana: Person) -> tuple[Listen, Listen]:
    """The listen that counts, and its duplicate by another client."""
    factories.create_recording(factories.create_artist("Mara Veil"), "Salt Radio")
    [first] = consume_plays(ana, "Salt Radio")
    [second] = consume_plays(ana, "Salt Radio", start=first.started_at + timedelta(seconds=2), scrobbler="Pano")
    return first, second


def test_a_duplicate_says_so_with_its_reason_and_is_not_in_the_sums(
    client: Client, told_twice: tuple[Listen, Listen]
) -> None:
    first, second = told_twice

    page = client.get("/listening").content.decode()

    assert "counts for Mara Veil" in row_text(page, first)
    assert "Count it" not in row_text(page, first)
    assert "the same play as" in row_text(page, second)
    assert "told by another client too" in row_text(page, second)
    assert row_text(page, second).count("Count it") == 1
    assert total_span(page)[1] == "1 in 12 months"


def test_a_fan_counts_a_duplicate_and_takes_it_back(client: Client, told_twice: tuple[Listen, Listen]) -> None:
    _, second = told_twice
    path = f"/listening/{second.pk}/separate"

    part = client.post(path, {"separate": "yes"}, headers={"HX-Request": "true"}).content.decode()
    counted = list(Engagement.objects.values_list("listens", flat=True))
    response = client.post(path, {"separate": "no"})
    page = client.get("/listening").content.decode()

    assert "counts for Mara Veil" in row_text(part, second)
    assert "Do not count it" in row_text(part, second)
    assert (total_span(part)[1], counted) == ("2 in 12 months", [2])
    assert (response.status_code, response.headers["Location"]) == (302, "/listening")
    assert "the same play as" in row_text(page, second)
    assert Engagement.objects.get().listens == 1
    assert [client.post(path, {"separate": choice}).status_code for choice in ("", "maybe")] == [404, 404]


def test_a_deleted_play_takes_its_duplicates_with_it(client: Client, told_twice: tuple[Listen, Listen]) -> None:
    first, second = told_twice

    part = client.post(f"/listening/{second.pk}/delete", headers={"HX-Request": "true"}).content.decode()
    handle_batch([make_incoming(bytes(row.value or b"")) for row in Outbox.objects.all()])

    assert ["being deleted" in row_text(part, listen) for listen in (first, second)] == [True, True]
    assert (Listen.objects.count(), Engagement.objects.count()) == (0, 0)
    assert "also if a scrobbler or an import sends it again" in part


def test_a_fan_corrects_only_their_own_listens(told_twice: tuple[Listen, Listen]) -> None:
    _, second = told_twice
    stranger = factories.signed_in_client(factories.create_fan("Bea"))

    assert stranger.post(f"/listening/{second.pk}/separate", {"separate": "yes"}).status_code == 404
    for method in ("get", "patch", "delete"):
        answer = getattr(stranger, method)(f"/api/v1/listens/{second.pk}", {}, content_type="application/json")
        assert answer.status_code == 404
    assert stranger.get("/api/v1/listens").json()["results"] == []


def test_the_api_shows_duplicates_counts_and_deletes_them(client: Client, told_twice: tuple[Listen, Listen]) -> None:
    first, second = told_twice
    path = f"/api/v1/listens/{second.pk}"

    listed = client.get("/api/v1/listens").json()["results"]
    changed = client.patch(path, {"is_separate": True}, content_type="application/json").json()
    misspelt = client.patch(path, {"separate": True}, content_type="application/json")
    back = client.patch(path, {"is_separate": False}, content_type="application/json").json()
    deleted = client.delete(path)

    shown = [(each["id"], each["counts"], each["duplicate_of"], each["duplicate_reason"]) for each in listed]
    assert shown == [(second.pk, False, first.pk, "other_client"), (first.pk, True, None, "")]
    assert (changed["counts"], changed["is_separate"], back["duplicate_of"]) == (True, True, first.pk)
    assert (misspelt.status_code, deleted.status_code) == (400, 204)
    assert {each["is_being_deleted"] for each in client.get("/api/v1/listens").json()["results"]} == {True}


def test_a_fan_sees_and_deletes_only_their_own_listens(client: Client, ana: Person) -> None:
    bea = factories.create_fan("Bea")
    [theirs] = consume_plays(bea, "Secret Song")

    page = client.get("/listening").content.decode()
    forgotten = client.post(f"/listening/{theirs.pk}/delete")

    assert "Secret Song" not in page
    assert (forgotten.status_code, Outbox.objects.count()) == (404, 0)
    assert client.get("/listening").headers["Cache-Control"].split(", ")[-1] == "private"


def test_strangers_are_redirected_to_sign_in(db: None) -> None:
    for method, path in [("get", "/listening"), ("post", "/listening/1/delete"), ("post", "/listening/incognito")]:
        response = getattr(Client(), method)(path)

        assert (response.status_code, response.headers["Location"].partition("?")[0]) == (302, reverse("account_login"))


def test_a_deleted_listen_says_so_until_it_is_gone(client: Client, ana: Person) -> None:
    [listen] = consume_plays(ana, "Salt Radio")

    part = client.post(f"/listening/{listen.pk}/delete", headers={"HX-Request": "true"}).content.decode()
    page = client.get("/listening").content.decode()
    handle_batch([make_incoming(bytes(row.value or b"")) for row in Outbox.objects.all()])
    after = client.get("/listening").content.decode()

    assert "being deleted" in row_text(part, listen)
    assert "Delete this" not in row_text(part, listen)
    assert ("being deleted" in row_text(page, listen), "load delay:3s" in page) == (True, True)
    assert (f"listen-{listen.pk}" in after, "No listens yet" in after) == (False, True)


def test_the_response_to_a_deletion_has_the_new_sums(client: Client, ana: Person) -> None:
    first, second = consume_plays(ana, "Salt Radio", "Night Bus")

    one = client.post(f"/listening/{first.pk}/delete", headers={"HX-Request": "true"}).content.decode()
    none = client.post(f"/listening/{second.pk}/delete", headers={"HX-Request": "true"}).content.decode()

    assert [total_span(client.get("/listening").content.decode()), total_span(one), total_span(none)] == [
        ("", "0 in 12 months"),
        (' hx-swap-oob="true"', "1 in 12 months"),
        (' hx-swap-oob="true"', "0 in 12 months"),
    ]
    assert one.count('id="listening-data"') == 1
    assert sum(int(number) for number in re.findall(r'data-th="Listens">(\d+)', one)) == 2  # in an hour, in a month
    assert row_text(none, second).endswith("being deleted")


def test_a_live_update_includes_the_total(client: Client, ana: Person) -> None:
    consume_plays(ana, "Salt Radio")
    client.post("/listening/incognito", {"for": "open"})

    part = client.get("/listening", headers={"HX-Request": "true"}).content.decode()

    assert total_span(part) == (' hx-swap-oob="true"', "1 in 12 months")
    assert total_span(client.get("/listening").content.decode()) == ("", "1 in 12 months")


def test_without_listens_the_page_links_to_onboarding_and_artists(client: Client) -> None:
    page = client.get("/listening").content.decode()

    assert 'href="/welcome">Press play, or connect a scrobbler</a>' in page
    assert 'href="/artists/">See the artists</a>' in page


def test_without_javascript_a_deletion_returns_to_the_same_page_of_the_list(client: Client, ana: Person) -> None:
    listens = consume_plays(ana, *[f"Song {n}" for n in range(30)])
    cursor = Cursor.of_item(listens[10], "started_at")

    response = client.post(f"/listening/{listens[3].pk}/delete", {"before": str(cursor)})

    assert (response.status_code, response.headers["Location"]) == (302, f"/listening?before={cursor}")
    assert "is being deleted" in client.get("/listening").content.decode()


def test_deleting_an_unknown_listen_is_a_404(client: Client, ana: Person) -> None:
    assert client.post("/listening/12345/delete").status_code == 404


def test_pages_show_every_listen_once_even_if_started_at_the_same_time(client: Client, ana: Person) -> None:
    listens = consume_plays(ana, *[f"Song {n}" for n in range(60)])
    Listen.objects.filter(pk__in=[listen.pk for listen in listens[20:50]]).update(started_at=listens[20].started_at)

    seen: list[int] = []
    address = "/listening"
    while address:
        page = client.get(address).content.decode()
        seen += [int(pk) for pk in re.findall(r'<tr id="listen-(\d+)"', page)]
        older = re.search(r'href="([^"]+)" rel="next"', page)
        address = older[1] if older else ""

    assert len(seen) == 60
    assert set(seen) == {listen.pk for listen in listens}


@pytest.mark.parametrize("cursor", ["x", "1", "1-", "-1", "1-x", "1-" + "9" * 30, "-5-5", "١-١"])
def test_a_malformed_cursor_is_a_404(client: Client, cursor: str) -> None:
    assert client.get("/listening", {"before": cursor}).status_code == 404


def test_markup_and_right_to_left_names_are_shown_as_text(client: Client, ana: Person) -> None:
    mara = factories.create_artist(MARKUP)
    factories.create_recording(mara, MARKUP)
    consume_plays(ana, MARKUP, artist=MARKUP)
    consume_plays(ana, ARABIC, "\u202eevil", artist=ARABIC, start=NOW - timedelta(days=2))

    page = client.get("/listening").content.decode()

    assert (MARKUP in page, "&lt;script&gt;alert(1)" in page) == (False, True)
    assert f"<bdi>{ARABIC}</bdi>" in page
    assert "<bdi>\u202eevil</bdi>" in page


@pytest.mark.parametrize("number", [1, 3])
def test_one_artist_takes_as_many_queries_as_three(
    client: Client, ana: Person, number: int, django_assert_num_queries: Any
) -> None:
    for n in range(number):
        artist = factories.create_artist(f"Artist {n}")
        factories.create_recording(artist, "Song")
        opt_ins.opt_in(ana, artist)
        factories.create_experience(artist, ana)
        consume_plays(ana, "Song", "Other", artist=artist.name, start=NOW - timedelta(days=n + 1))
    queries = ["session", "person", "live", "incognito", "listens", "counts", "artists", "experiences", "teams"]

    with django_assert_num_queries(len(queries)):
        client.get("/listening")


def set_time_zone(fan: Person, name: str) -> ZoneInfo:
    fan.time_zone = name
    fan.save()
    return ZoneInfo(name)


def test_hours_are_in_the_time_zone_of_the_fan(client: Client, ana: Person) -> None:
    day = (NOW - timedelta(days=20)).replace(hour=23, minute=30)
    consume_plays(ana, "Song", start=day)
    zone = set_time_zone(ana, "Asia/Tokyo")

    counts = listening.count_listens(ana)

    assert counts.hours[day.astimezone(zone).hour] == 1
    assert (sum(counts.hours), sum(number for _, number in counts.months), len(counts.months)) == (1, 1, 12)
    assert "in <bdi>Tokyo</bdi> time" in client.get("/listening").content.decode()


def test_the_last_evening_of_december_in_los_angeles_is_december(
    client: Client, ana: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    evening = datetime(2026, 1, 1, 4, 30, tzinfo=UTC)
    consume_plays(ana, "Song", start=evening)
    set_time_zone(ana, "America/Los_Angeles")
    monkeypatch.setattr(timezone, "now", lambda: evening + timedelta(minutes=20))

    month = listening.summarise_month(ana)
    counts = listening.count_listens(ana)

    assert (month.start.year, month.start.month, month.listens) == (2025, 12, 1)
    assert [(start.year, start.month, number) for start, number in counts.months][-1] == (2025, 12, 1)
    assert counts.hours[20] == 1
    preferences.finish_onboarding(ana)
    assert "Your December" in client.get("/").content.decode()


def test_recording_is_paused_and_resumed(client: Client, ana: Person) -> None:
    assert "<strong>Recording</strong>" in client.get("/listening").content.decode()

    for choice, length in [("hour", timedelta(hours=1)), ("open", None)]:
        response = client.post("/listening/incognito", {"for": choice})
        pause = incognito.current(ana)
        assert (response.status_code, response.headers["Location"]) == (302, "/listening")
        assert pause
        until = pause.until and pause.until - pause.since
        assert until == length or (until and length and abs(until - length) < timedelta(seconds=1))
        assert "<strong>Not recording</strong>" in client.get("/listening").content.decode()
    client.post("/listening/incognito", {"for": "end"})

    assert "<strong>Recording</strong>" in client.get("/listening").content.decode()
    assert Incognito.objects.filter(until=None).count() == 0
    assert client.post("/listening/incognito", {"for": "ever"}).status_code == 404


def test_until_tomorrow_ends_at_six_in_the_time_zone_of_the_fan(client: Client, ana: Person) -> None:
    zone = set_time_zone(ana, "America/New_York")

    client.post("/listening/incognito", {"for": "morning"})

    pause = incognito.current(ana)
    assert pause
    assert pause.until
    end = pause.until.astimezone(zone)
    assert (end.hour, end.minute, end.date()) == (6, 0, (datetime.now(zone) + timedelta(days=1)).date())


def test_a_listen_of_our_own_player_is_from_here(client: Client, ana: Person) -> None:
    [listen] = consume_plays(ana, "Song")
    Listen.objects.update(source=Source.objects.get(uri=PLAYER_URI))

    assert " here " in row_text(client.get("/listening").content.decode(), listen)


def test_a_write_needs_the_csrf_token(ana: Person) -> None:
    [listen] = consume_plays(ana, "Song")
    client = Client(enforce_csrf_checks=True)
    client.force_login(ana)

    for path, body in [(f"/listening/{listen.pk}/delete", {}), ("/listening/incognito", {"for": "open"})]:
        assert client.post(path, body).status_code == 403
    assert (Outbox.objects.count(), Incognito.objects.count()) == (0, 0)
