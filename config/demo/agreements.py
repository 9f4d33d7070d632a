"""The demo's agreements: two in force, and one that a publisher proposed, which waits for the label and the artist."""

from accounts.models import Person
from catalog import registration
from config.demo.artist_data import MARA
from config.demo.setup import STAFF_HANDLE, DemoWorld, add_person
from rights import agreements, claims, grants, parties, split_schemes
from rights.agreement_terms import Permission, write_terms
from rights.agreements import Key, Terms
from rights.grants import Songs
from rights.models import Party, SplitScheme, Use
from rights.shares import Role

PUBLISHER_NAME, PUBLISHER_SIGNATORY = "Kestrel Row", "lidia"
PUBLISHED_SONG, REFUSED_SONG = "Two Umbrellas", "Sleeping Districts"
SHARES: dict[str, int] = {
    Role.PLATFORM: 2_000,
    Role.RECORDING_OWNER: 3_600,
    Role.FEATURED_ARTIST: 2_400,
    Role.PUBLISHER: 1_200,
    Role.WRITER: 800,
}
INCOME_SHARES: dict[str, int] = {Role.PLATFORM: 2_000, Role.FEATURED_ARTIST: 8_000}
KEY_ABOVE = 500
"""The publisher approves remixes too from the one after this number a month on."""
OWN_WORDS = "Credits read “words and music: Kestrel Row” wherever a remix is shown."


def create_agreements(world: DemoWorld, label: Party) -> None:
    """The label and Mara agree on playlists and income. The publisher proposes remixes; Mara refuses them for one song.

    Of the two songs that the publisher has, the split of one is complete: Mara is named as its featured artist.
    """
    staff, lidia = world.people[STAFF_HANDLE], add_person(PUBLISHER_SIGNATORY, "Lídia Corvo", "PT")
    publisher = parties.add_rightsholder(Party.Kind.PUBLISHER, PUBLISHER_NAME, signatory=lidia, by=staff)
    for title in (PUBLISHED_SONG, REFUSED_SONG):
        _own_song(world, label, publisher, title)
    scheme = split_schemes.add_scheme(Use.REMIX, SHARES, by=staff)
    mara = parties.get_artist_party(world.artists[MARA])
    played = world.artists[MARA].recordings.get(title=PUBLISHED_SONG)
    featured = claims.claim(mara, Role.FEATURED_ARTIST, by=world.principal(MARA), recording=played)
    claims.confirm(featured, by=world.principal(MARA), fresh=True)
    _agree_on_playlists(world, label, mara)
    _agree_on_income(world, label, mara)
    key = Key(publisher, KEY_ABOVE)
    terms = _write([publisher, label, mara], Use.REMIX, scheme=scheme, own_words=OWN_WORDS, keys=(key,))
    title = "Remixes of Mara Veil"
    with_publisher = agreements.propose("K-1", [publisher, label, mara], terms, by=lidia, title=title)
    agreements.accept(with_publisher, publisher, by=lidia, fresh=True, country="PT")


def _agree_on_playlists(world: DemoWorld, label: Party, mara: Party) -> None:
    """The label holds a second key, for the day on which playlists are made."""
    terms = _write([label, mara], Use.PLAYLIST, keys=(Key(label),))
    _agree(world, "P-1", label, mara, terms, "Playlists of Mara Veil")
    song = world.artists[MARA].recordings.get(title=REFUSED_SONG)
    grants.switch_on(world.artists[MARA], Use.REMIX, by=world.principal(MARA), fresh=True)
    grants.switch_off(world.artists[MARA], Use.REMIX, by=world.principal(MARA), recording=song)


def _agree_on_income(world: DemoWorld, label: Party, mara: Party) -> None:
    scheme = split_schemes.add_scheme(Use.TIER, INCOME_SHARES, by=world.people[STAFF_HANDLE])
    terms = _write([label, mara], Use.TIER, scheme=scheme)
    _agree(world, "T-1", label, mara, terms, "Subscriptions to Mara Veil")


def _agree(world: DemoWorld, number: str, label: Party, mara: Party, terms: Terms, title: str) -> None:
    rui = _signer(label)
    version = agreements.propose(number, [label, mara], terms, by=rui, title=title)
    agreements.accept(version, label, by=rui, fresh=True, country="PT")
    agreements.accept(version, mara, by=world.principal(MARA), fresh=True, country="PT")


def _write(
    members: list[Party],
    use: Use,
    *,
    scheme: SplitScheme | None = None,
    own_words: str = "",
    keys: tuple[Key, ...] = (),
) -> Terms:
    artist = next(party.artist for party in members if party.artist)
    permission = Permission((use,), (Songs(artist),))
    return write_terms(members, permission, Terms("", (), scheme=scheme, keys=keys), own_words=own_words)


def _signer(party: Party) -> Person:
    return Person.objects.get(memberships__team__party=party, memberships__role="signatory")


def _own_song(world: DemoWorld, label: Party, publisher: Party, title: str) -> None:
    """The label owns the recording; Mara wrote the work, which the publisher has."""
    artist, mara = world.artists[MARA], world.principal(MARA)
    recording = artist.recordings.get(title=title)
    work = registration.add_work(recording, title, by=mara.actor)
    own = parties.get_artist_party(artist)
    made = [
        claims.claim(own, Role.WRITER, by=mara, work=work),
        claims.claim(publisher, Role.PUBLISHER, by=mara, work=work),
        claims.claim(label, Role.RECORDING_OWNER, by=mara, recording=recording),
    ]
    signers = [mara, _signer(publisher), _signer(label)]
    for claim, signer in zip(made, signers, strict=True):
        claims.confirm(claim, by=signer, fresh=True)
