"""Unsaved changes in the program editor: they cannot be signed and do not get lost."""

import itertools
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from artists.models import Program
from tests import factories
from tests.artists.suggestion_scene import GOOD, run_suggesting_server
from tests.browser.browsers import Browsers
from tests.browser.full_site import FullSite

_names = itertools.count(1)
NATURAL_WIDTH = """each => {
    const text = document.createElement("span");
    text.style.cssText = `font: ${getComputedStyle(each).font}; white-space: nowrap; position: absolute`;
    text.textContent = each.selectedOptions[0].textContent;
    text.style.letterSpacing = getComputedStyle(each).letterSpacing;
    document.body.append(text);
    return text.getBoundingClientRect().width;
}"""
LINE_HEIGHT = "each => parseFloat(getComputedStyle(each).lineHeight) / parseFloat(getComputedStyle(each).fontSize)"
TYPED = "Thank you[, {name}], for all of it."


@pytest.fixture
def program(full_site: FullSite) -> Program:
    return factories.create_program(factories.create_artist(f"Editor {next(_names)}"), signed=False)


def open_editor(browsers: Browsers, program: Program) -> Page:
    principal = factories.get_member(program.artist, "principal")
    return browsers.open_page(f"/studio/{program.artist.slug}/programs/{program.pk}", principal)


def test_unsaved_changes_cannot_be_signed(program: Program, browsers: Browsers) -> None:
    page = open_editor(browsers, program)
    first, sign = page.locator("[name=template]").first, page.locator("[data-sign-button]")
    saved = first.input_value()
    expect(sign).to_be_enabled()

    first.fill(TYPED)
    expect(sign).to_be_disabled()
    expect(page.locator("#unsaved")).to_contain_text("You have unsaved changes.")
    first.fill(saved)
    expect(sign).to_be_enabled()
    expect(page.locator("#unsaved")).to_be_hidden()

    first.fill(TYPED)
    page.get_by_role("button", name="Save as a new version").click()
    expect(page.get_by_role("button", name="Sign version 2")).to_be_enabled()


def test_an_added_row_counts_as_unsaved_also_after_a_preview(program: Program, browsers: Browsers) -> None:
    page = open_editor(browsers, program)

    page.get_by_role("button", name="Another template").click()
    expect(page.locator("[data-sign-button]")).to_be_disabled()
    page.get_by_role("button", name="Update the preview").click()

    page.wait_for_load_state()
    expect(page.locator("[name=template]")).to_have_count(2)
    page.locator("[name=template]").nth(1).fill(TYPED)
    expect(page.locator("[data-sign-button]")).to_be_disabled()


def test_unsaved_changes_survive_signing_in_again(program: Program, browsers: Browsers) -> None:
    page = open_editor(browsers, program)
    browsers.ignore_console_errors("WebSocket")
    page.get_by_role("button", name="Another template").click()
    expect(page.locator("[name=template]")).to_have_count(2)
    page.select_option("[name=times]", "50")
    page.context.clear_cookies(name="sessionid")
    page.locator("[name=template]").nth(1).fill(TYPED)
    page.wait_for_url("**/accounts/login/**")

    browsers.sign_in(page.context, factories.get_member(program.artist, "principal"))
    page.reload()  # the sign-in page redirects a signed-in person

    expect(page.locator("#restored-note")).to_contain_text("It is not saved yet.")
    expect(page.locator("[name=template]").nth(1)).to_have_value(TYPED)
    expect(page.locator("[name=times]")).to_have_value("50")
    expect(page.locator("[data-sign-button]")).to_be_disabled()
    page.get_by_role("button", name="Discard it").click()
    expect(page.locator("[name=template]")).to_have_count(1)
    expect(page.locator("[data-sign-button]")).to_be_enabled()


@pytest.mark.parametrize("width", [320, 390, 768, 1440])
def test_the_sentence_shows_whole_letters_and_whole_words(program: Program, browsers: Browsers, width: int) -> None:
    page = open_editor(browsers, program)
    page.set_viewport_size({"width": width, "height": 900})
    page.locator("[name=times]").select_option("other")

    for select in page.locator(".sentence-select").all():
        assert select.evaluate(LINE_HEIGHT) >= 1.3
        assert select.evaluate(NATURAL_WIDTH) <= select.evaluate("each => each.clientWidth + 1")


def test_the_sentence_says_the_number_that_is_typed(program: Program, browsers: Browsers) -> None:
    page = open_editor(browsers, program)
    browsers.ignore_console_errors("status of 422")
    times = page.locator("[name=times]")
    times.select_option("other")

    page.fill("#number", "37")
    assert times.evaluate("each => each.selectedOptions[0].textContent") == "37 times"

    page.fill("#number", "none")
    page.get_by_role("button", name="Save as a new version").click()
    expect(page.locator("#number-error")).to_contain_text("How many times?")
    expect(page.locator("#number")).to_have_attribute("aria-invalid", "true")
    expect(page.locator("#number")).to_be_visible()


def test_a_suggestion_comes_live_is_kept_and_stays_unsaved_until_it_is_saved(
    program: Program, browsers: Browsers, settings: Any
) -> None:
    with run_suggesting_server(settings, site_probes=True):
        page = open_editor(browsers, program)
        page.locator("[name=template]").first.fill(TYPED)
        page.get_by_label("A line in your own words, or nothing").fill("Short, please.")
        page.get_by_role("button", name="Suggest").click()
        expect(page.locator("#suggestions")).to_contain_text("The suggestions come to this page in a moment.")
        expect(page.locator("#suggestions .suggestion")).to_have_count(len(GOOD))
        assert page.locator("[name=template]").first.input_value() == TYPED

        page.locator("#suggestions .suggestion").first.get_by_role("button", name="Keep").click()

        expect(page.locator("[name=template]")).to_have_count(2)
        page.wait_for_load_state()
        expect(page.locator("#restored-note")).to_be_hidden()  # the script has run: it restores nothing older
        expect(page.locator("[name=template]")).to_have_count(2)
        assert page.locator("[name=template]").first.input_value() == TYPED
        expect(page.locator("#wording-fields")).to_contain_text("Suggested by AI")
        expect(page.locator("#wording-fields")).to_contain_text("AI-made, approved by")
        expect(page.locator("#suggestions .suggestion")).to_have_count(len(GOOD) - 1)
        expect(page.locator("[data-sign-button]")).to_be_disabled()
