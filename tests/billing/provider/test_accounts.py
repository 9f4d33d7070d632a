"""An account at the simulated provider behaves as the adapter expects, and so does one at Stripe itself.

Stripe is asked only with STRIPE_TEST_KEY, the secret key of a test account. What holds for both makes the simulated
provider one that can be believed.
"""

import os
from datetime import UTC, datetime, timedelta

import pytest

from billing import exceptions
from billing.provider import Provider
from billing.provider.checkouts import CheckoutTerms
from billing.provider.portal import Upgrade
from billing.provider_objects import CheckoutSession, ProviderPrice
from tests.billing.provider.accounts import PAGE, ProviderAccount, SimulatedAccount, StripeAccount, new_key
from tests.servers import wait_until

TEST_KEY = os.environ.get("STRIPE_TEST_KEY", "")
STRIPE = pytest.mark.skipif(not TEST_KEY, reason="optional: no STRIPE_TEST_KEY, so Stripe itself was not asked")


@pytest.fixture(scope="module", params=["simulated", pytest.param("stripe", marks=STRIPE)])
def account(request: pytest.FixtureRequest) -> ProviderAccount:
    return StripeAccount(TEST_KEY) if request.param == "stripe" else SimulatedAccount()


@pytest.fixture(scope="module")
def provider(account: ProviderAccount) -> Provider:
    return account.provider


@pytest.fixture(scope="module")
def customer(account: ProviderAccount) -> str:
    return account.create_customer()


@pytest.fixture(scope="module")
def prices(provider: Provider) -> tuple[ProviderPrice, ProviderPrice]:
    """A low and a high one of one product."""
    product = provider.catalogue.create_product("A tier of a test", metadata={"tier": "1"}, key=new_key())

    def create(amount: int) -> ProviderPrice:
        return provider.catalogue.create_price(product, amount, "EUR", interval="month", metadata={}, key=new_key())

    return create(500), create(900)


def open_checkout(way: str, provider: Provider, customer: str, price: str) -> CheckoutSession:
    expires_at = datetime.now(UTC) + timedelta(minutes=31)
    terms = CheckoutTerms(customer, "17", {"request": "17"}, PAGE, PAGE, expires_at)
    if way == "subscribe":
        return provider.checkouts.subscribe(terms, price, key=new_key())
    open_session = provider.checkouts.hold if way == "hold" else provider.checkouts.pay
    return open_session(terms, 1500, "JPY", "A message", key=new_key())


def test_a_customer_is_made_once(provider: Provider) -> None:
    key = new_key()

    first = provider.customers.create("person-1", email="fan@example.com", key=key)
    again = provider.customers.create("person-1", email="fan@example.com", key=key)

    assert (again, first.metadata) == (first, {"person": "person-1"})
    with pytest.raises(exceptions.IdempotencyConflict):
        provider.customers.create("person-1", email="other@example.com", key=key)


def test_a_customer_who_was_deleted_says_so(provider: Provider) -> None:
    created = provider.customers.create("person-1", email="fan@example.com", key=new_key())

    provider.customers.delete(created.id)

    assert provider.customers.fetch(created.id).is_deleted


def test_a_price_is_what_was_asked_for(provider: Provider, prices: tuple[ProviderPrice, ProviderPrice]) -> None:
    low, _ = prices
    once = provider.catalogue.create_price(low.product, 600, "JPY", interval=None, metadata={"a": "1"}, key=new_key())

    assert (low.amount, low.currency, low.interval, low.is_active) == (500, "EUR", "month", True)
    assert provider.catalogue.fetch_price(once.id) == once
    assert (once.amount, once.currency, once.interval, once.metadata) == (600, "JPY", "", {"a": "1"})
    assert not provider.catalogue.close_price(once.id, key=new_key()).is_active


@pytest.mark.parametrize("way", ["subscribe", "hold", "pay"])
def test_a_checkout_can_be_expired(
    way: str, account: ProviderAccount, customer: str, prices: tuple[ProviderPrice, ProviderPrice]
) -> None:
    sessions = account.provider.checkouts
    session = open_checkout(way, account.provider, customer, prices[0].id)

    opened = sessions.fetch(session.id)
    expired = sessions.expire(session.id, key=new_key())

    assert (opened.status, opened.client_reference_id, opened.metadata) == ("open", "17", {"request": "17"})
    assert opened.url.startswith(account.pages)
    assert (expired.status, expired.url, expired.livemode) == ("expired", "", False)
    with pytest.raises(exceptions.InvalidRequest):
        sessions.expire(session.id, key=new_key())


