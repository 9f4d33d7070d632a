"""Payouts: who is paid what, why somebody is not, and that nobody is paid twice whatever breaks on the way."""

from typing import Any

import pytest

from billing import payout_runs, payouts
from billing.exceptions import InvalidRequest
from billing.models import PayeeAccount, PayoutLine
from billing.provider.transfers import Transfers
from billing.simulated import accounts, control
from billing.simulated.server import FakeStripe
from catalog.models import Artist
from live.models import Notice
from tests import factories
from tests.billing import payees

pytestmark = pytest.mark.django_db
BY = "system:operator"
DAY = 86_400


def test_what_is_payable_is_sent_once_its_run_is_approved(fake_provider: FakeStripe, account: PayeeAccount) -> None:
    payees.owe(account.party, 4_200)
    run = payout_runs.prepare("2026-11", by=BY)
    assert (payees.work_all(), payees.transfers(fake_provider)) == (0, [])

    payout_runs.approve(run, by=BY)
    payees.work_all()

    line, [transfer] = payees.only_line(), payees.transfers(fake_provider)
    assert (line.state, line.transfer_id) == ("sent", transfer["id"])
    assert (transfer["amount"], transfer["destination"]) == (4_200, account.provider_id)
    assert transfer["transfer_group"] == f"payout:{line.pk}"
    assert payees.balances(account.party_id) == {"accrued": -4_200}


def test_each_currency_is_paid_by_itself(fake_provider: FakeStripe, account: PayeeAccount) -> None:
    payees.fund(fake_provider, 9_000, "jpy")
    payees.owe(account.party, 4_200)
    payees.owe(account.party, 8_000, "JPY")
    payees.run()
    payees.work_all()

    assert {(one["currency"], one["amount"]) for one in payees.transfers(fake_provider)} == {
        ("eur", 4_200),
        ("jpy", 8_000),
    }


@pytest.mark.parametrize("kind", ["500", "503", "reset", "timeout"])
def test_a_lost_answer_makes_no_second_transfer(fake_provider: FakeStripe, account: PayeeAccount, kind: str) -> None:
    payees.owe(account.party, 4_200)
    payees.run()
    control.add_fault(fake_provider.simulation, kind=kind, times=3, path="/v1/transfers")
    payees.work_all()
    line = payees.only_line()
    assert (line.state, len(payees.transfers(fake_provider)), bool(line.error)) == ("submitting", 1, True)

    fake_provider.simulation.advance(2 * DAY)  # the provider has forgotten the key
    payees.wake(line)
    payees.work_all()

    line.refresh_from_db()
    assert (line.state, line.error) == ("sent", "")
    assert [one["id"] for one in payees.transfers(fake_provider)] == [line.transfer_id]
    assert payees.balances(account.party_id) == {"accrued": -4_200}


class Crash(BaseException):
    """The process ends at this point."""


@pytest.mark.parametrize("where", ["post", "record_sent", "require_same"])
def test_a_crash_after_the_provider_committed_makes_no_second_transfer(
    fake_provider: FakeStripe, account: PayeeAccount, monkeypatch: pytest.MonkeyPatch, where: str
) -> None:
    payees.owe(account.party, 4_200)
    payees.run()

    def die(*args: Any, **kwargs: Any) -> None:
        raise Crash

    with monkeypatch.context() as patch:
        patch.setattr(payouts, where, die)
        with pytest.raises(Crash):
            payees.work_all()
    line = payees.only_line()
    assert (line.state, line.transfer_id, len(payees.transfers(fake_provider))) == ("submitting", None, 1)
    assert payees.balances(account.party_id)["payable"] == 4_200

    fake_provider.simulation.advance(2 * DAY)
    payees.work_all()

    line.refresh_from_db()
    assert (line.state, len(payees.transfers(fake_provider))) == ("sent", 1)
    assert "payable" not in payees.balances(account.party_id)


def test_a_balance_that_is_too_small_is_waited_for(fake_provider: FakeStripe, artist: Artist) -> None:
    account = payees.onboard(artist, fake_provider)
    payees.owe(account.party, 4_200)
    payees.run()
    payees.work_all()
    line = payees.only_line()
    assert (line.state, line.refusals, payees.transfers(fake_provider)) == ("submitting", 1, [])

    payees.fund(fake_provider, 5_000)
    payees.wake(line)
    payees.work_all()

    line.refresh_from_db()
    assert (line.state, len(payees.transfers(fake_provider))) == ("sent", 1)


