"""Markup, bidirectional controls, emoji and very long words in fields: they stay text and the layout stays intact."""

import itertools
from typing import Any

import pytest
import requests
from playwright.sync_api import Page, expect

from accounts import invitations
from catalog import registration
from catalog.models import Artist
from config.smoke.sessions import create_session
from rights import parties
from tests import factories
from tests.artists.label.agreements import propose
from tests.browser import factories as browser_factories
from tests.browser.browsers import Browsers, find_overflow
from tests.browser.full_site import PIPELINE_TIMEOUT_SECONDS, FullSite
from tests.factories import PASSWORD
from tests.rights import factories as owners

_names = itertools.count(1)
MARKUP = '<img src=x onerror="window.owned=1"><script>window.owned=1</script>{{ 7|add:7 }}'
BIDI = "\u202eevil\u202c \u2066left\u2069"
FAMILY = "👩‍👩‍👧‍👦🏳️‍🌈👍🏽"
LONG = "w" * 10_000
NAMES = {"markup": "<b>Ana</b>{{x}}<i onclick=x>", "emoji": FAMILY * 3, "one long word": "W" * 80, "zalgo": "Ȧ̴̢͙̪̭" * 10}


@pytest.fixture
def artist(full_site: FullSite) -> Artist:
    artist = factories.create_artist(f"Attack {next(_names)}")
    factories.create_program(artist)
    factories.remove_undo_time(artist)
    return artist


def assert_page_intact(page: Page) -> None:
    assert page.evaluate("window.owned") is None
    assert find_overflow(page, 320, 390, 1280) == {}, page.url


@pytest.mark.parametrize("kind", NAMES)
def test_a_fans_name_is_shown_as_text(artist: Artist, browsers: Browsers, kind: str) -> None:
    fan = factories.create_fan(NAMES[kind], opted_in=artist)
    draft = browser_factories.wait_for_pending_draft(artist, fan)
    studio = browsers.new_context(factories.get_member(artist, "principal")).new_page()

    for path in ("review", "", "delivered"):
        studio.goto(f"/studio/{artist.slug}/{path}")
        assert_page_intact(studio)
        if path == "review":
            assert studio.locator("#draft-name").inner_text() == NAMES[kind]
    browser_factories.approve_and_wait(draft)
    feed = browsers.new_context(fan).new_page()
    for path in ("/", "/settings", "/artists/"):
        feed.goto(path)
        assert_page_intact(feed)


@pytest.mark.parametrize(
    "name", ["<b>Bold</b> \u05e9\u05dc\u05d5\u05dd", "W" * 120, FAMILY * 4], ids=["markup", "one long word", "emoji"]
)
def test_an_artists_name_is_shown_as_text(full_site: FullSite, browsers: Browsers, name: str) -> None:
    artist = factories.create_artist(name, slug=f"hostile-{next(_names)}")
    registration.describe_artist(artist, spot="", about=MARKUP, by=factories.get_staff().actor)
    factories.create_program(artist)
    fan = factories.create_fan("Ana", opted_in=artist)
    experience = browser_factories.create_experience_and_wait(artist, fan)
    principal = factories.get_member(artist, "principal")
    propose(owners.create_party(), parties.get_artist_party(artist))  # a task with a long hint
    _, invitation = invitations.create(artist.team, fan.email, "editor", by=principal)
    visitor, reader, studio = (browsers.new_context(person).new_page() for person in (None, fan, principal))
    message = f"/experiences/{experience.pk}"
    paths = {
        visitor: [f"/invitations/{invitation}"],
        reader: ["/", "/artists/", f"/artists/{artist.slug}", "/settings", "/welcome/artists", message,
                 f"{message}/report", f"/r/{experience.receipt_key}"],
        studio: [f"/studio/{artist.slug}/{path}" for path in ("", "review", "programs", "grants", "team", "delivered")],
    }  # fmt: skip
    wide = {}
    for page, page_paths in paths.items():
        for path in page_paths:
            page.goto(path)
            assert page.evaluate("window.owned") is None
            if overflow := find_overflow(page, 320, 390, 1280):
                wide[path] = overflow

    assert wide == {}


@pytest.mark.parametrize("typed", [MARKUP, BIDI, LONG, FAMILY * 50], ids=["markup", "bidi", "long", "emoji"])
def test_a_template_is_shown_as_text_with_its_errors(artist: Artist, browsers: Browsers, typed: str) -> None:
    program = factories.create_program(artist, signed=False, nth=7)
    page = browsers.open_page(f"/studio/{artist.slug}/programs/{program.pk}", factories.get_member(artist, "principal"))
    browsers.ignore_console_errors("status of 422")

    page.locator("[name=template]").first.fill(typed)
    page.wait_for_timeout(700)
    page.get_by_role("button", name="Save as a new version").click()
    page.wait_for_load_state()

    assert_page_intact(page)
    assert page.locator("[name=template]").first.input_value() == typed
    assert page.locator("[aria-invalid=true], .messages").count() > 0


