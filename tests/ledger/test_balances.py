"""Balances and the lines of a statement are computed from the entries."""

from datetime import UTC, datetime

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from ledger import accounts, balances, posting
from ledger.accounts import PartyAccount
from ledger.models import Transaction
from ledger.posting import Leg, Posting
from tests.ledger.factories import BOOK, post_charge
from tests.servers import Database


def post_share(party: str, amount: int, *, key: str, account: PartyAccount = PartyAccount.ACCRUED) -> None:
    legs = [Leg(accounts.pool(1, "2026-11"), amount), Leg(accounts.party(party, account), -amount)]
    posting.post(Posting(key, "pool", "EUR", legs), book=BOOK)


@pytest.mark.django_db
def test_a_balance_is_of_one_account_in_one_currency_and_book() -> None:
    post_charge("a", 500)
    post_charge("b", 300)
    post_charge("c", 70, currency="JPY")

    assert balances.read_balance(accounts.CLEARING, "EUR", book=BOOK) == 800
    assert balances.read_balance(accounts.CLEARING, "JPY", book=BOOK) == 70
    assert balances.read_balance(accounts.CLEARING, "EUR", book="live") == 0
    assert balances.read_balance(accounts.PENDING, "EUR", book=BOOK) == 0


@pytest.mark.django_db
def test_the_accounts_of_one_party_are_not_those_of_another_that_begins_alike() -> None:
    post_share("party:1", 100, key="a")
    post_share("party:1", 40, key="b", account=PartyAccount.HELD)
    post_share("party:12", 7, key="c")

    with CaptureQueriesContext(connection) as queries:
        found = balances.read_balances(book=BOOK, under="party:1", currency="EUR")

    assert found == {("party:1:accrued", "EUR"): -100, ("party:1:held", "EUR"): -40}
    assert len(queries) == 1


@pytest.mark.django_db
def test_all_balances_of_a_book_add_up_to_zero_in_each_currency() -> None:
    post_charge("a", 500)
    post_charge("b", 300, currency="KWD")

    found = balances.read_balances(book=BOOK)

    assert {of: sum(amount for (_, each), amount in found.items() if each == of) for of in ("EUR", "KWD")} == {
        "EUR": 0,
        "KWD": 0,
    }
    assert found["tax:payable", "KWD"] == -80


def test_a_balance_can_be_asked_for_as_it_was(committing_db: Database) -> None:
    for key, amount in (("a", 500), ("b", 300), ("c", 100)):
        post_charge(key, amount)
    times = list(Transaction.objects.order_by("pk").values_list("at", flat=True))

    assert [balances.read_balance(accounts.CLEARING, "EUR", book=BOOK, until=at) for at in times] == [0, 500, 800]
    assert balances.read_balances(book=BOOK, under="stripe", until=times[1]) == {("stripe:clearing", "EUR"): 500}


def test_the_lines_of_an_account_have_the_balance_after_each(committing_db: Database) -> None:
    for key, amount in (("a", 500), ("b", 300), ("c", 100)):
        post_charge(key, amount)
    times = list(Transaction.objects.order_by("pk").values_list("at", flat=True))

    with CaptureQueriesContext(connection) as queries:
        lines = list(balances.list_lines(accounts.CLEARING, "EUR", book=BOOK))

    assert [(line.key, line.kind, line.amount, line.balance) for line in lines] == [
        ("a", "charge", 500, 500),
        ("b", "charge", 300, 800),
        ("c", "charge", 100, 900),
    ]
    assert [line.at for line in lines] == times
    assert len(queries) == 1
    since = list(balances.list_lines(accounts.CLEARING, "EUR", book=BOOK, since=times[1], until=times[2]))
    assert [(line.key, line.balance) for line in since] == [("b", 800)]
    assert list(balances.list_lines(accounts.CLEARING, "EUR", book=BOOK, since=datetime(2999, 1, 1, tzinfo=UTC))) == []
