"""Raw SQL with the app role against payees and payouts: the database refuses to pay twice, too much, or others."""

import copy
from typing import Any

import pytest
from django.db import connection
from pytest_django import Settings

from billing import payout_runs, reversals
from billing.models import PayeeAccount, PayoutLine
from billing.simulated.server import FakeStripe
from catalog.models import Artist
from tests import factories
from tests.adversarial.test_database_constraints import refused, sql
from tests.billing import factories as billing
from tests.billing import payees

pytestmark = pytest.mark.django_db
NEW_LINE = """
INSERT INTO billing_payoutline (id, run_id, book, party_id, account_id, method, currency, amount, state, reason)
VALUES (gen_random_uuid(), %s, %s, %s, %s, %s, %s, %s, %s, %s)
"""
NEW_REVERSAL = """
INSERT INTO billing_payoutreversal (id, line_id, book, amount, state, wanted_by)
VALUES (gen_random_uuid(), %s, %s, %s, %s, '')
"""
NEW_ACCOUNT = """
INSERT INTO billing_payeeaccount
    (id, party_id, book, method, country, provider_id, requirements, opened_by, transfers_active)
VALUES (gen_random_uuid(), %s, %s, %s, %s, %s, '[]', 'x', %s)
"""
MOVE = "UPDATE billing_payoutline SET state = %s, reason = %s WHERE id = %s"
SENT = "UPDATE billing_payoutline SET state = 'sent', transfer_id = 'tr_9', sent_at = now() WHERE id = %s"
POST = """
WITH posted AS (
    INSERT INTO ledger_transaction (book, key, kind, currency, facts) VALUES ('simulated', %s, 'transfer', 'EUR', '{}')
    RETURNING id
)
INSERT INTO ledger_entry (transaction_id, account_id, book, currency, amount)
SELECT posted.id, account.id, 'simulated', 'EUR', CASE code WHEN 'stripe:clearing' THEN -%s ELSE %s END
FROM posted, ledger_account account WHERE code IN ('stripe:clearing', %s) AND currency = 'EUR' AND book = 'simulated'
"""


@pytest.fixture(scope="module")
def module_account(module_artist: Artist) -> tuple[FakeStripe, PayeeAccount]:
    with billing.run_fake() as fake:
        payees.fund(fake, 100_000)
        found = payees.onboard(module_artist, fake)
        payees.owe(found.party, 4_200)
        payees.recover(found.party, 1)  # so that the ledger has the account of clearing
    return fake, found


