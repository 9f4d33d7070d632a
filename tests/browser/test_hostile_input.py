"""What people put into fields, in front of people: text stays text, and the layout stays whole."""

import itertools
from typing import Any

import pytest
import requests
from playwright.sync_api import Page, expect

from accounts import invitations
from catalog.models import Artist
from config.smoke.sessions import create_session
from tests import factories
from tests.browser import full_site as given
from tests.browser.browsers import Browsers, find_overflow
from tests.browser.full_site import PASSWORD, FullSite

_names = itertools.count(1)
MARKUP = '<img src=x onerror="window.owned=1"><script>window.owned=1</script>{{ 7|add:7 }}'
BIDI = "\u202eevil\u202c \u2066left\u2069"
FAMILY = "👩‍👩‍👧‍👦🏳️‍🌈👍🏽"
LONG = "w" * 10_000
NAMES = {"markup": "<b>Ana</b>{{x}}<i onclick=x>", "emoji": FAMILY * 3, "one long word": "W" * 80, "zalgo": "Ȧ̴̢͙̪̭" * 10}


@pytest.fixture
def artist(house: FullSite) -> Artist:
    made = factories.create_artist(f"Attack {next(_names)}")
    factories.create_program(made)
    factories.set_undo_time(made, 0)
    return made


def assert_page_intact(page: Page) -> None:
    assert page.evaluate("window.owned") is None
    assert find_overflow(page, 320, 390, 1280) == {}, page.url


@pytest.mark.parametrize("kind", NAMES)
def test_a_name_is_text_wherever_it_stands(artist: Artist, guests: Browsers, kind: str) -> None:
    fan = factories.create_fan(NAMES[kind], opted_in=artist)
    draft = given.a_pending_draft(artist, fan)
    studio = guests.enter(factories.get_member(artist, "principal")).new_page()

    for path in ("review", "", "delivered"):
        studio.goto(f"/studio/{artist.slug}/{path}")
        assert_page_intact(studio)
        if path == "review":
            assert studio.locator("#draft-name").inner_text() == NAMES[kind]
    given.approved(draft)
    own = guests.enter(fan).new_page()
    for path in ("/", "/settings", "/artists/"):
        own.goto(path)
        assert_page_intact(own)


@pytest.mark.parametrize(
    "name", [f"<b>Bold</b> {BIDI}", "W" * 120, FAMILY * 4], ids=["markup", "one long word", "emoji"]
)
def test_an_artists_name_is_text_wherever_it_stands(artist: Artist, guests: Browsers, name: str) -> None:
    Artist.objects.filter(pk=artist.pk).update(name=name, about=MARKUP)
    artist.refresh_from_db()
    fan = factories.create_fan("Ana", opted_in=artist)
    experience = given.an_experience(artist, fan)
    page = guests.enter(fan).new_page()
    studio = guests.enter(factories.get_member(artist, "principal")).new_page()
    _, invitation = invitations.create(artist.team, fan.email, "editor", by=factories.get_member(artist, "principal"))
    wide = {}
    for visitor, path in [
        (guests.enter().new_page(), f"/invitations/{invitation}"),
        *((page, path) for path in ("/", "/artists/", f"/artists/{artist.slug}", "/settings", "/welcome/artists")),
        *((page, path) for path in (f"/experiences/{experience.pk}", f"/experiences/{experience.pk}/report")),
        (page, f"/r/{experience.receipt_key}"),
        *(
            (studio, f"/studio/{artist.slug}/{path}")
            for path in ("", "review", "programs", "grants", "team", "delivered")
        ),
    ]:
        visitor.goto(path)
        assert visitor.evaluate("window.owned") is None
        if found := find_overflow(visitor, 320, 390, 1280):
            wide[path] = found

    assert wide == {}


@pytest.mark.parametrize("typed", [MARKUP, BIDI, LONG, FAMILY * 50], ids=["markup", "bidi", "long", "emoji"])
def test_a_template_is_text_and_what_is_wrong_with_it_is_named(artist: Artist, guests: Browsers, typed: str) -> None:
    program = factories.create_program(artist, signed=False, nth=7)
    page = guests.open(f"/studio/{artist.slug}/programs/{program.pk}", factories.get_member(artist, "principal"))
    guests.forgive("status of 422")

    page.locator("[name=template]").first.fill(typed)
    page.wait_for_timeout(700)
    page.get_by_role("button", name="Save as a new version").click()
    page.wait_for_load_state()

    assert_page_intact(page)
    assert page.locator("[name=template]").first.input_value() == typed
    assert page.locator("[aria-invalid=true], .messages").count() > 0


