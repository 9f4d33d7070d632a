"""The demo's label: a signatory, an artist on its roster, and claims on songs. One waits, and one is disputed."""

from accounts.models import Person
from catalog import registration
from catalog.models import Recording
from config.demo.artist_data import MARA
from config.demo.setup import STAFF_HANDLE, DemoWorld, add_person
from rights import claims, grants, parties, roster
from rights.grants import Songs
from rights.models import Claim, Party, Use
from rights.shares import Role

LABEL_NAME = "Paper Lighthouse"
SIGNATORY = "rui"
CONFIRMED_SONGS = ("Salt Radio", "Night Bus")
WAITING_SONG = "Glass Houses"
DISPUTED_SONG = "The Lift Is Out Again"
RIVAL_NAME, RIVAL_SIGNATORY = "Nordkai Records", "sanne"


def create_label(world: DemoWorld) -> Party:
    """Staff create the label; it asks Mara, who says yes; it owns three of her songs, which she wrote herself."""
    staff, rui, mara = world.people[STAFF_HANDLE], add_person(SIGNATORY, "Rui Falcão", "PT"), world.artists[MARA]
    label = parties.add_rightsholder(Party.Kind.LABEL, LABEL_NAME, signatory=rui, by=staff)
    entry = roster.propose(label, mara, by=rui, fresh=True)
    roster.answer(entry, accepted=True, by=world.principal(MARA), fresh=True)
    for title in CONFIRMED_SONGS:
        claim = _claim_song(world, label, mara.recordings.get(title=title), by=rui)
        claims.confirm(claim, by=rui, fresh=True)
    _claim_song(world, label, mara.recordings.get(title=WAITING_SONG), by=world.principal(MARA))
    grants.permit(label, Use.REMIX, Songs(artist=mara), by=rui, fresh=True)
    _dispute(world, label, mara.recordings.get(title=DISPUTED_SONG), by=rui)
    return label


def _dispute(world: DemoWorld, label: Party, recording: Recording, *, by: Person) -> None:
    """Two labels say that they own the same recording: together more than all of it, which staff have to settle."""
    sanne = add_person(RIVAL_SIGNATORY, "Sanne Vos", "NL")
    rival = parties.add_rightsholder(Party.Kind.LABEL, RIVAL_NAME, signatory=sanne, by=world.people[STAFF_HANDLE])
    claims.confirm(_claim_song(world, label, recording, by=by), by=by, fresh=True)
    other = claims.claim(rival, Role.RECORDING_OWNER, by=sanne, recording=recording, share=6_000)
    claims.confirm(other, by=sanne, fresh=True)


def _claim_song(world: DemoWorld, label: Party, recording: Recording, *, by: Person) -> Claim:
    """The label owns the recording, and Mara wrote the work."""
    mara = world.principal(MARA)
    work = registration.add_work(recording, recording.title, by=mara.actor)
    writer = claims.claim(parties.get_artist_party(recording.artist), Role.WRITER, by=mara, work=work)
    claims.confirm(writer, by=mara, fresh=True)
    return claims.claim(label, Role.RECORDING_OWNER, by=by, recording=recording)
