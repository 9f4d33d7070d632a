"""An album of two songs and everybody who owns a part of it, for the tests of sales."""

from dataclasses import dataclass

from catalog.models import Artist, Recording, Work
from rights import agreements, parties, split_schemes
from rights.agreements import Scope, Terms
from rights.models import Party, SplitScheme, Use
from rights.shares import Role
from tests import factories
from tests.rights import factories as owners

SHARES = {
    Role.PLATFORM: 2_000, Role.RECORDING_OWNER: 4_000, Role.FEATURED_ARTIST: 2_000, Role.PUBLISHER: 1_200,
    Role.WRITER: 800,
}  # fmt: skip


@dataclass(frozen=True)
class Album:
    """Two songs of one label and one artist, with two publishers and three writers, under one agreement."""

    songs: tuple[Recording, Recording]
    works: tuple[Work, Work]
    mara: Party
    label: Party
    lark: Party
    kestrel: Party
    ida: Party
    ben: Party
    cleo: Party
    scheme: SplitScheme

    @property
    def everybody(self) -> list[Party]:
        return [self.mara, self.label, self.lark, self.kestrel, self.ida, self.ben, self.cleo]


def add_scheme(shares: dict[Role, int] = SHARES, use: str = Use.REMIX, tier_class: str = "") -> SplitScheme:
    return split_schemes.add_scheme(use, shares, by=factories.get_staff(), tier_class=tier_class)


def agree(number: str, scheme: SplitScheme | None, *members: Party, use: str = Use.REMIX) -> None:
    terms = Terms("We share.", (Scope(use, covers_later=True),), scheme=scheme)
    version = agreements.propose(number, members, terms, by=factories.get_staff())
    for party in members:
        agreements.accept(version, party, by=owners.get_signer(party), fresh=True)


def create_album(artist: Artist, *, agreed: bool = True) -> Album:
    songs = (factories.create_recording(artist, "Salt Radio"), factories.create_recording(artist, "Night Bus"))
    works = (owners.create_work(songs[0]), owners.create_work(songs[1]))
    mara, label = parties.get_artist_party(artist), owners.create_party()
    lark, kestrel = owners.create_party("publisher", "Lark"), owners.create_party("publisher", "Kestrel Row")
    ida, ben, cleo = (owners.create_party("writer", name) for name in ("Ida Koro", "Ben Amsel", "Cleo Ruiz"))
    for song in songs:
        owners.own(label, song)
        owners.own(mara, song, Role.FEATURED_ARTIST)
    owners.own(lark, works[0], Role.PUBLISHER)
    owners.own(kestrel, works[1], Role.PUBLISHER)
    owners.own(ida, works[0], share=6_000)
    owners.own(ben, works[0], share=4_000)
    owners.own(cleo, works[1])
    made = Album(songs, works, mara, label, lark, kestrel, ida, ben, cleo, add_scheme())
    if agreed:
        agree("A-1", made.scheme, *made.everybody)
    return made
