"""What happens at the simulated provider, a process of its own, is stored by the site, another one, over HTTP."""

from datetime import UTC, datetime, timedelta

import pytest
import requests
from django.conf import settings

from billing import webhooks
from billing.models import WebhookEvent
from billing.provider import connect
from tests.billing.simulated import scenarios
from tests.billing.simulated.process import Provider, start_provider
from tests.servers import Processes, Site, wait_until


@pytest.fixture
def provider(processes: Processes, live_site: Site) -> Provider:
    """It posts to the site."""
    return start_provider(processes, live_site.url)


def states() -> dict[str, str]:
    return dict(WebhookEvent.objects.values_list("type", "state"))


def test_what_is_posted_twice_and_in_any_order_is_stored_once(provider: Provider, live_site: Site) -> None:
    session = scenarios.subscription_session(provider.client)
    provider.control("knobs", duplicate=100, reorder=True)
    provider.control("complete", session=session, card="succeeds")
    wait_until(lambda: "checkout.session.completed" in states(), seconds=30)

    adapter = connect(settings.STRIPE_SECRET_KEY, provider.url)
    listed = list(adapter.events.list_since(datetime.now(UTC) - timedelta(hours=1)))
    wait_until(lambda: WebhookEvent.objects.count() == len(listed), seconds=30)
    before = set(WebhookEvent.objects.values_list("event_id", flat=True))
    webhooks.store(listed, book="simulated", is_listed=True)

    assert set(WebhookEvent.objects.values_list("event_id", flat=True)) == before == {event.id for event in listed}
    assert {states()["invoice.paid"], states()["checkout.session.completed"]} == {"received"}
    assert states()["product.created"] == "ignored"
    paid = WebhookEvent.objects.get(type="invoice.paid")
    subscription = adapter.subscriptions.fetch(paid.related["subscription"])
    assert (subscription.status, subscription.latest_invoice) == ("active", paid.object_id)


def test_the_site_refuses_what_somebody_else_posts(live_site: Site) -> None:
    answer = requests.post(
        f"{live_site.url}/webhooks/stripe/",
        data=b'{"object": "event"}',
        headers={"Stripe-Signature": "t=1,v1=00", "Content-Type": "application/json"},
        timeout=10,
    )
    large = requests.post(f"{live_site.url}/webhooks/stripe/", data=b"x" * 300_000, timeout=10)

    assert (answer.status_code, answer.headers["Content-Type"]) == (400, "text/plain; charset=utf-8")
    assert (large.status_code, answer.headers["Cache-Control"]) == (413, "no-store")
    assert not WebhookEvent.objects.exists()
