"""What a fan and an artist do from sign-up to receipt, in two browsers whose pages are never loaded again."""

import itertools
import re

import pytest
from playwright.sync_api import Page, expect

from accounts.models import Person
from artists import review
from artists.models import Draft
from catalog.models import Artist
from fans import reports
from fans.models import Experience
from tests import factories
from tests.browser import factories as browser_factories
from tests.browser.browsers import PHONE, Browsers
from tests.browser.full_site import PIPELINE_TIMEOUT_SECONDS, FullSite
from tests.factories import PASSWORD
from trust import reports as staff_reports

_names = itertools.count(1)
KEY_DELAY_MS = 400  # ms: review.js ignores keys for a moment after a draft has appeared
TEMPLATE = "Thank you[, {name}]. That was {plays} {plays, one: listen, other: listens}."


@pytest.fixture
def artist(full_site: FullSite) -> Artist:
    """An artist with a signed program and 60 seconds to undo."""
    artist = factories.create_artist(f"Story {next(_names)}")
    factories.create_program(artist)
    factories.set_undo_time(artist, 60)
    return artist


def principal_of(artist: Artist) -> Person:
    return browser_factories.set_password(factories.get_member(artist, "principal"))


def review_path(artist: Artist) -> str:
    return f"/studio/{artist.slug}/review"


def mark_page(page: Page) -> Page:
    """Set a mark that is gone after a reload."""
    page.evaluate("window.sameAsBefore = true")
    return page


def was_not_reloaded(page: Page) -> bool:
    return bool(page.evaluate("window.sameAsBefore === true"))


def sign_up(page: Page, full_site: FullSite, handle: str) -> None:
    """Sign up with the forms and the link in the mail, which signs in."""
    page.goto("/")
    page.click("text=Sign up >> nth=0")
    for name, value in {
        "email": f"{handle}@example.com",
        "password1": PASSWORD,
        "handle": handle,
        "name": "Ana",
    }.items():
        page.fill(f"[name={name}]", value)
    page.select_option("[name=country]", "PT")
    page.select_option("[name=age_band]", "18_plus")
    page.press("[name=name]", "Enter")
    page.wait_for_url("**/accounts/confirm-email/")
    page.goto(full_site.mail_link_for(f"{handle}@example.com"))
    page.click("main form button")
    page.wait_for_url("**/welcome")


def test_a_signed_sentence_becomes_a_message_in_an_open_feed(full_site: FullSite, browsers: Browsers) -> None:
    artist = factories.create_artist("Mara Veil")
    factories.create_recording(artist, "Night Bus")
    factories.set_undo_time(artist, 8)
    studio = browsers.open_page(f"/studio/{artist.slug}/programs", principal_of(artist))
    fan = browsers.new_context(**PHONE).new_page()

    write_and_sign_program(studio)
    secret = sign_up_and_opt_in(fan, full_site, artist)
    open_empty_queue(studio, artist)
    full_site.send_listens(secret, artist.name, 2)
    approve_by_key(studio, artist)
    read_message_and_receipt(fan)


def type_password(page: Page) -> None:
    """Answer the page that asks for the password. It then does what was asked before."""
    page.wait_for_url("**/accounts/reauthenticate/**")
    page.fill("[name=password]", PASSWORD)
    page.press("[name=password]", "Enter")


def write_and_sign_program(studio: Page) -> None:
    """A misspelled slot is named; a corrected wording is saved, and signed with the password."""
    studio.get_by_label("What your team calls it").fill("Thank you at three")
    studio.get_by_role("button", name="Create").click()
    studio.get_by_label("How often").select_option("other")
    studio.get_by_label("Another number of times").fill("3")
    studio.locator("[name=template]").first.fill("Hello {nmae}")
    expect(studio.locator("#template-0-error")).to_contain_text("nmae")
    studio.locator("[name=template]").first.fill(TEMPLATE)
    expect(studio.locator("#shapes")).to_contain_text("What fans may read")
    expect(studio.locator("#template-0-error")).to_be_empty()
    studio.get_by_role("button", name="Save as a new version").click()
    studio.get_by_role("button", name="Sign version 1").click()
    type_password(studio)
    expect(studio.locator(".messages")).to_contain_text("You signed version 1")


