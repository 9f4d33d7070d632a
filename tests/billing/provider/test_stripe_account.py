"""A real test account at Stripe behaves as the adapter expects. Optional: only with STRIPE_TEST_KEY.

What the adapter leaves to the provider's pages, such as paying with a card, the tests do with the package itself.
"""

import os
import uuid
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
import stripe

from billing import exceptions
from billing.provider import Provider
from billing.provider.checkouts import CheckoutTerms
from billing.provider.client import connect_client
from billing.provider.portal import Upgrade
from billing.provider_objects import ProviderPrice

TEST_KEY = os.environ.get("STRIPE_TEST_KEY", "")
pytestmark = pytest.mark.skipif(not TEST_KEY, reason="optional: no STRIPE_TEST_KEY, so Stripe itself was not asked")
URL = "https://fanfare.example/"


@pytest.fixture(scope="module")
def client() -> stripe.StripeClient:
    assert TEST_KEY.startswith(("sk_test_", "rk_test_")), "STRIPE_TEST_KEY is no key of a test account."
    return connect_client(TEST_KEY)


@pytest.fixture(scope="module")
def provider(client: stripe.StripeClient) -> Provider:
    return Provider.of(client)


@pytest.fixture(scope="module")
def customer(provider: Provider, client: stripe.StripeClient) -> str:
    """Somebody whose card always works."""
    created = provider.customers.create(str(uuid.uuid4()), email="fan@example.com", key=new_key())
    client.v1.payment_methods.attach("pm_card_visa", {"customer": created.id})
    card = client.v1.payment_methods.list({"customer": created.id}).data[0].id
    client.v1.customers.update(created.id, {"invoice_settings": {"default_payment_method": card}})
    return created.id


@pytest.fixture(scope="module")
def prices(provider: Provider) -> tuple[ProviderPrice, ProviderPrice]:
    """A low and a high one of one product."""
    product = provider.catalogue.create_product("A tier of a test", metadata={"tier": "1"}, key=new_key())

    def create(amount: int) -> ProviderPrice:
        return provider.catalogue.create_price(product, amount, "EUR", interval="month", metadata={}, key=new_key())

    return create(500), create(900)


def new_key() -> str:
    return f"test:{uuid.uuid4()}"


def hold(client: stripe.StripeClient, customer: str, amount: int) -> str:
    held = client.v1.payment_intents.create(
        {
            "customer": customer,
            "amount": amount,
            "currency": "eur",
            "capture_method": "manual",
            "confirm": True,
            "payment_method": "pm_card_visa",
            "return_url": URL,
        }
    )
    return held.id


def terms(customer: str) -> CheckoutTerms:
    return CheckoutTerms(customer, "17", {"request": "17"}, URL, URL, datetime.now(UTC) + timedelta(minutes=31))


def test_a_customer_is_made_once(provider: Provider) -> None:
    key, person = new_key(), str(uuid.uuid4())

    first = provider.customers.create(person, email="fan@example.com", key=key)
    again = provider.customers.create(person, email="fan@example.com", key=key)

    assert (again, first.metadata) == (first, {"person": person})
    with pytest.raises(exceptions.IdempotencyConflict):
        provider.customers.create(person, email="other@example.com", key=key)
    provider.customers.delete(first.id)
    assert provider.customers.fetch(first.id).is_deleted


@pytest.mark.parametrize("way", ["subscribe", "hold", "pay"])
def test_a_checkout_can_be_expired(
    way: str, provider: Provider, customer: str, prices: tuple[ProviderPrice, ProviderPrice]
) -> None:
    ways: dict[str, Callable[[], str]] = {
        "subscribe": lambda: provider.checkouts.subscribe(terms(customer), prices[0].id, key=new_key()).id,
        "hold": lambda: provider.checkouts.hold(terms(customer), 1500, "EUR", "A message", key=new_key()).id,
        "pay": lambda: provider.checkouts.pay(terms(customer), 1500, "JPY", "A gift", key=new_key()).id,
    }
    session = ways[way]()

    opened = provider.checkouts.fetch(session)
    expired = provider.checkouts.expire(session, key=new_key())

    assert (opened.status, opened.client_reference_id, opened.metadata) == ("open", "17", {"request": "17"})
    assert (opened.url[:28], expired.status, expired.livemode) == ("https://checkout.stripe.com/", "expired", False)


