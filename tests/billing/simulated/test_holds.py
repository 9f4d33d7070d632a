"""Holds of FakeStripe: captured whole, in part or not, released, expired, and dropped without a word."""

import pytest
import stripe

from billing.simulated import faults
from billing.simulated.server import FakeStripe
from tests.billing.simulated import scenarios
from tests.billing.simulated.scenarios import DAY


def test_a_hold_takes_no_money_until_it_is_captured(fake: FakeStripe, client: stripe.StripeClient) -> None:
    name = scenarios.hold(fake, client)
    held = client.v1.payment_intents.retrieve(name, {"expand": ["latest_charge"]})
    before = fake.simulation.store.all("balance_transaction")

    captured = client.v1.payment_intents.capture(name)

    charge = held.latest_charge
    assert isinstance(charge, stripe.Charge)
    assert (held.status, held.amount_capturable, charge.captured) == ("requires_capture", 1500, False)
    assert charge.payment_method_details
    assert charge.payment_method_details.card
    assert charge.payment_method_details.card.capture_before == held.created + 7 * DAY
    assert (before, captured.status, captured.amount_received) == ([], "succeeded", 1500)
    assert [moved["net"] for moved in fake.simulation.store.all("balance_transaction")] == [1445]
    assert scenarios.event_types(fake, "payment_intent", "charge") == [
        "payment_intent.created",
        "charge.succeeded",
        "payment_intent.amount_capturable_updated",
        "charge.captured",
        "payment_intent.succeeded",
    ]


def test_a_part_can_be_captured_once_and_never_more_than_was_held(
    fake: FakeStripe, client: stripe.StripeClient
) -> None:
    name = scenarios.hold(fake, client)

    with pytest.raises(stripe.InvalidRequestError):
        client.v1.payment_intents.capture(name, {"amount_to_capture": 1501})
    captured = client.v1.payment_intents.capture(name, {"amount_to_capture": 1000})
    with pytest.raises(stripe.InvalidRequestError) as again:
        client.v1.payment_intents.capture(name, {"amount_to_capture": 500})

    charge = client.v1.charges.retrieve(str(captured.latest_charge))
    assert (captured.amount_received, charge.amount_captured, charge.amount_refunded) == (1000, 1000, 500)
    assert again.value.code == "payment_intent_unexpected_state"
    assert [moved["amount"] for moved in fake.simulation.store.all("balance_transaction")] == [1000]


def test_a_released_hold_moves_no_money(fake: FakeStripe, client: stripe.StripeClient) -> None:
    name = scenarios.hold(fake, client)

    released = client.v1.payment_intents.cancel(name, {"cancellation_reason": "abandoned"})

    [refund] = client.v1.refunds.list().data
    assert (released.status, released.amount_capturable, refund.balance_transaction) == ("canceled", 0, None)
    assert fake.simulation.store.all("balance_transaction") == []


def test_a_hold_that_nobody_captured_is_released_at_its_time(fake: FakeStripe, client: stripe.StripeClient) -> None:
    name = scenarios.hold(fake, client)

    fake.advance(7 * DAY - 1)
    before = client.v1.payment_intents.retrieve(name).status
    fake.advance(1)

    after = client.v1.payment_intents.retrieve(name)
    assert (before, after.status, after.cancellation_reason) == ("requires_capture", "canceled", "automatic")
    assert scenarios.event_types(fake, "charge.expired", "payment_intent.canceled") == [
        "charge.expired",
        "payment_intent.canceled",
    ]
    with pytest.raises(stripe.InvalidRequestError) as refused:
        client.v1.payment_intents.capture(name)
    assert refused.value.code == "payment_intent_unexpected_state"


def test_a_hold_that_the_bank_dropped_looks_alive_until_the_capture_fails(
    fake: FakeStripe, client: stripe.StripeClient
) -> None:
    name = scenarios.hold(fake, client, "hold dropped silently")
    fake.advance(DAY)
    told = len(fake.simulation.store.all("event"))
    before = client.v1.payment_intents.retrieve(name).status

    with pytest.raises(stripe.CardError) as refused:
        client.v1.payment_intents.capture(name)

    assert (before, refused.value.code) == ("requires_capture", "card_declined")
    assert client.v1.payment_intents.retrieve(name).status == "canceled"
    assert [event["type"] for event in fake.simulation.store.all("event")[told:]] == [
        "charge.refunded",
        "charge.expired",
        "payment_intent.payment_failed",
        "payment_intent.canceled",
    ]
    assert fake.simulation.store.all("balance_transaction") == []


def test_a_capture_whose_answer_was_lost_happens_once(fake: FakeStripe, client: stripe.StripeClient) -> None:
    name = scenarios.hold(fake, client)
    faults.add(fake.simulation, "reset", path=f"/v1/payment_intents/{name}/capture")

    captured = client.v1.payment_intents.capture(name, options={"idempotency_key": "authorisation:1"})

    assert captured.status == "succeeded"
    assert len(fake.simulation.store.all("balance_transaction")) == 1


def test_a_payment_without_the_customer_is_held_for_less_long(fake: FakeStripe, client: stripe.StripeClient) -> None:
    subscription = scenarios.subscribe(fake, client)
    intent = client.v1.payment_intents.create(
        {
            "amount": 900,
            "currency": "eur",
            "customer": str(subscription.customer),
            "payment_method": str(subscription.default_payment_method),
            "capture_method": "manual",
            "confirm": True,
            "off_session": True,
        }
    )

    charge = client.v1.charges.retrieve(str(intent.latest_charge))
    assert charge.payment_method_details
    assert charge.payment_method_details.card
    assert charge.payment_method_details.card.capture_before == intent.created + 4 * DAY + 18 * 3_600
