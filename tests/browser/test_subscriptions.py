"""A fan changes what they pay: by the provider's pages, to which the security policy lets our forms lead."""

import re

import pytest
from django.conf import settings
from playwright.sync_api import Page, expect

from accounts.models import Person
from billing.models import TierVersion
from billing.tier_terms import Price
from tests import factories
from tests.billing import factories as billing
from tests.browser.browsers import Browsers

CONFIRMED_MS = 20_000  # by webhook and worker


@pytest.fixture(scope="module")
def version(payment_provider: None) -> TierVersion:
    """The lower of two tiers on sale at the simulated provider, which runs as a process of its own."""
    artist = factories.create_artist("Slack Water")
    version = billing.create_tier(artist)
    billing.create_tier(artist, name="Night Shift", prices=(Price("month", "EUR", 900),))
    return version


def subscribe(page: Page) -> None:
    page.goto("/artists/slack-water/tiers")
    page.get_by_role("article", name="Harbour").get_by_role("link", name="See the terms").click()
    page.get_by_role("checkbox", name=re.compile("Start today")).check()
    page.get_by_role("button", name="Pay €4.00 a month").click()
    page.get_by_role("radio", name="succeeds", exact=True).check()
    page.get_by_role("button", name=re.compile("^Pay")).click()
    expect(page.get_by_role("heading", level=1)).to_have_text("You are in", timeout=CONFIRMED_MS)


def provider_page(page: Page) -> None:
    expect(page).to_have_url(re.compile(re.escape(settings.STRIPE_URL) + "/pay/portal/"))


def test_a_fan_upgrades_cancels_and_keeps_it_after_all(version: TierVersion, browsers: Browsers) -> None:
    fan: Person = factories.create_fan("Ana")
    page = browsers.open_page("/", fan)
    subscribe(page)

    page.get_by_role("link", name="What you pay").click()
    page.get_by_role("link", name="Change Harbour").click()
    page.get_by_role("link", name=re.compile("^See the terms of Night Shift")).click()
    page.get_by_role("checkbox", name=re.compile("Start today")).check()
    page.get_by_role("button", name="Go on to €9.00 a month").click()
    provider_page(page)
    page.get_by_role("button", name="Confirm").click()

    expect(page).to_have_url(re.compile("/subscriptions$"))
    own = page.get_by_role("article", name="Slack Water, Night Shift")
    expect(own).to_be_visible(timeout=CONFIRMED_MS)  # the open page is told
    own.get_by_role("button", name="Cancel Night Shift").click()
    expect(own).to_contain_text("You canceled. It ends on")
    own.get_by_role("button", name="Keep it after all").click()
    expect(own.get_by_role("button", name="Cancel Night Shift")).to_be_visible()


def test_the_card_and_the_invoices_are_on_the_providers_page(version: TierVersion, browsers: Browsers) -> None:
    page = browsers.open_page("/", factories.create_fan("Ben"))
    subscribe(page)
    page.goto("/subscriptions")

    page.get_by_role("button", name="Change the card, see invoices").click()

    provider_page(page)
    page.get_by_role("radio", name="declined", exact=True).check()
    page.get_by_role("button", name="Use this card from now on").click()
    page.get_by_role("link", name="Back").click()
    expect(page).to_have_url(re.compile("/subscriptions$"))
