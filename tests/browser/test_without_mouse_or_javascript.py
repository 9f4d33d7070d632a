"""Without a mouse, without JavaScript, with names that run the other way: the same things can be done."""

import itertools

import pytest
from playwright.sync_api import Locator, Page, expect

from artists.models import Draft
from catalog.models import Artist
from fans.models import Experience, OptIn
from tests import factories
from tests.browser import full_site as given
from tests.browser.browsers import PHONE, Browsers
from tests.browser.full_site import PASSWORD, FullSite
from trust.models import Report

_names = itertools.count(1)
NO_JAVASCRIPT = {"java_script_enabled": False}
LONG = given.PIPELINE_TIMEOUT_SECONDS * 1000


@pytest.fixture
def artist(house: FullSite) -> Artist:
    made = factories.create_artist(f"Without {next(_names)}")
    factories.create_program(made)
    factories.set_undo_time(made, 60)
    return made


# Without a mouse


def tab_to_element(page: Page, goal: Locator) -> None:
    """As somebody does who has only keys; where one is must be seen."""
    for _ in range(80):
        page.keyboard.press("Tab")
        if goal.evaluate("each => each === document.activeElement"):
            ring = goal.evaluate("each => getComputedStyle(each).outlineStyle + getComputedStyle(each).boxShadow")
            assert ring != "nonenone"
            return
    pytest.fail(f"{goal} is not reached by Tab")


def test_the_first_tab_leads_past_the_bar(artist: Artist, guests: Browsers) -> None:
    page = guests.open("/", factories.create_fan("Ana", opted_in=artist))

    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.textContent") == "Skip to content"
    page.keyboard.press("Enter")

    assert page.evaluate("document.activeElement.id") == "main"


def test_a_fan_opts_in_by_keys(artist: Artist, guests: Browsers) -> None:
    fan = factories.create_fan("Ana")
    page = guests.open(f"/artists/{artist.slug}", fan)
    switch = page.get_by_role("switch")

    tab_to_element(page, switch)
    page.keyboard.press("Space")
    expect(switch).to_have_attribute("aria-checked", "true")

    assert page.evaluate("document.activeElement.id") == "opt-in-switch"
    assert OptIn.objects.filter(person=fan, artist=artist, ended_at=None).exists()


def test_a_draft_is_edited_and_approved_by_keys(artist: Artist, guests: Browsers) -> None:
    draft = given.a_pending_draft(artist, factories.create_fan("Ana", opted_in=artist))
    page = guests.open(f"/studio/{artist.slug}/review", factories.get_member(artist, "principal"))

    tab_to_element(page, page.locator("[data-key=e]"))
    page.keyboard.press("Enter")
    expect(page.locator("#text")).to_be_focused()
    page.keyboard.press("ControlOrMeta+End")
    page.keyboard.type(" a")
    expect(page.locator("#mark-preview .mark")).to_have_attribute("data-made", "written")
    assert Draft.objects.get(pk=draft.pk).state == "pending"  # the letter was typed, not a key that approves
    tab_to_element(page, page.get_by_role("button", name="Approve this text"))
    page.keyboard.press("Enter")

    expect(page.locator("#undo")).to_contain_text("Approved for Ana")
    assert Draft.objects.get(pk=draft.pk).state == "approved"


def test_keys_can_be_switched_off(artist: Artist, guests: Browsers) -> None:
    for name in ("Ana", "Ben"):
        given.a_pending_draft(artist, factories.create_fan(name, opted_in=artist))
    page = guests.open(f"/studio/{artist.slug}/review", factories.get_member(artist, "principal"))

    page.get_by_role("button", name="Keys on").click()
    page.locator("h1").click()
    page.keyboard.press("a")
    page.wait_for_timeout(300)

    assert page.get_by_role("button", name="Keys off").is_visible()
    assert Draft.objects.filter(artist=artist, state="pending").count() == 2


