"""`manage.py ledger` says whether the ledger adds up and its history is what it was."""

import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext

from ledger import accounts, chain, check, posting
from ledger.models import Transaction
from ledger.posting import Leg, Posting
from tests.ledger.factories import BOOK, post_charge
from tests.ledger.test_chain import as_superuser
from tests.servers import Database


@pytest.mark.django_db
def test_a_ledger_that_adds_up_passes(capsys: pytest.CaptureFixture[str]) -> None:
    posting.reverse(post_charge(), key="undo")

    call_command("ledger", "check")

    head = chain.read_head()
    assert head is not None
    assert capsys.readouterr().out == (
        f"Every transaction adds up, and the chain is whole.\n{head.position} {head.hash}\n"
    )
    call_command("ledger", "check", head=[head.hash])
    call_command("ledger", "head")


@pytest.mark.django_db
def test_an_empty_ledger_passes(capsys: pytest.CaptureFixture[str]) -> None:
    call_command("ledger", "check")

    assert capsys.readouterr().out.splitlines()[-1] == "The ledger is empty."


@pytest.mark.django_db
def test_a_head_that_was_printed_must_be_in_the_chain_still(capsys: pytest.CaptureFixture[str]) -> None:
    post_charge()

    with pytest.raises(CommandError, match="1 faults"):
        call_command("ledger", "check", head=["0" * 64])

    assert capsys.readouterr().err == f"the chain has no hash {'0' * 64}\n"


@pytest.mark.django_db
def test_nothing_is_lost_to_rounding_and_what_nobody_placed_is_told(capsys: pytest.CaptureFixture[str]) -> None:
    legs = [Leg(accounts.CLEARING, 3), Leg(accounts.SUSPENSE, -2), Leg(accounts.ROUNDING, -1)]
    posting.post(Posting("a", "charge", "EUR", legs), book=BOOK)

    with pytest.raises(CommandError, match="1 faults"):
        call_command("ledger", "check")

    told = capsys.readouterr()
    assert told.err == "rounding has -1 EUR in the book simulated, and must have nothing\n"
    assert told.out == "suspense of simulated: -2 EUR in minor units wait to be placed\n"


@pytest.mark.parametrize(
    ("change", "found"),
    [
        (
            "UPDATE ledger_entry SET amount = amount + 1 WHERE amount = 500",
            {"a: 3 entries add up to 1", "all entries of EUR in the book simulated add up to 1"},
        ),
        ("DELETE FROM ledger_entry", {"a: 0 entries add up to 0"}),
        ("DELETE FROM ledger_chainlink", {"1 transactions have no link, so the chain will never have them"}),
    ],
)
def test_each_fault_is_named(committing_db: Database, change: str, found: set[str]) -> None:
    post_charge("a")

    as_superuser(change)

    assert set(check.find_faults()) == found


@pytest.mark.django_db
def test_the_check_takes_as_many_queries_for_many_transactions_as_for_one() -> None:
    counts = []
    for number in (1, 3):
        for n in range(number):
            post_charge(f"inv:{number}:{n}")
        chain.extend()
        with CaptureQueriesContext(connection) as queries:
            assert list(check.find_faults()) == []
        counts.append(len(queries))

    assert counts[0] == counts[1]
    assert Transaction.objects.count() == 4