def sign_up_and_opt_in(fan: Page, full_site: FullSite, artist: Artist) -> str:
    """The fan makes a token, sends a first listen, opts in and leaves the feed open. Returns the token."""
    sign_up(fan, full_site, "ana")
    fan.wait_for_url("**/welcome")
    fan.click("#make-token")
    secret = fan.get_by_label("Token", exact=True).inner_text()
    full_site.send_listens(secret, artist.name, 1)
    expect(fan.locator("#connect .waiting")).to_contain_text("It arrived: Night Bus")
    fan.get_by_role("link", name="Choose artists").click()
    fan.get_by_role("link", name="Mara Veil", exact=True).click()
    switch = fan.get_by_role("switch", name="Let Mara Veil write to me")
    expect(switch).to_have_attribute("aria-checked", "false")
    switch.click()
    expect(switch).to_have_attribute("aria-checked", "true")
    fan.goto("/")
    expect(fan.get_by_role("heading", level=1)).to_have_text("New for you")
    expect(fan.locator("[data-live-state]").first).to_have_attribute("data-state", "live")
    mark_page(fan)
    return secret


def open_empty_queue(studio: Page, artist: Artist) -> None:
    studio.goto(review_path(artist))
    expect(studio.get_by_role("heading", name="Everything is decided")).to_be_visible()
    expect(studio.locator("[data-live-state]").first).to_have_attribute("data-state", "live")
    mark_page(studio)


def approve_by_key(studio: Page, artist: Artist) -> None:
    """The draft appears in the open queue, and one key approves it. Nothing is sent while it can be undone."""
    expect(studio.locator("#current-draft .words")).to_contain_text(
        "That was 3", timeout=PIPELINE_TIMEOUT_SECONDS * 1000
    )
    expect(studio.get_by_role("heading", level=1)).to_have_text("1 to decide")
    expect(studio).to_have_title(f"1 to decide – {artist.name} – Fanfare")
    studio.wait_for_timeout(KEY_DELAY_MS)
    studio.keyboard.press("a")
    expect(studio.locator("#undo")).to_contain_text("Approved for Ana.")
    expect(studio.get_by_role("button", name="Undo")).to_be_visible()
    assert not Experience.objects.filter(artist=artist).exists()
    assert was_not_reloaded(studio)


def read_message_and_receipt(fan: Page) -> None:
    """The message appears in the open feed and is announced, with no toast over it. Its receipt names no fan."""
    expect(fan.locator("#toasts")).to_contain_text("Mara Veil", timeout=PIPELINE_TIMEOUT_SECONDS * 1000)
    expect(fan.locator("#toasts .toast")).to_have_count(0)
    expect(fan.locator("article.experience-card")).to_have_count(1)
    expect(fan.locator("article.experience-card .words")).to_have_text("Thank you, Ana. That was 3 listens.")
    expect(fan.locator("article.experience-card .because")).to_contain_text("3 listens of Mara Veil")
    assert was_not_reloaded(fan)
    fan.locator("article.experience-card").get_by_role("link", name="Receipt").click()
    expect(fan.get_by_role("heading", level=1)).to_have_text("Receipt")
    expect(fan.locator("main")).not_to_contain_text("Ana")


def test_after_a_decline_the_next_draft_is_shown(artist: Artist, browsers: Browsers) -> None:
    first, second = (
        browser_factories.wait_for_pending_draft(artist, factories.create_fan(name, opted_in=artist))
        for name in ("Ana", "Ben")
    )
    page = mark_page(browsers.open_page(review_path(artist), principal_of(artist)))
    expect(page.locator("#draft-name")).to_have_text("Ana")

    page.keyboard.press("d")
    expect(page.locator("#undo")).to_contain_text("They get no message.")
    expect(page.locator("#draft-name")).to_have_text("Ben")
    expect(page).to_have_title(f"1 to decide – {artist.name} – Fanfare")

    first.refresh_from_db()
    second.refresh_from_db()
    assert (first.state, second.state) == ("declined", "pending")
    assert was_not_reloaded(page)


def test_an_undone_approval_shows_the_draft_again(artist: Artist, browsers: Browsers) -> None:
    draft = browser_factories.wait_for_pending_draft(artist, factories.create_fan("Ana", opted_in=artist))
    page = browsers.open_page(review_path(artist), principal_of(artist))
    expect(page.locator("[data-live-state]").first).to_have_attribute("data-state", "live")

    page.wait_for_timeout(KEY_DELAY_MS)
    page.keyboard.press("a")
    expect(page.get_by_role("button", name="Undo")).to_be_visible()
    page.wait_for_timeout(KEY_DELAY_MS)  # the page meanwhile gets a notice and refreshes
    page.keyboard.press("z")
    expect(page.locator("#draft-name")).to_have_text("Ana")
    expect(page.locator("#undo .toast")).to_have_count(0)

    draft.refresh_from_db()
    assert draft.state == "pending"