def test_what_is_held_is_captured_and_refunded(account: ProviderAccount, customer: str) -> None:
    payments, intent = account.provider.payments, account.hold(customer, 1500)
    held = payments.fetch(intent)
    captured = payments.capture(intent, key=new_key())
    charge = payments.fetch_charge(captured.latest_charge)
    refund = payments.refund(intent, 700, "EUR", metadata={"refund": "1"}, key=new_key())

    assert (held.status, held.amount_capturable, held.amount_received) == ("requires_capture", 1500, 0)
    assert held.capture_before is not None
    assert timedelta(days=4) < held.capture_before - held.created < timedelta(days=8)
    assert (captured.status, captured.amount_capturable, captured.amount_received) == ("succeeded", 0, 1500)
    assert charge.movement is not None
    assert charge.movement.net == charge.movement.amount - charge.movement.fee
    assert (charge.is_paid, charge.is_captured, charge.amount_captured) == (True, True, 1500)
    assert (refund.amount, refund.charge, refund.metadata) == (700, charge.id, {"refund": "1"})
    assert [each.id for each in payments.list_refunds(intent)] == [refund.id]
    assert payments.fetch_charge(charge.id).amount_refunded == 700
    with pytest.raises(exceptions.InvalidRequest):
        payments.refund(intent, 801, "EUR", metadata={}, key=new_key())
    with pytest.raises(exceptions.UnexpectedState):
        payments.release(intent, key=new_key())


def test_what_is_held_is_released(account: ProviderAccount, customer: str) -> None:
    payments, intent = account.provider.payments, account.hold(customer, 1500)

    released = payments.release(intent, key=new_key())

    assert (released.status, released.cancellation_reason, released.amount_received) == ("canceled", "abandoned", 0)
    assert [refund.movement for refund in payments.list_refunds(intent) if refund.movement] == []
    with pytest.raises(exceptions.UnexpectedState):
        payments.capture(intent, key=new_key())


def test_the_first_month_is_paid(
    account: ProviderAccount, customer: str, prices: tuple[ProviderPrice, ProviderPrice]
) -> None:
    created = account.subscribe(customer, prices[0].id)
    now = account.provider.subscriptions.fetch(created)
    [invoice] = account.provider.invoices.list_of(created)

    assert (now.status, now.customer, now.metadata, now.livemode) == ("active", customer, {"checkout": "1"}, False)
    assert [(item.price, item.quantity) for item in now.items] == [(prices[0].id, 1)]
    assert (invoice.status, invoice.amount_paid, invoice.currency) == ("paid", 500, "EUR")
    assert (invoice.id, invoice.subscription) == (now.latest_invoice, now.id)
    assert [(line.price, line.subscription, line.amount) for line in invoice.lines] == [(prices[0].id, now.id, 500)]
    assert (invoice.lines[0].period_start, invoice.lines[0].period_end) == (
        now.items[0].period_start,
        now.items[0].period_end,
    )
    [intent] = invoice.payment_intents
    assert account.provider.payments.fetch(intent).amount_received == 500
    assert account.provider.invoices.find_paid_by(intent) == (invoice.id,)
    assert account.provider.subscriptions.cancel_now(created).status == "canceled"


def test_a_coupon_takes_its_part_of_the_first_month(
    account: ProviderAccount, customer: str, prices: tuple[ProviderPrice, ProviderPrice]
) -> None:
    catalogue, low = account.provider.catalogue, prices[0]
    coupon = catalogue.create_coupon(30, months=3, product=low.product, metadata={"promotion": "1"}, key=new_key())

    [invoice] = account.provider.invoices.list_of(account.subscribe(customer, low.id, coupon))

    assert (invoice.status, invoice.total, invoice.amount_paid) == ("paid", 350, 350)
    assert [line.amount for line in invoice.lines] == [350]


def test_a_dispute_says_what_it_took(account: ProviderAccount, customer: str) -> None:
    payments, intent = account.provider.payments, account.dispute(customer, 1500)

    [dispute] = wait_until(lambda: list(payments.list_disputes(intent)), seconds=60, every=1)

    assert (dispute.amount, dispute.currency, dispute.payment_intent) == (1500, "EUR", intent)
    assert [movement.amount < 0 for movement in dispute.movements] == [True]
    assert payments.fetch_dispute(dispute.id) == dispute
    assert payments.fetch_charge(dispute.charge).is_disputed


