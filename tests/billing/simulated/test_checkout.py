"""Checkout sessions of FakeStripe: open, then complete or expired, with each named card."""

import pytest
import stripe

from billing.simulated.exceptions import Refused
from billing.simulated.server import FakeStripe
from tests.billing.simulated import scenarios


def test_a_completed_session_has_a_subscription_whose_first_invoice_is_paid(
    fake: FakeStripe, client: stripe.StripeClient
) -> None:
    name = scenarios.subscription_session(client)
    before = client.v1.checkout.sessions.retrieve(name)

    scenarios.complete(fake, name)

    session = client.v1.checkout.sessions.retrieve(name, {"expand": ["subscription.latest_invoice"]})
    subscription = session.subscription
    assert (before.status, before.payment_status, before.subscription) == ("open", "unpaid", None)
    assert (session.status, session.payment_status, session.url) == ("complete", "paid", None)
    assert isinstance(subscription, stripe.Subscription)
    assert (subscription.status, dict(subscription.metadata.to_dict())) == ("active", {"tier": "3"})
    assert isinstance(subscription.latest_invoice, stripe.Invoice)
    assert (subscription.latest_invoice.status, subscription.latest_invoice.amount_paid) == ("paid", 500)


def test_the_events_of_a_first_payment_come_in_stripes_order(fake: FakeStripe, client: stripe.StripeClient) -> None:
    scenarios.subscribe(fake, client)

    assert scenarios.event_types(fake, "customer.subscription", "invoice.", "charge.", "checkout.") == [
        "customer.subscription.created",
        "invoice.created",
        "invoice.finalized",
        "charge.succeeded",
        "invoice.paid",
        "invoice.payment_succeeded",
        "customer.subscription.updated",
        "checkout.session.completed",
    ]


def test_a_session_expires_at_its_time_and_cannot_be_paid_then(fake: FakeStripe, client: stripe.StripeClient) -> None:
    until = fake.simulation.now() + 30 * 60
    name = scenarios.subscription_session(client, expires_at=until)

    fake.advance(30 * 60)

    assert client.v1.checkout.sessions.retrieve(name).status == "expired"
    with pytest.raises(Refused):
        scenarios.complete(fake, name)
    assert fake.simulation.store.all("subscription") == []


def test_a_session_is_expired_on_request_once(fake: FakeStripe, client: stripe.StripeClient) -> None:
    name = scenarios.subscription_session(client)

    assert client.v1.checkout.sessions.expire(name).status == "expired"
    with pytest.raises(stripe.InvalidRequestError):
        client.v1.checkout.sessions.expire(name)
    assert scenarios.event_types(fake, "checkout") == ["checkout.session.expired"]


@pytest.mark.parametrize("seconds", [60, 25 * 3_600])
def test_a_session_lasts_between_half_an_hour_and_a_day(
    seconds: int, fake: FakeStripe, client: stripe.StripeClient
) -> None:
    with pytest.raises(stripe.InvalidRequestError):
        scenarios.subscription_session(client, expires_at=fake.simulation.now() + seconds)


def test_a_declined_card_leaves_the_session_open_for_another(fake: FakeStripe, client: stripe.StripeClient) -> None:
    name = scenarios.hold_session(client)

    with pytest.raises(Refused, match="declined"):
        scenarios.complete(fake, name, "declined")
    session = scenarios.complete(fake, name, "succeeds")

    assert session["status"] == "complete"
    [intent] = client.v1.payment_intents.list().data
    assert (intent.status, [charge.status for charge in client.v1.charges.list().data]) == (
        "requires_capture",
        ["succeeded", "failed"],
    )


def test_a_card_that_needs_authentication_waits_for_it(fake: FakeStripe, client: stripe.StripeClient) -> None:
    name = scenarios.subscription_session(client)

    with pytest.raises(Refused) as refused:
        scenarios.complete(fake, name, "needs authentication")
    session = scenarios.complete(fake, name, "needs authentication", authenticated=True)

    assert refused.value.details["code"] == "authentication_required"
    assert client.v1.subscriptions.retrieve(session["subscription"]).status == "active"


def test_a_discount_lowers_the_first_invoices_and_ends(fake: FakeStripe, client: stripe.StripeClient) -> None:
    coupon = client.v1.coupons.create({"percent_off": 30, "duration": "repeating", "duration_in_months": 3})

    scenarios.subscribe(fake, client, discounts=[{"coupon": coupon.id}])
    fake.advance(125 * scenarios.DAY)

    totals = [invoice.total for invoice in client.v1.invoices.list().data]
    assert totals[::-1] == [350, 350, 350, 500, 500]


def test_a_discount_of_one_product_lowers_no_other(fake: FakeStripe, client: stripe.StripeClient) -> None:
    other = client.v1.products.create({"name": "Another tier"}).id
    coupon = client.v1.coupons.create({"percent_off": 30, "duration": "forever", "applies_to": {"products": [other]}})

    scenarios.subscribe(fake, client, discounts=[{"coupon": coupon.id}])

    assert [invoice.total for invoice in client.v1.invoices.list().data] == [500]


def test_a_trial_costs_nothing_until_it_ends(fake: FakeStripe, client: stripe.StripeClient) -> None:
    subscription = scenarios.subscribe(fake, client, subscription_data={"trial_period_days": 14})

    began = client.v1.subscriptions.retrieve(subscription.id)
    fake.advance(14 * scenarios.DAY + 3_601)

    assert (began.status, client.v1.subscriptions.retrieve(subscription.id).status) == ("trialing", "active")
    invoices = client.v1.invoices.list().data
    assert [(invoice.billing_reason, invoice.total) for invoice in invoices] == [
        ("subscription_cycle", 500),
        ("subscription_create", 0),
    ]
    assert scenarios.event_types(fake, "customer.subscription.trial") == ["customer.subscription.trial_will_end"]


def test_a_customer_pays_subscriptions_in_one_currency_at_a_time(fake: FakeStripe, client: stripe.StripeClient) -> None:
    dollars = scenarios.price(client, currency="usd")
    euros = scenarios.subscribe(fake, client)
    customer = str(euros.customer)

    with pytest.raises(stripe.InvalidRequestError, match="combine currencies"):
        scenarios.subscription_session(client, customer=customer, price=dollars)
    client.v1.subscriptions.cancel(euros.id)

    assert scenarios.subscribe(fake, client, customer=customer, price=dollars).currency == "usd"


def test_a_price_that_is_off_cannot_be_bought(client: stripe.StripeClient) -> None:
    price = scenarios.price(client)
    client.v1.prices.update(price, {"active": False})

    with pytest.raises(stripe.InvalidRequestError, match="inactive"):
        scenarios.subscription_session(client, price=price)


@pytest.mark.parametrize(("amount", "currency"), [(500, "jpy"), (5_000, "kwd")])
def test_amounts_are_in_the_smallest_unit(amount: int, currency: str, client: stripe.StripeClient) -> None:
    price = client.v1.prices.retrieve(scenarios.price(client, amount, currency))

    assert (price.unit_amount, price.currency) == (amount, currency)


def test_an_amount_with_three_decimals_ends_with_a_zero(client: stripe.StripeClient) -> None:
    with pytest.raises(stripe.InvalidRequestError):
        scenarios.price(client, 5_001, "kwd")
