"""Read the versions of agreements: which ones a party sees, and how far each is."""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from typing import NamedTuple

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils import timezone

from rights.models import Acceptance, AgreementParty, AgreementVersion, Party


class State(StrEnum):
    """How far a version is."""

    PROPOSED = "proposed"
    """Somebody has not accepted it yet."""
    PLANNED = "planned"
    """Everybody accepted it, and it begins later."""
    IN_FORCE = "in_force"
    ENDED = "ended"
    REFUSED = "refused"
    """One of the parties ended the proposal before everybody had accepted it."""
    LAPSED = "lapsed"
    """Its last day passed before everybody had accepted it."""


class Member(NamedTuple):
    """A party of a version, and its acceptance if it accepted."""

    party: Party
    holds_key: bool
    acceptance: Acceptance | None


@dataclass(frozen=True, slots=True)
class Reading:
    """A version with its parties and who of them accepted it."""

    version: AgreementVersion
    parties: list[AgreementParty]
    acceptances: dict[int, Acceptance]
    """By the id of the party."""

    @property
    def state(self) -> State:
        version, now = self.version, timezone.now()
        is_over = version.ends_at is not None and version.ends_at <= now
        if version.live_from is None:
            if version.ended_at is not None:
                return State.REFUSED
            return State.LAPSED if is_over else State.PROPOSED
        if is_over or (version.ended_at is not None and version.ended_at <= now):
            return State.ENDED
        return State.PLANNED if version.live_from > now else State.IN_FORCE

    @property
    def waiting_for(self) -> list[Party]:
        """Who has not accepted it, in the order of the parties."""
        return [each.party for each in self.parties if each.party_id not in self.acceptances]

    @property
    def members(self) -> list[Member]:
        return [Member(each.party, each.holds_key, self.acceptances.get(each.party_id)) for each in self.parties]

    @property
    def is_live(self) -> bool:
        """Whether it permits something now, or from its first day on."""
        return self.state in (State.PLANNED, State.IN_FORCE)

    def waits_for(self, party: Party) -> bool:
        return self.state == State.PROPOSED and party.pk not in self.acceptances


def list_of(party: Party) -> QuerySet[AgreementVersion]:
    """The versions that name this party, whoever proposed them."""
    return AgreementVersion.objects.filter(parties__party=party).select_related("agreement", "scheme")


def list_live() -> QuerySet[AgreementVersion]:
    """The versions that are in force, or will be on their first day."""
    now = timezone.now()
    not_over = (Q(ended_at=None) | Q(ended_at__gt=now)) & (Q(ends_at=None) | Q(ends_at__gt=now))
    return AgreementVersion.objects.filter(not_over, live_from__isnull=False)


def list_waiting(parties: QuerySet[Party]) -> QuerySet[AgreementVersion]:
    """The versions that one of these parties has not accepted, and still can."""
    named = AgreementParty.objects.filter(party__in=parties)
    given = Acceptance.objects.filter(version=OuterRef("version"), party=OuterRef("party"))
    waiting = AgreementVersion.objects.filter(pk__in=named.exclude(Exists(given)).values("version"))
    return (
        waiting.filter(live_from=None, ended_at=None).exclude(ends_at__lte=timezone.now()).select_related("agreement")
    )


def read(versions: Iterable[AgreementVersion]) -> list[Reading]:
    """Each of these versions with its parties and acceptances, in two queries more."""
    found = list(versions)
    pks = [version.pk for version in found]
    parties: dict[int, list[AgreementParty]] = {pk: [] for pk in pks}
    for each in AgreementParty.objects.filter(version__in=pks).select_related("party__artist").order_by("pk"):
        parties[each.version_id].append(each)
    given: dict[int, dict[int, Acceptance]] = {pk: {} for pk in pks}
    for acceptance in Acceptance.objects.filter(version__in=pks).order_by("at", "pk"):
        given[acceptance.version_id][acceptance.party_id] = acceptance
    return [Reading(version, parties[version.pk], given[version.pk]) for version in found]