@pytest.fixture
def fake_provider(
    module_account: tuple[FakeStripe, PayeeAccount], settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> FakeStripe:
    settings.PAYMENTS = "simulated"
    return billing.connect_fake(monkeypatch, copy.deepcopy(module_account[0]))


@pytest.fixture
def account(db: None, module_account: tuple[FakeStripe, PayeeAccount], fake_provider: FakeStripe) -> PayeeAccount:
    return copy.deepcopy(module_account[1])


@pytest.fixture
def line(account: PayeeAccount) -> PayoutLine:
    payees.run()
    return payees.only_line()


def check_promises() -> None:
    sql("SET CONSTRAINTS ALL IMMEDIATE")
    sql("SET CONSTRAINTS ALL DEFERRED")


def refused_at_commit(promise: str, statement: str, *values: Any) -> None:
    """The statement is taken, and the transaction is not."""
    sql("SET CONSTRAINTS ALL IMMEDIATE")
    refused(promise, statement, *values)
    sql("SET CONSTRAINTS ALL DEFERRED")


def post_transfer(line: PayoutLine, amount: int) -> None:
    sql(POST, line.ledger_key, amount, amount, f"party:{line.party_id}:payable")


TABLES = ["payeeaccount", "payoutrun", "payoutline", "payoutreversal", "movement", "drift"]


@pytest.mark.parametrize("table", TABLES)
@pytest.mark.parametrize("statement", ["DELETE FROM billing_{}", "TRUNCATE billing_{} CASCADE"])
def test_nothing_is_removed(line: PayoutLine, table: str, statement: str) -> None:
    refused("permission denied", statement.format(table))


@pytest.mark.parametrize(
    "change", ["amount = 1", "party_id = 1", "currency = 'USD'", "account_id = NULL", "recouped = 0", "book = 'live'"]
)
def test_what_a_payout_is_of_does_not_change(line: PayoutLine, change: str) -> None:
    refused("permission denied", f"UPDATE billing_payoutline SET {change}")


def test_a_party_has_one_open_payout_of_a_currency(line: PayoutLine) -> None:
    payees.owe(line.party, 4_200)

    new = (line.run_id, "simulated", line.party_id, line.account_id, "stripe", "EUR", 100, "draft", "")
    refused("one_open_payout_a_party", NEW_LINE, *new)


def test_a_payout_is_no_more_than_what_is_payable(account: PayeeAccount) -> None:
    run = payout_runs.prepare("2026-11", by="system:operator")
    payout_runs.hold(payees.only_line(), by="system:operator")
    new = (run.pk, "simulated", account.party_id, account.pk, "stripe", "EUR")

    refused("no more than what is payable", NEW_LINE, *new, 4_201, "draft", "")
    sql(NEW_LINE, *new, 4_199, "draft", "")


def test_a_payout_goes_to_its_party_in_its_book(line: PayoutLine, fake_provider: FakeStripe) -> None:
    other = payees.onboard(factories.create_artist("Ola Tide"), fake_provider)
    payees.owe(other.party, 4_200)
    new = (line.run_id, "simulated", other.party_id)

    refused_at_commit("an_account_of_its_party", NEW_LINE, *new, line.account_id, "stripe", "EUR", 9, "draft", "")
    refused("goes_to_an_account", NEW_LINE, *new, None, "", "EUR", 9, "draft", "")
    held = (line.run_id, "test", other.party_id, None, "", "EUR", 9, "held", "minimum")
    refused_at_commit("in_the_book_of_its_run", NEW_LINE, *held)


def test_what_is_held_has_a_reason_and_what_is_not_has_none(line: PayoutLine) -> None:
    refused("has_a_reason", MOVE, "held", "", line.pk)
    refused("has_a_reason", MOVE, "submitting", "minimum", line.pk)


def test_a_payout_begins_as_a_draft_and_leaves_after_approval(account: PayeeAccount) -> None:
    run = payout_runs.prepare("2026-11", by="system:operator")
    line = payees.only_line()
    new = (run.pk, "simulated", account.party_id, account.pk, "stripe", "USD")

    refused("begins as a draft", NEW_LINE, *new, 100, "approved", "")
    refused("after its run was approved", MOVE, "approved", "", line.pk)
    refused("history is not changed", MOVE, "submitting", "", line.pk)
    sql("UPDATE billing_payoutrun SET approved_at = now(), approved_by = 'x'")
    sql(MOVE, "approved", "", line.pk)
    refused("history is not changed", "UPDATE billing_payoutrun SET approved_by = 'y'")
    refused("history is not changed", MOVE, "draft", "", line.pk)
    refused("history is not changed", SENT, line.pk)


def test_what_is_sent_is_on_the_ledger_with_the_same_amount(line: PayoutLine) -> None:
    sql(MOVE, "submitting", "", line.pk)
    refused("what_was_sent_says_how", MOVE, "sent", "", line.pk)
    refused_at_commit("the ledger has what was sent", SENT, line.pk)
    post_transfer(line, line.amount - 1)
    refused_at_commit("the ledger has what was sent", SENT, line.pk)


def test_what_is_not_sent_is_not_on_the_ledger(line: PayoutLine) -> None:
    payees.owe(line.party, 9_000)
    check_promises()
    post_transfer(line, line.amount)

    refused_at_commit("the ledger has what was sent", MOVE, "submitting", "", line.pk)


def test_what_was_sent_has_its_transfer_and_keeps_it(line: PayoutLine, fake_provider: FakeStripe) -> None:
    payees.work_all()
    check_promises()

    for change in ("transfer_id = 'tr_8'", "sent_at = now() + interval '1 day'", "transfer_id = NULL"):
        refused("history is not changed", f"UPDATE billing_payoutline SET {change}")
    for state, reason in (("submitting", ""), ("approved", ""), ("held", "operator"), ("failed", "refused")):
        refused("history is not changed", MOVE, state, reason, line.pk)
    refused("no_more_comes_back", MOVE, "reversed", "", line.pk)


def test_simulated_money_is_never_paid(line: PayoutLine) -> None:
    payees.work_all()

    refused("only_real_money_is_paid", MOVE, "paid", "", line.pk)


def test_no_more_comes_back_than_was_sent(line: PayoutLine) -> None:
    refused("no more comes back", NEW_REVERSAL, line.pk, "simulated", 1, "wanted")
    payees.work_all()
    refused("no more comes back", NEW_REVERSAL, line.pk, "simulated", line.amount + 1, "wanted")
    sql(NEW_REVERSAL, line.pk, "simulated", line.amount - 1, "wanted")
    refused("no more comes back", NEW_REVERSAL, line.pk, "simulated", 2, "wanted")
    refused("what_came_back_says_how", "UPDATE billing_payoutreversal SET state = 'done'")
    sql("UPDATE billing_payoutreversal SET error = ''")


def test_what_came_back_is_on_the_ledger(line: PayoutLine) -> None:
    payees.work_all()
    reversals.want(line, 100, by="system:operator")

    done = "UPDATE billing_payoutreversal SET state = 'done', provider_id = 'trr_1'"
    refused_at_commit("the ledger has what came back", done)
    refused_at_commit("the ledger has what came back", "UPDATE billing_payoutline SET amount_reversed = 100")
    payees.work_all()
    check_promises()
    refused("history is not changed", "UPDATE billing_payoutreversal SET state = 'refused', provider_id = NULL")
    refused("history is not changed", "UPDATE billing_payoutline SET amount_reversed = 0")


def test_a_party_is_paid_in_one_place_that_stays_the_same(account: PayeeAccount) -> None:
    refused("paid_in_one_place", NEW_ACCOUNT, account.party_id, "simulated", "stripe", "DE", None, False)
    refused("history is not changed", "UPDATE billing_payeeaccount SET provider_id = 'acct_of_somebody_else'")
    refused("history is not changed", "UPDATE billing_payeeaccount SET country = 'FR'")
    refused("permission denied", "UPDATE billing_payeeaccount SET party_id = party_id + 1")
    refused("has_a_reference", "UPDATE billing_payeeaccount SET method = 'manual'")


def test_an_account_is_of_one_verified_party(account: PayeeAccount) -> None:
    other = payees.get_party(factories.create_artist("Ola Tide"))

    refused("of_one_party", NEW_ACCOUNT, other.pk, "simulated", "stripe", "DE", account.provider_id, False)
    refused("only_an_account_gets_transfers", NEW_ACCOUNT, other.pk, "simulated", "stripe", "DE", None, True)
    sql("INSERT INTO rights_party (kind, name) VALUES ('label', 'Nobody verified us')")
    with connection.cursor() as cursor:
        cursor.execute("SELECT id FROM rights_party WHERE verified_at IS NULL AND kind = 'label'")
        [unverified] = cursor.fetchone()
    refused("a verified rightsholder is paid", NEW_ACCOUNT, unverified, "simulated", "stripe", "DE", None, False)


def test_a_drift_that_ended_stays_so(account: PayeeAccount) -> None:
    sql("INSERT INTO billing_drift (book, kind, reference, currency) VALUES ('simulated', 'balance', 'x', 'EUR')")
    sql("UPDATE billing_drift SET ended_at = now()")

    refused("history is not changed", "UPDATE billing_drift SET ended_at = NULL")
    refused("permission denied", "UPDATE billing_drift SET kind = 'movement'")
