"""The whole story, as a fan and an artist live it: two people, two browsers, nothing loaded again."""

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
from tests.browser import full_site as given
from tests.browser.browsers import PHONE, Browsers
from tests.browser.full_site import PASSWORD, FullSite
from trust import reports as desk

_names = itertools.count(1)
KEY_DELAY_MS = 400  # ms after which a key is meant for the draft that has just appeared
TEMPLATE = "Thank you[, {name}]. That was {plays} {plays, one: listen, other: listens}."


@pytest.fixture
def artist(house: FullSite) -> Artist:
    """With a signed program, and long enough to undo."""
    made = factories.create_artist(f"Story {next(_names)}")
    factories.create_program(made)
    factories.set_undo_time(made, 60)
    return made


def principal_of(artist: Artist) -> Person:
    return given.with_password(factories.get_member(artist, "principal"))


def review_path(artist: Artist) -> str:
    return f"/studio/{artist.slug}/review"


def mark_page(page: Page) -> Page:
    """A page that is loaded anew forgets this."""
    page.evaluate("window.sameAsBefore = true")
    return page


def was_not_reloaded(page: Page) -> bool:
    return bool(page.evaluate("window.sameAsBefore === true"))


def sign_up(page: Page, house: FullSite, handle: str) -> None:
    """By the forms, and the link in the mail."""
    page.goto("/")
    page.click("text=Sign up >> nth=0")
    for name, typed in {
        "email": f"{handle}@example.com",
        "password1": PASSWORD,
        "handle": handle,
        "name": "Ana",
    }.items():
        page.fill(f"[name={name}]", typed)
    page.select_option("[name=country]", "PT")
    page.select_option("[name=age_band]", "18_plus")
    page.press("[name=name]", "Enter")
    page.wait_for_url("**/accounts/confirm-email/")
    page.goto(house.letter_to(f"{handle}@example.com"))
    page.click("main form button")
    page.wait_for_url("**/accounts/login/**")
    page.fill("[name=login]", f"{handle}@example.com")
    page.fill("[name=password]", PASSWORD)
    page.press("[name=password]", "Enter")


def test_a_signed_sentence_becomes_a_message_in_an_open_feed(house: FullSite, guests: Browsers) -> None:
    artist = factories.create_artist("Mara Veil")
    factories.create_recording(artist, "Night Bus")
    factories.set_undo_time(artist, 8)
    studio = guests.open(f"/studio/{artist.slug}/programs", principal_of(artist))

    # The artist writes a program and signs it.
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
    studio.wait_for_url("**/accounts/reauthenticate/**")
    studio.fill("[name=password]", PASSWORD)
    studio.press("[name=password]", "Enter")
    studio.get_by_role("button", name="Sign version 1").click()
    expect(studio.locator(".messages")).to_contain_text("You signed version 1")

    # A fan signs up, makes a token and lets the artist answer.
    fan = guests.enter(**PHONE).new_page()
    sign_up(fan, house, "ana")
    fan.wait_for_url("**/welcome")
    fan.click("#make-token")
    secret = fan.get_by_label("Token", exact=True).inner_text()
    house.listens(secret, artist.name, 1)
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

    # Listens arrive; the draft comes into the open queue by itself.
    studio.goto(review_path(artist))
    expect(studio.get_by_role("heading", name="Everything is decided")).to_be_visible()
    expect(studio.locator("[data-live-state]").first).to_have_attribute("data-state", "live")
    mark_page(studio)
    house.listens(secret, artist.name, 2)
    expect(studio.locator("#current-draft .words")).to_contain_text(
        "That was 3", timeout=given.PIPELINE_TIMEOUT_SECONDS * 1000
    )
    expect(studio.get_by_role("heading", level=1)).to_have_text("1 to decide")
    expect(studio).to_have_title(f"1 to decide – {artist.name} – Fanfare")

    # One key approves it, and there is a moment to undo.
    studio.wait_for_timeout(KEY_DELAY_MS)
    studio.keyboard.press("a")
    expect(studio.locator("#undo")).to_contain_text("Approved for Ana.")
    expect(studio.get_by_role("button", name="Undo")).to_be_visible()
    assert not Experience.objects.filter(artist=artist).exists()
    assert was_not_reloaded(studio)

    # It appears in the fan's open feed, with a toast.
    expect(fan.locator("#toasts .toast")).to_contain_text("Mara Veil", timeout=given.PIPELINE_TIMEOUT_SECONDS * 1000)
    expect(fan.locator("article.experience-card")).to_have_count(1)
    expect(fan.locator("article.experience-card .words")).to_have_text("Thank you, Ana. That was 3 listens.")
    expect(fan.locator("article.experience-card .because")).to_contain_text("3 listens of Mara Veil")
    assert was_not_reloaded(fan)

    # It opens, and its receipt checks out.
    fan.locator("article.experience-card").get_by_role("link", name="Receipt").click()
    expect(fan.get_by_role("heading", level=1)).to_have_text("Asked first")
    expect(fan.locator("main")).not_to_contain_text("Ana")


