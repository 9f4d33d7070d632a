"""Payouts by hand: a file for whoever pays, what was paid with its reference, and what came back."""

import csv
import io
import uuid
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from billing import payees as product
from billing import payouts_by_hand
from billing.exceptions import Refused
from billing.models import PayoutLine
from billing.simulated.server import FakeStripe
from catalog.models import Artist
from ledger.balances import read_balance
from tests.billing import payees

pytestmark = pytest.mark.django_db


def manage(*arguments: Any) -> str:
    out = io.StringIO()
    call_command("payouts", *map(str, arguments), stdout=out)
    return out.getvalue()


@pytest.fixture
def line(fake_provider: FakeStripe, artist: Artist) -> PayoutLine:
    party = payees.get_party(artist)
    manage("by-hand", party.pk, "=vendor 7")
    payees.owe(party, 4_250)
    payees.run()
    assert payees.work_all() == 0
    return payees.only_line()


def payable(line: PayoutLine) -> int:
    return -read_balance(f"party:{line.party_id}:payable", "EUR", book="simulated")


def test_the_file_has_what_is_to_be_paid_and_says_that_it_is_practice(line: PayoutLine) -> None:
    [row] = csv.DictReader(io.StringIO(manage("csv").removeprefix("\ufeff")))

    assert (row["payout"], row["currency"], row["amount"]) == (str(line.pk), "EUR", "42.50")
    assert (row["account"], row["payment_reference"]) == ("'=vendor 7", "DO NOT PAY: simulated")


def test_what_was_paid_has_its_reference_and_is_on_the_ledger(line: PayoutLine) -> None:
    manage("paid", line.pk, "BANK-2026-17")

    line.refresh_from_db()
    assert (line.state, line.reference, payable(line)) == ("sent", "BANK-2026-17", 0)
    assert read_balance("payout:in_transit", "EUR", book="simulated") == -4_250
    assert read_balance("stripe:clearing", "EUR", book="simulated") == 0  # nothing moved at the provider
    assert not payouts_by_hand.list_waiting().exists()


def test_nobody_is_marked_as_paid_twice_or_without_a_reference(line: PayoutLine) -> None:
    with pytest.raises(CommandError):
        manage("paid", line.pk, " ")
    manage("paid", line.pk, "BANK-1")
    with pytest.raises(CommandError):
        manage("paid", line.pk, "BANK-2")
    with pytest.raises(CommandError):
        manage("paid", uuid.uuid4(), "BANK-2")
    with pytest.raises(CommandError):
        manage("reverse", line.pk, "1.00")

    line.refresh_from_db()
    assert line.reference == "BANK-1"


def test_what_came_back_is_payable_again(line: PayoutLine) -> None:
    manage("paid", line.pk, "BANK-1")
    manage("returned", line.pk, "2.50", "BANK-2")
    line.refresh_from_db()
    assert (line.state, line.amount_reversed, payable(line)) == ("sent", 250, 250)
    with pytest.raises(CommandError):
        manage("returned", line.pk, "40.01", "BANK-3")
    manage("returned", line.pk, "40.00", "BANK-3")

    line.refresh_from_db()
    assert (line.state, payable(line)) == ("reversed", 4_250)
    assert read_balance("payout:in_transit", "EUR", book="simulated") == 0


def test_a_payout_that_waits_can_be_held_back(line: PayoutLine) -> None:
    manage("hold", line.pk)

    line.refresh_from_db()
    assert (line.state, line.reason, payable(line)) == ("held", "operator", 4_250)
    with pytest.raises(Refused):
        payouts_by_hand.mark_paid(line, "BANK-1", by="system:operator")


def test_an_operator_sees_runs_and_their_payouts(fake_provider: FakeStripe, line: PayoutLine) -> None:
    product.pay_by_hand(line.party, "vendor 8", by="system:operator")
    payees.owe(line.party, 2_000)
    manage("paid", line.pk, "BANK-1")
    name = manage("prepare").split()[0]

    assert f"{name}\twaits for approval\t1 payouts" in manage("list")
    assert "€20.00\tmanual\tdraft" in manage("show", name)
    assert manage("approve", name) == "1 payouts leave.\n"
    with pytest.raises(CommandError):
        manage("approve", name)
