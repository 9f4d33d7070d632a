"""Transfers of FakeStripe to payees, reversals, accounts and the balance."""

import pytest
import stripe

from billing.simulated import accounts
from billing.simulated.server import FakeStripe
from tests.billing.simulated import scenarios
from tests.billing.simulated.scenarios import DAY


def send(client: stripe.StripeClient, account: str, amount: int, charge: str | None = None) -> stripe.Transfer:
    source = {"source_transaction": charge} if charge else {}
    return client.v1.transfers.create(
        {"destination": account, "amount": amount, "currency": "eur", "transfer_group": "stmt:1", **source}  # type: ignore[typeddict-item]
    )


def sums(client: stripe.StripeClient) -> tuple[int, int]:
    balance = client.v1.balance.retrieve()
    return balance.available[0].amount, balance.pending[0].amount


def test_the_money_of_a_charge_is_pending_for_a_week(fake: FakeStripe, client: stripe.StripeClient) -> None:
    scenarios.payment(fake, client)

    before = sums(client)
    fake.advance(7 * DAY)

    assert (before, sums(client)) == ((0, 1445), (1445, 0))


def test_only_what_is_available_can_be_transferred(fake: FakeStripe, client: stripe.StripeClient) -> None:
    account = scenarios.payee(fake, client)
    scenarios.payment(fake, client)

    with pytest.raises(stripe.InvalidRequestError) as refused:
        send(client, account, 1000)
    fake.advance(7 * DAY)
    send(client, account, 1000)

    assert refused.value.code == "balance_insufficient"
    assert sums(client) == (445, 0)
    assert [transfer.amount for transfer in client.v1.transfers.list({"transfer_group": "stmt:1"}).data] == [1000]


def test_a_charge_can_be_transferred_at_once_but_only_once(fake: FakeStripe, client: stripe.StripeClient) -> None:
    account = scenarios.payee(fake, client)
    charge = str(scenarios.payment(fake, client).latest_charge)

    send(client, account, 1000, charge)
    with pytest.raises(stripe.InvalidRequestError):
        send(client, account, 501, charge)

    assert sums(client) == (0, 445)


def test_nobody_gets_money_before_the_account_is_complete(fake: FakeStripe, client: stripe.StripeClient) -> None:
    account = scenarios.payee(fake, client, onboarded=False)
    charge = str(scenarios.payment(fake, client).latest_charge)

    with pytest.raises(stripe.InvalidRequestError) as refused:
        send(client, account, 100, charge)

    assert refused.value.code == "insufficient_capabilities_for_transfer"
    requirements = client.v1.accounts.retrieve(account).requirements
    assert requirements
    assert requirements.currently_due == accounts.REQUIRED


def test_an_account_becomes_complete_and_can_become_restricted_again(
    fake: FakeStripe, client: stripe.StripeClient
) -> None:
    account = scenarios.payee(fake, client)
    complete = client.v1.accounts.retrieve(account)

    accounts.set_requirements(fake.simulation, account, ["individual.verification.document"])

    restricted = client.v1.accounts.retrieve(account)
    assert complete.capabilities
    assert restricted.capabilities
    assert (complete.capabilities.transfers, restricted.capabilities.transfers) == ("active", "inactive")
    told = [event for event in fake.simulation.store.all("event") if event["type"] == "account.updated"]
    assert [event["account"] for event in told] == [account, account]


def test_a_transfer_is_reversed_in_parts_and_never_beyond_its_amount(
    fake: FakeStripe, client: stripe.StripeClient
) -> None:
    account = scenarios.payee(fake, client)
    transfer = send(client, account, 1000, str(scenarios.payment(fake, client).latest_charge))

    client.v1.transfers.reversals.create(transfer.id, {"amount": 400})
    with pytest.raises(stripe.InvalidRequestError):
        client.v1.transfers.reversals.create(transfer.id, {"amount": 601})
    client.v1.transfers.reversals.create(transfer.id)

    found = client.v1.transfers.retrieve(transfer.id)
    assert (found.amount_reversed, found.reversed, len(found.reversals.data)) == (1000, True, 2)
    assert sum(sums(client)) == 1445


def test_what_a_payee_has_paid_out_cannot_be_taken_back(fake: FakeStripe, client: stripe.StripeClient) -> None:
    account = scenarios.payee(fake, client)
    transfer = send(client, account, 1000, str(scenarios.payment(fake, client).latest_charge))
    accounts.pay_out(fake.simulation, account)

    with pytest.raises(stripe.InvalidRequestError) as refused:
        client.v1.transfers.reversals.create(transfer.id)

    assert refused.value.code == "balance_insufficient"
    assert client.v1.transfers.retrieve(transfer.id).amount_reversed == 0


def test_a_payout_leaves_the_balance_and_arrives(fake: FakeStripe, client: stripe.StripeClient) -> None:
    scenarios.payment(fake, client)
    fake.advance(7 * DAY)

    payout = client.v1.payouts.create({"amount": 1445, "currency": "eur"})
    fake.advance(2 * DAY)

    assert (payout.status, client.v1.payouts.retrieve(payout.id).status) == ("pending", "paid")
    assert sums(client) == (0, 0)


def test_the_movements_of_the_balance_add_up_to_it(fake: FakeStripe, client: stripe.StripeClient) -> None:
    account = scenarios.payee(fake, client)
    intent = scenarios.payment(fake, client)
    send(client, account, 700, str(intent.latest_charge))
    client.v1.refunds.create({"payment_intent": intent.id, "amount": 100})

    moved = client.v1.balance_transactions.list().data

    assert [(each.type, each.net) for each in moved] == [("refund", -100), ("transfer", -700), ("charge", 1445)]
    assert sum(each.net for each in moved) == sum(sums(client))
