"""What a fan's open pages show when an experience is withdrawn or erased: a tombstone, and the receipt."""

import itertools
import re

import pytest
from playwright.sync_api import Page, expect

from fans.models import Experience
from tests import factories
from tests.browser.browsers import PHONE, Browsers
from tests.browser.factories import create_experience_and_wait
from tests.browser.full_site import PIPELINE_TIMEOUT_SECONDS, FullSite

_numbers = itertools.count(1)


@pytest.fixture
def experience(full_site: FullSite) -> Experience:
    artist = factories.create_artist(f"Withdrawn {next(_numbers)}")
    factories.create_program(artist)
    return create_experience_and_wait(artist, factories.create_fan("Uma", opted_in=artist))


def run_command(full_site: FullSite, action: str, experience: Experience) -> None:
    process = full_site.processes.start(
        "experience", action, str(experience.pk), "--reason", "The artist asked for it."
    )
    assert process.wait(PIPELINE_TIMEOUT_SECONDS) == 0, full_site.processes.logs[-1].read_text()


def open_live(browsers: Browsers, path: str, experience: Experience, **options: object) -> Page:
    """Open the page as the fan, and wait until it is live."""
    page = browsers.open_page(path, experience.person, **options)
    expect(page.locator("[data-live-state]").first).to_have_attribute("data-state", "live")
    page.evaluate("window.notReloaded = true")
    return page


@pytest.mark.parametrize(
    ("action", "card_text", "heading"),
    [
        ("withdraw", re.compile("Taken back .* The words are gone; the receipt stays."), "The words are gone"),
        ("erase", re.compile("The words were erased. The receipt stays."), "The words were erased"),
    ],
)
def test_open_pages_become_a_tombstone_and_the_receipt_stays(
    full_site: FullSite,
    browsers: Browsers,
    experience: Experience,
    action: str,
    card_text: re.Pattern[str],
    heading: str,
) -> None:
    text = str(experience.text)
    feed = open_live(browsers, "/", experience)
    detail = open_live(browsers, f"/experiences/{experience.pk}", experience, **PHONE)
    card = feed.locator(f"#experience-{experience.pk}")
    expect(card.locator(".words")).to_have_text(text)
    expect(detail.locator(".words-large")).to_have_text(text)

    run_command(full_site, action, experience)

    expect(card).to_contain_text(card_text)
    expect(card.locator(".words")).to_have_count(0)
    expect(detail.get_by_role("heading", name=heading)).to_be_visible()
    for page in (feed, detail):
        expect(page.locator("main")).not_to_contain_text(text)
        assert page.evaluate("window.notReloaded === true")
    if action == "withdraw":
        expect(feed.locator(".notices")).to_contain_text("took back something you received")
        expect(detail.get_by_role("heading", level=1)).to_have_text("Taken back")

    card.get_by_role("link", name="Receipt").click()
    title = "Taken back" if action == "withdraw" else "Receipt"
    expect(feed.get_by_role("heading", level=1)).to_have_text(title)
    expect(feed.locator("main")).to_contain_text("commitment")
    expect(feed.locator("main")).not_to_contain_text(text)
