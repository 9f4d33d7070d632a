"""The lines of what was earned: who got what of which experience, without the database."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from fractions import Fraction
from typing import NamedTuple
from uuid import UUID

from billing.models import EarnedPart, EarnedShare
from billing.models.earnings import MILLION
from ledger.models import Transaction
from rights import splits
from rights.splits import ShareKey

type Fractions = Mapping[ShareKey, Fraction]


class Use(NamedTuple):
    """An experience that a payment is shared for; or none, with an empty id."""

    experience: str
    use: str
    fractions: Fractions
    """Who is paid of it. They add up to 1."""
    scheme: int
    """The version of the split that says so."""
    weight: int = 1


def weigh(uses: Sequence[Use]) -> dict[ShareKey, Fraction]:
    """The fractions of one fan's payment: each use has its weight of it, and is divided inside."""
    total = sum(one.weight for one in uses)
    return {
        key._replace(of=one.experience): Fraction(one.weight, total) * fraction
        for one in uses
        for key, fraction in one.fractions.items()
    }


def write_lines(
    part: EarnedPart, transaction: Transaction, shares: Mapping[ShareKey, int], uses: Iterable[Use], basis: int = 0
) -> Iterator[EarnedShare]:
    """A row for each share. `basis` is what is divided now, where it is not the whole part."""
    by_id = {one.experience: one for one in uses}
    amount = basis or part.basis
    bases = splits.allocate(amount, {name: one.weight for name, one in by_id.items()}, rotate_by=str(part))
    for key, share in shares.items():
        used = by_id[key.of] if key.of in by_id else next(iter(by_id.values()))
        if not share:
            continue
        yield EarnedShare(
            part_id=part.pk,
            transaction_id=transaction.pk,
            book=part.book,
            currency=part.currency,
            party=key.party,
            role=key.role,
            recording=key.recording,
            work=key.work,
            experience=UUID(used.experience) if used.experience else None,
            use=used.use,
            scheme_id=used.scheme,
            basis=bases[used.experience],
            share=round(used.fractions[key._replace(of="")] * MILLION),
            amount=share,
        )
