"""Raw SQL with the app role against the ledger: the database refuses."""

import pytest
from django.db import IntegrityError, connection, transaction

from ledger import chain, posting
from ledger.models import Account, ChainLink, Entry, Transaction
from tests.adversarial.test_database_constraints import refused, sql
from tests.ledger.factories import BOOK, charge, post_charge

pytestmark = pytest.mark.django_db

NEW = """
WITH new AS (
    INSERT INTO ledger_transaction (book, key, kind, currency, facts) VALUES ('simulated', %s, 'charge', 'EUR', '{{}}')
    RETURNING id
)
INSERT INTO ledger_entry (transaction_id, account_id, book, currency, amount)
SELECT new.id, account, book, currency, amount FROM new, (VALUES {}) AS legs (account, book, currency, amount)
"""
ADD = """
INSERT INTO ledger_entry (transaction_id, account_id, book, currency, amount)
SELECT %s, account, book, currency, amount FROM (VALUES {}) AS legs (account, book, currency, amount)
"""
TRANSACTION = """
INSERT INTO ledger_transaction (id, book, key, kind, currency, facts, reverses_id)
OVERRIDING SYSTEM VALUE VALUES (%s, %s, %s, 'charge', %s, '{}', %s)
"""


@pytest.fixture
def posted() -> Transaction:
    """A charge in euros, and accounts of another currency and another book beside it."""
    posting.post(charge(currency="USD"), book="live")
    posting.post(charge("inv:2:charge", currency="JPY"), book=BOOK)
    return post_charge()


def account(code: str, currency: str = "EUR", book: str = BOOK) -> int:
    return Account.objects.get(code=code, currency=currency, book=book).pk


def legs(*amounts: int, currency: str = "EUR", book: str = "simulated") -> str:
    """SQL values of legs of two accounts of the fixture in turn."""
    of = [account("stripe:clearing"), account("tax:payable")]
    return ", ".join(f"({of[n % 2]}, '{book}', '{currency}', {amount})" for n, amount in enumerate(amounts))


def check_at_commit() -> None:
    """What is checked at the end of a transaction is checked now: tests are rolled back."""
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("SET CONSTRAINTS ALL DEFERRED")


def test_balanced_legs_in_raw_sql_are_stored_so_the_attacks_fail_for_their_reason(posted: Transaction) -> None:
    sql(NEW.format(legs(500, -500)), "raw")
    check_at_commit()

    assert Transaction.objects.get(key="raw").entries.count() == 2


@pytest.mark.parametrize("amounts", [(500, -499), (500,), (1, 1), (2**62, 2**62, 2**62, 2**62)])
def test_legs_that_do_not_add_up_are_refused(posted: Transaction, amounts: tuple[int, ...]) -> None:
    refused("add up to zero", NEW.format(legs(*amounts)), "raw")


def test_an_amount_is_a_whole_number_that_is_not_zero(posted: Transaction) -> None:
    refused("an_entry_moves_something", NEW.format(legs(0, 0)), "raw")
    sql(NEW.format(legs(500, -500)).replace("500", "500.4"), "raw")  # bigint: PostgreSQL rounds, and keeps no fraction

    assert set(Entry.objects.filter(transaction__key="raw").values_list("amount", flat=True)) == {500, -500}


def test_a_transaction_without_legs_is_refused_at_commit(posted: Transaction) -> None:
    sql(TRANSACTION, 9_000, "simulated", "raw", "EUR", None)

    with pytest.raises(IntegrityError, match="a transaction has entries"):
        check_at_commit()


def test_balanced_legs_are_not_added_to_an_old_transaction(posted: Transaction) -> None:
    """Its sum would still be zero, and its history another one."""
    refused("none are added later", ADD.format(legs(7, -7)), posted.pk)


def test_balanced_legs_are_not_added_in_the_same_database_transaction_either(posted: Transaction) -> None:
    sql(NEW.format(legs(500, -500)), "raw")

    refused("none are added later", ADD.format(legs(7, -7)), Transaction.objects.get(key="raw").pk)


def test_one_statement_does_not_hide_legs_behind_others(posted: Transaction) -> None:
    twice = f"WITH first AS ({ADD.format(legs(7, -7))} RETURNING 1) {ADD.format(legs(5, -5))}"
    first = f"WITH first AS ({ADD.format(legs(7))} RETURNING 1) {ADD.format(legs(0, -7).partition('), ')[2])}"

    refused("none are added later", twice, posted.pk, posted.pk)
    refused("none are added later", first, posted.pk, posted.pk)


def test_checks_that_come_early_leave_no_way_in(posted: Transaction) -> None:
    with transaction.atomic():
        sql(NEW.format(legs(500, -500)), "raw")
        check_at_commit()

        refused("add up to zero", ADD.format(legs(7)), Transaction.objects.get(key="raw").pk)
        refused("none are added later", ADD.format(legs(7, -7)), Transaction.objects.get(key="raw").pk)


def test_currencies_are_not_mixed(posted: Transaction) -> None:
    yen = account("stripe:clearing", "JPY")
    mixed = f"({yen}, 'simulated', '{{}}', 5), ({account('tax:payable')}, 'simulated', 'EUR', -5)"

    refused("of_an_account_of_the_same_book_and_currency", NEW.format(mixed.format("EUR")), "raw")
    refused("of_its_transaction", NEW.format(mixed.format("JPY")), "raw")
    both = "of_its_transaction|of_an_account_of_the_same_book_and_currency"  # PostgreSQL checks them in no set order
    refused(both, NEW.format(legs(5, -5, currency="JPY")), "raw")


