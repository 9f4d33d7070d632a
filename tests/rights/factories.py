"""Rightsholders, what they own and what they permit, for tests. Everything goes through the product's own functions."""

from dataclasses import dataclass
from typing import Any

from accounts.models import Person, Role
from catalog import registration
from catalog.models import Artist, Recording, RecordingWork, Work
from rights import claims, grants, parties, roster, shares
from rights.grants import Songs
from rights.models import Claim, Grant, Party, RosterEntry, Use
from tests import factories


def create_work(*recordings: Recording, title: str = "") -> Work:
    """The work that these recordings are recordings of."""
    first, *others = recordings
    staff = factories.get_staff().actor
    work = registration.add_work(first, title, by=staff)
    for recording in others:
        RecordingWork.objects.create(recording=recording, work=work, added_by=staff)
    return work


def create_party(kind: str = "label", name: str = "Harbor Lane") -> Party:
    """A rightsholder that staff verified, with a team of one person who signs."""
    signatory = factories.create_person(f"{name} signer")
    return parties.add_rightsholder(kind, name, signatory=signatory, by=factories.get_staff())


def get_signer(party: Party) -> Person:
    """Who signs for the party: a principal for an artist, a signatory for everybody else."""
    if party.artist:
        return factories.get_member(party.artist, Role.PRINCIPAL)
    assert party.team
    return party.team.members.select_related("person").get(role="signatory").person


def propose(label: Party, artist: Artist) -> RosterEntry:
    """The label asks the artist to be on its roster."""
    return roster.propose(label, artist, by=get_signer(label), fresh=True)


def add_to_roster(label: Party, artist: Artist) -> RosterEntry:
    """Both say that they work together."""
    entry = propose(label, artist)
    roster.answer(entry, accepted=True, by=factories.get_member(artist, Role.PRINCIPAL), fresh=True)
    return entry


def own(party: Party, owned: Recording | Work, role: str = "", **terms: Any) -> Claim:
    """A claim that staff made and the party confirmed, on all of a recording or work unless `terms` say otherwise."""
    of_recording = isinstance(owned, Recording)
    about = {"recording": owned} if of_recording else {"work": owned}
    role = role or (shares.Role.RECORDING_OWNER if of_recording else shares.Role.WRITER)
    claim = claims.claim(party, role, by=factories.get_staff(), **about, **terms)
    claims.confirm(claim, by=get_signer(party), fresh=True)
    return claim


def permit(party: Party, use: str = Use.REMIX, songs: Songs | None = None, **limits: Any) -> list[Grant]:
    """The party permits a use, of all songs everywhere unless told otherwise."""
    songs = songs or Songs(party.artist)
    return grants.permit(party, use, songs, by=get_signer(party), fresh=True, **limits)


@dataclass(frozen=True)
class OwnedSong:
    """A recording whose label, and the publisher and writer of whose work, all permit remixes; the artist does too."""

    recording: Recording
    work: Work
    artist: Party
    label: Party
    publisher: Party
    writer: Party


def create_owned_song(artist: Artist, title: str = "Low Tide Choir", *, permitted: bool = True) -> OwnedSong:
    """A recording with owners. Nobody permits anything where `permitted` is False."""
    recording = factories.create_recording(artist, title)
    song = OwnedSong(
        recording,
        create_work(recording),
        parties.get_artist_party(artist),
        create_party(),
        create_party("publisher", "Kestrel Row"),
        create_party("writer", "Ida Koro"),
    )
    own(song.label, recording)
    own(song.publisher, song.work, shares.Role.PUBLISHER)
    own(song.writer, song.work)
    if permitted:
        for party in (song.artist, song.label, song.publisher, song.writer):
            permit(party)
    return song
