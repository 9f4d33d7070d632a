"""Who owns recordings and their works at one moment: the live claims on them, and the shares that count."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

from django.db.models import Case, Q, Value, When
from django.db.models.functions import Now

from catalog.models import Recording, RecordingWork
from rights import refusals
from rights.clearance_result import Missing
from rights.models import Claim, Party
from rights.shares import PLURALS, Role, describe_gap
from rights.splits import MissingShares, RecordingShares, WorkShares


class LiveClaim(NamedTuple):
    """A claim that has not ended. Its share counts where it has no problem."""

    claim: Claim
    problem: str
    """unconfirmed, disputed or empty, as `rights_answers` says it."""

    @property
    def owned(self) -> str:
        """The key of the recording or of the work."""
        claim = self.claim
        return recording_key(claim.recording_id) if claim.recording_id else work_key(claim.work_id)


@dataclass(frozen=True, slots=True)
class Owners:
    """Recordings, the works in them, and the live claims on both."""

    recordings: list[Recording]
    links: list[RecordingWork]
    """With their works, in the order of the works."""
    claims: list[LiveClaim]
    """With their parties, in the order of the roles."""

    @property
    def party_names(self) -> dict[str, str]:
        """The names of the owners by the keys that shares have."""
        return {party_key(one.claim.party_id): one.claim.party.name for one in self.claims}

    def only(self, recording: Recording) -> "Owners":
        """Those of one of the recordings and of its works."""
        links = [link for link in self.links if link.recording_id == recording.pk]
        keys = {recording_key(recording.pk), *(work_key(link.work_id) for link in links)}
        return Owners([recording], links, [one for one in self.claims if one.owned in keys])

    def list_shares(self, weights: Mapping[int, int]) -> list[RecordingShares]:
        """What `splits.resolve` takes. `weights` are by the ids of recordings, and 1 where there is none."""
        inside: dict[str, dict[Role, dict[str, int]]] = defaultdict(lambda: defaultdict(dict))
        for one in self.claims:
            if not one.problem:
                inside[one.owned][Role(one.claim.role)][party_key(one.claim.party_id)] = one.claim.share
        works: dict[int, list[WorkShares]] = defaultdict(list)
        for link in self.links:
            works[link.recording_id].append(WorkShares(key := work_key(link.work_id), inside[key], link.weight))
        return [
            RecordingShares(key := recording_key(song.pk), inside[key], works[song.pk], weights.get(song.pk, 1))
            for song in self.recordings
        ]

    def describe(self, gap: MissingShares, use: str) -> Iterator[str]:
        """Say in words what is missing: whose claim does not count yet, or that nobody has the rest."""
        if gap.role is None:
            yield f"The shares of the split {describe_gap(gap.points)}"
            return
        key = gap.work or gap.recording
        title = self._titles.get(key, "")
        problems = [one for one in self.claims if one.problem and (one.owned, one.claim.role) == (key, gap.role)]
        for one in problems:
            yield self._describe_problem(one, use)
        if not problems and gap.points:
            yield f"Shares of the {PLURALS[gap.role]} of {title} {describe_gap(gap.points)}"
        elif not problems:
            yield f"Nobody is named as {gap.role.label.lower()}" + (f" of {title}" if title else ": no song is named")

    def describe_disputes(self, use: str, roles: Collection[str]) -> Iterator[str]:
        """Say which claims in these roles are disputed: they hold up a sale even where others have all shares."""
        for one in self.claims:
            if one.problem == "disputed" and one.claim.role in roles:
                yield self._describe_problem(one, use)

    def _describe_problem(self, one: LiveClaim, use: str) -> str:
        claim, title = one.claim, self._titles.get(one.owned, "")
        return refusals.describe(Missing(one.problem, use, "", claim.role, claim.party.name, claim.party.kind, title))

    @property
    def _titles(self) -> dict[str, str]:
        titles = {recording_key(song.pk): song.title for song in self.recordings}
        return titles | {work_key(link.work_id): link.work.title for link in self.links}


def read_owners(recordings: Iterable[Recording], at: datetime | None = None) -> Owners:
    """Who owns these recordings and their works at this time, or now by the database's clock, in two queries."""
    time = at or Now()
    songs = sorted({song.pk: song for song in recordings}.values(), key=lambda song: song.pk)
    ties = RecordingWork.objects.live(at).filter(recording__in=songs)
    links = ties.select_related("work").order_by("work", "recording")
    works = {link.work_id for link in links}
    live = Claim.objects.filter(
        Q(recording__in=songs) | Q(work__in=works),
        Q(live_until=None) | Q(live_until__gt=time),
        live_from__lte=time,
        claimed_at__lte=time,
    )
    is_disputed = Q(disputed_at__lte=time) & (Q(settled_at=None) | Q(settled_at__gt=time))
    problem = Case(
        When(is_disputed, then=Value("disputed")),
        When(Q(confirmed_at__lte=time), then=Value("")),
        default=Value("unconfirmed"),
    )
    claims = live.select_related("party").annotate(problem=problem).order_by("role", "pk")
    return Owners(songs, list(links), [LiveClaim(claim, claim.problem) for claim in claims])


def party_key(party: int) -> str:
    return f"party:{party}"


def read_parties(keys: Iterable[str]) -> dict[str, Party]:
    """The parties with these keys, by key, in one query. Other keys, as the platform's, are passed over."""
    ids = [int(key.removeprefix("party:")) for key in keys if key.startswith("party:")]
    return {party_key(party.pk): party for party in Party.objects.filter(pk__in=ids)}


def recording_key(recording: int) -> str:
    return f"recording:{recording}"


def work_key(work: int | None) -> str:
    return f"work:{work}"