def test_books_are_not_mixed(posted: Transaction) -> None:
    live = account("stripe:clearing", "USD", "live")
    mixed = f"({live}, '{{}}', '{{}}', 5), ({account('tax:payable')}, 'simulated', 'EUR', -5)"

    refused("of_an_account_of_the_same_book_and_currency", NEW.format(mixed.format("simulated", "EUR")), "raw")
    refused("of_its_transaction", NEW.format(mixed.format("live", "USD")), "raw")
    refused("a_transaction_is_in_a_book", TRANSACTION, 9_000, "mine", "raw", "EUR", None)


def test_a_key_is_not_posted_twice(posted: Transaction) -> None:
    refused("a_key_is_posted_once", NEW.format(legs(500, -500)), posted.key)


def test_a_transaction_is_reversed_once_and_by_its_opposite(posted: Transaction) -> None:
    half = NEW.replace("facts)", "facts, reverses_id)").replace("'{{}}')", "'{{}}', %s)")

    refused("is its opposite", half.format(legs(-250, 250)), "half", posted.pk)
    posting.reverse(posted, key="whole")
    refused("reverses_id", TRANSACTION, 9_002, "simulated", "again", "EUR", posted.pk)
    refused("a_transaction_reverses_another", TRANSACTION, 9_003, "simulated", "itself", "EUR", 9_003)
    other = Transaction.objects.get(key="inv:2:charge")
    refused(
        "reverses_the_same_book_and_currency", TRANSACTION, 9_004, "simulated", "of another currency", "EUR", other.pk
    )


def test_nothing_is_reversed_before_it_has_legs(posted: Transaction) -> None:
    clearing = account("stripe:clearing")
    nothing = f"({clearing}, 'simulated', 'EUR', 5), ({clearing}, 'simulated', 'EUR', -5)"
    both = f"WITH one AS ({TRANSACTION}), other AS ({TRANSACTION}) {ADD.format(nothing)}"
    later, opposite = (9_001, "simulated", "later", "EUR", None), (9_002, "simulated", "opposite", "EUR", 9_001)

    refused("is its opposite", both, *later, *opposite, 9_002)


def test_an_account_is_one_of_the_chart(posted: Transaction) -> None:
    insert = "INSERT INTO ledger_account (book, code, currency, kind) VALUES ('simulated', %s, %s, %s)"

    refused("an_account_is_in_the_chart", insert, "mine", "EUR", "asset")
    refused("an_account_is_in_the_chart", insert, "rounding\n", "EUR", "expense")
    refused("an_account_is_in_the_chart", insert, "party:1:accrued", "EUR", "income")
    refused("an_account_has_a_currency", insert, "rounding", "eur", "expense")
    refused("one_account_a_code", insert, "stripe:clearing", "EUR", "asset")


@pytest.mark.parametrize(
    ("table", "column"),
    [("ledger_account", "code"), ("ledger_transaction", "facts"), ("ledger_entry", "amount")],
)
def test_the_app_role_changes_and_removes_nothing(posted: Transaction, table: str, column: str) -> None:
    for statement in (f"UPDATE {table} SET {column} = {column}", f"DELETE FROM {table}", f"TRUNCATE {table} CASCADE"):
        refused("permission denied", statement)
    refused("must be owner", f"ALTER TABLE {table} DISABLE TRIGGER ALL")
    refused("permission denied", "SET LOCAL session_replication_role = replica")


def test_the_owner_runs_into_the_triggers(posted: Transaction) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT tgrelid::regclass::text FROM pg_trigger WHERE tgname IN ('append_only', 'never_removed')"
            " AND tgrelid::regclass::text LIKE 'ledger_%%' ORDER BY 1"
        )
        guarded = [row[0] for row in cursor.fetchall()]

    assert guarded == ["ledger_account", "ledger_chainlink", "ledger_entry", "ledger_transaction"]


def test_a_transaction_is_dated_by_the_clock(posted: Transaction) -> None:
    dated = NEW.replace("facts)", "facts, at)").replace("'{{}}')", "'{{}}', '2001-01-01')")
    sql(dated.format(legs(500, -500)), "raw")

    assert Transaction.objects.get(key="raw").at.year >= 2026


# The chain


def test_every_transaction_has_a_link_that_nobody_can_make_or_remove(posted: Transaction) -> None:
    sql(NEW.format(legs(500, -500)), "raw")

    assert ChainLink.objects.filter(transaction__key="raw").values_list("position", "hash").get() == (None, None)
    refused("permission denied", "INSERT INTO ledger_chainlink (transaction_id) VALUES (1)")
    refused("permission denied", "DELETE FROM ledger_chainlink")
    refused("permission denied", "TRUNCATE ledger_chainlink")
    refused("permission denied", "UPDATE ledger_chainlink SET transaction_id = transaction_id")
    refused(
        "permission denied", "CREATE TRIGGER mine AFTER INSERT ON ledger_account EXECUTE FUNCTION ledger_add_links()"
    )


def test_a_link_says_what_the_database_computes_and_is_written_once(posted: Transaction) -> None:
    sql("UPDATE ledger_chainlink SET position = 77, hash = repeat('0', 64)")

    assert list(ChainLink.objects.order_by("position").values_list("position", flat=True)) == [1, 2, 3]
    assert list(chain.find_breaks()) == []
    refused("history is not changed", "UPDATE ledger_chainlink SET position = NULL, hash = NULL")
    refused("history is not changed", "UPDATE ledger_chainlink SET hash = repeat('0', 64)")
