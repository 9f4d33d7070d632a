"""Who wrote a song and who owns it: what the artist's team says, and what is missing before others may use the song.

What somebody else owns counts once they confirm it (`rights.claims`).
"""

from collections.abc import Iterable
from dataclasses import dataclass

from django.db import IntegrityError, transaction
from django.db.models import Exists, OuterRef, Q

from accounts.models import Person
from artists import rights_mail, songs
from artists.exceptions import InvalidRequest
from catalog import identifiers, registration
from catalog.models import Artist, Recording, Work
from rights import claims as rights_claims
from rights import parties, sales
from rights.models import Claim, Party, Use
from rights.owners import Owners, read_owners
from rights.parties import KINDS_BY_ROLE
from rights.sales import IncompleteSale, Sale
from rights.shares import PLURALS, WHOLE, Role, describe_gap, format_share

MAX_SETTLED = 20


class UnknownParty(InvalidRequest):
    """No party, or more than one, goes by what was typed."""


@dataclass(frozen=True, slots=True)
class Share:
    """A claim that has not ended, as the page of a song shows it."""

    claim: Claim
    is_own: bool
    """Whether it is the artist's own, which the artist confirms."""
    may_be_taken_back: bool = False
    """Whether the team that reads it may end it, because nobody has confirmed it."""

    @property
    def is_of_others(self) -> bool:
        """Whether somebody else has confirmed it, or says yes for the artist."""
        return bool(self.claim.confirmed_at) and not (self.is_own and self.claim.administered_by_id is None)

    @property
    def percent(self) -> str:
        return format_share(self.claim.share)


@dataclass(frozen=True, slots=True)
class Owned:
    """A recording, or one of its works, with the shares in it."""

    work: Work | None
    shares: list[Share]

    @property
    def iswc(self) -> str:
        return identifiers.format_iswc(self.work.iswc) if self.work else ""

    @property
    def may_be_ended(self) -> bool:
        """Whether the artist's team may say that the recording is not of this work: nobody else confirmed a share."""
        return self.work is not None and not any(share.is_of_others for share in self.shares)

    @property
    def gaps(self) -> list[str]:
        """A sentence for each role whose shares are more or less than all."""
        sums: dict[str, int] = {}
        for share in self.shares:
            sums[share.claim.role] = sums.get(share.claim.role, 0) + share.claim.share
        gaps = {Role(role): total for role, total in sums.items() if total != WHOLE}
        return [f"Shares of the {PLURALS[role]} {describe_gap(total)}." for role, total in gaps.items()]


def list_owned(recording: Recording, owners: Owners | None = None, *, by: Person | None = None) -> list[Owned]:
    """The recording first, then its works, in two queries, or in none with its owners.

    One more query says what `by` may take back, where a share of somebody else waits.
    """
    owners = owners or read_owners([recording])
    of_others = [claim for claim, _ in owners.claims if claim.party.artist_id != recording.artist_id]
    mistakes = rights_claims.list_own_mistakes(of_others, by=by) if by else set()
    shares = [
        Share(claim, claim.party.artist_id == recording.artist_id, claim.pk in mistakes) for claim, _ in owners.claims
    ]
    works = [link.work for link in owners.links]
    return [
        Owned(work, [share for share in shares if share.claim.work_id == (work and work.pk)]) for work in (None, *works)
    ]


def list_settled(recording: Recording, owned: Iterable[Owned]) -> list[Claim]:
    """The newest disputes about the song that staff settled, with their notes, also of claims that ended by it.

    Of a work, only those in roles in which the artist claims or claimed a share.
    """
    own = Claim.objects.filter(work=OuterRef("work"), role=OuterRef("role"), party__artist=recording.artist_id)
    of_works = Q(work__in=[one.work for one in owned if one.work]) & Exists(own)
    settled = Claim.objects.filter(Q(recording=recording) | of_works, settled_at__isnull=False)
    return list(settled.select_related("party").order_by("-settled_at", "-pk")[:MAX_SETTLED])


def resolve_remix_sale(recording: Recording) -> Sale | IncompleteSale:
    """Who would be paid for a remix of the song, or what is missing before one may be made or sold."""
    return sales.resolve_sale(Use.REMIX, recording.artist, [recording])


def add_work(recording: Recording, *, title: str, iswc: str | None, by: Person) -> Work:
    """Say that the recording is of this work. Raises NotAllowed, AlreadyInCatalog and Django's ValidationError.

    Raises InvalidRequest where somebody else confirmed a share in another work of the song, which would be less then.
    """
    songs.require_editor(recording.artist, by)
    for one in list_owned(recording):
        if one.work and not one.may_be_ended:
            raise InvalidRequest(
                f"Somebody else confirmed a share in “{one.work.title}”, which is less of the song once it is of "
                "another work, too: our staff add it."
            )
    return registration.add_work(recording, title, iswc=iswc, by=by.actor)


def end_work(recording: Recording, work: Work, *, by: Person) -> None:
    """Say that the recording is not of this work. Raises NotAllowed, and InvalidRequest where somebody else owns it."""
    songs.require_editor(recording.artist, by)
    refusal = InvalidRequest(
        f"Somebody else confirmed a share in “{work.title}”: our staff say that the song is not a recording of it."
    )
    if any(one.work == work and not one.may_be_ended for one in list_owned(recording)):
        raise refusal
    try:
        registration.end_work(recording, work, by=by.actor)
    except IntegrityError as error:  # confirmed at the same moment
        raise refusal from error


def add_claim(recording: Recording, work: Work | None, *, role: str, party: Party, share: int, by: Person) -> Claim:
    """Say that a party owns a share. Raises NotAllowed, and InvalidRequest where it has one in this role already."""
    songs.require_editor(recording.artist, by)
    owned = {"work": work} if work else {"recording": recording}
    try:
        with transaction.atomic():
            claim = rights_claims.claim(party, role, by=by, share=share, **owned)
            if claim.disputed_at or not parties.may_sign(party, by):
                rights_mail.mail_claim(claim)
            return claim
    except IntegrityError as error:
        raise InvalidRequest(f"{party.name} has a share there already. It ends before it changes.") from error


def find_party(text: str, role: str, *, recording: Recording) -> Party:
    """The party of this name, ISNI or IPI that can have the role; the recording's artist for no text.

    Raises UnknownParty, which says what to do.
    """
    if not text:
        if Party.Kind.ARTIST not in KINDS_BY_ROLE[Role(role)]:
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
    kinds = KINDS_BY_ROLE[Role(role)]
    code = identifiers.normalise(text)
    known = Party.objects.filter(kind__in=kinds, artist=None, verified_at__isnull=False)
    found = list(known.filter(Q(name__iexact=text) | Q(isni=code) | Q(ipi=code)).order_by("pk")[:2])
    if Party.Kind.ARTIST in kinds:
        found += map(parties.get_artist_party, Artist.objects.filter(name__iexact=text).order_by("pk")[:2])
    return found


def find_claim(owned: Iterable[Owned], pk: int) -> Claim | None:
    """One of the claims on a song, or None."""
    return next((share.claim for one in owned for share in one.shares if share.claim.pk == pk), None)
