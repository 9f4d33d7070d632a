"""Everything works by keyboard, without JavaScript, from right to left, and on a phone."""

import itertools

import pytest
from playwright.sync_api import Locator, Page, expect

from artists.models import Draft
from catalog.models import Artist
from fans.models import Experience, OptIn
from tests import factories
from tests.browser import factories as browser_factories
from tests.browser.browsers import PHONE, Browsers
from tests.browser.full_site import PIPELINE_TIMEOUT_SECONDS, FullSite
from tests.factories import PASSWORD
from trust.models import Report

_names = itertools.count(1)
NO_JAVASCRIPT = {"java_script_enabled": False}
NO_REQUEST_MS = 300  # within this time a key that is not switched off would have sent its request
LONG = PIPELINE_TIMEOUT_SECONDS * 1000


@pytest.fixture
def artist(full_site: FullSite) -> Artist:
    artist = factories.create_artist(f"Without {next(_names)}")
    factories.create_program(artist)
    factories.set_undo_time(artist, 60)
    return artist


# By keyboard


def tab_to_element(page: Page, element: Locator) -> None:
    """Press Tab until the element has the focus, which must be visible."""
    for _ in range(80):
        page.keyboard.press("Tab")
        if element.evaluate("each => each === document.activeElement"):
            ring = element.evaluate("each => getComputedStyle(each).outlineStyle + getComputedStyle(each).boxShadow")
            assert ring != "nonenone"
            return
    pytest.fail(f"{element} is not reached by Tab")


def test_the_first_tab_skips_to_the_content(artist: Artist, browsers: Browsers) -> None:
    page = browsers.open_page("/", factories.create_fan("Ana", opted_in=artist))

    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.textContent") == "Skip to content"
    page.keyboard.press("Enter")

    assert page.evaluate("document.activeElement.id") == "main"


def test_a_fan_opts_in_by_keyboard(artist: Artist, browsers: Browsers) -> None:
    fan = factories.create_fan("Ana")
    page = browsers.open_page(f"/artists/{artist.slug}", fan)
    switch = page.get_by_role("switch")

    tab_to_element(page, switch)
    page.keyboard.press("Space")
    expect(switch).to_have_attribute("aria-checked", "true")

    assert page.evaluate("document.activeElement.id") == "opt-in-switch"
    assert OptIn.objects.filter(person=fan, artist=artist, ended_at=None).exists()


def test_a_draft_is_edited_and_approved_by_keyboard(artist: Artist, browsers: Browsers) -> None:
    draft = browser_factories.wait_for_pending_draft(artist, factories.create_fan("Ana", opted_in=artist))
    principal = factories.get_member(artist, "principal")
    page = browsers.open_page(f"/studio/{artist.slug}/review", principal, fresh=True)

    tab_to_element(page, page.locator("[data-key=e]"))
    page.keyboard.press("Enter")
    expect(page.locator("#text")).to_be_focused()
    page.keyboard.press("ControlOrMeta+End")
    page.keyboard.type(" a")
    expect(page.locator("#mark-preview .mark")).to_have_attribute("data-made", "written")
    assert Draft.objects.get(pk=draft.pk).state == "pending"  # the letter was typed and did not press the approve key
    tab_to_element(page, page.get_by_role("button", name="Approve this text"))
    page.keyboard.press("Enter")

    expect(page.locator("#undo")).to_contain_text("Approved for Ana")
    assert Draft.objects.get(pk=draft.pk).state == "approved"


def test_the_review_keys_can_be_switched_off(artist: Artist, browsers: Browsers) -> None:
    for name in ("Ana", "Ben"):
        browser_factories.wait_for_pending_draft(artist, factories.create_fan(name, opted_in=artist))
    page = browsers.open_page(f"/studio/{artist.slug}/review", factories.get_member(artist, "principal"))

    page.get_by_role("button", name="Keys on").click()
    page.locator("h1").click()
    page.keyboard.press("a")
    page.wait_for_timeout(NO_REQUEST_MS)

    assert page.get_by_role("button", name="Keys off").is_visible()
    assert Draft.objects.filter(artist=artist, state="pending").count() == 2


