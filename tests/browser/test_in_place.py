"""Switches and small forms change their page in place: no reload, no jump, and the focus stays where one was."""

import itertools
from dataclasses import dataclass

import pytest
from playwright.sync_api import Page, expect

from accounts.models import Person
from artists import programs, review
from catalog.models import Artist
from fans import opt_ins
from fans.consent_texts import CONSENT_VERSION
from tests import factories
from tests.browser import factories as browser_factories
from tests.browser.browsers import REFUSED, Browsers
from tests.browser.full_site import FullSite

_names = itertools.count(1)
FOCUSED_TOP = "document.activeElement.getBoundingClientRect().top"


@dataclass
class Press:
    """A button on a page, and what shows that it worked. `focused` is the text of the focused control afterwards."""

    path: str
    button: str
    effect: str
    viewer: str = "fan"
    focused: str = ""


MOVES_THE_FOCUS = {"a token", "a permission off", "a permission left on"}
"""The first scrolls to the token, which is shown only once; the others go from the box of the effect to the switch."""
PRESSES = {
    "the switch of an artist": Press(
        "/welcome/artists", "#choose-{other} [role=switch]", "#choose-{other} [aria-checked=true]", "fan",
        "Let {other_name} write to me",
    ),
    "hide AI in the feed": Press(
        "/?artist={slug}", ".head [role=switch]", ".head [aria-checked=true]", "fan", "Hide AI messages"
    ),
    "hide AI in the settings": Press(
        "/settings", "#feed-setting [role=switch]", "#feed-setting [aria-checked=true]", "fan", "Hide AI messages"
    ),
    "an opt-in ended": Press("/settings", "#opt-ins-setting .btn-danger", "#consents-setting >> text=Ended", "fan"),
    "the name": Press("/settings", "#name-form .btn", "#messages >> text=Your name is changed", "fan", "Save the name"),
    "the time zone": Press(
        "/settings", "#time-zone-form .btn", "#messages >> text=Your time zone is changed", "fan", "Save the time zone"
    ),
    "a token": Press("/settings", "#tokens-setting .form .btn", "#tokens-setting .new-token", "fan", "Make a token"),
    "recording paused": Press("/listening", "[name=for][value=open]", ".recording-status-off", "fan", "Record again"),
    "a switch of a permission": Press(
        "/studio/{slug}/grants", "#switch-personal_message", "#effect-apply", "principal"
    ),
    "a permission off": Press(
        "/studio/{slug}/grants?switch_off=personal_message", "#effect-apply",
        "#switch-personal_message[aria-checked=false]", "principal", "Personal messages for all songs",
    ),
    "a permission left on": Press(
        "/studio/{slug}/grants?switch_off=personal_message", "#effect-keep",
        "#switch-personal_message[autofocus]", "principal", "Personal messages for all songs",
    ),
    "a program paused": Press(
        "/studio/{slug}/programs/{program}", "[name=do][value=pause]", "[name=do][value=resume]", "principal", "Resume"
    ),
    "a version signed": Press(
        "/studio/{slug}/programs/{unsigned}", "[data-sign-button]", "#version-history >> text=Signed by", "principal",
    ),
    "a part added": Press(
        "/studio/{slug}/programs/{program}", "[value=add-fragment]", "#fragment-0", "principal", "Alternate endings"
    ),
    "a member removed": Press(
        "/studio/{slug}/team", "#members [value=remove]", ".messages >> text=no longer in the team", "principal"
    ),
}  # fmt: skip


@pytest.fixture
def artist(full_site: FullSite) -> Artist:
    artist = factories.create_artist(f"Place {next(_names)}")
    factories.create_program(artist)
    factories.add_member(artist, "reviewer")
    return artist


@pytest.fixture
def fan(artist: Artist) -> Person:
    return factories.create_fan("Ana", opted_in=artist)


@pytest.mark.parametrize("name", PRESSES)
def test_a_press_changes_the_page_in_place(name: str, artist: Artist, fan: Person, browsers: Browsers) -> None:
    other = factories.create_artist(f"A place {100 - next(_names)}")  # among the first by name: the page shows twelve
    values = {"slug": artist.slug, "program": artist.programs.get().pk, "other": other.pk, "other_name": other.name}
    values["unsigned"] = factories.create_program(artist, signed=False).pk
    press = PRESSES[name]
    viewer = fan if press.viewer == "fan" else factories.get_member(artist, "principal")
    opt_ins.opt_in(fan, artist)
    page = browsers.open_page(press.path.format(**values), viewer, fresh=True, viewport={"width": 390, "height": 600})
    button = page.locator(press.button.format(**values)).first
    _open_around(button.element_handle())
    button.focus()
    page.evaluate("window.sameAsBefore = true")
    before = page.evaluate(FOCUSED_TOP)

    button.press("Enter")

    expect(page.locator(press.effect.format(**values)).first).to_be_visible()
    expect(page.locator(":focus")).to_have_count(1)
    assert page.evaluate("window.sameAsBefore")
    if press.focused:
        assert page.evaluate("document.activeElement.textContent.trim()") == press.focused.format(**values)
    if press.focused and name not in MOVES_THE_FOCUS:
        assert abs(page.evaluate(FOCUSED_TOP) - before) <= 200  # lines above may come or go


