"""A transaction is posted once, whole, and undone by its opposite."""

from dataclasses import replace

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext

from ledger import accounts, balances, chain, posting
from ledger.exceptions import AlreadyReversed, InvalidPosting, KeyReused
from ledger.models import Account, Book, Entry, Transaction
from ledger.posting import Leg, Posting
from tests.concurrency import run_at_once
from tests.ledger.factories import BOOK, charge, post_charge
from tests.servers import Database


def legs_of(posted: Transaction) -> list[tuple[str, int]]:
    return list(posted.entries.order_by("pk").values_list("account__code", "amount"))


@pytest.mark.django_db
def test_a_transaction_is_stored_with_its_legs_and_its_accounts_are_opened() -> None:
    posted = posting.post(charge(), book=BOOK)

    assert legs_of(posted) == [("stripe:clearing", 500), ("tax:payable", -80), ("deferred:sub_1:2026-11", -420)]
    assert (posted.book, posted.key, posted.kind, posted.currency) == ("simulated", "inv:1:charge", "charge", "EUR")
    assert posted.facts == {"invoice": "in_1", "split_version": 3}
    assert dict(Account.objects.values_list("code", "kind")) == {
        "stripe:clearing": "asset",
        "tax:payable": "liability",
        "deferred:sub_1:2026-11": "liability",
    }


@pytest.mark.django_db
def test_the_same_transaction_posted_again_is_the_stored_one() -> None:
    first = posting.post(charge(), book=BOOK)

    again = posting.post(replace(charge(), legs=list(reversed(charge().legs))), book=BOOK)

    assert again == first
    assert (Transaction.objects.count(), Entry.objects.count()) == (1, 3)


@pytest.mark.django_db
@pytest.mark.parametrize(
    "other",
    [
        charge(amount=501),
        charge(tax=81),
        charge(currency="USD"),
        replace(charge(), kind="refund"),
        replace(charge(), facts={"invoice": "in_2"}),
        replace(charge(), legs=[*charge().legs, Leg(accounts.STRIPE_FEES, 35), Leg(accounts.CLEARING, -35)]),
    ],
)
def test_a_key_with_other_content_is_refused(other: Posting) -> None:
    posted = posting.post(charge(), book=BOOK)

    with pytest.raises(KeyReused, match="inv:1:charge was posted before, with other content"):
        posting.post(other, book=BOOK)

    assert legs_of(posted) == [tuple(leg) for leg in charge().legs]
    assert Transaction.objects.count() == 1


@pytest.mark.django_db
def test_a_key_is_of_one_book_alone() -> None:
    for book in Book:
        posting.post(charge(), book=book)

    assert [balances.read_balance(accounts.CLEARING, "EUR", book=book) for book in Book] == [500, 500, 500]


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("legs", "reason"),
    [
        ([], "0 legs add up to 0"),
        ([Leg(accounts.CLEARING, 500), Leg(accounts.TAX, -80)], "add up to 420"),
        ([Leg(accounts.CLEARING, 500), Leg("tax:payed", -500)], "no account 'tax:payed'"),
        ([Leg(accounts.CLEARING, 0), Leg(accounts.TAX, 0)], "0 is no amount"),
        ([Leg(accounts.CLEARING, 5.0), Leg(accounts.TAX, -5.0)], "5.0 is no amount"),  # type: ignore[arg-type]
        ([Leg(accounts.CLEARING, True), Leg(accounts.TAX, -1)], "True is no amount"),
        ([Leg(accounts.CLEARING, 2**63), Leg(accounts.TAX, -(2**63))], "is no amount"),
    ],
)
def test_legs_that_cannot_be_posted_are_named(legs: list[Leg], reason: str) -> None:
    with pytest.raises(InvalidPosting, match=reason):
        Posting("inv:1:charge", "charge", "EUR", legs)


@pytest.mark.django_db
def test_many_transactions_take_as_many_queries_as_one() -> None:
    posting.post(charge(), book=BOOK)
    with CaptureQueriesContext(connection) as of_one:
        posting.post(charge("inv:2:charge"), book=BOOK)
    with CaptureQueriesContext(connection) as of_many:
        posted = posting.post_all([charge(f"inv:{n}:charge") for n in range(50)], book=BOOK)

    assert (len(of_one), len(of_many)) == (3, 6)  # two of the fifty were stored before: they are read, with their legs
    assert len(posted) == 50
    assert balances.read_balance(accounts.CLEARING, "EUR", book=BOOK) == 50 * 500


