"""Each protection of payouts is needed: without it, a test that is named here fails."""

from typing import Any

import psycopg
import pytest

from billing import payout_runs, payouts, reversals
from billing.models import PayoutLine
from billing.provider.transfers import Transfers
from billing.simulated.server import FakeStripe
from catalog.models import Artist
from tests import factories
from tests.billing import (
    payees,
    payout_history,
    test_payout_histories,
    test_payout_reversals,
    test_payout_runs,
    test_payouts,
    test_payouts_at_once,
)
from tests.billing.test_removed_protections import turns_red
from tests.servers import Database


@pytest.fixture
def funded(fake_provider: FakeStripe) -> FakeStripe:
    payees.fund(fake_provider, 100_000)
    return fake_provider


def change_database(database: Database, statement: str) -> None:
    with psycopg.connect(database.owner_url) as owner:
        owner.execute(statement)


# The look-up before a transfer is asked for


@pytest.fixture
def no_look_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Transfers, "list_of", lambda *_: [])


def test_without_the_look_up_a_lost_answer_pays_twice(
    db: None, funded: FakeStripe, artist: Artist, no_look_up: None
) -> None:
    account = payees.onboard(artist, funded)

    turns_red(test_payouts.test_a_lost_answer_makes_no_second_transfer, funded, account, "reset")


def test_without_the_look_up_a_history_pays_twice(db: None, funded: FakeStripe, no_look_up: None) -> None:
    turns_red(test_payout_histories.test_any_history_of_payouts_pays_what_is_owed_once, funded)


# The key that says what was asked for


def test_without_the_look_up_and_with_another_key_a_lost_answer_pays_twice(
    db: None, funded: FakeStripe, artist: Artist, no_look_up: None
) -> None:
    """The key alone, without the look-up, still holds while the provider knows it."""
    account = payees.onboard(artist, funded)
    payees.owe(account.party, 4_200)
    payees.run()
    payout_history.lose_answers(funded, "/v1/transfers")
    payees.wake(payees.only_line())
    payees.work_all()
    assert len(payees.transfers(funded)) == 1

    payees.owe(account.party, 4_200)
    payees.run("2026-12")
    payout_history.lose_answers(funded, "/v1/transfers")
    PayoutLine.objects.filter(state="submitting").update(refusals=1, due_at="2000-01-01T00:00:00Z")  # in the key
    payees.work_all()
    assert len(payees.transfers(funded)) == 3


# Locks


def test_without_the_lock_of_a_payout_two_workers_ask_for_it(
    committing_db: Database, funded: FakeStripe, monkeypatch: pytest.MonkeyPatch
) -> None:
    account = payees.onboard(factories.create_artist(), funded)
    payees.owe(account.party, 4_200)
    payees.run()
    payouts.work_next()
    ready = PayoutLine.objects.filter(state="submitting").select_related("account")
    monkeypatch.setattr(payouts, "_claim", ready.first)

    test = test_payouts_at_once.test_while_one_worker_asks_another_leaves_the_payout_alone
    turns_red(test, None, funded, monkeypatch)


def test_without_the_second_look_under_the_lock_a_debt_is_taken_twice(
    db: None, funded: FakeStripe, artist: Artist, monkeypatch: pytest.MonkeyPatch
) -> None:
    def look_once(book: str) -> Any:
        owed = payout_runs.read_owed(book)
        payout_runs.earnings.lock_parties({f"party:{party}" for party, _ in owed})
        return owed

    account = payees.onboard(artist, funded)
    monkeypatch.setattr(payout_runs, "_read_owed_and_lock", look_once)

    turns_red(
        test_payout_runs.test_a_debt_that_a_statement_takes_meanwhile_is_not_taken_twice, funded, account, monkeypatch
    )


# One open payout of a party, and no more than what is payable


def test_without_the_index_of_open_payouts_a_second_run_pays_the_same_again(
    committing_db: Database, funded: FakeStripe, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whoever prepares the run looks first. The index is for whoever does not."""
    account = payees.onboard(factories.create_artist(), funded)
    monkeypatch.setattr(payout_runs, "OPEN", ())
    change_database(committing_db, "DROP INDEX one_open_payout_a_party")

    turns_red(test_payout_runs.test_a_second_run_leaves_alone_what_is_on_its_way, funded, account)


# What is left of a payout that comes back in parts


@pytest.fixture
def sent(committing_db: Database, funded: FakeStripe) -> PayoutLine:
    account = payees.onboard(factories.create_artist(), funded)
    payees.owe(account.party, 4_200)
    payees.run()
    payees.work_all()
    return payees.only_line()


def test_without_the_rest_more_is_asked_back_than_was_sent(
    committing_db: Database, funded: FakeStripe, sent: PayoutLine, monkeypatch: pytest.MonkeyPatch
) -> None:
    test = test_payout_reversals.test_no_more_is_asked_back_than_was_sent_while_an_earlier_wish_waits
    monkeypatch.setattr(reversals, "_require_room", lambda *_: None)
    change_database(committing_db, "DROP TRIGGER no_more_than_was_sent ON billing_payoutreversal")

    turns_red(test, funded, sent, 4_000, 201)