def test_a_style_that_an_extension_left_on_a_field_is_copied_nowhere(artist: Artist, browsers: Browsers) -> None:
    viewer = factories.get_member(artist, "principal")
    page = browsers.open_page(f"/studio/{artist.slug}/grants?switch_off=personal_message", viewer)
    page.evaluate("document.getElementById('q').style.caretColor = 'transparent'")

    page.locator("#effect-apply").click()

    expect(page.locator("#switch-personal_message[aria-checked=false]")).to_be_visible()


@pytest.mark.parametrize("answer", ["Agree", "Not now"])
def test_the_question_about_newer_words_goes_with_its_answer(artist: Artist, browsers: Browsers, answer: str) -> None:
    fan = factories.create_fan("Bo")
    factories.opt_in_under(2, fan, artist)
    page = browsers.open_page(f"/?artist={artist.slug}", fan, viewport={"width": 390, "height": 600})
    question = page.get_by_role("heading", name="New words for what you agreed to")
    expect(question).to_be_visible()

    page.locator("#new-words").get_by_role("button", name=answer).press("Enter")

    expect(question).to_have_count(0)
    expect(page.locator(":focus")).to_have_count(1)
    assert fan.opt_ins.get().consent.version == (CONSENT_VERSION if answer == "Agree" else 2)


def _open_around(element: object) -> None:
    element.evaluate("each => { const menu = each.closest('details'); if (menu) menu.open = true }")  # type: ignore[attr-defined]


def test_a_switch_pressed_offline_keeps_the_page_and_says_so(fan: Person, browsers: Browsers) -> None:
    page = browsers.open_page("/settings", fan)
    browsers.ignore_console_errors("ERR_INTERNET_DISCONNECTED", "WebSocket", "error: htmx:(afterRequest|sendError)")
    switch = page.get_by_role("switch", name="Hide AI messages")
    page.context.set_offline(True)

    switch.click()

    expect(page.locator("#request-error")).to_contain_text("We could not reach Fanfare")
    expect(switch).to_have_attribute("aria-checked", "false")
    page.context.set_offline(False)
    switch.click()
    expect(switch).to_have_attribute("aria-checked", "true")
    expect(page.locator("#request-error")).to_be_hidden()


def test_the_button_at_the_top_follows_the_switch(artist: Artist, browsers: Browsers) -> None:
    page = browsers.open_page(f"/artists/{artist.slug}", factories.create_fan("Bo"))
    top = page.locator("#invitation a")
    expect(top).to_have_text("Let them write to you")

    page.locator("#opt-in-switch").click()

    expect(top).to_have_text("What you can get")
    expect(page.locator("#opt-in-switch")).to_be_focused()


def test_escape_in_an_edit_leads_back_to_the_edit_button(artist: Artist, browsers: Browsers) -> None:
    draft = browser_factories.wait_for_pending_draft(artist, factories.create_fan("Ana", opted_in=artist))
    page = browsers.open_page(
        f"/studio/{artist.slug}/review/{draft.pk}/edit", factories.get_member(artist, "principal")
    )
    expect(page.locator("#text")).to_be_focused()

    page.keyboard.press("Escape")

    expect(page.locator("[data-key=e]")).to_be_focused()


def test_who_changed_role_stays_on_the_button(artist: Artist, browsers: Browsers) -> None:
    principal = factories.get_member(artist, "principal")
    page: Page = browsers.open_page(f"/studio/{artist.slug}/team", principal, fresh=True)
    page.evaluate("window.sameAsBefore = true")
    page.locator("#members select").select_option("editor")

    page.locator("#members [value=role]").click()

    expect(page.locator("#messages")).to_contain_text("is now editor")
    expect(page.locator("#members [value=role]")).to_be_focused()
    assert page.evaluate("window.sameAsBefore")


@pytest.mark.parametrize(
    ("form", "value", "error"),
    [
        ("name", "!!!", "A name needs a letter or a digit"),
        ("time-zone", "Lisbon", "We know no time zone of this name"),
    ],
)
def test_an_error_is_told_at_its_field_and_what_was_typed_stays(
    form: str, value: str, error: str, fan: Person, browsers: Browsers
) -> None:
    browsers.ignore_console_errors(REFUSED.pattern)
    page = browsers.open_page("/settings", fan)
    page.evaluate("window.sameAsBefore = true")
    field = page.locator(f"#{form}-form input[type=text]")
    field.fill(value)

    page.locator(f"#{form}-form .btn").click()

    expect(page.locator(f"#{form}-form [role=alert]")).to_contain_text(error)
    expect(field).to_have_attribute("aria-invalid", "true")
    expect(field).to_have_value(value)
    expect(page.locator(f"#{form}-form .btn")).to_be_focused()
    assert page.evaluate("window.sameAsBefore")


