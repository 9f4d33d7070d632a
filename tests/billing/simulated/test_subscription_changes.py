"""Another price for a subscription of FakeStripe: at once with proration, once paid, or from the next period."""

from typing import Any

import pytest
import stripe

from billing.simulated import cards
from billing.simulated.server import FakeStripe
from tests.billing.simulated import scenarios
from tests.billing.simulated.scenarios import DAY


@pytest.fixture
def prices(client: stripe.StripeClient) -> tuple[str, str]:
    """A cheaper and a dearer price of one product."""
    product = client.v1.products.create({"name": "Supporters"}).id
    given: Any = {"product": product, "currency": "eur", "recurring": {"interval": "month"}}
    made = [client.v1.prices.create({**given, "unit_amount": amount}).id for amount in (500, 1_100)]
    return made[0], made[1]


def change(
    client: stripe.StripeClient, subscription: stripe.Subscription, price: str, **fields: Any
) -> stripe.Subscription:
    given = {"proration_behavior": "always_invoice", "payment_behavior": "pending_if_incomplete", **fields}
    item = subscription["items"].data[0].id
    return client.v1.subscriptions.update(subscription.id, {"items": [{"id": item, "price": price}], **given})  # type: ignore[typeddict-item]


def price_of(client: stripe.StripeClient, subscription: stripe.Subscription) -> str:
    return str(client.v1.subscriptions.retrieve(subscription.id)["items"].data[0].price.id)


