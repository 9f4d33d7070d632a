"""The page of one draft: live updates, undo, and text that is typed but not saved."""

import itertools
import re

import pytest
from playwright.sync_api import Dialog, Page, expect

from accounts.models import Person
from artists import holds, programs, review
from artists.models import Draft
from catalog.models import Artist
from tests import factories
from tests.browser import factories as browser_factories
from tests.browser.browsers import PHONE, Browsers
from tests.browser.full_site import PIPELINE_TIMEOUT_SECONDS, FullSite

_names = itertools.count(1)
LONG = PIPELINE_TIMEOUT_SECONDS * 1000
KEY_DELAY_MS = 700  # ms: review.js ignores keys for a moment after a draft has appeared
TYPED = "Words of my own, half typed"
TOP = "document.querySelector('.draft .words').getBoundingClientRect().top"


@pytest.fixture
def artist(full_site: FullSite) -> Artist:
    artist = factories.create_artist(f"Review {next(_names)}")
    Person.objects.filter(memberships__team=artist.team).update(time_zone="Europe/Lisbon")
    factories.create_program(artist)
    factories.set_undo_time(artist, 600)
    return artist


@pytest.fixture
def draft(artist: Artist) -> Draft:
    return browser_factories.wait_for_pending_draft(artist, factories.create_fan("Ana", opted_in=artist))


def review_path(draft: Draft, action: str = "") -> str:
    return f"/studio/{draft.artist.slug}/review/{draft.pk}{action}"


def open_review(browsers: Browsers, draft: Draft, action: str = "") -> Page:
    page = browsers.open_page(review_path(draft, action), factories.get_member(draft.artist, "principal"))
    expect(page.locator("[data-live-state]").first).to_have_attribute("data-state", "live")
    page.wait_for_timeout(KEY_DELAY_MS)
    return page


def test_a_draft_decided_in_one_tab_cannot_be_decided_in_another(draft: Draft, browsers: Browsers) -> None:
    page = open_review(browsers, draft)
    before = page.evaluate(TOP)

    review.approve(draft.pk, by=factories.get_member(draft.artist, "reviewer"))

    expect(page.locator("#draft-status")).to_contain_text("Already decided by", timeout=LONG)
    expect(page.locator(".decision-buttons")).to_be_hidden()
    expect(page.locator("#draft-status time")).not_to_contain_text("UTC")
    assert page.evaluate(TOP) == before
    page.keyboard.press("d")
    page.wait_for_timeout(KEY_DELAY_MS)
    draft.refresh_from_db()
    assert draft.state == "approved"


def test_pausing_and_resuming_the_program_shows_on_the_open_page(draft: Draft, browsers: Browsers) -> None:
    page = open_review(browsers, draft)
    before = page.evaluate(TOP)
    principal = factories.get_member(draft.artist, "principal")

    programs.pause(draft.version.program, by=principal)
    expect(page.locator("#draft-status")).to_contain_text("The program is paused", timeout=LONG)
    expect(page.locator("[data-key=a]")).to_be_disabled()
    assert page.evaluate(TOP) == before
    programs.resume(draft.version.program, by=principal)

    expect(page.locator("[data-key=a]")).to_be_enabled(timeout=LONG)
    expect(page.locator("#draft-status")).to_be_hidden()


def test_the_undo_key_undoes_a_decline(draft: Draft, browsers: Browsers) -> None:
    page = open_review(browsers, draft)

    page.keyboard.press("d")
    expect(page.locator("#undo [data-countdown]")).to_have_text(re.compile(r"Final (in \d+ s|at \d\d:\d\d)\."))
    page.wait_for_timeout(KEY_DELAY_MS)
    page.keyboard.press("z")

    expect(page.locator("#draft-name")).to_have_text("Ana")
    draft.refresh_from_db()
    assert draft.state == "pending"