def test_what_is_held_is_captured_and_refunded(provider: Provider, client: stripe.StripeClient, customer: str) -> None:
    intent = hold(client, customer, 1500)
    held = provider.payments.fetch(intent)
    captured = provider.payments.capture(intent, key=new_key())
    charge = provider.payments.fetch_charge(captured.latest_charge)
    refund = provider.payments.refund(intent, 700, "EUR", metadata={"refund": "1"}, key=new_key())

    assert (held.status, held.amount_capturable) == ("requires_capture", 1500)
    assert held.capture_before is not None
    assert timedelta(days=4) < held.capture_before - held.created < timedelta(days=8)
    assert (captured.status, captured.amount_received) == ("succeeded", 1500)
    assert charge.movement is not None
    assert charge.movement.net == charge.movement.amount - charge.movement.fee
    assert (refund.amount, [each.id for each in provider.payments.list_refunds(intent)]) == (700, [refund.id])
    with pytest.raises(exceptions.UnexpectedState):
        provider.payments.release(intent, key=new_key())


def test_what_is_held_is_released(provider: Provider, client: stripe.StripeClient, customer: str) -> None:
    intent = hold(client, customer, 1500)

    assert provider.payments.release(intent, key=new_key()).status == "canceled"
    with pytest.raises(exceptions.UnexpectedState):
        provider.payments.capture(intent, key=new_key())


def test_a_subscription_lives_through_all_that_we_do_to_it(
    provider: Provider, client: stripe.StripeClient, customer: str, prices: tuple[ProviderPrice, ProviderPrice]
) -> None:
    low, high = prices
    created = client.v1.subscriptions.create(
        {"customer": customer, "items": [{"price": low.id}], "metadata": {"a": "1"}}
    )
    now = provider.subscriptions.fetch(created.id)
    invoice = next(provider.invoices.list_of(created.id))

    assert (now.status, now.items[0].price, now.metadata) == ("active", low.id, {"a": "1"})
    assert (invoice.status, invoice.amount_paid, invoice.subscription) == ("paid", 500, now.id)
    assert (invoice.lines[0].period_end, len(invoice.payment_intents)) == (now.items[0].period_end, 1)
    assert provider.subscriptions.cancel_at_period_end(now.id, key=new_key()).cancel_at_period_end
    assert not provider.subscriptions.resume(now.id, key=new_key()).cancel_at_period_end
    assert provider.subscriptions.upgrade(now.id, now.items[0].id, high.id, key=new_key()).items[0].price == high.id
    assert provider.subscriptions.downgrade(now.id, low.id, key=new_key()).schedule
    assert provider.subscriptions.keep_price(now.id, key=new_key()).schedule == ""
    assert provider.subscriptions.cancel_now(now.id).status == "canceled"
    assert provider.subscriptions.cancel_now(now.id).status == "canceled"


def test_the_portal_lets_a_fan_confirm_an_upgrade(
    provider: Provider, client: stripe.StripeClient, customer: str, prices: tuple[ProviderPrice, ProviderPrice]
) -> None:
    low, high = prices
    offer = {low.product: [low.id, high.id]}
    configuration = provider.portal.create_configuration(offer, key=new_key())
    provider.portal.change_configuration(configuration, offer, key=new_key())
    created = client.v1.subscriptions.create({"customer": customer, "items": [{"price": low.id}]})
    item = provider.subscriptions.fetch(created.id).items[0].id

    url = provider.portal.url(
        customer, return_url=URL, configuration=configuration, upgrade=Upgrade(created.id, item, high.id)
    )

    assert url.startswith("https://billing.stripe.com/")
    provider.subscriptions.cancel_now(created.id)


def test_a_payee_is_asked_who_it_is(provider: Provider) -> None:
    account = provider.payees.create("party-1", "DE", key=new_key())

    assert (account.transfers_active, account.country, account.metadata) == (False, "DE", {"party": "party-1"})
    assert provider.payees.onboarding_url(account.id, return_url=URL, refresh_url=URL).startswith("https://connect.")
    with pytest.raises(exceptions.InvalidRequest):
        provider.transfers.create(account.id, 100, "EUR", group="g", metadata={}, key=new_key())


def test_events_and_movements_are_listed(provider: Provider, client: stripe.StripeClient, customer: str) -> None:
    since = datetime.now(UTC) - timedelta(hours=1)
    intent = hold(client, customer, 500)
    provider.payments.release(intent, key=new_key())

    assert intent in {event.object_id for event in provider.events.list_since(since)}
    assert not provider.transfers.fetch_balance().livemode
    with pytest.raises(exceptions.NotFound):
        provider.subscriptions.fetch("sub_of_nobody")