def test_what_the_provider_refuses_for_certain_fails_and_stays_payable(
    fake_provider: FakeStripe, account: PayeeAccount
) -> None:
    payees.owe(account.party, 4_200)
    payees.run()
    fake_provider.simulation.store.remove("account", str(account.provider_id))
    payees.work_all()

    assert payees.states() == [("failed", "refused", 4_200)]
    assert payees.balances(account.party_id)["payable"] == 4_200


def test_a_payee_who_cannot_be_paid_any_more_is_held_and_paid_by_a_later_run(
    fake_provider: FakeStripe, account: PayeeAccount
) -> None:
    payees.owe(account.party, 4_200)
    payees.run()
    accounts.set_requirements(fake_provider.simulation, str(account.provider_id), ["individual.verification.document"])
    payees.work_all()  # nobody told us before
    account.refresh_from_db()
    assert (payees.states(), account.transfers_active) == ([("held", "not_ready", 4_200)], False)

    payees.answer(account, fake_provider)
    payees.run("2026-12")
    payees.work_all()

    assert [state for state, _, _ in payees.states()] == ["held", "sent"]
    assert "payable" not in payees.balances(account.party_id)


def test_who_has_no_account_or_is_under_the_minimum_is_held_with_the_reason(
    fake_provider: FakeStripe, account: PayeeAccount
) -> None:
    other = payees.get_party(factories.create_artist("Ola Tide"))
    payees.owe(account.party, 999)
    payees.owe(other, 4_200)
    payees.run()
    payees.work_all()

    assert sorted(payees.states()) == [("held", "minimum", 999), ("held", "no_account", 4_200)]
    assert (payees.balances(other.pk)["payable"], payees.balances(account.party_id)["payable"]) == (4_200, 999)


def test_what_is_disputed_is_shown_as_held_and_the_rest_is_paid(
    fake_provider: FakeStripe, account: PayeeAccount
) -> None:
    payees.owe(account.party, 4_200)
    payees.owe(account.party, 700, is_held=True)
    payees.run()
    payees.work_all()

    assert sorted(payees.states()) == [("held", "disputed", 700), ("sent", "", 4_200)]
    assert payees.balances(account.party_id)["held"] == 700


def test_what_a_party_owes_is_taken_from_what_is_paid(fake_provider: FakeStripe, account: PayeeAccount) -> None:
    payees.owe(account.party, 4_200)
    payees.recover(account.party, 1_200)
    payees.run()
    payees.work_all()

    line = payees.only_line()
    assert (line.state, line.amount, line.recouped) == ("sent", 3_000, 1_200)
    assert payees.balances(account.party_id).keys() == {"accrued"}


def test_a_debt_that_takes_all_leaves_nothing_to_pay(fake_provider: FakeStripe, account: PayeeAccount) -> None:
    payees.owe(account.party, 1_000)
    payees.recover(account.party, 1_500)
    payees.run()

    assert payees.states() == []
    assert payees.balances(account.party_id)["recoverable"] == -500


def test_a_refused_look_up_fails_no_payout(
    fake_provider: FakeStripe, account: PayeeAccount, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It says nothing of whether the transfer is there already."""
    payees.owe(account.party, 4_200)
    payees.run()

    def refuse(*_: Any) -> Any:
        raise InvalidRequest("No such group.", code="parameter_invalid")

    with monkeypatch.context() as broken:
        broken.setattr(Transfers, "list_of", refuse)
        payees.work_all()
    assert payees.states() == [("submitting", "", 4_200)]

    PayoutLine.objects.update(due_at="2000-01-01T00:00:00Z")
    payees.work_all()

    assert payees.states() == [("sent", "", 4_200)]


def test_who_is_paid_is_told_on_open_pages(fake_provider: FakeStripe, account: PayeeAccount) -> None:
    payees.owe(account.party, 4_200)
    Notice.objects.all().delete()
    payees.run()
    payees.work_all()

    told = set(Notice.objects.values_list("person__handle", "kind", "reference"))
    assert told
    assert {(kind, reference) for _, kind, reference in told} == {("payout.changed", f"party:{account.party_id}")}