def test_a_subscription_lives_through_all_that_we_do_to_it(
    account: ProviderAccount, customer: str, prices: tuple[ProviderPrice, ProviderPrice]
) -> None:
    (low, high), subscriptions = prices, account.provider.subscriptions
    created = account.subscribe(customer, low.id)
    item = subscriptions.fetch(created).items[0]

    assert subscriptions.cancel_at_period_end(created, key=new_key()).cancel_at_period_end
    assert not subscriptions.resume(created, key=new_key()).cancel_at_period_end
    upgraded = subscriptions.upgrade(created, item.id, high.id, key=new_key())
    assert (upgraded.items[0].price, upgraded.has_pending_update) == (high.id, False)
    planned = subscriptions.downgrade(created, low.id, key=new_key())
    assert (planned.items[0].price, bool(planned.schedule)) == (high.id, True)
    again = subscriptions.downgrade(created, low.id, key=new_key())
    assert again.schedule == planned.schedule
    assert subscriptions.keep_price(created, key=new_key()).schedule == ""
    assert subscriptions.cancel_now(created).status == "canceled"
    assert subscriptions.cancel_now(created).status == "canceled"
    assert created in {each.id for each in subscriptions.list_since(customer=customer)}


def test_a_downgrade_during_the_trial_leaves_the_trial(
    account: ProviderAccount, customer: str, prices: tuple[ProviderPrice, ProviderPrice]
) -> None:
    (low, high), subscriptions = prices, account.provider.subscriptions
    created = account.subscribe(customer, high.id, trial_days=7)
    before = subscriptions.fetch(created)

    after = subscriptions.downgrade(created, low.id, key=new_key())

    assert (before.status, after.status) == ("trialing", "trialing")
    assert after.trial_end == before.trial_end == before.items[0].period_end
    assert [invoice.total for invoice in account.provider.invoices.list_of(created)] == [0]
    subscriptions.cancel_now(created)


def test_the_portal_lets_a_fan_confirm_an_upgrade(
    account: ProviderAccount, customer: str, prices: tuple[ProviderPrice, ProviderPrice]
) -> None:
    (low, high), portal = prices, account.provider.portal
    configuration = portal.create_configuration({low.product: [low.id, high.id]}, key=new_key())
    portal.change_configuration(configuration, {low.product: [low.id, high.id]}, key=new_key())
    created = account.subscribe(customer, low.id)
    upgrade = Upgrade(created, account.provider.subscriptions.fetch(created).items[0].id, high.id)

    pages = [
        portal.url(customer, return_url=PAGE, configuration=configuration),
        portal.url(customer, return_url=PAGE, configuration=configuration, upgrade=upgrade),
    ]

    assert [page for page in pages if not page.startswith(account.pages)] == []
    account.provider.subscriptions.cancel_now(created)


def test_a_payee_is_asked_who_it_is_and_gets_nothing_before(account: ProviderAccount) -> None:
    payees = account.provider.payees
    payee = payees.create("party-1", "DE", key=new_key())

    assert (payee.transfers_active, payee.country, payee.metadata) == (False, "DE", {"party": "party-1"})
    assert payees.fetch(payee.id).requirements
    assert payees.onboarding_url(payee.id, return_url=PAGE, refresh_url=PAGE).startswith(account.pages)
    with pytest.raises(exceptions.InvalidRequest):
        account.provider.transfers.create(payee.id, 100, "EUR", group="g", metadata={}, key=new_key())


def test_what_happened_is_listed(account: ProviderAccount, customer: str) -> None:
    since = datetime.now(UTC) - timedelta(hours=1)
    intent = account.hold(customer, 500)
    charge = account.provider.payments.capture(intent, key=new_key()).latest_charge

    events = {event.object_id: event for event in account.provider.events.list_since(since)}
    assert (events[intent].object_type, events[intent].livemode) == ("payment_intent", False)
    assert charge in {movement.source for movement in account.provider.transfers.list_movements(since)}
    assert not account.provider.transfers.fetch_balance().livemode


def test_what_is_not_there_is_not_found(provider: Provider) -> None:
    for fetch in (provider.subscriptions.fetch, provider.invoices.fetch, provider.payments.fetch):
        with pytest.raises(exceptions.NotFound):
            fetch("thing_of_nobody")
