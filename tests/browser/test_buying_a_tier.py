"""A fan reads the terms of a tier, pays on the provider's page, and comes back to a page that only asks."""

import re
from urllib.parse import urlsplit

import pytest
from django.conf import settings
from playwright.sync_api import Page, expect

from billing.models import Checkout, TierVersion
from tests import factories
from tests.billing import factories as billing
from tests.browser.browsers import Browsers


@pytest.fixture(scope="module")
def version(payment_provider: None) -> TierVersion:
    """A tier on sale at the simulated provider, which runs as a process of its own."""
    return billing.create_tier(factories.create_artist("Tidal Sum"))


def go_on_to_pay(page: Page) -> None:
    page.get_by_role("link", name="See the terms").click()
    page.get_by_role("button", name="Pay €4.00 a month").click()
    expect(page).to_have_url(re.compile("/artists/tidal-sum/tiers/"))  # the box is required
    page.get_by_role("checkbox", name=re.compile("Start today")).check()
    page.get_by_role("button", name="Pay €4.00 a month").click()
    expect(page).to_have_url(re.compile(re.escape(settings.STRIPE_URL) + "/pay/checkout/"))


def test_a_fan_pays_on_the_providers_page_and_the_order_is_confirmed_by_it_alone(
    version: TierVersion, browsers: Browsers
) -> None:
    fan = factories.create_fan("Ana")
    page = browsers.open_page("/artists/tidal-sum/tiers", fan)

    go_on_to_pay(page)
    page.get_by_role("radio", name="succeeds", exact=True).check()
    page.get_by_role("button", name=re.compile("^Pay")).click()

    expect(page.get_by_role("heading", level=1)).to_have_text(re.compile("One moment|You are in"))
    order = Checkout.objects.get(person=fan)
    assert urlsplit(page.url).path == f"/orders/{order.pk}"
    expect(page.get_by_role("heading", level=1)).to_have_text("You are in", timeout=20_000)  # by webhook and worker
    page.goto("/artists/tidal-sum/tiers")
    expect(page.get_by_text("Yours", exact=True)).to_be_visible()


def test_who_comes_back_without_paying_goes_on_with_the_same_order(version: TierVersion, browsers: Browsers) -> None:
    fan = factories.create_fan("Ben")
    page = browsers.open_page("/artists/tidal-sum/tiers", fan)

    go_on_to_pay(page)
    address = page.url
    page.get_by_role("link", name="Back without paying").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("One moment")
    page.get_by_role("link", name="I have not paid yet").click()
    page.get_by_role("checkbox").check()
    page.get_by_role("button", name="Pay €4.00 a month").click()

    expect(page).to_have_url(address)
    assert Checkout.objects.filter(person=fan).count() == 1
