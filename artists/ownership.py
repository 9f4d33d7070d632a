"""Who wrote a song and who owns it: what the artist's team says, and what is missing before others may use the song.

What somebody else owns counts once they confirm it (`rights.claims`).
"""

from collections.abc import Iterable
from dataclasses import dataclass

from django.db import IntegrityError, transaction
from django.db.models import Q

from accounts.models import Person
from artists import songs
from artists.exceptions import InvalidRequest
from catalog import identifiers, registration
from catalog.models import Artist, Recording, Work
from rights import claims as rights_claims
from rights import clearance, parties
from rights.models import Claim, Party, Use
from rights.models.claims import WHOLE

RECORDING_ROLES = (Claim.Role.RECORDING_OWNER, Claim.Role.FEATURED_ARTIST, Claim.Role.SESSION_POOL)
WORK_ROLES = (Claim.Role.WRITER, Claim.Role.PUBLISHER)
KINDS_BY_ROLE = {
    Claim.Role.RECORDING_OWNER: (Party.Kind.ARTIST, Party.Kind.LABEL, Party.Kind.DISTRIBUTOR),
    Claim.Role.FEATURED_ARTIST: (Party.Kind.ARTIST,),
    Claim.Role.SESSION_POOL: (Party.Kind.SESSION_POOL,),
    Claim.Role.WRITER: (Party.Kind.WRITER, Party.Kind.ARTIST),
    Claim.Role.PUBLISHER: (Party.Kind.PUBLISHER,),
}
SHARES_OF = {
    Claim.Role.RECORDING_OWNER: "of the owners", Claim.Role.FEATURED_ARTIST: "of the featured artists",
    Claim.Role.SESSION_POOL: "of the session pool", Claim.Role.WRITER: "of the writers",
    Claim.Role.PUBLISHER: "of the publishers",
}  # fmt: skip


class UnknownParty(InvalidRequest):
    """No party, or more than one, goes by what was typed."""


@dataclass(frozen=True, slots=True)
class Share:
    """A claim that has not ended, as the page of a song shows it."""

    claim: Claim
    is_own: bool
    """Whether it is the artist's own, which the artist confirms."""

    @property
    def percent(self) -> str:
        return format_share(self.claim.share)

    @property
    def state(self) -> str:
        if self.claim.disputed_at and not self.claim.settled_at:
            return "disputed"
        return "confirmed" if self.claim.confirmed_at else "waiting"


@dataclass(frozen=True, slots=True)
class Owned:
    """A recording, or one of its works, with the shares in it."""

    work: Work | None
    shares: list[Share]

    @property
    def iswc(self) -> str:
        return format_iswc(self.work.iswc) if self.work else ""

    @property
    def gaps(self) -> list[str]:
        """A sentence for each role whose shares are more or less than all."""
        sums: dict[str, int] = {}
        for share in self.shares:
            sums[share.claim.role] = sums.get(share.claim.role, 0) + share.claim.share
        return [describe_gap(role, total) for role, total in sums.items() if total != WHOLE]


def list_owned(recording: Recording) -> list[Owned]:
    """The recording first, then its works, in two queries."""
    works = list(recording.works.order_by("pk"))
    found = Claim.objects.filter(Q(recording=recording) | Q(work__in=works))
    found = found.filter(rights_claims.LIVE).select_related("party").order_by("role", "pk")
    shares = [Share(claim, claim.party.artist_id == recording.artist_id) for claim in found]
    return [
        Owned(work, [share for share in shares if share.claim.work_id == (work and work.pk)]) for work in (None, *works)
    ]


def list_missing(recording: Recording) -> tuple[str, ...]:
    """What is missing before the song may be used for remixes, as `rights` says it; nothing if all said yes."""
    refusal = clearance.find_missing(Use.REMIX, recording.artist, [recording])
    return () if refusal is None else refusal.missing  # a refusal is false


def add_work(recording: Recording, *, title: str, iswc: str | None, by: Person) -> Work:
    """Say that the recording is of this work. Raises NotAllowed, AlreadyInCatalog and Django's ValidationError."""
    songs.require_editor(recording.artist, by)
    return registration.add_work(recording, title, iswc=iswc, by=by.actor)


def add_claim(recording: Recording, work: Work | None, *, role: str, party: Party, share: int, by: Person) -> Claim:
    """Say that a party owns a share. Raises NotAllowed, and InvalidRequest where it has one in this role already."""
    songs.require_editor(recording.artist, by)
    owned = {"work": work} if work else {"recording": recording}
    try:
        with transaction.atomic():
            return rights_claims.claim(party, role, by=by, share=share, **owned)
    except IntegrityError as error:
        raise InvalidRequest(f"{party.name} has a share there already. It ends before it changes.") from error


def find_party(text: str, role: str, *, recording: Recording) -> Party:
    """The party of this name, ISNI or IPI that can have the role; the recording's artist for no text.

    Raises UnknownParty, which says what to do.
    """
    if not text:
        if Party.Kind.ARTIST not in KINDS_BY_ROLE[Claim.Role(role)]:
            raise UnknownParty("Whose share is it?")
        return parties.get_artist_party(recording.artist)
    matches = _find_parties(text, role)
    if len(matches) == 1:
        return matches[0]
    if matches:
        raise UnknownParty("Several go by this name. Write the ISNI or the IPI of the right one.")
    raise UnknownParty(
        "Nobody here goes by that. Only our staff add rightsholders, once they have checked them: "
        "tell them the name, and the ISNI or the IPI."
    )


def _find_parties(text: str, role: str) -> list[Party]:
    """At most two that go by this name or code and can have the role. An artist becomes a party when it is needed."""
    kinds = KINDS_BY_ROLE[Claim.Role(role)]
    code = identifiers.normalise(text)
    known = Party.objects.filter(kind__in=kinds, artist=None, verified_at__isnull=False)
    found = list(known.filter(Q(name__iexact=text) | Q(isni=code) | Q(ipi=code)).order_by("pk")[:2])
    if Party.Kind.ARTIST in kinds:
        found += map(parties.get_artist_party, Artist.objects.filter(name__iexact=text).order_by("pk")[:2])
    return found


def describe_gap(role: str, total: int) -> str:
    """For example "Shares of the writers add up to 99.99 %: 0.01 % is missing."."""
    difference = "is missing" if total < WHOLE else "is too much"
    whose = SHARES_OF[Claim.Role(role)]
    return f"Shares {whose} add up to {format_share(total)}: {format_share(abs(WHOLE - total))} {difference}."


def format_share(basis_points: int) -> str:
    """A share in percent, for example "33.33 %" or "50 %"."""
    whole, hundredths = divmod(basis_points, 100)
    return f"{whole}.{hundredths:02} %" if hundredths else f"{whole} %"


def find_claim(owned: Iterable[Owned], pk: int) -> Claim | None:
    """One of the claims on a song, or None."""
    return next((share.claim for one in owned for share in one.shares if share.claim.pk == pk), None)


def format_iswc(iswc: str | None) -> str:
    """An ISWC as people write it, T-123.456.789-0; "" for none."""
    return f"{iswc[0]}-{iswc[1:4]}.{iswc[4:7]}.{iswc[7:10]}-{iswc[10]}" if iswc else ""