def test_the_menu_opens_and_closes_by_keys(artist: Artist, guests: Browsers) -> None:
    page = guests.open("/", factories.create_fan("Ana", opted_in=artist))
    summary = page.locator("details.menu > summary")

    tab_to_element(page, summary)
    page.keyboard.press("Enter")
    expect(page.get_by_role("button", name="Sign out")).to_be_visible()
    page.keyboard.press("Escape")

    expect(page.get_by_role("button", name="Sign out")).to_be_hidden()
    expect(summary).to_be_focused()


# Without JavaScript


def test_a_fan_opts_in_and_out_without_javascript(artist: Artist, guests: Browsers) -> None:
    fan = factories.create_fan("Ana")
    page = guests.open(f"/artists/{artist.slug}", fan, **NO_JAVASCRIPT)

    page.get_by_role("switch").click()
    expect(page.get_by_role("switch")).to_have_attribute("aria-checked", "true")
    page.get_by_role("switch").click()

    expect(page.get_by_role("switch")).to_have_attribute("aria-checked", "false")
    assert [each.ended_at is None for each in OptIn.objects.filter(person=fan)] == [False]


def test_a_draft_is_edited_approved_and_taken_back_without_javascript(artist: Artist, guests: Browsers) -> None:
    draft = given.a_pending_draft(artist, factories.create_fan("Ana", opted_in=artist))
    page = guests.open(f"/studio/{artist.slug}/review", factories.get_member(artist, "principal"), **NO_JAVASCRIPT)

    page.get_by_role("button", name="Approve").click()
    expect(page.locator("#undo")).to_contain_text("Approved for Ana")
    page.get_by_role("button", name="Undo").click()
    expect(page.locator("#draft-name")).to_have_text("Ana")
    page.locator("a[data-key=e]").click()
    page.locator("#text").fill("Ana, thank you for all of it.")
    page.get_by_role("button", name="Approve this text").click()

    expect(page.locator("#undo")).to_contain_text("Approved for Ana")
    assert Draft.objects.get(pk=draft.pk).text == "Ana, thank you for all of it."


def test_who_was_signed_out_meanwhile_is_back_at_the_page_and_does_it_again(artist: Artist, guests: Browsers) -> None:
    fan = given.with_password(factories.create_fan("Ana", opted_in=artist))
    experience = given.an_experience(artist, fan)
    page = guests.open(f"/experiences/{experience.pk}", fan, **NO_JAVASCRIPT)
    page.context.clear_cookies(name="sessionid")

    page.get_by_role("button", name="Pause this").click()
    expect(page.locator(".messages")).to_contain_text("so nothing was changed")
    page.fill("[name=login]", fan.email)
    page.fill("[name=password]", PASSWORD)
    page.locator("main").get_by_role("button", name="Sign in").click()
    assert page.url.endswith(f"/experiences/{experience.pk}")
    page.get_by_role("button", name="Pause this").click()

    expect(page.get_by_role("button", name="Resume")).to_be_visible()


def test_what_cannot_copy_is_not_offered(guests: Browsers, house: FullSite) -> None:
    fan = factories.create_fan("Ana")
    with_it, without = guests.open("/welcome", fan), guests.open("/welcome", fan, **NO_JAVASCRIPT)

    assert with_it.locator("[data-copy]").first.is_visible()
    with_it.get_by_role("link", name="Navidrome").click()
    expect(with_it.locator("[data-copy]").first).to_be_visible()
    assert without.locator("[data-copy]").count() > 0
    assert not without.locator("[data-copy]").first.is_visible()


def test_settings_are_kept_without_javascript(guests: Browsers, house: FullSite) -> None:
    fan = factories.create_fan("Ana")
    page = guests.open("/settings", fan, **NO_JAVASCRIPT)

    page.locator("#id_name").fill("Ana F.")
    page.get_by_role("button", name="Save the name").click()
    page.get_by_role("switch", name="Human only").click()

    expect(page.get_by_role("switch", name="Human only")).to_have_attribute("aria-checked", "true")
    expect(page.locator("#id_name")).to_have_value("Ana F.")
    fan.refresh_from_db()
    assert fan.name == "Ana F."