@pytest.mark.django_db
def test_a_transaction_may_have_more_legs_than_a_query_has_parameters() -> None:
    parties = [Leg(accounts.party(f"party:{n}", accounts.PartyAccount.ACCRUED), -1) for n in range(14_000)]

    posted = posting.post(
        Posting("pool:1:2026-11", "pool", "EUR", [Leg(accounts.pool(1, "2026-11"), 14_000), *parties]), book=BOOK
    )

    assert posted.entries.count() == 14_001


@pytest.mark.django_db
def test_one_batch_does_not_give_a_key_two_contents() -> None:
    with pytest.raises(KeyReused, match="two contents"):
        posting.post_all([charge(), charge(amount=501)], book=BOOK)

    assert len(posting.post_all([charge(), charge()], book=BOOK)) == 1


# Undoing


@pytest.mark.django_db
def test_the_opposite_of_a_transaction_leaves_nothing_of_it() -> None:
    posted = post_charge()

    undone = posting.reverse(posted, key="inv:1:undo", invoice="in_1")

    assert legs_of(undone) == [("stripe:clearing", -500), ("tax:payable", 80), ("deferred:sub_1:2026-11", 420)]
    assert (undone.reverses, undone.currency, undone.book) == (posted, "EUR", BOOK)
    assert set(balances.read_balances(book=BOOK).values()) == {0}


@pytest.mark.django_db
def test_a_transaction_is_reversed_once() -> None:
    posted = post_charge()
    undone = posting.reverse(posted, key="inv:1:undo")

    assert posting.reverse(posted, key="inv:1:undo") == undone
    with pytest.raises(AlreadyReversed, match="inv:1:undo-again"):
        posting.reverse(posted, key="inv:1:undo-again")
    assert balances.read_balance(accounts.CLEARING, "EUR", book=BOOK) == 0


# Several processes


def test_processes_that_post_the_same_at_once_store_it_once(committing_db: Database) -> None:
    results = run_at_once(*[lambda: post_charge().pk] * 8)

    assert len(set(results)) == 1, results
    assert (Transaction.objects.count(), Entry.objects.count(), Account.objects.count()) == (1, 3, 3)


def test_processes_that_post_other_content_at_once_leave_one(committing_db: Database) -> None:
    calls = [(lambda amount=amount: post_charge(amount=amount).pk) for amount in (500, 501, 502, 503)]

    results = run_at_once(*calls)

    assert sorted(type(result).__name__ for result in results) == ["KeyReused", "KeyReused", "KeyReused", "int"]
    assert Transaction.objects.count() == 1


def test_processes_that_post_the_same_batches_in_another_order_do_not_block_each_other(
    committing_db: Database,
) -> None:
    keys = [f"inv:{n}:charge" for n in range(200)]
    batches = [[charge(key) for key in order] for order in (keys, keys[::-1])]
    calls = [transaction.atomic(lambda batch=batch: len(posting.post_all(batch, book=BOOK))) for batch in batches * 2]

    assert run_at_once(*calls) == [200] * 4
    assert Transaction.objects.count() == 200


def test_a_session_that_began_with_an_empty_ledger_reads_no_whole_table(committing_db: Database) -> None:
    """It keeps the plans of then. Reading the table for each transaction, postings became slower with every one."""

    def read_scanned_rows() -> int:
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_stat_force_next_flush()")
            cursor.execute("SELECT seq_tup_read FROM pg_stat_user_tables WHERE relname = 'ledger_entry'")
            return int(cursor.fetchone()[0])

    for n in range(20):
        post_charge(f"first:{n}")
        chain.extend()
    before = read_scanned_rows()
    with transaction.atomic():
        posting.post_all([charge(f"more:{n}") for n in range(20)], book=BOOK)
    for n in range(20):
        post_charge(f"last:{n}")
    chain.extend()

    assert read_scanned_rows() == before


def test_posting_outside_a_transaction_is_refused(committing_db: Database) -> None:
    with pytest.raises(RuntimeError, match="in the transaction of what it tells"):
        posting.post(charge(), book=BOOK)
