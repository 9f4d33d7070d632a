"""Split an amount of money among the parties of recordings and works, in whole minor units, without the database.

`resolve` turns a scheme by role into exact fractions, `split` rounds them, and `refund` takes back from what remains.

Fractions stay exact until the end, so that no rounding builds on another. Then one rounding decides what each *party*
gets: within one unit of its ideal, and exact in sum. A second one divides a party's amount among its own lines and
moves no money between parties. If each line were rounded for itself, a party with ten lines could lose ten units.

Rotation is fair among equals. It does not help the smaller of unequal shares: of single cents at 60 to 40, the larger
takes all. Add up such amounts over a period and split the sum once.
"""

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from hashlib import sha256
from math import lcm
from typing import NamedTuple

from rights.shares import RECORDING_ROLES, WHOLE, WORK_ROLES, Role

type Scheme = Mapping[Role, int]
"""Basis points by role."""
type InsideShares = Mapping[Role, Mapping[str, int]]
"""Basis points by party, for each role of one recording or work."""


@dataclass(frozen=True, slots=True)
class WorkShares:
    """Who has the shares of a work at the moment of a sale, and the work's weight in its recording."""

    work: str
    shares: InsideShares
    weight: int = 1


@dataclass(frozen=True, slots=True)
class RecordingShares:
    """Who has the shares of a recording at the moment of a sale, its works, and its weight in what is sold."""

    recording: str
    shares: InsideShares
    works: Sequence[WorkShares] = ()
    weight: int = 1


class ShareKey(NamedTuple):
    """What a line of a statement is about. The platform's line has no recording, and only works' roles have a work."""

    party: str
    role: str
    recording: str = ""
    work: str = ""
    of: str = ""
    """What else keeps lines apart, for example the experience that was used."""


class InvalidSplit(ValueError):
    """An amount cannot be split so."""


@dataclass(frozen=True, slots=True)
class MissingShares:
    """A role whose shares do not add up to 10,000. Without a role it is the scheme; without a work, a recording."""

    role: Role | None
    recording: str = ""
    work: str = ""
    points: int = 0

    def __str__(self) -> str:
        subject = self.work or self.recording or "no recording"
        what = f"{self.role.replace('_', ' ')} of {subject}" if self.role else "scheme"
        return f"{what}: {self.points:,} of {WHOLE:,}"


class IncompleteSplit(InvalidSplit):
    """Some role resolves to nobody, or its shares do not add up. `missing` names each one."""

    def __init__(self, missing: Sequence[MissingShares]) -> None:
        super().__init__("; ".join(map(str, missing)))
        self.missing = tuple(missing)


class RefundTooLarge(InvalidSplit):
    """A refund is larger than what remains of the payment."""