def test_a_fan_pauses_and_reports_without_javascript(artist: Artist, guests: Browsers) -> None:
    fan = factories.create_fan("Ana", opted_in=artist)
    experience = given.an_experience(artist, fan)
    page = guests.open(f"/experiences/{experience.pk}", fan, **NO_JAVASCRIPT)

    page.get_by_role("button", name="Pause this").click()
    expect(page.get_by_role("button", name="Resume")).to_be_visible()
    page.get_by_role("link", name="Report it").click()
    page.locator("label[for=id_reason_0]").click()
    page.locator("[name=said]").fill("It is not about me.")
    page.get_by_role("button", name="Send the report").click()

    expect(page.locator("#report")).to_contain_text("You reported this on")
    assert Report.objects.filter(subject=f"experience:{experience.pk}").count() == 1


def test_a_program_is_written_and_signed_without_javascript(artist: Artist, guests: Browsers) -> None:
    page = guests.open(
        f"/studio/{artist.slug}/programs",
        given.with_password(factories.get_member(artist, "principal")),
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
    page.get_by_role("button", name="Sign version 1").click()

    expect(page.locator(".messages")).to_contain_text("You signed version 1")
    assert artist.programs.get(name="By hand").state == "live"


# The other way round, and on a phone


def test_words_that_run_right_to_left_do_so_and_the_page_does_not(house: FullSite, guests: Browsers) -> None:
    artist = factories.create_artist("Right to left")
    Artist.objects.filter(pk=artist.pk).update(name="سُهى البحر")
    artist.refresh_from_db()
    wording = {"locale": "ar", "templates": ["شكرا[، {name}]. هذا هو الاستماع رقم {plays}."], "fragments": {}}
    factories.create_program(artist, wording=wording)
    fan = factories.create_fan("ליאורה", opted_in=artist)
    draft = given.a_pending_draft(artist, fan)

    page = guests.open(f"/studio/{artist.slug}/review", factories.get_member(artist, "principal"), **PHONE)
    words = page.locator("#current-draft .words")
    assert words.evaluate("each => [each.lang, getComputedStyle(each).direction]") == ["ar", "rtl"]
    assert page.locator("#draft-name bdi").inner_text() == "ליאורה"
    given.approved(draft)
    letter = guests.open(f"/experiences/{Experience.objects.get(draft=draft.pk).pk}", fan).locator(".letter")
    bar = letter.evaluate("each => [getComputedStyle(each).borderRightWidth, getComputedStyle(each).borderLeftWidth]")
    assert bar == ["6px", "0px"]
    feed = guests.open("/", fan, **PHONE)

    card = feed.locator("article.experience-card .words")
    assert card.evaluate("each => getComputedStyle(each).direction") == "rtl"
    assert feed.evaluate("getComputedStyle(document.body).direction") == "ltr"
    edge = card.evaluate("each => each.getBoundingClientRect().right - innerWidth")
    assert edge <= 0


def test_the_buttons_lie_under_the_thumb(artist: Artist, guests: Browsers) -> None:
    given.a_pending_draft(artist, factories.create_fan("Ana", opted_in=artist))
    page = guests.open(f"/studio/{artist.slug}/review", factories.get_member(artist, "principal"), **PHONE)

    boxes = {key: page.locator(f".decision-buttons [data-key={key}]").bounding_box() for key in "aeds"}

    assert all(box and box["height"] >= 44 for box in boxes.values()), boxes
    assert all(box["y"] + box["height"] <= 844 for box in boxes.values() if box), boxes
    assert boxes["a"]["x"] == max(box["x"] for box in boxes.values() if box)
