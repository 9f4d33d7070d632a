"""The WebSocket of a page: lost and restored, in two tabs, and closed by signing out."""

import itertools

import pytest
from playwright.sync_api import Page, expect

from catalog.models import Artist
from tests import factories
from tests.browser import factories as browser_factories
from tests.browser.browsers import Browsers
from tests.browser.full_site import PIPELINE_TIMEOUT_SECONDS, FullSite

_names = itertools.count(1)
AFTER_HEARTBEAT_MS = 2_500  # the site sends one every 2 s; nothing must appear twice until then
OFFLINE_ERRORS = ("ERR_INTERNET_DISCONNECTED", "WebSocket", "error: htmx:(afterRequest|sendError)")
LONG = PIPELINE_TIMEOUT_SECONDS * 1000


@pytest.fixture
def artist(full_site: FullSite) -> Artist:
    artist = factories.create_artist(f"Line {next(_names)}")
    factories.create_program(artist)
    return artist


def wait_until_live(page: Page) -> Page:
    expect(page.locator("[data-live-state]").first).to_have_attribute("data-state", "live")
    return page


def test_experiences_missed_offline_appear_once(artist: Artist, browsers: Browsers) -> None:
    fan = factories.create_fan("Ana", opted_in=artist)
    browser_factories.create_experience_and_wait(artist, fan)
    page = wait_until_live(browsers.open_page("/", fan))
    page.evaluate("window.sameAsBefore = true")
    browsers.ignore_console_errors(*OFFLINE_ERRORS)

    page.context.set_offline(True)
    expect(page.locator("#offline")).to_contain_text("Offline since")
    for nth in (5, 9):
        browser_factories.create_experience_and_wait(artist, fan, program=factories.create_program(artist, nth=nth))
    assert page.locator("article.experience-card").count() == 1
    page.context.set_offline(False)

    expect(page.locator("article.experience-card")).to_have_count(3, timeout=LONG)
    expect(page.locator("#offline")).to_be_hidden()
    wait_until_live(page)
    page.wait_for_timeout(AFTER_HEARTBEAT_MS)
    ids = page.locator("article.experience-card").evaluate_all("items => items.map(each => each.id)")
    assert len(ids) == len(set(ids)) == 3
    assert page.evaluate("window.sameAsBefore")


def test_a_toast_is_shown_where_its_experience_is_not(artist: Artist, browsers: Browsers) -> None:
    fan = factories.create_fan("Ana", opted_in=artist)
    feed, settings = (wait_until_live(browsers.open_page(path, fan)) for path in ("/", "/settings"))

    browser_factories.create_experience_and_wait(artist, fan)

    expect(settings.locator("#toasts .toast")).to_contain_text(artist.name, timeout=LONG)
    expect(feed.locator("#toasts > p")).to_contain_text(f"{artist.name} answered your 3rd listen", timeout=LONG)
    expect(feed.locator("#toasts > p")).to_have_class("visually-hidden")
    expect(feed.locator("article.experience-card")).to_have_count(1)


def test_a_decision_made_offline_fails_visibly_and_works_afterwards(artist: Artist, browsers: Browsers) -> None:
    draft = browser_factories.wait_for_pending_draft(artist, factories.create_fan("Ana", opted_in=artist))
    page = wait_until_live(
        browsers.open_page(f"/studio/{artist.slug}/review", factories.get_member(artist, "principal"))
    )
    browsers.ignore_console_errors(*OFFLINE_ERRORS)

    page.context.set_offline(True)
    page.keyboard.press("a")
    expect(page.locator("#request-error")).to_contain_text("What you typed is still here")
    draft.refresh_from_db()
    assert draft.state == "pending"
    page.context.set_offline(False)
    wait_until_live(page)
    page.keyboard.press("a")

    expect(page.locator("#undo")).to_contain_text("Approved for Ana")
    expect(page.locator("#request-error")).to_be_hidden()


IS_COVERED = """each => {
    const { left, top, width, height } = each.getBoundingClientRect();
    return !each.contains(document.elementFromPoint(left + width / 2, top + height / 2));
}"""


@pytest.mark.parametrize("width", [320, 390, 1280])
@pytest.mark.parametrize("place", ["start", "end"])
def test_an_error_message_is_in_view_and_does_not_cover_the_pressed_control(
    artist: Artist, browsers: Browsers, width: int, place: str
) -> None:
    fan = factories.create_fan("Ana")
    page = wait_until_live(browsers.open_page(f"/artists/{artist.slug}", fan, viewport={"width": width, "height": 640}))
    switch = page.get_by_role("switch")
    browsers.ignore_console_errors(*OFFLINE_ERRORS)
    switch.evaluate("(each, block) => each.scrollIntoView({ block, behavior: 'instant' })", place)
    page.context.set_offline(True)

    switch.focus()
    page.keyboard.press("Space")
    expect(page.locator("#request-error")).to_contain_text("What you typed is still here")
    page.wait_for_timeout(300)

    expect(page.locator("#request-error")).to_be_in_viewport(ratio=1)
    assert not page.locator("#request-error").evaluate(IS_COVERED)
    assert not switch.evaluate(IS_COVERED)
    expect(switch).to_be_focused()
    page.locator("#request-error [data-close]").click()
    expect(page.locator("#request-error")).to_be_hidden()


def test_a_new_experience_appears_in_two_tabs(artist: Artist, browsers: Browsers) -> None:
    fan = factories.create_fan("Ana", opted_in=artist)
    tabs = browsers.new_context(fan)
    first, second = tabs.new_page(), tabs.new_page()
    for tab in (first, second):
        tab.goto("/")
        wait_until_live(tab)

    experience = browser_factories.create_experience_and_wait(artist, fan)

    for tab in (first, second):
        expect(tab.locator("article.experience-card")).to_have_count(1, timeout=LONG)
        expect(tab.locator(f"#experience-{experience.pk}")).to_be_visible()


def test_signing_out_closes_the_connection_of_the_other_tab(artist: Artist, browsers: Browsers) -> None:
    fan = factories.create_fan("Ana", opted_in=artist)
    tabs = browsers.new_context(fan)
    first, second = tabs.new_page(), tabs.new_page()
    for tab in (first, second):
        tab.goto("/settings")
        wait_until_live(tab)

    first.locator("details.menu > summary").click()
    first.get_by_role("button", name="Sign out").click()

    expect(second.locator("#signed-out")).to_contain_text("You are signed out", timeout=LONG)
    expect(second.locator("#signed-out a")).to_have_attribute("href", "/accounts/login/?next=%2Fsettings")
    expect(first.get_by_role("banner").get_by_role("link", name="Sign in")).to_be_visible()