def test_an_accidental_swipe_can_be_undone(draft: Draft, browsers: Browsers) -> None:
    page = browsers.open_page(review_path(draft), factories.get_member(draft.artist, "principal"), **PHONE)
    box = page.locator("[data-swipe]").bounding_box()
    assert box
    x, y = box["x"] + box["width"] * 0.8, box["y"] + 40
    touch = {"pointerType": "touch", "isPrimary": True, "bubbles": True, "clientY": y}
    for kind, where in (("pointerdown", x), ("pointermove", x - 250), ("pointerup", x - 250)):
        page.locator("[data-swipe]").dispatch_event(kind, {**touch, "clientX": where})

    expect(page.locator("#undo")).to_contain_text("Declined for Ana")
    page.get_by_role("button", name="Undo").tap()

    expect(page.locator("#draft-name")).to_have_text("Ana")
    draft.refresh_from_db()
    assert draft.state == "pending"


def test_typed_text_survives_signing_in_again(draft: Draft, browsers: Browsers) -> None:
    page = open_review(browsers, draft)
    browsers.ignore_console_errors("WebSocket")
    page.keyboard.press("e")
    expect(page.locator("#text")).to_be_visible()
    page.context.clear_cookies(name="sessionid")
    page.fill("#text", TYPED)
    page.wait_for_url("**/accounts/login/**")

    browsers.sign_in(page.context, factories.get_member(draft.artist, "principal"))
    page.reload()  # the sign-in page redirects a signed-in person

    page.wait_for_url(f"**{review_path(draft, '/edit')}")
    expect(page.locator("#text")).to_have_value(TYPED)
    expect(page.locator("#unsaved")).to_contain_text("It is not saved yet.")


def test_leaving_unsaved_text_asks_first(draft: Draft, browsers: Browsers) -> None:
    page = open_review(browsers, draft, "/edit")
    dialogs: list[str] = []

    def accept(dialog: Dialog) -> None:
        dialogs.append(dialog.type)
        dialog.accept()

    page.on("dialog", accept)
    page.locator("#text").press_sequentially(" And more.")
    page.get_by_role("link", name="Programs").first.click()

    page.wait_for_url("**/programs")
    assert dialogs == ["beforeunload"]


def test_the_letter_of_a_fact_never_wraps_alone(artist: Artist, browsers: Browsers) -> None:
    draft = browser_factories.wait_for_pending_draft(artist, factories.create_fan("王小雨", opted_in=artist))
    page = open_review(browsers, draft)

    widths_with_lone_letter = page.evaluate(
        """widths => widths.filter(width => {
            document.querySelector('.draft .words').style.inlineSize = `${width}px`;
            return [...document.querySelectorAll('.fact')].some(fact => {
                const ends = [...fact.querySelector('bdi').getClientRects()].at(-1).bottom;
                return fact.querySelector('sup').getBoundingClientRect().top >= ends;
            });
        })""",
        list(range(150, 500, 3)),
    )

    assert widths_with_lone_letter == []


def test_a_hold_that_ended_is_said_to_be_over(draft: Draft, browsers: Browsers) -> None:
    other = factories.get_member(draft.artist, "reviewer")
    browser_factories.hold_draft(draft, other)
    page = open_review(browsers, draft)
    expect(page.locator("#current-draft")).to_contain_text("is looking at this one")

    holds.release_draft(draft, by=other)

    expect(page.locator("#current-draft")).not_to_contain_text("is looking at this one", timeout=LONG)
    expect(page.get_by_role("button", name="Approve")).to_be_visible()


def test_who_waits_for_a_held_draft_sees_at_once_that_it_was_decided(draft: Draft, browsers: Browsers) -> None:
    other = factories.get_member(draft.artist, "reviewer")
    browser_factories.hold_draft(draft, other)
    page = open_review(browsers, draft)
    expect(page.locator("#current-draft")).to_contain_text("is looking at this one")

    review.approve(draft.pk, by=other)

    expect(page.locator("#current-draft")).to_contain_text("Already decided by", timeout=5_000)
    expect(page.locator("#current-draft")).not_to_contain_text("is looking at this one")
    expect(page.locator("h1")).to_have_text("Nothing to decide")
