"""Say who is paid for a sale, and what keeps something from being sold.

A split scheme gives shares to roles. At the moment of a sale each role resolves to the parties of exactly these
recordings and of their works. A sale is complete where everybody who must say yes said it in an agreement with one and
the same scheme, and where every role of the scheme resolves for every recording.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from fractions import Fraction
from typing import NamedTuple

from django.utils.text import get_text_list

from catalog.models import Artist, Recording
from rights import question, refusals, splits
from rights.clearance_result import ClearanceRefusal, ClearanceRequest
from rights.models import SplitLine, SplitScheme, Use
from rights.money import format_money
from rights.owners import Owners, party_key, read_owners
from rights.question import Answer
from rights.shares import WHOLE, Role, format_share
from rights.splits import InsideShares, RecordingShares, ShareKey, WorkShares

PLATFORM = "platform"
"""The key of the platform among those who are paid."""
_ARTIST, _NOBODY = "artist", "nobody"
type Schemes = Mapping[SplitScheme, Mapping[Role, int]]
"""Split schemes with their basis points by role."""


@dataclass(frozen=True, slots=True)
class Sale:
    """Who is paid for a sale at this moment, under one scheme. `splits.split` divides an amount by the fractions."""

    scheme: SplitScheme
    at: datetime
    fractions: dict[ShareKey, Fraction]
    """By party, role, recording and work. They add up to 1."""
    owners: Owners


@dataclass(frozen=True, slots=True)
class IncompleteSale:
    """What cannot be sold. It is false, as a refusal is."""

    missing: tuple[str, ...]
    """Each missing piece, in words that an artist understands."""
    refusal: ClearanceRefusal | None
    """Who has not said yes to the use itself; None where everybody has."""
    owners: Owners

    @property
    def unused(self) -> tuple[str, ...]:
        """What is missing before anything may be made of it at all."""
        return self.refusal.missing if self.refusal is not None else ()

    @property
    def unsold(self) -> tuple[str, ...]:
        """What is missing besides before it may be sold."""
        return tuple(sentence for sentence in self.missing if sentence not in self.unused)

    def __bool__(self) -> bool:
        return False


def resolve_sale(
    use: str,
    artist: Artist,
    recordings: Iterable[Recording] = (),
    *,
    territory: str = "",
    tier_class: str = "",
    at: datetime | None = None,
    weights: Mapping[int, int] | None = None,
) -> Sale | IncompleteSale:
    """Who is paid for a use of these recordings at this time, or now, in four queries for any number of them.

    `weights` say by the recordings' ids how much of the sale each one is; without, all count alike. Subscription income
    (`tier`) can name no recording: the artist is then the featured artist, and nobody has another role.
    """
    songs = list(recordings)
    ids = tuple(sorted({song.pk for song in songs}))
    [found] = question.ask([ClearanceRequest(use, artist.pk, territory, ids, tier_class)], at)
    moment = found.answers[0].at
    owners = read_owners(songs, moment)
    schemes = _read_schemes_of(found.answers, use, tier_class)
    shares = owners.list_shares(weights or {}) if songs or use != Use.TIER else _list_own(found.answers)
    fractions, gaps = _resolve(schemes, shares)
    refused, unaccepted = _list_refused(found.refusal, schemes), list_unaccepted(found.answers, schemes, use)
    if missing := [*refused, *unaccepted, *_describe_gaps(gaps, owners, use, schemes)]:
        return IncompleteSale(tuple(dict.fromkeys(missing)), found.refusal, owners)
    [scheme] = schemes
    return Sale(scheme, moment, fractions, owners)


def _read_schemes_of(answers: Iterable[Answer], use: str, tier_class: str) -> Schemes:
    return {one: roles for one, roles in read_schemes(answers).items() if _is_of(one, use, tier_class)}


def read_schemes(answers: Iterable[Answer]) -> Schemes:
    """The schemes under which somebody says yes, in one query, or none where there is no scheme."""
    ids = {answer.scheme for answer in answers if answer.scheme}
    schemes: dict[SplitScheme, dict[Role, int]] = defaultdict(dict)
    for line in SplitLine.objects.filter(scheme__in=ids).select_related("scheme").order_by("scheme", "pk"):
        schemes[line.scheme][Role(line.role)] = line.share
    return schemes


def _is_of(scheme: SplitScheme, use: str, tier_class: str) -> bool:
    """An agreement over several uses can have the scheme of another one, which says nothing about this one."""
    return scheme.use == use and scheme.tier_class in ("", tier_class)


def _list_own(answers: Iterable[Answer]) -> list[RecordingShares]:
    """The shares where no recording is named."""
    own = {party_key(answer.party): WHOLE for answer in answers if answer.role == "artist" and answer.party}
    return [RecordingShares("", {Role.FEATURED_ARTIST: own})]


def _resolve(
    schemes: Schemes, shares: Sequence[RecordingShares]
) -> tuple[dict[ShareKey, Fraction], list[splits.MissingShares]]:
    """The fractions under the last of the schemes, and what does not resolve under any of them."""
    fractions: dict[ShareKey, Fraction] = {}
    gaps: list[splits.MissingShares] = []
    for roles in schemes.values():
        try:
            fractions = splits.resolve(roles, shares, platform=PLATFORM)
        except splits.IncompleteSplit as error:
            gaps += error.missing
    return fractions, gaps


def _list_refused(refusal: ClearanceRefusal | None, schemes: Schemes) -> Iterator[str]:
    """Who has not said yes. What nobody knows about a role of a scheme is said by its gap, with the shares."""
    roles = {role for lines in schemes.values() for role in lines}
    for one in refusal.details if refusal is not None else ():
        if one.problem != "unknown" or one.role not in roles:
            yield refusals.describe(one)


def list_unaccepted(
    answers: Iterable[Answer], schemes: Iterable[SplitScheme], use: str, *, reader: int | None = None
) -> Iterator[str]:
    """Who says yes to a use without a scheme of it, and who under another one than somebody else.

    `reader` is the party that reads it and is called "you".
    """
    known = {scheme.pk: scheme for scheme in schemes if scheme.use == use}
    names: dict[SplitScheme | None, dict[str, None]] = defaultdict(dict)
    for answer in answers:
        if not answer.problem:
            name = "You" if answer.party == reader else refusals.name_party(answer.name, answer.kind)
            names[known.get(answer.scheme or 0)][name] = None
    for name in names.pop(None, {}):
        verb = "have" if name == "You" else "has"
        yield f"{name} {verb} not accepted how {refusals.write_income(use)} is split"
    if len(names) > 1:
        yield "; ".join(
            f"{get_text_list(list(who), 'and')} accepted {_write_version(scheme)} of the split"
            for scheme, who in names.items()
            if scheme
        )


def list_unowned(owners: Owners, schemes: Schemes, use: str) -> Iterator[str]:
    """Which roles of the schemes of a use nobody has wholly in these recordings, and which shares are disputed."""
    of_use = {scheme: roles for scheme, roles in schemes.items() if scheme.use == use}
    _, gaps = _resolve(of_use, owners.list_shares({}))
    yield from dict.fromkeys(_describe_gaps(gaps, owners, use, of_use))


def _describe_gaps(gaps: Iterable[splits.MissingShares], owners: Owners, use: str, schemes: Schemes) -> Iterator[str]:
    for gap in gaps:
        yield from owners.describe(gap, use)
    yield from owners.describe_disputes(use, {role for roles in schemes.values() for role in roles})


def _write_version(scheme: SplitScheme) -> str:
    return f"version {scheme.version}" + (f" for {scheme.tier_class}" if scheme.tier_class else "")


class ExampleLine(NamedTuple):
    """What one role gets of an amount, or one party in this role."""

    role: Role
    party: str
    """Its name; empty where nobody is named yet."""
    points: int
    """Its share of everything, in basis points. Those of all lines add up to 10,000."""
    amount: int
    """In minor units. Those of all lines add up to the whole amount."""
    currency: str

    @property
    def share(self) -> str:
        return format_share(self.points)

    @property
    def money(self) -> str:
        return format_money(self.amount, self.currency)


@dataclass(frozen=True, slots=True)
class Example:
    """How an amount would be split."""

    lines: list[ExampleLine]
    """By role, and then by share."""
    missing: tuple[str, ...]
    """Each missing piece of a complete split, in words. Whether everybody says yes is not among them."""


def example(
    scheme: SplitScheme, owners: Owners, amount: int, *, currency: str = "EUR", artist: Artist | None = None
) -> Example:
    """How an amount would be split among these owners, before anybody signs. What nobody has yet is shown too.

    `artist` is the featured artist where no recording is named, as in subscription income. In one query, or in none
    where the scheme has its lines.
    """
    roles = {Role(line.role): line.share for line in scheme.lines.all()}
    own = {Role.FEATURED_ARTIST: {_ARTIST: WHOLE}} if artist else {}
    shares = owners.list_shares({}) or [RecordingShares("", own)]
    _, gaps = _resolve({scheme: roles}, shares)
    missing = _describe_gaps(gaps, owners, scheme.use, {scheme: roles})
    fractions = splits.resolve(roles, [_fill(song, roles) for song in shares], platform=PLATFORM)
    names = owners.party_names | {PLATFORM: "Fanfare", _ARTIST: artist.name if artist else "", _NOBODY: ""}
    points, amounts = (_add_up(splits.split(whole, fractions)) for whole in (WHOLE, amount))
    lines = [
        ExampleLine(Role(role), names[who], points[role, who], amounts[role, who], currency) for role, who in points
    ]
    lines.sort(key=lambda line: (Role.values.index(line.role), not line.party, -line.points, line.party))
    return Example(lines, tuple(dict.fromkeys(missing)))


def _fill(song: RecordingShares, roles: Iterable[Role]) -> RecordingShares:
    """The recording with nobody in place of shares that are missing or too many."""
    works = [replace(work, shares=_fill_shares(work.shares, roles)) for work in song.works or [WorkShares("", {})]]
    return replace(song, shares=_fill_shares(song.shares, roles), works=works)


def _fill_shares(shares: InsideShares, roles: Iterable[Role]) -> InsideShares:
    filled: dict[Role, Mapping[str, int]] = {}
    for role in roles:
        known = shares.get(role, {})
        rest = WHOLE - sum(known.values())
        filled[role] = {_NOBODY: WHOLE} if rest < 0 else {**known, _NOBODY: rest} if rest else known
    return filled


def _add_up(shares: Mapping[ShareKey, int]) -> dict[tuple[str, str], int]:
    """The shares by role and party."""
    totals: dict[tuple[str, str], int] = defaultdict(int)
    for key, share in shares.items():
        totals[key.role, key.party] += share
    return totals