def test_words_that_are_too_long_are_refused_and_still_there(artist: Artist, guests: Browsers) -> None:
    draft = given.a_pending_draft(artist, factories.create_fan("Ana", opted_in=artist))
    page = guests.open(f"/studio/{artist.slug}/review/{draft.pk}/edit", factories.get_member(artist, "principal"))
    guests.forgive("status of 422")

    page.locator("#text").fill(LONG)
    page.get_by_role("button", name="Approve this text").click()
    expect(page.locator("#text-error")).to_contain_text("at most 1000")

    assert_page_intact(page)
    assert page.locator("#text").input_value() == LONG


def test_words_of_markup_reach_the_fan_as_words(artist: Artist, guests: Browsers) -> None:
    fan = factories.create_fan("Ana", opted_in=artist)
    draft = given.a_pending_draft(artist, fan)
    page = guests.open(f"/studio/{artist.slug}/review/{draft.pk}/edit", factories.get_member(artist, "principal"))

    page.locator("#text").fill(MARKUP)
    page.get_by_role("button", name="Approve this text").click()
    expect(page.locator("#undo")).to_contain_text("Approved for Ana")
    assert_page_intact(page)
    feed = guests.open("/", fan)

    expect(feed.locator("article.experience-card .words")).to_have_text(
        MARKUP, timeout=given.PIPELINE_TIMEOUT_SECONDS * 1000
    )
    assert_page_intact(feed)


def test_what_is_looked_for_is_text(guests: Browsers) -> None:
    page = guests.enter(factories.create_fan("Ana")).new_page()
    for typed in (MARKUP, BIDI, "%00", FAMILY):
        page.goto("/artists/")
        page.locator("#q").fill(typed)
        page.wait_for_timeout(500)
        assert_page_intact(page)


# Over plain HTTP


def signed_in(house: FullSite, person: Any) -> requests.Session:
    session = requests.Session()
    session.cookies.set("sessionid", create_session(person))
    return session


def test_a_form_of_another_site_changes_nothing(house: FullSite, artist: Artist) -> None:
    draft = given.a_pending_draft(artist, factories.create_fan("Ana", opted_in=artist))
    session = signed_in(house, factories.get_member(artist, "principal"))
    path = f"{house.site.url}/studio/{artist.slug}/review/{draft.pk}/approve"

    page = session.get(f"{house.site.url}/studio/{artist.slug}/review/{draft.pk}", timeout=10)
    token = page.text.split('name="csrfmiddlewaretoken" value="')[1].split('"')[0]
    for form, headers in (
        ({}, {}),
        ({"csrfmiddlewaretoken": "a" * 64}, {}),
        ({"csrfmiddlewaretoken": token}, {"Origin": "https://evil.example"}),
    ):
        answer = session.post(path, form, headers=headers, timeout=10)
        assert answer.status_code == 403

    draft.refresh_from_db()
    assert draft.state == "pending"


def test_a_session_from_before_is_not_the_one_that_is_signed_in(house: FullSite, guests: Browsers) -> None:
    person = given.with_password(factories.create_person("Ana"))
    page = guests.enter().new_page()
    page.context.add_cookies([{"name": "sessionid", "value": "planted" * 4, "url": house.site.url}])
    page.goto("/accounts/login/?next=//evil.example/")

    page.fill("[name=login]", person.email)
    page.fill("[name=password]", PASSWORD)
    page.press("[name=password]", "Enter")
    page.wait_for_url("**/welcome")

    session = {cookie["name"]: cookie for cookie in page.context.cookies()}["sessionid"]
    assert session["value"] != "planted" * 4
    assert (session["httpOnly"], session["sameSite"]) == (True, "Lax")


@pytest.mark.parametrize("goal", ["https://evil.example/", "//evil.example", "/\\evil.example", "javascript:alert(1)"])
def test_nobody_is_led_to_another_site(house: FullSite, goal: str) -> None:
    person = given.with_password(factories.create_person("Ana"))
    session = requests.Session()
    page = session.get(f"{house.site.url}/accounts/login/", params={"next": goal}, timeout=10)
    token = page.text.split('name="csrfmiddlewaretoken" value="')[1].split('"')[0]

    answer = session.post(
        f"{house.site.url}/accounts/login/",
        {"login": person.email, "password": PASSWORD, "next": goal, "csrfmiddlewaretoken": token},
        allow_redirects=False,
        timeout=10,
    )

    assert (answer.status_code, answer.headers["Location"]) == (302, "/")
