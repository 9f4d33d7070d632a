"""The line between a page and the house: lost, found again, shared by two tabs, closed by signing out."""

import itertools

import pytest
from playwright.sync_api import Page, expect

from catalog.models import Artist
from tests import factories
from tests.browser import full_site as given
from tests.browser.browsers import Browsers
from tests.browser.full_site import FullSite

_names = itertools.count(1)
OFFLINE_ERRORS = ("ERR_INTERNET_DISCONNECTED", "WebSocket", "error: htmx:(afterRequest|sendError)")
LONG = given.PIPELINE_TIMEOUT_SECONDS * 1000


@pytest.fixture
def artist(house: FullSite) -> Artist:
    made = factories.create_artist(f"Line {next(_names)}")
    factories.create_program(made)
    return made


def wait_until_live(page: Page) -> Page:
    expect(page.locator("[data-live-state]").first).to_have_attribute("data-state", "live")
    return page


def test_what_was_missed_without_a_network_appears_once(artist: Artist, guests: Browsers) -> None:
    fan = factories.create_fan("Ana", opted_in=artist)
    given.an_experience(artist, fan)
    page = wait_until_live(guests.open("/", fan))
    page.evaluate("window.sameAsBefore = true")
    guests.forgive(*OFFLINE_ERRORS)

    page.context.set_offline(True)
    expect(page.locator("#offline")).to_contain_text("Offline since")
    for nth in (5, 9):
        given.an_experience(artist, fan, program=factories.create_program(artist, nth=nth))
    assert page.locator("article.experience-card").count() == 1
    page.context.set_offline(False)

    expect(page.locator("article.experience-card")).to_have_count(3, timeout=LONG)
    expect(page.locator("#offline")).to_be_hidden()
    wait_until_live(page)
    page.wait_for_timeout(2_500)  # a heartbeat later
    ids = page.locator("article.experience-card").evaluate_all("items => items.map(each => each.id)")
    assert len(ids) == len(set(ids)) == 3
    assert page.evaluate("window.sameAsBefore")


def test_a_queue_without_a_network_says_so_and_then_goes_on(artist: Artist, guests: Browsers) -> None:
    draft = given.a_pending_draft(artist, factories.create_fan("Ana", opted_in=artist))
    page = wait_until_live(guests.open(f"/studio/{artist.slug}/review", factories.get_member(artist, "principal")))
    guests.forgive(*OFFLINE_ERRORS)

    page.context.set_offline(True)
    page.keyboard.press("a")
    expect(page.locator("#request-error")).to_contain_text("Nothing was half done")
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
def test_what_failed_is_said_in_view_and_covers_nothing_that_was_pressed(
    artist: Artist, guests: Browsers, width: int, place: str
) -> None:
    fan = factories.create_fan("Ana")
    page = wait_until_live(guests.open(f"/artists/{artist.slug}", fan, viewport={"width": width, "height": 640}))
    switch = page.get_by_role("switch")
    guests.forgive(*OFFLINE_ERRORS)
    switch.evaluate("(each, block) => each.scrollIntoView({ block, behavior: 'instant' })", place)
    page.context.set_offline(True)

    switch.focus()
    page.keyboard.press("Space")
    expect(page.locator("#request-error")).to_contain_text("Nothing was half done")
    page.wait_for_timeout(300)

    expect(page.locator("#request-error")).to_be_in_viewport(ratio=1)
    assert not page.locator("#request-error").evaluate(IS_COVERED)
    assert not switch.evaluate(IS_COVERED)
    expect(switch).to_be_focused()
    page.locator("#request-error [data-close]").click()
    expect(page.locator("#request-error")).to_be_hidden()


def test_two_tabs_show_the_same(artist: Artist, guests: Browsers) -> None:
    fan = factories.create_fan("Ana", opted_in=artist)
    tabs = guests.enter(fan)
    one, other = tabs.new_page(), tabs.new_page()
    for tab in (one, other):
        tab.goto("/")
        wait_until_live(tab)

    experience = given.an_experience(artist, fan)

    for tab in (one, other):
        expect(tab.locator("article.experience-card")).to_have_count(1, timeout=LONG)
        expect(tab.locator(f"#experience-{experience.pk}")).to_be_visible()


def test_signing_out_closes_the_line_of_the_other_tab(artist: Artist, guests: Browsers) -> None:
    fan = factories.create_fan("Ana", opted_in=artist)
    tabs = guests.enter(fan)
    one, other = tabs.new_page(), tabs.new_page()
    for tab in (one, other):
        tab.goto("/settings")
        wait_until_live(tab)

    one.locator("details.menu > summary").click()
    one.get_by_role("button", name="Sign out").click()

    expect(other.locator("#signed-out")).to_contain_text("You are signed out", timeout=LONG)
    expect(other.locator("#signed-out a")).to_have_attribute("href", "/accounts/login/?next=%2Fsettings")
    expect(one.get_by_role("banner").get_by_role("link", name="Sign in")).to_be_visible()
