"""What the page of claims shows: which wait for a rightsholder's yes, which are disputed, and which count."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field, replace

from django.db import transaction
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.db.models.functions import Left

from accounts.models import Person
from accounts.people import display_names
from artists import rights_mail
from catalog.models import Recording
from rights import claims, clearance
from rights.claims import DISPUTED, LIVE
from rights.clearance_result import ClearanceRequest
from rights.models import Claim, IsrcPrefix, Party, Use
from rights.shares import Role, format_share

PAGE_SIZE = 50
WAITING = LIVE & Q(confirmed_at=None)
ISRC_PREFIX = Left("recording__isrc", 5)


@dataclass(frozen=True, slots=True)
class ClaimRow:
    """One claim with what it is on and who made it. `rivals` are the other live claims in the same role.

    `holder` is who registered the prefix of the recording's ISRC, where that is somebody else.
    """

    claim: Claim
    claimed_by: str
    rivals: list[Claim] = field(default_factory=list)
    holder: Party | None = None
    missing: tuple[str, ...] = ()
    """What is missing before remixes of a recording may be made."""

    @property
    def title(self) -> str:
        owned = self.claim.recording or self.claim.work
        return owned.title if owned else ""

    @property
    def artist(self) -> str:
        """Who is credited for the recording; "" for a work."""
        return self.claim.recording.artist_credit if self.claim.recording else ""

    @property
    def share(self) -> str:
        return format_share(self.claim.share)

    @property
    def total(self) -> str:
        """All shares of this role together."""
        return format_share(self.claim.share + sum(rival.share for rival in self.rivals))


def list_waiting(party: Party) -> list[ClaimRow]:
    """The oldest claims that wait for the party, at most PAGE_SIZE."""
    return _rows(_claims().filter(WAITING, party=party).order_by("pk")[:PAGE_SIZE])


def list_disputed(party: Party) -> list[ClaimRow]:
    """The oldest of `disputes_of` the party, at most PAGE_SIZE."""
    return with_rivals(disputes_of(party).order_by("pk")[:PAGE_SIZE])


def disputes_of(party: Party) -> QuerySet[Claim]:
    """The open disputes about what the party claims or has registered the ISRC of, whoever's claim is disputed."""
    own = Claim.objects.filter(LIVE, party=party)
    of_prefix = Q(isrc_prefix__in=party.isrc_prefixes.filter(ended_at=None).values("prefix"))
    claimed = Q(recording__in=own.values("recording")) | Q(work__in=own.values("work"))
    return _claims().filter(LIVE & DISPUTED).alias(isrc_prefix=ISRC_PREFIX).filter(claimed | of_prefix)


def list_settled(party: Party) -> list[ClaimRow]:
    """The newest disputes that staff settled on whose sides the party was, at most PAGE_SIZE, whatever ended by it."""
    there = Claim.objects.filter(
        Q(recording=OuterRef("recording")) | Q(work=OuterRef("work")), party=party, role=OuterRef("role")
    )
    beside = there.filter(
        Q(live_until=None) | Q(live_until__gte=OuterRef("settled_at")), claimed_at__lte=OuterRef("settled_at")
    )
    prefixes = party.isrc_prefixes.filter(ended_at=None).values("prefix")
    of_prefix = Q(isrc_prefix__in=prefixes, role=Role.RECORDING_OWNER)
    settled = _claims().alias(isrc_prefix=ISRC_PREFIX).filter(Q(party=party) | Exists(beside) | of_prefix)
    return _rows(settled.filter(settled_at__isnull=False).order_by("-settled_at", "-pk")[:PAGE_SIZE])


def list_confirmed(party: Party) -> list[ClaimRow]:
    """The newest claims that count, at most PAGE_SIZE, and what is missing before each recording may be used."""
    counts = _claims().filter(LIVE, party=party, confirmed_at__isnull=False).exclude(DISPUTED)
    rows = _rows(counts.order_by("-confirmed_at", "-pk")[:PAGE_SIZE])
    songs = {song.pk: song for row in rows if (song := row.claim.recording)}
    requests = [ClearanceRequest(Use.REMIX, song.artist_id, recordings=(song.pk,)) for song in songs.values()]
    refusals = clearance.find_all_missing(requests)
    missing = {request.recordings[0]: one.missing for request, one in refusals.items() if one is not None}
    return [replace(row, missing=missing.get(row.claim.recording_id or 0, ())) for row in rows]


def list_all_disputed() -> list[ClaimRow]:
    """The oldest open disputes of all parties, for staff."""
    return with_rivals(_claims().filter(LIVE & DISPUTED).order_by("disputed_at", "pk")[:PAGE_SIZE])


def find_disputed(pk: int) -> ClaimRow | None:
    """One claim whose dispute is open, or None."""
    return next(iter(with_rivals(_claims().filter(LIVE & DISPUTED, pk=pk))), None)


def settle(claim: Claim, *, by: Person, note: str, ending: Collection[Claim] = ()) -> None:
    """Staff settle a dispute, and all its sides are mailed the note. Raises as `rights.claims.settle`."""
    with transaction.atomic():
        rights_mail.mail_settlement(claim, note)  # while all sides claim it
        claims.settle(claim, by=by, note=note, ending=ending)


def with_rivals(claims: QuerySet[Claim]) -> list[ClaimRow]:
    """Each claim with the other live claims in the same role, and with the holder of the ISRC's prefix."""
    rows = _rows(claims)
    recordings = [row.claim.recording_id for row in rows if row.claim.recording_id]
    works = [row.claim.work_id for row in rows if row.claim.work_id]
    others = _claims().filter(LIVE, Q(recording__in=recordings) | Q(work__in=works)).order_by("pk")
    for other in others if rows else ():
        for row in rows:
            if other.pk != row.claim.pk and _place(other) == _place(row.claim):
                row.rivals.append(other)
    holders = _find_holders(row.claim.recording for row in rows)
    return [replace(row, holder=_holder_against(row.claim, holders)) for row in rows]


def _find_holders(recordings: Iterable[Recording | None]) -> dict[str, Party]:
    """Who registered the prefixes of these recordings' ISRCs, in one query."""
    prefixes = {_prefix(recording) for recording in recordings}
    live = IsrcPrefix.objects.filter(prefix__in=prefixes, ended_at=None).select_related("party")
    return {registered.prefix: registered.party for registered in live}


def _holder_against(claim: Claim, holders: Mapping[str, Party]) -> Party | None:
    holder = holders.get(_prefix(claim.recording))
    return holder if holder and holder.pk != claim.party_id and claim.role == Role.RECORDING_OWNER else None


def _prefix(recording: Recording | None) -> str:
    return (recording.isrc or "")[:5] if recording else ""


def _claims() -> QuerySet[Claim]:
    return Claim.objects.select_related("party", "recording", "work")


def _place(claim: Claim) -> tuple[int | None, int | None, str]:
    return claim.recording_id, claim.work_id, claim.role


def _rows(claims: Iterable[Claim]) -> list[ClaimRow]:
    found = list(claims)
    names = display_names(claim.claimed_by for claim in found)
    return [ClaimRow(claim, names.get(claim.claimed_by, "somebody")) for claim in found]
