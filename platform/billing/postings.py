"""What each event about money posts to the ledger, without the database.

The functions raise InvalidPosting where an amount is negative or where nothing moves. Their keys say what happened, so
that the same event is posted once.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from enum import StrEnum

from billing.refunds import Taken
from ledger import accounts
from ledger.accounts import CLEARING, DISPUTE_FEES, EXCHANGE, PENDING, REVENUE, STRIPE_FEES, TAX, PartyAccount
from ledger.exceptions import InvalidPosting
from ledger.posting import Leg, Posting
from rights.sales import PLATFORM
from rights.splits import ShareKey


class Kind(StrEnum):
    """The kinds of transactions that this module posts."""

    CHARGE = "charge"
    RECOGNITION = "recognition"
    POOL_CLOSE = "pool_close"
    STATEMENT = "statement"
    RELEASE = "release"
    TRANSFER = "transfer"
    TRANSFER_REVERSAL = "transfer_reversal"
    REFUND = "refund"
    DISPUTE_WITHDRAWN = "dispute_withdrawn"
    DISPUTE_LOST = "dispute_lost"
    DISPUTE_WON = "dispute_won"
    EXCHANGE = "exchange"


def charge(
    invoice: str,
    deferred: str,
    *,
    currency: str,
    gross: int,
    tax: int,
    fee: int,
    is_fee_shared: bool,
    **facts: str | int,
) -> Posting:
    """An invoice was paid. Nothing is earned yet: what is left of it without tax is deferred.

    The platform pays the provider's fee, or it is deducted before the split where the contract says so.
    """
    _require(gross, tax, fee, gross - tax - fee if is_fee_shared else gross - tax)
    legs = [(CLEARING, gross), (TAX, -tax), (deferred, tax - gross), (STRIPE_FEES, fee), (CLEARING, -fee)]
    if is_fee_shared:
        legs += [(deferred, fee), (STRIPE_FEES, -fee)]
    return _posting(f"inv:{invoice}:charge", Kind.CHARGE, currency, legs, facts)


def recognise(
    invoice: str, month: str, deferred: str, shares: Mapping[ShareKey, int], *, currency: str, **facts: str | int
) -> Posting:
    """A month (YYYYMM) of what was paid is earned, by the platform and by parties or a pool.

    A pool is the party of its share, under the code of its account.
    """
    return _earn(f"inv:{invoice}:recog:{month}", Kind.RECOGNITION, deferred, shares, currency, facts)


def close_pool(pool: str, number: int, shares: Mapping[ShareKey, int], *, currency: str, **facts: str | int) -> Posting:
    """The period of a pool is over, and this piece of it belongs to parties. `pool` is the code of its account."""
    return _earn(f"{pool}:{number}", Kind.POOL_CLOSE, pool, shares, currency, facts)


def earn_request(
    purchase: str, deferred: str, shares: Mapping[ShareKey, int], *, currency: str, fee: int, **facts: str | int
) -> Posting:
    """What was asked for and paid is delivered, so all of it is earned. `fee` is deducted before the split."""
    _require(fee, *shares.values())
    legs = [(deferred, sum(shares.values()) + fee), (STRIPE_FEES, -fee)]
    legs += [(_earning_account(name), -amount) for name, amount in _sum_by_party(shares).items()]
    return _posting(f"auth:{purchase}:recog", Kind.RECOGNITION, currency, legs, facts)


def close_statement(
    statement: str, party: str, *, currency: str, accrued: int, recoverable: int, held: int, **facts: str | int
) -> Posting:
    """A statement of a party is closed: what it earned first pays what it owes us. The rest is payable, a part held.

    At most what is left can be held.
    """
    recouped = min(accrued, recoverable)
    _require(accrued, recoverable, held, accrued - recouped - held)
    legs = {
        accounts.party(party, PartyAccount.ACCRUED): accrued,
        accounts.party(party, PartyAccount.RECOVERABLE): -recouped,
        accounts.party(party, PartyAccount.HELD): -held,
        accounts.party(party, PartyAccount.PAYABLE): recouped + held - accrued,
    }
    return _posting(f"stmt:{statement}", Kind.STATEMENT, currency, legs.items(), facts)


def release_statement(hold: str, party: str, amount: int, *, currency: str, **facts: str | int) -> Posting:
    """What was held of a statement can be paid. `hold` is the id of one reason to hold it."""
    legs = _move(amount, accounts.party(party, PartyAccount.HELD), accounts.party(party, PartyAccount.PAYABLE))
    return _posting(f"hold:{hold}:release", Kind.RELEASE, currency, legs.items(), facts)


def transfer(payout_line: str, party: str, amount: int, *, currency: str, **facts: str | int) -> Posting:
    """A party was paid."""
    legs = _move(amount, accounts.party(party, PartyAccount.PAYABLE), CLEARING)
    return _posting(f"xfer:{payout_line}", Kind.TRANSFER, currency, legs.items(), facts)


def reverse_transfer(
    payout_line: str, reversal: str, party: str, amount: int, *, currency: str, **facts: str | int
) -> Posting:
    """A payment to a party came back, or a part of it."""
    legs = _move(amount, CLEARING, accounts.party(party, PartyAccount.PAYABLE))
    return _posting(f"xfer:{payout_line}:reversal:{reversal}", Kind.TRANSFER_REVERSAL, currency, legs.items(), facts)


def refund(
    refund_id: str,
    taken: Taken,
    *,
    currency: str,
    deferred: str,
    accrued: Mapping[str, int],
    difference: int = 0,
    **facts: str | int,
) -> Posting:
    """A refund succeeded. `accrued` is what each party has there now: what is short of it becomes recoverable.

    `difference` is what moved beyond what is taken back. Its undoing, when the refund failed or was canceled, is
    `ledger.posting.reverse`.
    """
    legs = {**_take_back(taken, deferred, accrued), EXCHANGE: difference, CLEARING: -taken.amount - difference}
    return _posting(f"refund:{refund_id}", Kind.REFUND, currency, legs.items(), facts)


def exchange(key: str, gain: int, *, currency: str, **facts: str | int) -> Posting:
    """What came back is more than what went, or less."""
    return _posting(key, Kind.EXCHANGE, currency, {CLEARING: gain, EXCHANGE: -gain}.items(), facts)


def withdraw_dispute(dispute: str, amount: int, fee: int, *, currency: str, **facts: str | int) -> Posting:
    """The provider took the amount of a dispute and its fee. The fee is the platform's.

    `dispute` here and below is its id, and after a colon its turn where it is not the first: one can be taken again.
    """
    _require(amount, fee)
    legs = {CLEARING: -amount - fee, PENDING: amount, DISPUTE_FEES: fee}
    return _posting(f"dp:{dispute}:withdrawn", Kind.DISPUTE_WITHDRAWN, currency, legs.items(), facts)


def lose_dispute(
    dispute: str,
    taken: Taken,
    *,
    currency: str,
    deferred: str,
    accrued: Mapping[str, int],
    difference: int = 0,
    **facts: str | int,
) -> Posting:
    """A dispute is lost: what the provider took is taken back as a refund is. If it is won after all, reverse this."""
    legs = {**_take_back(taken, deferred, accrued), EXCHANGE: difference, PENDING: -taken.amount - difference}
    return _posting(f"dp:{dispute}:lost", Kind.DISPUTE_LOST, currency, legs.items(), facts)


def win_dispute(
    dispute: str, amount: int, fee: int, *, currency: str, difference: int = 0, **facts: str | int
) -> Posting:
    """A dispute is won: the amount comes back, and the part of its fee that the provider returns.

    `difference` is what was taken beyond what comes back.
    """
    _require(amount)
    legs = {CLEARING: amount + fee, PENDING: -amount - difference, EXCHANGE: difference, DISPUTE_FEES: -fee}
    return _posting(f"dp:{dispute}:won", Kind.DISPUTE_WON, currency, legs.items(), facts)


def _earn(
    key: str, kind: Kind, source: str, shares: Mapping[ShareKey, int], currency: str, facts: Mapping[str, str | int]
) -> Posting:
    _require(*shares.values())
    legs = {source: sum(shares.values())}
    for name, amount in _sum_by_party(shares).items():
        legs[_earning_account(name)] = -amount
    return _posting(key, kind, currency, legs.items(), facts)


def _take_back(taken: Taken, deferred: str, accrued: Mapping[str, int]) -> dict[str, int]:
    """The debits: what is short of a party's accrued balance becomes recoverable."""
    legs = {TAX: taken.tax, STRIPE_FEES: taken.fee, deferred: taken.deferred}
    for name, amount in _sum_by_party(taken.shares).items():
        account = _earning_account(name)
        if not account.endswith(f":{PartyAccount.ACCRUED}"):
            legs[account] = amount
            continue
        legs[account] = min(amount, max(accrued.get(name, 0), 0))
        legs[accounts.party(name, PartyAccount.RECOVERABLE)] = amount - legs[account]
    return legs


def _earning_account(name: str) -> str:
    """Where the platform, a pool or a party has what it earned."""
    if name == PLATFORM:
        return REVENUE
    return name if name.startswith("pool:") else accounts.party(name, PartyAccount.ACCRUED)


def _sum_by_party(shares: Mapping[ShareKey, int]) -> dict[str, int]:
    """A statement has the lines; the ledger has parties alone."""
    totals: defaultdict[str, int] = defaultdict(int)
    for key, amount in shares.items():
        totals[key.party] += amount
    return dict(totals)


def _move(amount: int, debit: str, credit: str) -> dict[str, int]:
    _require(amount)
    return {debit: amount, credit: -amount}


def _require(*amounts: int) -> None:
    if any(amount < 0 for amount in amounts):
        raise InvalidPosting(f"An amount is negative: {amounts}.")


def _posting(
    key: str, kind: Kind, currency: str, legs: Iterable[tuple[str, int]], facts: Mapping[str, str | int]
) -> Posting:
    moved = tuple(Leg(account, amount) for account, amount in legs if amount)
    return Posting(key, str(kind), currency, moved, facts)