def test_a_text_that_is_too_long_is_refused_and_kept_in_its_field(artist: Artist, browsers: Browsers) -> None:
    draft = browser_factories.wait_for_pending_draft(artist, factories.create_fan("Ana", opted_in=artist))
    page = browsers.open_page(
        f"/studio/{artist.slug}/review/{draft.pk}/edit", factories.get_member(artist, "principal")
    )
    browsers.ignore_console_errors("status of 422")

    page.locator("#text").fill(LONG)
    page.get_by_role("button", name="Approve this text").click()
    expect(page.locator("#text-error")).to_contain_text("at most 1000")

    assert_page_intact(page)
    assert page.locator("#text").input_value() == LONG


def test_markup_in_a_message_reaches_the_fan_as_text(artist: Artist, browsers: Browsers) -> None:
    fan = factories.create_fan("Ana", opted_in=artist)
    draft = browser_factories.wait_for_pending_draft(artist, fan)
    principal = factories.get_member(artist, "principal")
    page = browsers.open_page(f"/studio/{artist.slug}/review/{draft.pk}/edit", principal, fresh=True)

    page.locator("#text").fill(MARKUP)
    page.get_by_role("button", name="Approve this text").click()
    expect(page.locator("#undo")).to_contain_text("Approved for Ana")
    assert_page_intact(page)
    feed = browsers.open_page("/", fan)

    expect(feed.locator("article.experience-card .words")).to_have_text(MARKUP, timeout=PIPELINE_TIMEOUT_SECONDS * 1000)
    assert_page_intact(feed)


def test_a_search_term_is_shown_as_text(browsers: Browsers) -> None:
    page = browsers.new_context(factories.create_fan("Ana")).new_page()
    for term in (MARKUP, BIDI, "%00", FAMILY):
        page.goto("/artists/")
        with page.expect_response("**/artists/?*q=*"):
            page.locator("#q").fill(term)
        assert_page_intact(page)


# Over plain HTTP


def signed_in_session(full_site: FullSite, person: Any) -> requests.Session:
    session = requests.Session()
    session.cookies.set("sessionid", create_session(person))
    return session


def test_a_form_from_another_site_changes_nothing(full_site: FullSite, artist: Artist) -> None:
    draft = browser_factories.wait_for_pending_draft(artist, factories.create_fan("Ana", opted_in=artist))
    session = signed_in_session(full_site, factories.get_member(artist, "principal"))
    path = f"{full_site.site.url}/studio/{artist.slug}/review/{draft.pk}/approve"

    page = session.get(f"{full_site.site.url}/studio/{artist.slug}/review/{draft.pk}", timeout=10)
    token = page.text.split('name="csrfmiddlewaretoken" value="')[1].split('"')[0]
    for form, headers in (
        ({}, {}),
        ({"csrfmiddlewaretoken": "a" * 64}, {}),
        ({"csrfmiddlewaretoken": token}, {"Origin": "https://evil.example"}),
    ):
        response = session.post(path, form, headers=headers, timeout=10)
        assert response.status_code == 403

    draft.refresh_from_db()
    assert draft.state == "pending"


def test_signing_in_replaces_a_planted_session(full_site: FullSite, browsers: Browsers) -> None:
    person = browser_factories.set_password(factories.create_person("Ana"))
    page = browsers.new_context().new_page()
    page.context.add_cookies([{"name": "sessionid", "value": "planted" * 4, "url": full_site.site.url}])
    page.goto("/accounts/login/?next=//evil.example/")

    page.fill("[name=login]", person.email)
    page.fill("[name=password]", PASSWORD)
    page.press("[name=password]", "Enter")
    page.wait_for_url("**/welcome")

    session = {cookie["name"]: cookie for cookie in page.context.cookies()}["sessionid"]
    assert session["value"] != "planted" * 4
    assert (session["httpOnly"], session["sameSite"]) == (True, "Lax")


@pytest.mark.parametrize("goal", ["https://evil.example/", "//evil.example", "/\\evil.example", "javascript:alert(1)"])
def test_sign_in_never_redirects_to_another_site(full_site: FullSite, goal: str) -> None:
    person = browser_factories.set_password(factories.create_person("Ana"))
    session = requests.Session()
    page = session.get(f"{full_site.site.url}/accounts/login/", params={"next": goal}, timeout=10)
    token = page.text.split('name="csrfmiddlewaretoken" value="')[1].split('"')[0]

    response = session.post(
        f"{full_site.site.url}/accounts/login/",
        {"login": person.email, "password": PASSWORD, "next": goal, "csrfmiddlewaretoken": token},
        allow_redirects=False,
        timeout=10,
    )

    assert (response.status_code, response.headers["Location"]) == (302, "/")