def test_a_saved_name_keeps_an_unsaved_time_zone_and_is_in_the_menu(fan: Person, browsers: Browsers) -> None:
    page = browsers.open_page("/settings", fan)
    page.locator("#id_time_zone").fill("Asia/Tok")
    page.locator("#id_name").fill("Bo Lund")

    page.locator("#name-form .btn").click()

    expect(page.locator("#messages")).to_contain_text("Your name is changed")
    expect(page.locator("#account-menu")).to_contain_text("Signed in as Bo Lund")
    expect(page.locator("#id_time_zone")).to_have_value("Asia/Tok")
    page.locator("#id_name").press_sequentially(" 2000")
    expect(page.locator("#name-note")).to_contain_text("Artists cannot greet you by this name")


def test_what_stops_a_signature_is_told_beside_the_button(artist: Artist, browsers: Browsers) -> None:
    browsers.ignore_console_errors(REFUSED.pattern)
    program = factories.create_program(artist, signed=False)
    principal = factories.get_member(artist, "principal")
    page = browsers.open_page(f"/studio/{artist.slug}/programs/{program.pk}", principal, fresh=True)
    page.evaluate("window.sameAsBefore = true")
    programs.sign(program.versions.get(), by=principal, fresh=True)

    page.locator("[data-sign-button]").click()

    expect(page.get_by_role("alert")).to_have_count(1)
    expect(page.locator("#sign").get_by_role("alert")).to_contain_text("Version 1 is signed.")
    expect(page.locator("#program-head")).to_contain_text("Version 1 is running")
    assert page.evaluate("window.sameAsBefore")


def test_a_button_to_sign_that_comes_back_knows_what_is_not_saved(artist: Artist, browsers: Browsers) -> None:
    program = artist.programs.get()
    factories.create_version(program, nth=7)
    page = browsers.open_page(
        f"/studio/{artist.slug}/programs/{program.pk}", factories.get_member(artist, "principal"), fresh=True
    )
    page.locator("#template-0").press_sequentially(" And more.")
    expect(page.locator("[data-sign-button]")).to_be_disabled()

    page.locator("#sign [value=pause]").click()

    expect(page.locator("#sign [value=resume]")).to_be_visible()
    expect(page.locator("[data-sign-button]")).to_be_disabled()
    expect(page.locator("#unsaved")).to_contain_text("You have unsaved changes")
    page.on("dialog", lambda dialog: dialog.accept())


def test_a_signature_asks_for_the_password_and_leads_back(artist: Artist, browsers: Browsers) -> None:
    program = factories.create_program(artist, signed=False)
    principal = browser_factories.set_password(factories.get_member(artist, "principal"))
    page = browsers.open_page(f"/studio/{artist.slug}/programs/{program.pk}", principal)

    page.locator("[data-sign-button]").click()
    page.fill("[name=password]", factories.PASSWORD)
    page.get_by_role("button", name="Go on").click()

    expect(page.locator("#messages")).to_contain_text("You signed version 1")
    assert page.url.endswith(f"/programs/{program.pk}")


@pytest.mark.parametrize(("is_approved", "path"), [(True, "delivered"), (False, "delivered?state=stopped")])
def test_an_undo_in_a_list_takes_the_draft_out_of_it(
    artist: Artist, browsers: Browsers, is_approved: bool, path: str
) -> None:
    factories.set_undo_time(artist, 600)
    principal = factories.get_member(artist, "principal")
    for name in ("Ana", "Ben"):
        draft = browser_factories.wait_for_pending_draft(artist, factories.create_fan(name, opted_in=artist))
        (review.approve if is_approved else review.decline)(draft.pk, by=principal)
    page = browsers.open_page(f"/studio/{artist.slug}/{path}", principal, viewport={"width": 390, "height": 600})
    page.evaluate("window.sameAsBefore = true")
    undo = page.get_by_role("article", name="Ana").get_by_role("button", name="Undo")
    undo.focus()

    undo.press("Enter")

    expect(page.locator("#messages")).to_contain_text("It waits for a decision again.")
    expect(page.get_by_role("article")).to_have_count(1)
    expect(page.get_by_role("article", name="Ben")).to_be_visible()
    expect(page.locator("#sent-list")).to_be_focused()
    assert page.evaluate("window.sameAsBefore")
    page.get_by_role("link", name="Look at it").click()
    expect(page.locator("#draft-name")).to_have_text("Ana")