def test_an_upgrade_charges_the_difference_for_the_rest_of_the_period(
    prices: tuple[str, str], fake: FakeStripe, client: stripe.StripeClient
) -> None:
    subscription = scenarios.subscribe(fake, client, price=prices[0])
    fake.advance(31 * DAY // 2)

    changed = change(client, subscription, prices[1])

    [invoice, _] = client.v1.invoices.list().data
    assert (invoice.billing_reason, invoice.status, invoice.total) == ("subscription_update", "paid", 300)
    assert [line.amount for line in invoice.lines.data] == [-250, 550]
    assert [line.parent.subscription_item_details.proration for line in invoice.lines.data] == [True, True]  # type: ignore[union-attr]
    assert changed["items"].data[0].price.id == prices[1]


def test_an_upgrade_that_is_not_paid_waits_and_is_given_up_after_a_day(
    prices: tuple[str, str], fake: FakeStripe, client: stripe.StripeClient
) -> None:
    subscription = scenarios.subscribe(fake, client, "fails on renewal", price=prices[0])
    fake.advance(DAY)

    changed = change(client, subscription, prices[1])
    fake.advance(DAY)

    assert changed.pending_update is not None
    later = client.v1.subscriptions.retrieve(subscription.id)
    assert (later.status, later.pending_update, price_of(client, later)) == ("active", None, prices[0])
    assert [invoice.status for invoice in client.v1.invoices.list().data] == ["void", "paid"]


def test_an_upgrade_that_waits_takes_effect_when_it_is_paid(
    prices: tuple[str, str], fake: FakeStripe, client: stripe.StripeClient
) -> None:
    subscription = scenarios.subscribe(fake, client, "fails on renewal", price=prices[0])
    change(client, subscription, prices[1])
    cards.attach(fake.simulation, fake.simulation.find("customer", subscription.customer), "succeeds")

    client.v1.invoices.pay(client.v1.invoices.list().data[0].id)

    later = client.v1.subscriptions.retrieve(subscription.id)
    assert (later.pending_update, price_of(client, later)) == (None, prices[1])


def test_an_upgrade_can_be_refused_where_it_is_not_paid(
    prices: tuple[str, str], fake: FakeStripe, client: stripe.StripeClient
) -> None:
    subscription = scenarios.subscribe(fake, client, "fails on renewal", price=prices[0])

    with pytest.raises(stripe.CardError):
        change(client, subscription, prices[1], payment_behavior="error_if_incomplete")

    later = client.v1.subscriptions.retrieve(subscription.id)
    assert (later.latest_invoice, price_of(client, later)) == (subscription.latest_invoice, prices[0])


def test_prorations_wait_for_the_next_invoice_unless_they_are_charged_at_once(
    prices: tuple[str, str], fake: FakeStripe, client: stripe.StripeClient
) -> None:
    subscription = scenarios.subscribe(fake, client, price=prices[0])
    fake.advance(31 * DAY // 2)
    change(client, subscription, prices[1], proration_behavior="create_prorations", payment_behavior="allow_incomplete")

    fake.advance(17 * DAY)

    assert [invoice.total for invoice in client.v1.invoices.list().data] == [300 + 1_100, 500]


def test_what_an_invoice_credits_lowers_the_next_one(
    prices: tuple[str, str], fake: FakeStripe, client: stripe.StripeClient
) -> None:
    subscription = scenarios.subscribe(fake, client, price=prices[1])
    fake.advance(31 * DAY // 2)
    change(client, subscription, prices[0])

    balance = client.v1.customers.retrieve(str(subscription.customer)).balance
    fake.advance(17 * DAY)

    [renewal, credit, _] = client.v1.invoices.list().data
    assert (credit.total, credit.amount_due, balance) == (-300, 0, -300)
    assert (renewal.total, renewal.amount_paid) == (500, 200)


def test_a_yearly_price_begins_a_new_period_now(
    prices: tuple[str, str], fake: FakeStripe, client: stripe.StripeClient
) -> None:
    subscription = scenarios.subscribe(fake, client, price=prices[0])
    yearly = scenarios.price(client, 5_000, interval="year")
    fake.advance(31 * DAY // 2)

    item = change(client, subscription, yearly)["items"].data[0]

    assert (item.current_period_end - item.current_period_start) // DAY == 365
    assert client.v1.invoices.list().data[0].total == 5_000 - 250


def test_a_schedule_lowers_the_price_from_the_next_period_on(
    prices: tuple[str, str], fake: FakeStripe, client: stripe.StripeClient
) -> None:
    subscription = scenarios.subscribe(fake, client, price=prices[1])
    schedule = client.v1.subscription_schedules.create({"from_subscription": subscription.id})
    now = schedule.phases[0]
    lower(client, schedule.id, now, prices)

    before = price_of(client, subscription)
    fake.advance(32 * DAY)

    assert (before, price_of(client, subscription)) == (prices[1], prices[0])
    assert [invoice.total for invoice in client.v1.invoices.list().data] == [500, 1_100]
    assert client.v1.subscription_schedules.retrieve(schedule.id).status == "released"


def lower(client: stripe.StripeClient, schedule: str, now: Any, prices: tuple[str, str]) -> None:
    phases: Any = [
        {"items": [{"price": prices[1]}], "start_date": now.start_date, "end_date": now.end_date},
        {"items": [{"price": prices[0]}], "start_date": now.end_date},
    ]
    client.v1.subscription_schedules.update(schedule, {"phases": phases, "end_behavior": "release"})


@pytest.mark.parametrize(("named", "totals"), [(True, [350, 770]), (False, [500, 770])])
def test_a_phase_ends_the_discounts_that_it_does_not_name(
    named: bool, totals: list[int], prices: tuple[str, str], fake: FakeStripe, client: stripe.StripeClient
) -> None:
    coupon = client.v1.coupons.create({"percent_off": 30, "duration": "forever"}).id
    subscription = scenarios.subscribe(fake, client, price=prices[1], discounts=[{"coupon": coupon}])
    schedule = client.v1.subscription_schedules.create({"from_subscription": subscription.id})
    kept: Any = {"discounts": [{"discount": name} for name in subscription.discounts]} if named else {}
    now = schedule.phases[0]
    phases: Any = [
        {"items": [{"price": prices[1]}], "start_date": now.start_date, "end_date": now.end_date, **kept},
        {"items": [{"price": prices[0]}], "start_date": now.end_date, **kept},
    ]

    client.v1.subscription_schedules.update(schedule.id, {"phases": phases, "end_behavior": "release"})
    fake.advance(32 * DAY)

    assert [invoice.total for invoice in client.v1.invoices.list().data] == totals


def test_a_released_schedule_changes_nothing(
    prices: tuple[str, str], fake: FakeStripe, client: stripe.StripeClient
) -> None:
    subscription = scenarios.subscribe(fake, client, price=prices[1])
    schedule = client.v1.subscription_schedules.create({"from_subscription": subscription.id})
    lower(client, schedule.id, schedule.phases[0], prices)

    client.v1.subscription_schedules.release(schedule.id)
    fake.advance(32 * DAY)

    assert price_of(client, subscription) == prices[1]
