"""Each event about money posts to the right accounts, and no unit is lost."""

import ast
import inspect
from collections import Counter
from types import ModuleType

import pytest

from billing import postings, recognition, refunds
from billing.refunds import Taken
from ledger import accounts, balances, posting
from ledger.exceptions import InvalidPosting
from ledger.posting import Posting
from rights.sales import PLATFORM
from rights.splits import ShareKey

DEFERRED = accounts.deferred("sub_1", "2026-11")
POOL = accounts.pool(7, "2026-11")
OWNER, WRITER = (
    ShareKey("party:1", "recording_owner", "recording:1"),
    ShareKey("party:2", "writer", "recording:1", "work:1"),
)
OURS = ShareKey(PLATFORM, "platform")
SHARES = {OURS: 84, OWNER: 200, ShareKey("party:1", "featured_artist", "recording:1"): 52, WRITER: 84}


def legs_of(posted: Posting) -> Counter[tuple[str, int]]:
    return Counter((leg.account, leg.amount) for leg in posted.legs)


def test_a_paid_invoice_is_deferred_without_tax_and_the_platform_pays_the_fee() -> None:
    posted = postings.charge("in_1", DEFERRED, currency="EUR", gross=500, tax=80, fee=35, is_fee_shared=False)

    assert (posted.key, posted.kind, posted.currency) == ("inv:in_1:charge", "charge", "EUR")
    assert posted.legs == (
        ("stripe:clearing", 500),
        ("tax:payable", -80),
        (DEFERRED, -420),
        ("fees:stripe", 35),
        ("stripe:clearing", -35),
    )


def test_a_shared_fee_is_deducted_before_the_split_and_still_shown() -> None:
    posted = postings.charge("in_1", DEFERRED, currency="EUR", gross=500, tax=80, fee=35, is_fee_shared=True)

    assert posted.legs[5:] == ((DEFERRED, 35), ("fees:stripe", -35))


def test_a_month_is_earned_by_the_platform_and_by_each_party() -> None:
    posted = postings.recognise("in_1", "202611", DEFERRED, SHARES, currency="EUR", split_version=3)

    assert posted.key == "inv:in_1:recog:202611"
    assert posted.facts == {"split_version": 3}
    assert legs_of(posted) == Counter(
        [(DEFERRED, 420), ("platform:revenue", -84), ("party:1:accrued", -252), ("party:2:accrued", -84)]
    )


def test_a_month_can_go_into_a_pool_that_is_divided_later() -> None:
    earned = postings.recognise("in_1", "202611", DEFERRED, {OURS: 84, ShareKey(POOL, "pool"): 336}, currency="EUR")
    closed = postings.close_pool(POOL, 1, {OWNER: 252, WRITER: 84}, currency="EUR")

    assert legs_of(earned) == Counter([(DEFERRED, 420), ("platform:revenue", -84), (POOL, -336)])
    assert closed.key == "pool:7:2026-11:1"
    assert legs_of(closed) == Counter([(POOL, 336), ("party:1:accrued", -252), ("party:2:accrued", -84)])


def test_a_statement_first_recoups_and_holds_what_cannot_be_paid() -> None:
    paid = postings.close_statement("9", "party:1", currency="EUR", accrued=252, recoverable=52, held=0)
    held = postings.close_statement("9", "party:1", currency="EUR", accrued=252, recoverable=0, held=100)
    owed = postings.close_statement("9", "party:1", currency="EUR", accrued=252, recoverable=900, held=0)

    assert paid.key == "stmt:9"
    assert legs_of(paid) == Counter([("party:1:accrued", 252), ("party:1:recoverable", -52), ("party:1:payable", -200)])
    assert legs_of(held) == Counter([("party:1:accrued", 252), ("party:1:held", -100), ("party:1:payable", -152)])
    assert legs_of(owed) == Counter([("party:1:accrued", 252), ("party:1:recoverable", -252)])
    released = postings.release_statement("9", "party:1", 252, currency="EUR")
    assert (released.key, legs_of(released)) == (
        "hold:9:release",
        Counter([("party:1:held", 252), ("party:1:payable", -252)]),
    )


def test_a_transfer_leaves_the_provider_and_may_come_back_in_parts() -> None:
    sent = postings.transfer("4", "party:1", 200, currency="EUR")
    back = postings.reverse_transfer("4", "trr_1", "party:1", 50, currency="EUR")

    assert (sent.key, legs_of(sent)) == ("xfer:4", Counter([("party:1:payable", 200), ("stripe:clearing", -200)]))
    assert (back.key, legs_of(back)) == (
        "xfer:4:reversal:trr_1",
        Counter([("stripe:clearing", 50), ("party:1:payable", -50)]),
    )


