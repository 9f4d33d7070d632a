"""What pages show of an agreement's version: its paper, who accepted it, and its dry run."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from django.db.models import Q
from django.db.models.functions import Now

from accounts.countries import country_names
from accounts.people import display_names
from artists.agreement_blockers import BlockerRow, describe_blockers, describe_gap, list_titles
from artists.agreement_split import Reach, SplitBar, draw_split
from artists.models import Draft
from artists.switch_effects import MAX_COUNTED, WAITING
from rights import agreement_effect
from rights.agreement_effect import Effect, Proposal
from rights.agreement_terms import AFTERWARDS, read_clauses
from rights.agreement_versions import Reading, State
from rights.agreements import Terms
from rights.models import Acceptance, AfterEnd, AgreementVersion, Grant, Party, Use


@dataclass(frozen=True, slots=True)
class Paper:
    """The terms as they are written, stored or not."""

    wording: str
    split: SplitBar | None
    version: AgreementVersion | None = None

    @property
    def clauses(self) -> list[tuple[str, str]]:
        return read_clauses(self.wording)


@dataclass(frozen=True, slots=True)
class Signature:
    """One party, and who accepted for it, when and from where."""

    party: Party
    acceptance: Acceptance | None
    by: str
    holds_key: bool

    @property
    def country(self) -> str:
        code = self.acceptance.country if self.acceptance else ""
        return country_names().get(code, code)


def list_signatures(reading: Reading) -> list[Signature]:
    """In the order of the parties, in one query."""
    names = display_names(given.by for given in reading.acceptances.values())
    return [
        Signature(party, given, names.get(given.by, "somebody") if given else "", holds_key)
        for party, holds_key, given in reading.members
    ]


@dataclass(frozen=True, slots=True)
class DryRun:
    """What would be usable, with the blockers in words."""

    effect: Effect
    blockers: list[BlockerRow]
    split: SplitBar | None
    """How income from one of the songs would be split."""

    @property
    def is_income(self) -> bool:
        """Whether it is about subscription income, of which nothing is made."""
        return self.split is not None and self.split.is_income

    @property
    def is_complete(self) -> bool:
        """Whether everything that is usable could be sold."""
        return self.split is not None and self.effect.usable > 0 and not self.gaps

    @property
    def gaps(self) -> list[str]:
        """What is missing before the usable recordings could be sold, as sentences."""
        return [describe_gap(gap) for gap in self.effect.split_gaps]

    @property
    def beyond_titles(self) -> str:
        """Songs whose signed limits go beyond the bounds, for example "Low Tide Choir, Untitled 4 and 9 more"."""
        return list_titles(self.effect.beyond_bounds.titles, self.effect.beyond_bounds.recordings)

    @property
    def more(self) -> int:
        """How many blockers are not listed."""
        return self.effect.all_blockers - len(self.blockers)


def run_dry(proposal: Proposal, viewer: Party, terms: Terms | AgreementVersion, *, song: int | None = None) -> DryRun:
    """Measure what the proposal would permit, as this party sees it. `song` is the id of the split's example."""
    effect = agreement_effect.measure(proposal, viewer, ends_at=terms.ends_at)
    scheme = proposal.scheme
    reaches = [Reach.of(scope) for scope in proposal.scopes if scheme and scope.use == scheme.use]
    split = draw_split(scheme, reaches, proposal.parties, viewer, song=song)
    return DryRun(effect, describe_blockers(effect.blockers, viewer, proposal.parties), split)


def run_dry_stored(reading: Reading, viewer: Party, *, song: int | None = None) -> DryRun | None:
    """The dry run of a version that still can be accepted; None for another one."""
    if reading.state != State.PROPOSED:
        return None
    return run_dry(Proposal.of(reading.version), viewer, reading.version, song=song)


@dataclass(frozen=True, slots=True)
class Ending:
    """What the end of a version in force stops, before anybody ends it."""

    recordings: int
    grants: int
    drafts: int
    afterwards: str
    is_income: bool
    """Whether it is about subscription income, of which nothing was made."""

    @property
    def drafts_shown(self) -> str:
        return f"{MAX_COUNTED:,}+" if self.drafts > MAX_COUNTED else f"{self.drafts:,}"


def measure_end(reading: Reading, viewer: Party) -> Ending | None:
    """What would stop, as this party sees it; None for a version that is not in force."""
    if not reading.is_live:
        return None
    version = reading.version
    grants = Grant.objects.filter(Q(ended_at=None) | Q(ended_at__gt=Now()), agreement_version=version)
    drafts = Draft.objects.filter(state__in=WAITING, clearance__grants__in=grants).order_by()
    scope = version.scopes.order_by("pk").first()
    is_income = scope is not None and scope.use == Use.TIER
    afterwards = AFTERWARDS[AfterEnd(scope.after_end)] if scope and not is_income else ""
    lost = agreement_effect.count_lost(version, viewer)
    waiting = drafts.values("pk").distinct()[: MAX_COUNTED + 1].count()
    return Ending(lost, grants.count(), waiting, afterwards, is_income)


def group_by_agreement(readings: Iterable[Reading]) -> list[Sequence[Reading]]:
    """The versions of each agreement together, in the order of the list."""
    found: dict[int, list[Reading]] = {}
    for reading in readings:
        found.setdefault(reading.version.agreement_id, []).append(reading)
    return list(found.values())
