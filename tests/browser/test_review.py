"""One draft in front of one person: what the open page hears meanwhile, and what becomes of words half typed."""

import itertools
import re

import pytest
from playwright.sync_api import Dialog, Page, expect

from artists import programs, review
from artists.models import Draft
from catalog.models import Artist
from tests import factories
from tests.browser import full_site as given
from tests.browser.browsers import PHONE, Browsers
from tests.browser.full_site import FullSite

_names = itertools.count(1)
LONG = given.PIPELINE_TIMEOUT_SECONDS * 1000
KEY_DELAY_MS = 700  # ms: a key is not meant for what has just appeared
TYPED = "Words of my own, half typed"
TOP = "document.querySelector('.draft .words').getBoundingClientRect().top"


@pytest.fixture
def artist(house: FullSite) -> Artist:
    made = factories.create_artist(f"Review {next(_names)}")
    factories.create_program(made)
    factories.set_undo_time(made, 600)
    return made


@pytest.fixture
def draft(artist: Artist) -> Draft:
    return given.a_pending_draft(artist, factories.create_fan("Ana", opted_in=artist))


def review_path(draft: Draft, action: str = "") -> str:
    return f"/studio/{draft.artist.slug}/review/{draft.pk}{action}"


def open_review(guests: Browsers, draft: Draft, action: str = "") -> Page:
    page = guests.open(review_path(draft, action), factories.get_member(draft.artist, "principal"))
    expect(page.locator("[data-live-state]").first).to_have_attribute("data-state", "live")
    page.wait_for_timeout(KEY_DELAY_MS)
    return page


def test_what_was_decided_in_one_tab_cannot_be_decided_in_the_other(draft: Draft, guests: Browsers) -> None:
    page = open_review(guests, draft)
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


def test_a_pause_is_heard_where_one_reads_and_so_is_its_end(draft: Draft, guests: Browsers) -> None:
    page = open_review(guests, draft)
    before = page.evaluate(TOP)
    mara = factories.get_member(draft.artist, "principal")

    programs.pause(draft.version.program, by=mara)
    expect(page.locator("#draft-status")).to_contain_text("The program is paused", timeout=LONG)
    expect(page.locator("[data-key=a]")).to_be_disabled()
    assert page.evaluate(TOP) == before
    programs.resume(draft.version.program, by=mara)

    expect(page.locator("[data-key=a]")).to_be_enabled(timeout=LONG)
    expect(page.locator("#draft-status")).to_be_hidden()


def test_a_decline_is_taken_back_by_the_same_key_as_an_approval(draft: Draft, guests: Browsers) -> None:
    page = open_review(guests, draft)

    page.keyboard.press("d")
    expect(page.locator("#undo [data-countdown]")).to_have_text(re.compile(r"Final (in \d+ s|at \d\d:\d\d)\."))
    page.wait_for_timeout(KEY_DELAY_MS)
    page.keyboard.press("z")

    expect(page.locator("#draft-name")).to_have_text("Ana")
    draft.refresh_from_db()
    assert draft.state == "pending"


def test_a_swipe_that_was_not_meant_is_taken_back(draft: Draft, guests: Browsers) -> None:
    page = guests.open(review_path(draft), factories.get_member(draft.artist, "principal"), **PHONE)
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


def test_who_has_to_sign_in_while_typing_finds_the_words_again(draft: Draft, guests: Browsers) -> None:
    page = open_review(guests, draft)
    guests.forgive("WebSocket")
    page.keyboard.press("e")
    expect(page.locator("#text")).to_be_visible()
    page.context.clear_cookies(name="sessionid")
    page.fill("#text", TYPED)
    page.wait_for_url("**/accounts/login/**")

    guests.sign_in(page.context, factories.get_member(draft.artist, "principal"))
    page.reload()  # who is signed in is led on from here

    page.wait_for_url(f"**{review_path(draft, '/edit')}")
    expect(page.locator("#text")).to_have_value(TYPED)
    expect(page.locator("#unsaved")).to_contain_text("It is not saved yet.")


def test_leaving_half_typed_words_asks_first(draft: Draft, guests: Browsers) -> None:
    page = open_review(guests, draft, "/edit")
    asked: list[str] = []

    def answer(dialog: Dialog) -> None:
        asked.append(dialog.type)
        dialog.accept()

    page.on("dialog", answer)
    page.locator("#text").press_sequentially(" And more.")
    page.get_by_role("link", name="Programs").first.click()

    page.wait_for_url("**/programs")
    assert asked == ["beforeunload"]


def test_a_facts_letter_stands_with_its_last_word(artist: Artist, guests: Browsers) -> None:
    draft = given.a_pending_draft(artist, factories.create_fan("王小雨", opted_in=artist))
    page = open_review(guests, draft)

    alone = page.evaluate(
        """widths => widths.filter(width => {
            document.querySelector('.draft .words').style.inlineSize = `${width}px`;
            return [...document.querySelectorAll('.fact')].some(fact => {
                const ends = [...fact.querySelector('bdi').getClientRects()].at(-1).bottom;
                return fact.querySelector('sup').getBoundingClientRect().top >= ends;
            });
        })""",
        list(range(150, 500, 3)),
    )

    assert alone == []