def test_a_refund_takes_what_is_short_of_a_party_from_its_later_earnings() -> None:
    taken = Taken(tax=16, fee=7, deferred=20, shares={OURS: 10, OWNER: 30, WRITER: 17})

    posted = postings.refund("re_1", taken, currency="EUR", deferred=DEFERRED, accrued={"party:1": 12, "party:2": 90})

    assert posted.key == "refund:re_1"
    assert legs_of(posted) == Counter(
        [
            ("tax:payable", 16),
            ("fees:stripe", 7),
            (DEFERRED, 20),
            ("platform:revenue", 10),
            ("party:1:accrued", 12),
            ("party:1:recoverable", 18),
            ("party:2:accrued", 17),
            ("stripe:clearing", -100),
        ]
    )


def test_a_dispute_is_pending_until_it_is_lost_or_won() -> None:
    taken = Taken(tax=80, fee=0, deferred=420, shares={})
    withdrawn = postings.withdraw_dispute("dp_1", 500, 2000, currency="EUR")
    lost = postings.lose_dispute("dp_1", taken, currency="EUR", deferred=DEFERRED, accrued={})
    won = postings.win_dispute("dp_1", 500, 0, currency="EUR")

    assert [withdrawn.key, lost.key, won.key] == ["dp:dp_1:withdrawn", "dp:dp_1:lost", "dp:dp_1:won"]
    assert legs_of(withdrawn) == Counter([("stripe:clearing", -2500), ("stripe:pending", 500), ("fees:dispute", 2000)])
    assert legs_of(lost) == Counter([("tax:payable", 80), (DEFERRED, 420), ("stripe:pending", -500)])
    assert legs_of(won) == Counter([("stripe:clearing", 500), ("stripe:pending", -500)])


@pytest.mark.parametrize(
    "call",
    [
        lambda: postings.charge("1", DEFERRED, currency="EUR", gross=-5, tax=0, fee=0, is_fee_shared=False),
        lambda: postings.charge("1", DEFERRED, currency="EUR", gross=5, tax=6, fee=0, is_fee_shared=False),
        lambda: postings.charge("1", DEFERRED, currency="EUR", gross=5, tax=1, fee=5, is_fee_shared=True),
        lambda: postings.charge("1", DEFERRED, currency="EUR", gross=0, tax=0, fee=0, is_fee_shared=True),
        lambda: postings.recognise("1", "202611", DEFERRED, {OURS: 5, OWNER: -1}, currency="EUR"),
        lambda: postings.recognise("1", "202611", DEFERRED, {}, currency="EUR"),
        lambda: postings.close_statement("1", "party:1", currency="EUR", accrued=5, recoverable=-1, held=0),
        lambda: postings.close_statement("1", "party:1", currency="EUR", accrued=5, recoverable=1, held=5),
        lambda: postings.transfer("1", "party:1", -5, currency="EUR"),
        lambda: postings.withdraw_dispute("1", 5, -1, currency="EUR"),
        lambda: postings.transfer("1", "Party One", 5, currency="EUR"),
    ],
)
def test_what_is_negative_or_moves_nothing_is_refused(call: "object") -> None:
    with pytest.raises(InvalidPosting):
        call()  # type: ignore[operator]


@pytest.mark.django_db
@pytest.mark.parametrize(("currency", "gross"), [("JPY", 500), ("EUR", 500), ("KWD", 5000)])
def test_an_amount_is_stored_in_the_units_of_its_currency(currency: str, gross: int) -> None:
    posting.post(
        postings.charge("in_1", DEFERRED, currency=currency, gross=gross, tax=0, fee=0, is_fee_shared=False),
        book="simulated",
    )

    assert balances.read_balances(book="simulated") == {
        (DEFERRED, currency): -gross,
        ("stripe:clearing", currency): gross,
    }


@pytest.mark.parametrize("module", [postings, recognition, refunds, posting, balances])
def test_no_float_is_written_in_code_about_money(module: ModuleType) -> None:
    nodes = list(ast.walk(ast.parse(inspect.getsource(module))))

    assert not [node for node in nodes if isinstance(node, ast.Constant) and isinstance(node.value, float)]
    assert not [node for node in nodes if isinstance(node, ast.Name) and node.id in {"float", "round"}]
    assert not [node for node in nodes if isinstance(node, ast.Div)]
