"""Unsaved changes in the program editor: they cannot be signed and do not get lost."""

import itertools

import pytest
from playwright.sync_api import Page, expect

from artists.models import Program
from tests import factories
from tests.browser.browsers import Browsers
from tests.browser.full_site import FullSite

_names = itertools.count(1)
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