def test_the_menu_opens_and_closes_by_keyboard(artist: Artist, browsers: Browsers) -> None:
    page = browsers.open_page("/", factories.create_fan("Ana", opted_in=artist))
    summary = page.locator("details.menu > summary")

    tab_to_element(page, summary)
    page.keyboard.press("Enter")
    expect(page.get_by_role("button", name="Sign out")).to_be_visible()
    page.keyboard.press("Escape")

    expect(page.get_by_role("button", name="Sign out")).to_be_hidden()
    expect(summary).to_be_focused()


# Without JavaScript


def test_a_fan_opts_in_and_out_without_javascript(artist: Artist, browsers: Browsers) -> None:
    fan = factories.create_fan("Ana")
    page = browsers.open_page(f"/artists/{artist.slug}", fan, **NO_JAVASCRIPT)

    page.get_by_role("switch").click()
    expect(page.get_by_role("switch")).to_have_attribute("aria-checked", "true")
    page.get_by_role("switch").click()

    expect(page.get_by_role("switch")).to_have_attribute("aria-checked", "false")
    assert [opt_in.ended_at is None for opt_in in OptIn.objects.filter(person=fan)] == [False]


def test_a_draft_is_approved_undone_edited_and_approved_without_javascript(artist: Artist, browsers: Browsers) -> None:
    draft = browser_factories.wait_for_pending_draft(artist, factories.create_fan("Ana", opted_in=artist))
    principal = browser_factories.set_password(factories.get_member(artist, "principal"))
    page = browsers.open_page(f"/studio/{artist.slug}/review", principal, **NO_JAVASCRIPT)

    page.get_by_role("button", name="Approve").click()
    expect(page.locator("#undo")).to_contain_text("Approved for Ana")
    page.get_by_role("button", name="Undo").click()
    expect(page.locator("#draft-name")).to_have_text("Ana")
    page.locator("a[data-key=e]").click()
    page.locator("#text").fill("Ana, thank you for all of it.")
    page.get_by_role("button", name="Approve this text").click()
    page.fill("[name=password]", PASSWORD)
    page.get_by_role("button", name="Go on").click()

    expect(page.locator("#undo")).to_contain_text("Approved for Ana")
    assert Draft.objects.get(pk=draft.pk).text == "Ana, thank you for all of it."


def test_signing_in_again_leads_back_to_the_page_without_javascript(artist: Artist, browsers: Browsers) -> None:
    fan = browser_factories.set_password(factories.create_fan("Ana", opted_in=artist))
    experience = browser_factories.create_experience_and_wait(artist, fan)
    page = browsers.open_page(f"/experiences/{experience.pk}", fan, **NO_JAVASCRIPT)
    page.context.clear_cookies(name="sessionid")

    page.get_by_role("button", name="Pause this").click()
    expect(page.locator(".messages")).to_contain_text("so nothing was changed")
    page.fill("[name=login]", fan.email)
    page.fill("[name=password]", PASSWORD)
    page.locator("main").get_by_role("button", name="Sign in").click()
    assert page.url.endswith(f"/experiences/{experience.pk}")
    page.get_by_role("button", name="Pause this").click()

    expect(page.get_by_role("button", name="Resume")).to_be_visible()


def test_copy_buttons_are_hidden_without_javascript(browsers: Browsers, full_site: FullSite) -> None:
    fan = factories.create_fan("Ana")
    with_it, without = browsers.open_page("/welcome", fan), browsers.open_page("/welcome", fan, **NO_JAVASCRIPT)

    assert with_it.locator("[data-copy]").first.is_visible()
    with_it.get_by_role("link", name="Navidrome").click()
    expect(with_it.locator("[data-copy]").first).to_be_visible()
    assert without.locator("[data-copy]").count() > 0
    assert not without.locator("[data-copy]").first.is_visible()


def test_settings_are_saved_without_javascript(browsers: Browsers, full_site: FullSite) -> None:
    fan = factories.create_fan("Ana")
    page = browsers.open_page("/settings", fan, **NO_JAVASCRIPT)

    page.locator("#id_name").fill("Ana F.")
    page.get_by_role("button", name="Save the name").click()
    page.get_by_role("switch", name="Hide AI messages").click()

    expect(page.get_by_role("switch", name="Hide AI messages")).to_have_attribute("aria-checked", "true")
    expect(page.locator("#id_name")).to_have_value("Ana F.")
    fan.refresh_from_db()
    assert fan.name == "Ana F."