def allocate[K: str | tuple[str, ...]](
    amount: int, weights: Mapping[K, int | Fraction], *, rotate_by: str = ""
) -> dict[K, int]:
    """Allocate an amount in proportion to weights, by the largest remainder. The shares add up to the amount.

    Equal remainders go by the key; with `rotate_by`, a transaction's id, by a hash of both, so that nobody always wins.
    Do not compare the shares of two amounts: of a larger one somebody may get less (the Alabama paradox).
    """
    _require_exact(amount, weights.values())
    # In whole numbers of one denominator: with fractions a split took twice as long.
    whole = lcm(*(weight.denominator for weight in weights.values()))
    wholes = {key: weight.numerator * (whole // weight.denominator) for key, weight in weights.items()}
    total = sum(wholes.values())
    if amount and not total:
        raise InvalidSplit("Nobody has a share.")
    parts = {key: divmod(abs(amount) * weight, total or 1) for key, weight in wholes.items()}
    shares = {key: share for key, (share, _) in parts.items()}
    if left_over := abs(amount) - sum(shares.values()):
        by_remainder = sorted(parts, key=lambda key: (-parts[key][1], _tie_order(key, rotate_by), key))
        for key in by_remainder[:left_over]:
            shares[key] += 1
    return {key: share if amount > 0 else -share for key, share in shares.items()}


def resolve(scheme: Scheme, recordings: Sequence[RecordingShares], *, platform: str) -> dict[ShareKey, Fraction]:
    """The exact fraction of every party, for each role of each recording and work. They add up to 1.

    Raises IncompleteSplit, which names every role that does not resolve.
    """
    if missing := list(_missing_shares(scheme, recordings)):
        raise IncompleteSplit(missing)
    fractions: defaultdict[ShareKey, Fraction] = defaultdict(Fraction)
    if scheme.get(Role.PLATFORM):
        fractions[ShareKey(platform, Role.PLATFORM)] = Fraction(scheme[Role.PLATFORM], WHOLE)
    for part in _parts(recordings):
        for role in part.roles:
            share_of_role = part.fraction * Fraction(scheme.get(role, 0), WHOLE)
            for party, points in part.shares.get(role, {}).items() if share_of_role else ():
                key = ShareKey(party, role, part.recording, part.work)
                fractions[key] += share_of_role * Fraction(points, WHOLE)
    return dict(fractions)


def split(amount: int, weights: Mapping[ShareKey, int | Fraction], *, rotate_by: str = "") -> dict[ShareKey, int]:
    """Split an amount among parties, and each party's amount among its lines (see the module's text)."""
    _require_exact(amount, weights.values())
    lines: defaultdict[str, dict[ShareKey, int | Fraction]] = defaultdict(dict)
    for key, weight in weights.items():
        lines[key.party][key] = weight
    by_party = allocate(amount, {party: sum(own.values()) for party, own in lines.items()}, rotate_by=rotate_by)
    shares: dict[ShareKey, int] = {}
    for party, own in lines.items():
        shares |= allocate(by_party[party], own, rotate_by=rotate_by)
    return shares


def refund(
    amount: int, paid: Mapping[ShareKey, int], clawed: Mapping[ShareKey, int], *, rotate_by: str = ""
) -> dict[ShareKey, int]:
    """What a refund or a dispute takes from each line: in proportion to what remains of it, so never more.

    A refund that fails and a dispute that is won give back exactly what they took: store this answer and subtract it.
    """
    remaining = {key: paid[key] - clawed.get(key, 0) for key in paid}
    if clawed.keys() - paid.keys() or any(not 0 <= remaining[key] <= paid[key] for key in paid):
        raise InvalidSplit("More was taken back from a line than it was paid.")
    if not 0 <= amount <= sum(remaining.values()):
        raise RefundTooLarge(f"A refund of {amount} is not between 0 and the remaining {sum(remaining.values())}.")
    return split(amount, remaining, rotate_by=rotate_by)


class _Part(NamedTuple):
    """A recording or one of its works, with its fraction of what is sold."""

    recording: str
    work: str
    fraction: Fraction
    shares: InsideShares
    roles: tuple[Role, ...]


def _parts(recordings: Sequence[RecordingShares]) -> Iterator[_Part]:
    for each, fraction in _by_weight(recordings):
        yield _Part(each.recording, "", fraction, each.shares, RECORDING_ROLES)
        for work, inside in _by_weight(each.works):
            yield _Part(each.recording, work.work, fraction * inside, work.shares, WORK_ROLES)


def _by_weight[T: RecordingShares | WorkShares](objects: Sequence[T]) -> Iterator[tuple[T, Fraction]]:
    if any(each.weight < 1 for each in objects):
        raise InvalidSplit("A weight is at least 1.")
    total = sum(each.weight for each in objects)
    return ((each, Fraction(each.weight, total)) for each in objects)


def _missing_shares(scheme: Scheme, recordings: Sequence[RecordingShares]) -> Iterator[MissingShares]:
    if sum(scheme.values()) != WHOLE or any(points < 0 for points in scheme.values()):
        yield MissingShares(None, points=sum(scheme.values()))
    wanted = [role for role in Role if scheme.get(role) and role is not Role.PLATFORM]
    if not recordings:
        yield from (MissingShares(role) for role in wanted)
    for each in recordings:
        if not each.works:
            yield from (MissingShares(role, each.recording) for role in wanted if role in WORK_ROLES)
    for part in _parts(recordings):
        for role in part.roles:
            points = part.shares.get(role, {}).values()
            if role in wanted and (sum(points) != WHOLE or min(points) < 0):
                yield MissingShares(role, part.recording, part.work, sum(points))


def _tie_order(key: str | tuple[str, ...], rotate_by: str) -> bytes:
    if not rotate_by:
        return b""
    names = (key,) if isinstance(key, str) else key
    return sha256("\0".join((rotate_by, *names)).encode()).digest()


def _require_exact(amount: object, weights: Collection[int | Fraction]) -> None:
    """A float would round on its way in, and nobody would see it."""
    if not isinstance(amount, int) or not all(isinstance(weight, int | Fraction) for weight in weights):
        raise TypeError("Amounts are integers; weights are integers or fractions.")
    if any(weight < 0 for weight in weights):
        raise InvalidSplit("A weight is not negative.")