def test_the_result_of_a_report_appears_in_the_open_feed(artist: Artist, browsers: Browsers) -> None:
    fan = factories.create_fan("Ana", opted_in=artist)
    experience = browser_factories.create_experience_and_wait(artist, fan)
    report = reports.report_experience(experience, reason="hurtful", by=fan)
    page = mark_page(browsers.open_page("/", fan))
    expect(page.locator("[data-live-state]").first).to_have_attribute("data-state", "live")
    expect(page.get_by_role("heading", name="Notices")).to_have_count(0)

    staff_reports.handle(report, upheld=True, note="It is.", by=factories.get_staff())
    notice = page.locator(".notices .notice")
    expect(notice).to_contain_text(
        f"your report about {artist.name} and agreed", timeout=PIPELINE_TIMEOUT_SECONDS * 1000
    )
    assert was_not_reloaded(page)

    notice.get_by_role("link", name="Open").click()
    expect(page.get_by_role("complementary")).to_contain_text("The program was stopped.")


def test_the_mark_changes_while_somebody_types(artist: Artist, browsers: Browsers) -> None:
    factories.remove_undo_time(artist)
    fan = factories.create_fan("Ana", opted_in=artist)
    draft = browser_factories.wait_for_pending_draft(artist, fan)
    page = browsers.open_page(review_path(artist), principal_of(artist))

    page.keyboard.press("e")
    expect(page.locator("#mark-preview .mark")).to_have_attribute("data-made", "filled")
    page.locator("#text").fill(f"Ana, I saw you in the second row. Thank you. {artist.name}")
    expect(page.locator("#mark-preview .mark")).to_have_attribute("data-made", "written")
    page.get_by_role("button", name="Approve this text").click()
    type_password(page)
    expect(page.locator("#undo")).to_contain_text("Approved for Ana")

    feed = browsers.open_page("/", fan)
    expect(feed.locator("article.experience-card .mark")).to_have_attribute(
        "data-made", "written", timeout=PIPELINE_TIMEOUT_SECONDS * 1000
    )
    expect(feed.locator("article.experience-card .words")).to_contain_text("second row")
    draft.refresh_from_db()
    assert draft.state == "delivered"


def test_two_reviewers_get_different_drafts(artist: Artist, browsers: Browsers) -> None:
    for name in ("Ana", "Ben"):
        browser_factories.wait_for_pending_draft(artist, factories.create_fan(name, opted_in=artist))
    first = browsers.open_page(review_path(artist), factories.get_member(artist, "reviewer"))
    second = browsers.open_page(review_path(artist), factories.add_member(artist, "reviewer"))

    assert [page.locator("#draft-name").inner_text() for page in (first, second)] == ["Ana", "Ben"]


def test_a_decision_of_somebody_else_is_shown_with_their_name(artist: Artist, browsers: Browsers) -> None:
    draft = browser_factories.wait_for_pending_draft(artist, factories.create_fan("Ana", opted_in=artist))
    page = browsers.open_page(review_path(artist), factories.get_member(artist, "reviewer"))
    expect(page.locator("[data-live-state]").first).to_have_attribute("data-state", "live")
    browsers.ignore_console_errors("status of 409")

    principal = factories.get_member(artist, "principal")
    review.decline(draft.pk, by=principal)
    expect(page.locator("#draft-status")).to_contain_text(f"by {principal.name}")
    page.keyboard.press("a")
    expect(page.locator("#current-draft")).to_contain_text(f"Already decided by {principal.name}")

    draft.refresh_from_db()
    assert draft.state == "declined"


def test_signing_in_again_leads_back_to_the_draft(artist: Artist, browsers: Browsers) -> None:
    draft = browser_factories.wait_for_pending_draft(artist, factories.create_fan("Ana", opted_in=artist))
    principal = principal_of(artist)
    page = browsers.open_page(review_path(artist), principal)
    page.keyboard.press("e")
    page.locator("#text").fill("Half a thought about Ana")
    browsers.ignore_console_errors("status of 40[13]", "WebSocket")

    page.context.clear_cookies(name="sessionid")
    page.get_by_role("button", name="Approve this text").click()
    page.wait_for_url("**/accounts/login/**")
    page.fill("[name=login]", principal.email)
    page.fill("[name=password]", PASSWORD)
    page.press("[name=password]", "Enter")

    page.wait_for_url(re.compile(rf"/review/{draft.pk}"))
    expect(page.locator("#draft-name")).to_have_text("Ana")
    if not page.locator("#text").count():
        page.keyboard.press("e")
    expect(page.locator("#text")).to_have_value("Half a thought about Ana")
    assert Draft.objects.get(pk=draft.pk).state == "pending"