def test_declined_is_gone_and_the_next_stands_there(artist: Artist, guests: Browsers) -> None:
    first, second = (
        given.a_pending_draft(artist, factories.create_fan(name, opted_in=artist)) for name in ("Ana", "Ben")
    )
    page = mark_page(guests.open(review_path(artist), principal_of(artist)))
    expect(page.locator("#draft-name")).to_have_text("Ana")

    page.keyboard.press("d")
    expect(page.locator("#undo")).to_contain_text("They get no message.")
    expect(page.locator("#draft-name")).to_have_text("Ben")
    expect(page).to_have_title(f"1 to decide – {artist.name} – Fanfare")

    first.refresh_from_db()
    second.refresh_from_db()
    assert (first.state, second.state) == ("declined", "pending")
    assert was_not_reloaded(page)


def test_an_approval_taken_back_lies_in_front_of_one_again(artist: Artist, guests: Browsers) -> None:
    draft = given.a_pending_draft(artist, factories.create_fan("Ana", opted_in=artist))
    page = guests.open(review_path(artist), principal_of(artist))
    expect(page.locator("[data-live-state]").first).to_have_attribute("data-state", "live")

    page.wait_for_timeout(KEY_DELAY_MS)
    page.keyboard.press("a")
    expect(page.get_by_role("button", name="Undo")).to_be_visible()
    page.wait_for_timeout(KEY_DELAY_MS)  # the page hears of it meanwhile, and brings itself up to date
    page.keyboard.press("z")
    expect(page.locator("#draft-name")).to_have_text("Ana")
    expect(page.locator("#undo .toast")).to_have_count(0)

    draft.refresh_from_db()
    assert draft.state == "pending"


def test_what_became_of_a_report_stands_in_the_open_feed(artist: Artist, guests: Browsers) -> None:
    fan = factories.create_fan("Ana", opted_in=artist)
    experience = given.an_experience(artist, fan)
    report = reports.report_experience(experience, reason="hurtful", by=fan)
    page = mark_page(guests.open("/", fan))
    expect(page.locator("[data-live-state]").first).to_have_attribute("data-state", "live")
    expect(page.get_by_role("heading", name="Notices")).to_have_count(0)

    desk.handle(report, upheld=True, note="It is.", by=factories.get_staff())
    notice = page.locator(".notices .notice")
    expect(notice).to_contain_text(
        f"your report about {artist.name} and agreed", timeout=given.PIPELINE_TIMEOUT_SECONDS * 1000
    )
    assert was_not_reloaded(page)

    notice.get_by_role("link", name="Open").click()
    expect(page.get_by_role("complementary")).to_contain_text("The program was stopped.")


def test_the_mark_changes_while_one_types(artist: Artist, guests: Browsers) -> None:
    factories.remove_undo_time(artist)
    fan = factories.create_fan("Ana", opted_in=artist)
    draft = given.a_pending_draft(artist, fan)
    page = guests.open(review_path(artist), principal_of(artist))

    page.keyboard.press("e")
    expect(page.locator("#mark-preview .mark")).to_have_attribute("data-made", "filled")
    page.locator("#text").fill(f"Ana, I saw you in the second row. Thank you. {artist.name}")
    expect(page.locator("#mark-preview .mark")).to_have_attribute("data-made", "written")
    page.get_by_role("button", name="Approve this text").click()
    expect(page.locator("#undo")).to_contain_text("Approved for Ana")

    feed = guests.open("/", fan)
    expect(feed.locator("article.experience-card .mark")).to_have_attribute(
        "data-made", "written", timeout=given.PIPELINE_TIMEOUT_SECONDS * 1000
    )
    expect(feed.locator("article.experience-card .words")).to_contain_text("second row")
    draft.refresh_from_db()
    assert draft.state == "delivered"


def test_two_reviewers_are_never_handed_the_same(artist: Artist, guests: Browsers) -> None:
    for name in ("Ana", "Ben"):
        given.a_pending_draft(artist, factories.create_fan(name, opted_in=artist))
    one = guests.open(review_path(artist), factories.get_member(artist, "reviewer"))
    other = guests.open(review_path(artist), factories.add_member(artist, "reviewer"))

    assert [one.locator("#draft-name").inner_text(), other.locator("#draft-name").inner_text()] == ["Ana", "Ben"]


def test_what_somebody_else_decided_meanwhile_is_said_with_their_name(artist: Artist, guests: Browsers) -> None:
    draft = given.a_pending_draft(artist, factories.create_fan("Ana", opted_in=artist))
    page = guests.open(review_path(artist), factories.get_member(artist, "reviewer"))
    expect(page.locator("[data-live-state]").first).to_have_attribute("data-state", "live")
    guests.forgive("status of 409")

    principal = factories.get_member(artist, "principal")
    review.decline(draft.pk, by=principal)
    expect(page.locator("#draft-status")).to_contain_text(f"by {principal.name}")
    page.keyboard.press("a")
    expect(page.locator("#current-draft")).to_contain_text(f"Already decided by {principal.name}")

    draft.refresh_from_db()
    assert draft.state == "declined"


def test_a_session_that_ended_in_the_middle_leads_back_to_the_item(artist: Artist, guests: Browsers) -> None:
    draft = given.a_pending_draft(artist, factories.create_fan("Ana", opted_in=artist))
    principal = principal_of(artist)
    page = guests.open(review_path(artist), principal)
    page.keyboard.press("e")
    page.locator("#text").fill("Half a thought about Ana")
    guests.forgive("status of 40[13]", "WebSocket")

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
