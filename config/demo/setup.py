"""First part of the seed: people, artists with teams, grants and programs, and opt-ins."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from random import Random
from uuid import UUID

from allauth.account.models import EmailAddress
from django.contrib.auth.hashers import make_password

from accounts import consents, roles, tokens
from accounts.models import Person, Role
from artists import programs
from artists.models import Program
from audit import trail
from catalog import picture_encoding, registration
from catalog.models import Artist
from config.demo import pictures
from config.demo.artist_data import ARTISTS, ARTISTS_BY_SLUG, MARA
from config.demo.database_clock import DatabaseClock
from config.demo.fan_data import ANA, FANS
from config.demo.listening_history import FIXED_TASTES, Taste
from config.demo.program_data import DemoProgram
from fans import opt_ins
from fans.consent_texts import CONSENT_VERSION
from fans.models import OptIn
from rights import grants
from rights.models import Use

STAFF_HANDLE = "desk"
OLDER_WORDS = (ANA, "hraundis")
"""The fan and the artist of an opt-in under the words before the newest."""
PASSWORD = "a lantern on the quay"  # noqa: S105 - of invented people, printed when the demo starts


@dataclass
class DemoWorld:
    """What the parts of the seed share: random numbers, the clock, and what they made so far, by handle and slug."""

    rng: Random
    clock: DatabaseClock
    began: datetime
    tastes: dict[str, Taste]
    people: dict[str, Person] = field(default_factory=dict)
    artists: dict[str, Artist] = field(default_factory=dict)

    def member(self, slug: str, role: Role) -> Person:
        """The first person in this role of the artist's team."""
        return self.people[next(member.handle for member in ARTISTS_BY_SLUG[slug].team if member.role == role)]

    def principal(self, slug: str) -> Person:
        return self.member(slug, Role.PRINCIPAL)


def email_for(handle: str) -> str:
    return f"{handle}@example.com"


def create_people(world: DemoWorld) -> None:
    """Create the artists' teams, the fans and the trust desk."""
    members = {member.handle: (member.name, member.country) for artist in ARTISTS for member in artist.team}
    names = {STAFF_HANDLE: ("Trust desk", "IE"), **members, **FANS}
    world.people = add_people(names, world.rng)
    tokens.create(world.people[ANA], "Pano Scrobbler on my phone", by=world.people[ANA])


def add_people(names: Mapping[str, tuple[str, str]], rng: Random) -> dict[str, Person]:
    """Create people with these names and countries, by handle. They have the same password.

    It is hashed once, because hashing is slow on purpose.
    """
    password = make_password(PASSWORD)
    people = {
        handle: Person(
            id=UUID(int=rng.getrandbits(128), version=4),
            email=email_for(handle),
            handle=handle,
            name=name,
            country=country,
            age_band="18_plus",
            is_staff=handle == STAFF_HANDLE,
            password=password,
        )
        for handle, (name, country) in names.items()
    }
    Person.objects.bulk_create(people.values())
    EmailAddress.objects.bulk_create(
        EmailAddress(user=person, email=person.email, verified=True, primary=True) for person in people.values()
    )
    trail.record_all(
        trail.new_entry("person.joined", by=person.actor, subject=person.actor) for person in people.values()
    )
    return people


def add_person(handle: str, name: str, country: str) -> Person:
    """Create one more person, with an id from random numbers of its own: those of the seed stay as they are."""
    return add_people({handle: (name, country)}, Random(handle))[handle]  # noqa: S311 - no secret


def create_artists(world: DemoWorld) -> None:
    """Create the artists with recordings, teams, and a grant for personal messages."""
    staff = world.people[STAFF_HANDLE]
    for number, data in enumerate(ARTISTS):
        artist = world.artists[data.slug] = registration.add_artist(data.name, data.slug, by=staff.actor)
        registration.describe_artist(artist, spot=data.spot, about=data.about, by=staff.actor)
        picture = picture_encoding.encode(pictures.draw_rings(data.spot, number))
        registration.set_artist_picture(artist, picture, by=staff.actor)
        for title, seconds in data.songs.items():
            registration.add_recording(artist, title, by=staff.actor, duration_ms=seconds * 1000)
        for member in data.team:
            person = world.people[member.handle]
            if member.role == Role.PRINCIPAL:
                roles.name_principal(artist.team, person, by=staff)
            else:
                roles.add_member(artist.team, person, member.role, by=world.principal(data.slug))
        grants.switch_on(artist, Use.PERSONAL_MESSAGE, by=world.principal(data.slug), fresh=True)


def create_signed_program(world: DemoWorld, slug: str, offer: DemoProgram) -> Program:
    artist, principal = world.artists[slug], world.principal(slug)
    program = programs.create(artist, name=offer.name, by=principal)
    recording = artist.recordings.get(title=offer.song) if offer.song else None
    version = programs.edit(program, by=principal, recording=recording, **offer.version)
    programs.sign(version, by=principal, fresh=True)
    return program


def opt_fans_in(world: DemoWorld) -> None:
    """Opt nearly all fans in to Mara, whose studio the demo opens, and most to the other artists they listen to."""
    for number, (handle, taste) in enumerate(world.tastes.items()):
        chosen = {slug for slug in taste if handle in FIXED_TASTES or world.rng.random() < 0.75}
        for slug in sorted(chosen | ({MARA} if number % 9 else set())):
            if (handle, slug) == OLDER_WORDS:
                _opt_in_under_older_words(world.people[handle], world.artists[slug])
            else:
                opt_ins.opt_in(world.people[handle], world.artists[slug])


def _opt_in_under_older_words(person: Person, artist: Artist) -> None:
    """As before the newest words, so that the feed asks about them. The product gives nobody older words any more."""
    version = CONSENT_VERSION - 1
    consent = consents.give(person, f"artist:{artist.pk}", version, opt_ins.consent_text(artist, version))
    OptIn.objects.create(person=person, artist=artist, consent=consent)
