"""Runs of payouts: when one is prepared, what is in it, and that nothing is in two of them."""

from datetime import UTC, datetime
from typing import Any

import pytest

from billing import payout_runs
from billing.models import PayeeAccount, PayoutRun
from billing.simulated.server import FakeStripe
from catalog.models import Artist
from tests.billing import payees

pytestmark = pytest.mark.django_db
BY = "system:operator"


def test_nothing_expires_a_held_amount_is_in_every_run_until_it_is_paid(
    fake_provider: FakeStripe, artist: Artist
) -> None:
    party = payees.get_party(artist)
    for month in range(1, 13):
        payees.owe(party, 100)
        payees.run(f"2026-{month:02}")

    assert [(state, amount) for state, _, amount in payees.states()] == [
        ("held", 100 * month) for month in range(1, 13)
    ]
    assert payees.balances(party.pk)["payable"] == 1_200


def test_a_debt_that_a_statement_takes_meanwhile_is_not_taken_twice(
    fake_provider: FakeStripe, account: PayeeAccount, monkeypatch: pytest.MonkeyPatch
) -> None:
    payees.owe(account.party, 4_200)
    payees.recover(account.party, 1_200)
    # The run waits for the lock that the closing of a statement has.
    monkeypatch.setattr(
        payout_runs.earnings, "lock_parties", lambda parties: payees.owe(account.party, 1_200, recoverable=1_200)
    )
    payees.run()

    assert (payees.only_line().amount, payees.only_line().recouped) == (4_200, 0)
    assert "recoverable" not in payees.balances(account.party_id)


def test_what_is_sent_while_a_run_is_prepared_is_not_payable_again(
    fake_provider: FakeStripe, account: PayeeAccount, monkeypatch: pytest.MonkeyPatch
) -> None:
    payees.owe(account.party, 4_200)
    payees.run()
    read = payout_runs.read_owed

    def read_and_send(book: str) -> Any:
        owed = read(book)
        payees.work_all()
        return owed

    monkeypatch.setattr(payout_runs, "read_owed", read_and_send)
    payout_runs.prepare("2026-12", by=BY)

    assert payees.states() == [("sent", "", 4_200)]


def test_a_second_run_leaves_alone_what_is_on_its_way(fake_provider: FakeStripe, account: PayeeAccount) -> None:
    payees.owe(account.party, 4_200)
    payees.run()
    payees.owe(account.party, 1_300)
    payees.run("2026-11-2")
    payees.work_all()
    assert payees.states() == [("sent", "", 4_200)]

    payees.run("2026-12")
    payees.work_all()

    assert [amount for _, _, amount in payees.states()] == [4_200, 1_300]


def test_a_run_is_prepared_on_its_day_and_once(
    fake_provider: FakeStripe, account: PayeeAccount, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.PAYOUT_DAY = 20
    payees.owe(account.party, 4_200)
    at = datetime(2026, 12, 19, 23, tzinfo=UTC)
    monkeypatch.setattr(payout_runs.timezone, "now", lambda: at)
    assert payout_runs.prepare_if_due() is None

    at = at.replace(day=20)

    assert payout_runs.prepare_if_due() is not None
    assert payout_runs.prepare_if_due() is None
    assert (PayoutRun.objects.get().name, payees.states()) == ("2026-12", [("draft", "", 4_200)])


def test_a_run_by_hand_that_took_the_name_of_the_month_does_not_replace_the_runs_own(
    fake_provider: FakeStripe, account: PayeeAccount, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.PAYOUT_DAY = 20
    at = datetime(2026, 12, 3, tzinfo=UTC)
    monkeypatch.setattr(payout_runs.timezone, "now", lambda: at)
    payees.owe(account.party, 4_200)
    payees.run(payout_runs.name_next(at))
    payees.work_all()
    payees.owe(account.party, 1_300)

    at = at.replace(day=20)

    run = payout_runs.prepare_if_due()
    assert run is not None
    assert (run.name, payout_runs.prepare_if_due()) == ("2026-12-2", None)


def test_an_operator_holds_a_payout_back_and_a_later_run_pays(fake_provider: FakeStripe, account: PayeeAccount) -> None:
    payees.owe(account.party, 4_200)
    payees.run()
    payout_runs.hold(payees.only_line(), by=BY)
    payees.work_all()
    assert (payees.states(), payees.transfers(fake_provider)) == ([("held", "operator", 4_200)], [])

    payees.run("2026-12")
    payees.work_all()

    assert len(payees.transfers(fake_provider)) == 1
