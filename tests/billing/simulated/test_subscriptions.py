"""Subscriptions of FakeStripe over time: renewals, failures, ends, pauses and changes of price."""

import pytest
import stripe

from billing.simulated import cards
from billing.simulated.server import FakeStripe
from tests.billing.simulated import scenarios
from tests.billing.simulated.scenarios import DAY


def status(client: stripe.StripeClient, subscription: stripe.Subscription) -> str:
    return str(client.v1.subscriptions.retrieve(subscription.id).status)


def invoices(client: stripe.StripeClient) -> list[tuple[str | None, str | None, int]]:
    """All invoices, oldest first: reason, status, total."""
    found = client.v1.invoices.list({"limit": 100}).data[::-1]
    return [(invoice.billing_reason, invoice.status, invoice.total) for invoice in found]


def test_a_renewal_is_a_draft_for_an_hour_while_the_subscription_stays_active(
    fake: FakeStripe, client: stripe.StripeClient
) -> None:
    subscription = scenarios.subscribe(fake, client)

    fake.advance(31 * DAY)
    during = (status(client, subscription), invoices(client)[-1])
    fake.advance(3_600)

    assert during == ("active", ("subscription_cycle", "draft", 500))
    assert invoices(client)[-1] == ("subscription_cycle", "paid", 500)


