"""Refunds and disputes of FakeStripe, and what they move in the balance."""

import pytest
import stripe

from billing.simulated import disputes, refunds
from billing.simulated.server import FakeStripe
from tests.billing.simulated import scenarios
from tests.billing.simulated.scenarios import DAY


def moves(fake: FakeStripe) -> list[tuple[str, int, int]]:
    """Every movement of the balance: category, net, fee."""
    found = fake.simulation.store.all("balance_transaction")
    return [(moved["reporting_category"], moved["net"], moved["fee"]) for moved in found]


def test_parts_of_a_charge_are_refunded_until_nothing_is_left(fake: FakeStripe, client: stripe.StripeClient) -> None:
    intent = scenarios.payment(fake, client)

    client.v1.refunds.create({"payment_intent": intent.id, "amount": 500})
    rest = client.v1.refunds.create({"payment_intent": intent.id})
    with pytest.raises(stripe.InvalidRequestError) as refused:
        client.v1.refunds.create({"payment_intent": intent.id})

    charge = client.v1.charges.retrieve(str(intent.latest_charge))
    assert (rest.amount, charge.amount_refunded, charge.refunded) == (1000, 1500, True)
    assert refused.value.code == "charge_already_refunded"
    assert moves(fake) == [("charge", 1445, 55), ("refund", -500, 0), ("refund", -1000, 0)]


def test_more_than_is_left_cannot_be_refunded(fake: FakeStripe, client: stripe.StripeClient) -> None:
    intent = scenarios.payment(fake, client)

    with pytest.raises(stripe.InvalidRequestError):
        client.v1.refunds.create({"payment_intent": intent.id, "amount": 1501})

    assert client.v1.refunds.list().data == []


def test_a_hold_is_released_and_not_refunded(fake: FakeStripe, client: stripe.StripeClient) -> None:
    with pytest.raises(stripe.InvalidRequestError):
        client.v1.refunds.create({"payment_intent": scenarios.hold(fake, client)})


@pytest.mark.parametrize(("outcome", "status", "refunded"), [("pending", "succeeded", 1500), ("fail", "failed", 0)])
def test_a_pending_refund_succeeds_or_fails(
    outcome: str, status: str, refunded: int, fake: FakeStripe, client: stripe.StripeClient
) -> None:
    fake.simulation.knobs["refunds"] = outcome
    intent = scenarios.payment(fake, client)

    refund = client.v1.refunds.create({"payment_intent": intent.id})
    fake.advance(3_600)

    assert refund.status == "pending"
    assert client.v1.refunds.retrieve(refund.id).status == status
    assert client.v1.charges.retrieve(str(intent.latest_charge)).amount_refunded == refunded
    assert sum(net for _, net, _ in moves(fake)) == 1445 - refunded


def test_a_pending_refund_can_be_canceled_and_the_money_is_back(fake: FakeStripe, client: stripe.StripeClient) -> None:
    fake.simulation.knobs["refunds"] = "pending"
    refund = client.v1.refunds.create({"payment_intent": scenarios.payment(fake, client).id})

    assert client.v1.refunds.cancel(refund.id).status == "canceled"
    assert moves(fake)[-1] == ("refund_failure", 1500, 0)


def test_a_refund_that_had_succeeded_can_still_fail(fake: FakeStripe, client: stripe.StripeClient) -> None:
    refund = client.v1.refunds.create({"payment_intent": scenarios.payment(fake, client).id, "amount": 500})

    refunds.fail_refund(fake.simulation, refund.id)

    failed = client.v1.refunds.retrieve(refund.id)
    assert (failed.status, failed.failure_balance_transaction is not None) == ("failed", True)
    assert scenarios.event_types(fake, "refund") == ["refund.created", "refund.updated", "refund.failed"]


def test_a_dispute_takes_the_money_and_a_fee_at_once(fake: FakeStripe, client: stripe.StripeClient) -> None:
    intent = scenarios.payment(fake, client)

    dispute = disputes.open_dispute(fake.simulation, str(intent.latest_charge))

    [found] = client.v1.disputes.list({"payment_intent": intent.id}).data
    assert (found.id, found.status, found.amount) == (dispute["id"], "needs_response", 1500)
    assert moves(fake)[-1] == ("dispute", -3500, 2000)
    assert client.v1.charges.retrieve(str(intent.latest_charge)).disputed is True
    with pytest.raises(stripe.InvalidRequestError) as refused:
        client.v1.refunds.create({"payment_intent": intent.id})
    assert refused.value.code == "charge_disputed"


def test_a_dispute_that_is_won_gives_the_amount_back_but_no_fee(fake: FakeStripe, client: stripe.StripeClient) -> None:
    intent = scenarios.payment(fake, client)
    dispute = disputes.open_dispute(fake.simulation, str(intent.latest_charge))
    client.v1.disputes.update(dispute["id"], {"evidence": {"uncategorized_text": "They listened."}})

    disputes.close_dispute(fake.simulation, dispute["id"], won=True)

    found = client.v1.disputes.retrieve(dispute["id"])
    assert (found.status, [moved.net for moved in found.balance_transactions]) == ("won", [-3500, 1500])
    assert scenarios.event_types(fake, "charge.dispute") == [
        "charge.dispute.created",
        "charge.dispute.funds_withdrawn",
        "charge.dispute.updated",
        "charge.dispute.funds_reinstated",
        "charge.dispute.closed",
    ]


def test_a_dispute_that_nobody_answers_is_lost(fake: FakeStripe, client: stripe.StripeClient) -> None:
    dispute = disputes.open_dispute(fake.simulation, str(scenarios.payment(fake, client).latest_charge))

    fake.advance(9 * DAY)

    assert client.v1.disputes.retrieve(dispute["id"]).status == "lost"
    assert sum(net for _, net, _ in moves(fake)) == 1445 - 3500


def test_the_card_named_disputes_disputes_what_was_captured_and_not_what_is_held(
    fake: FakeStripe, client: stripe.StripeClient
) -> None:
    name = scenarios.hold(fake, client, "disputes")

    fake.advance(DAY)
    held = client.v1.disputes.list().data
    client.v1.payment_intents.capture(name)
    fake.advance(60)

    assert (held, [dispute.amount for dispute in client.v1.disputes.list().data]) == ([], [1500])


def test_the_card_named_disputes_pays_and_then_disputes(fake: FakeStripe, client: stripe.StripeClient) -> None:
    scenarios.subscribe(fake, client, "disputes")

    fake.advance(60)

    assert [dispute.amount for dispute in client.v1.disputes.list().data] == [500]