def test_a_fan_pauses_and_reports_without_javascript(artist: Artist, browsers: Browsers) -> None:
    fan = factories.create_fan("Ana", opted_in=artist)
    experience = browser_factories.create_experience_and_wait(artist, fan)
    page = browsers.open_page(f"/experiences/{experience.pk}", fan, **NO_JAVASCRIPT)

    page.get_by_role("button", name="Pause this").click()
    expect(page.get_by_role("button", name="Resume")).to_be_visible()
    page.get_by_role("link", name="Report it").click()
    page.locator("label[for=id_reason_0]").click()
    page.locator("[name=said]").fill("It is not about me.")
    page.get_by_role("button", name="Send the report").click()

    expect(page.locator("#report")).to_contain_text("You reported this on")
    assert Report.objects.filter(subject=f"experience:{experience.pk}").count() == 1


def test_a_program_is_written_and_signed_without_javascript(artist: Artist, browsers: Browsers) -> None:
    page = browsers.open_page(
        f"/studio/{artist.slug}/programs",
        browser_factories.set_password(factories.get_member(artist, "principal")),
        **NO_JAVASCRIPT,
    )

    page.get_by_label("What your team calls it").fill("By hand")
    page.get_by_role("button", name="Create").click()
    page.get_by_role("button", name="Another template").click()
    page.locator("[name=template]").nth(1).fill("{plays} of mine[, {name}].")
    page.get_by_role("button", name="Save as a new version").click()
    page.get_by_role("button", name="Sign version 1").click()
    page.fill("[name=password]", PASSWORD)
    page.get_by_role("button", name="Go on").click()

    expect(page.locator(".messages")).to_contain_text("You signed version 1")
    assert artist.programs.get(name="By hand").state == "live"


# Right to left, and on a phone


def test_right_to_left_text_keeps_its_direction(full_site: FullSite, browsers: Browsers) -> None:
    artist = factories.create_artist("سُهى البحر", slug="right-to-left")
    wording = {"locale": "ar", "templates": ["شكرا[، {name}]. هذا هو الاستماع رقم {plays}."], "fragments": {}}
    factories.create_program(artist, wording=wording)
    fan = factories.create_fan("ליאורה", opted_in=artist)
    draft = browser_factories.wait_for_pending_draft(artist, fan)

    page = browsers.open_page(f"/studio/{artist.slug}/review", factories.get_member(artist, "principal"), **PHONE)
    words = page.locator("#current-draft .words")
    assert words.evaluate("each => [each.lang, getComputedStyle(each).direction]") == ["ar", "rtl"]
    assert page.locator("#draft-name bdi").inner_text() == "ליאורה"
    browser_factories.approve_and_wait(draft)
    letter = browsers.open_page(f"/experiences/{Experience.objects.get(draft=draft.pk).pk}", fan).locator(".letter")
    bar = letter.evaluate("each => [getComputedStyle(each).borderRightWidth, getComputedStyle(each).borderLeftWidth]")
    assert bar == ["6px", "0px"]
    feed = browsers.open_page("/", fan, **PHONE)

    card = feed.locator("article.experience-card .words")
    assert card.evaluate("each => getComputedStyle(each).direction") == "rtl"
    assert feed.evaluate("getComputedStyle(document.body).direction") == "ltr"
    edge = card.evaluate("each => each.getBoundingClientRect().right - innerWidth")
    assert edge <= 0


def test_the_decision_buttons_are_large_and_at_the_bottom_of_a_phone(artist: Artist, browsers: Browsers) -> None:
    browser_factories.wait_for_pending_draft(artist, factories.create_fan("Ana", opted_in=artist))
    page = browsers.open_page(f"/studio/{artist.slug}/review", factories.get_member(artist, "principal"), **PHONE)

    boxes = {key: page.locator(f".decision-buttons [data-key={key}]").bounding_box() for key in "aeds"}

    assert all(box and box["height"] >= 44 for box in boxes.values()), boxes
    assert all(box["y"] + box["height"] <= 844 for box in boxes.values() if box), boxes
    assert boxes["a"]["x"] == max(box["x"] for box in boxes.values() if box)