def test_periods_end_on_the_day_of_the_month_on_which_they_began(fake: FakeStripe, client: stripe.StripeClient) -> None:
    fake.advance(30 * DAY)  # 31 January
    scenarios.subscribe(fake, client)

    fake.advance(95 * DAY)

    starts = [invoice.lines.data[0].period.start for invoice in client.v1.invoices.list().data][::-1]
    january = fake.simulation.clock["at"] - 95 * DAY
    assert [(start - january) // DAY for start in starts] == [0, 28, 59, 89]


def test_a_renewal_that_fails_is_tried_four_times_and_then_cancels(
    fake: FakeStripe, client: stripe.StripeClient
) -> None:
    subscription = scenarios.subscribe(fake, client, "fails on renewal")

    fake.advance(31 * DAY + 3_600)
    first = (status(client, subscription), invoices(client)[-1][1])
    fake.advance(15 * DAY)

    assert first == ("past_due", "open")
    assert status(client, subscription) == "canceled"
    assert len([charge for charge in client.v1.charges.list().data if charge.status == "failed"]) == 4
    assert scenarios.event_types(fake, "customer.subscription.deleted") == ["customer.subscription.deleted"]


def test_a_new_card_pays_what_is_past_due_at_the_next_attempt(fake: FakeStripe, client: stripe.StripeClient) -> None:
    subscription = scenarios.subscribe(fake, client, "fails on renewal")
    fake.advance(31 * DAY + 3_600)

    cards.attach(fake.simulation, fake.simulation.find("customer", subscription.customer), "succeeds")
    fake.advance(3 * DAY)

    assert (status(client, subscription), invoices(client)[-1][1]) == ("active", "paid")


@pytest.mark.parametrize("outcome", ["unpaid", "past_due"])
def test_what_follows_the_last_attempt_can_be_chosen(
    outcome: str, fake: FakeStripe, client: stripe.StripeClient
) -> None:
    fake.simulation.knobs["after_retries"] = outcome
    subscription = scenarios.subscribe(fake, client, "fails on renewal")

    fake.advance(47 * DAY)

    assert status(client, subscription) == outcome


def test_a_renewal_that_needs_the_fan_says_so(fake: FakeStripe, client: stripe.StripeClient) -> None:
    scenarios.subscribe(fake, client, "needs authentication", authenticated=True)

    fake.advance(31 * DAY + 3_600)

    [intent, _] = client.v1.payment_intents.list().data
    assert intent.status == "requires_action"
    assert "invoice.payment_action_required" in scenarios.event_types(fake, "invoice")


def test_a_first_payment_that_fails_leaves_it_incomplete_and_then_expired(
    fake: FakeStripe, client: stripe.StripeClient
) -> None:
    customer = scenarios.customer(client)
    cards.attach(fake.simulation, fake.simulation.find("customer", customer), "declined")
    subscription = client.v1.subscriptions.create(
        {"customer": customer, "items": [{"price": scenarios.price(client)}], "off_session": False}
    )

    began = status(client, subscription)
    fake.advance(23 * 3_600)

    assert (began, status(client, subscription)) == ("incomplete", "incomplete_expired")
    assert invoices(client) == [("subscription_create", "void", 500)]


def test_a_subscription_that_is_cancelled_ends_at_once(fake: FakeStripe, client: stripe.StripeClient) -> None:
    subscription = scenarios.subscribe(fake, client)

    ended = client.v1.subscriptions.cancel(subscription.id)
    fake.advance(40 * DAY)

    assert (ended.status, ended.ended_at is not None) == ("canceled", True)
    assert invoices(client) == [("subscription_create", "paid", 500)]


def test_one_that_ends_with_its_period_can_go_on_after_all(fake: FakeStripe, client: stripe.StripeClient) -> None:
    ends, stays = scenarios.subscribe(fake, client), scenarios.subscribe(fake, client)
    for subscription in (ends, stays):
        client.v1.subscriptions.update(subscription.id, {"cancel_at_period_end": True})
    client.v1.subscriptions.update(stays.id, {"cancel_at_period_end": False})

    before = status(client, ends)
    fake.advance(32 * DAY)

    assert (before, status(client, ends), status(client, stays)) == ("active", "canceled", "active")


@pytest.mark.parametrize(("behavior", "left"), [("void", "void"), ("mark_uncollectible", "uncollectible")])
def test_paused_collection_leaves_the_status_active_though_nobody_pays(
    behavior: str, left: str, fake: FakeStripe, client: stripe.StripeClient
) -> None:
    subscription = scenarios.subscribe(fake, client)
    client.v1.subscriptions.update(subscription.id, {"pause_collection": {"behavior": behavior}})  # type: ignore[typeddict-item]

    fake.advance(32 * DAY)

    assert (status(client, subscription), invoices(client)[-1][1]) == ("active", left)


def test_a_pause_ends_at_its_time(fake: FakeStripe, client: stripe.StripeClient) -> None:
    subscription = scenarios.subscribe(fake, client)
    until = fake.simulation.now() + 40 * DAY
    pause = {"behavior": "keep_as_draft", "resumes_at": until}
    client.v1.subscriptions.update(subscription.id, {"pause_collection": pause})  # type: ignore[typeddict-item]

    fake.advance(62 * DAY)

    assert [state for _, state, _ in invoices(client)] == ["paid", "draft", "paid"]


def test_a_trial_without_a_card_pauses_where_it_is_asked_to(fake: FakeStripe, client: stripe.StripeClient) -> None:
    subscription = client.v1.subscriptions.create(
        {
            "customer": scenarios.customer(client),
            "items": [{"price": scenarios.price(client)}],
            "trial_period_days": 7,
            "trial_settings": {"end_behavior": {"missing_payment_method": "pause"}},
        }
    )

    fake.advance(8 * DAY)
    paused = status(client, subscription)
    client.v1.subscriptions.resume(subscription.id)

    assert (paused, status(client, subscription)) == ("paused", "active")


def test_a_voided_renewal_makes_it_active_again_without_a_payment(
    fake: FakeStripe, client: stripe.StripeClient
) -> None:
    subscription = scenarios.subscribe(fake, client, "fails on renewal")
    fake.advance(31 * DAY + 3_600)

    client.v1.invoices.void_invoice(client.v1.invoices.list().data[0].id)

    assert status(client, subscription) == "active"


def test_a_deleted_customer_has_no_running_subscription(fake: FakeStripe, client: stripe.StripeClient) -> None:
    subscription = scenarios.subscribe(fake, client)

    client.v1.customers.delete(str(subscription.customer))

    assert status(client, subscription) == "canceled"


def test_included_tax_is_part_of_the_total(fake: FakeStripe, client: stripe.StripeClient) -> None:
    price = scenarios.price(client, 1190)
    session = scenarios.subscription_session(client, price=price, automatic_tax={"enabled": True})

    scenarios.complete(fake, session)

    [invoice] = client.v1.invoices.list().data
    assert (invoice.total, invoice.total_excluding_tax) == (1190, 1000)
    assert invoice.total_taxes
    assert [part.amount for part in invoice.total_taxes] == [190]


def test_only_running_subscriptions_are_listed_unless_all_are_asked_for(
    fake: FakeStripe, client: stripe.StripeClient
) -> None:
    ended, running = scenarios.subscribe(fake, client), scenarios.subscribe(fake, client)
    client.v1.subscriptions.cancel(ended.id)

    assert [found.id for found in client.v1.subscriptions.list().data] == [running.id]
    assert {found.id for found in client.v1.subscriptions.list({"status": "all"}).data} == {running.id, ended.id}
