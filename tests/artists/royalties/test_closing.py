"""A month is closed: what fans paid is earned, shared out, and stands on a statement that adds up."""

from typing import Any

import pytest

from billing.models import EarnedShare, Invoice
from billing.recognition import next_month
from catalog.models import Artist
from ledger import chain, check
from ledger.balances import read_balance, read_balances
from rights import parties
from tests.artists.royalties import scene
from tests.billing.fan_scene import Scene, assert_books_agree

pytestmark = pytest.mark.django_db


@pytest.fixture
def paid(fake_provider: Any, artist: Artist) -> Scene:
    return scene.begin(fake_provider, artist)


def test_a_month_is_shared_as_was_agreed_and_stands_on_a_statement(paid: Scene, artist: Artist) -> None:
    [statement] = scene.close(scene.this_month())

    assert Invoice.objects.get().scheme is not None
    assert (statement.party, statement.earned, statement.closing) == (parties.get_artist_party(artist), 320, 320)
    assert read_balance(f"party:{statement.party_id}:payable", "EUR", book=scene.BOOK) == -320
    assert read_balance("platform:revenue", "EUR", book=scene.BOOK) == -80
    assert not any(read_balances(book=scene.BOOK, under="deferred").values())
    assert not any(read_balances(book=scene.BOOK, under="pool").values())
    [line] = statement.lines.all()
    assert (line.tier_name, line.units, line.gross, line.basis, line.share, line.amount) == (
        "Harbour", 1, 400, 400, 800_000, 320
    )  # fmt: skip
    assert_books_agree(paid)
    assert list(check.find_faults([statement.closed_month.head])) == []


def test_closing_a_month_again_changes_nothing(paid: Scene) -> None:
    [statement] = scene.close(scene.this_month())
    before = chain.extend()

    assert scene.close(scene.this_month()) == [statement]
    assert chain.extend() == before


def test_a_refund_after_the_close_takes_from_the_parties_and_stands_on_the_next_statement(
    paid: Scene, settings: Any
) -> None:
    settings.PAYOUT_DAY = 1  # the run of the month takes the debt, whatever day it is
    [first] = scene.close(scene.this_month())
    scene.refund(paid, 100)

    assert sum(EarnedShare.objects.values_list("amount", flat=True)) == 300
    assert read_balance(f"party:{first.party_id}:payable", "EUR", book=scene.BOOK) == -240
    [second] = scene.close(next_month(scene.this_month()))
    assert (second.opening, second.returned, second.closing, second.recoverable) == (320, -80, 240, 0)
    assert_books_agree(paid)


def test_a_whole_refund_leaves_nobody_anything(paid: Scene) -> None:
    scene.close(scene.this_month())
    scene.refund(paid, 150)
    scene.refund(paid, 250)

    totals: dict[str, int] = {}
    for share in EarnedShare.objects.all():
        totals[share.party] = totals.get(share.party, 0) + share.amount
    assert set(totals.values()) == {0}
    assert_books_agree(paid)
