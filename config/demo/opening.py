"""Seed, first: people with accounts, artists with teams, what these allow and offer, and who opted in."""

from dataclasses import dataclass, field
from datetime import datetime
from random import Random
from uuid import UUID

from allauth.account.models import EmailAddress
from django.contrib.auth.hashers import make_password

from accounts import roles, tokens
from accounts.models import Person, Role
from artists import programs
from artists.models import Program
from audit import trail
from catalog import registration
from catalog.models import Artist
from config.demo.acts import ACTS, BY_SLUG, MARA
from config.demo.clock import Clock
from config.demo.crowd import ANA, FANS
from config.demo.listening import GIVEN, Taste
from config.demo.offers import Offer
from fans import opt_ins
from rights import grants
from rights.models import Use

STAFF = "desk"
PASSWORD = "a lantern on the quay"  # noqa: S105 - of people who do not exist, printed for whoever starts the demo


@dataclass
class World:
    rng: Random
    clock: Clock
    began: datetime
    tastes: dict[str, Taste]
    people: dict[str, Person] = field(default_factory=dict)
    artists: dict[str, Artist] = field(default_factory=dict)

    def mate(self, slug: str, role: Role) -> Person:
        """The first person in this role of the artist's team."""
        return self.people[next(mate.handle for mate in BY_SLUG[slug].team if mate.role == role)]

    def principal(self, slug: str) -> Person:
        return self.mate(slug, Role.PRINCIPAL)


def address(handle: str) -> str:
    return f"{handle}@example.com"


def people_join(world: World) -> None:
    """Everybody has the one password; it is hashed once, because hashing is slow on purpose."""
    mates = {mate.handle: (mate.name, mate.country) for act in ACTS for mate in act.team}
    everybody = {STAFF: ("Trust desk", "IE"), **mates, **FANS}
    password = make_password(PASSWORD)
    world.people = {
        handle: Person(
            id=UUID(int=world.rng.getrandbits(128), version=4),
            email=address(handle),
            handle=handle,
            name=name,
            country=country,
            age_band="18_plus",
            is_staff=handle == STAFF,
            password=password,
        )
        for handle, (name, country) in everybody.items()
    }
    Person.objects.bulk_create(world.people.values())
    EmailAddress.objects.bulk_create(
        EmailAddress(user=person, email=person.email, verified=True, primary=True) for person in world.people.values()
    )
    trail.record_all(
        trail.new_entry("person.joined", by=person.actor, subject=person.actor) for person in world.people.values()
    )
    tokens.create(world.people[ANA], "Pano Scrobbler on my phone", by=world.people[ANA])


def artists_arrive(world: World) -> None:
    staff = world.people[STAFF]
    for act in ACTS:
        artist = world.artists[act.slug] = registration.add_artist(act.name, act.slug, by=staff.actor)
        registration.describe_artist(artist, spot=act.spot, about=act.about, by=staff.actor)
        for title, seconds in act.songs.items():
            registration.add_recording(artist, title, by=staff.actor, duration_ms=seconds * 1000)
        for mate in act.team:
            person = world.people[mate.handle]
            if mate.role == Role.PRINCIPAL:
                roles.name_principal(artist.team, person, by=staff)
            else:
                roles.add_member(artist.team, person, mate.role, by=world.principal(act.slug))
        grants.switch_on(artist, Use.PERSONAL_MESSAGE, by=world.principal(act.slug), fresh=True)


def program_is_signed(world: World, slug: str, offer: Offer) -> Program:
    artist, principal = world.artists[slug], world.principal(slug)
    program = programs.create(artist, name=offer.name, by=principal)
    recording = artist.recordings.get(title=offer.song) if offer.song else None
    version = programs.edit(program, by=principal, recording=recording, **offer.version)
    programs.sign(version, by=principal, fresh=True)
    return program


def fans_opt_in(world: World) -> None:
    """Nearly all of them to the one whose studio the demo opens, and most to the others that they listen to."""
    for number, (handle, taste) in enumerate(world.tastes.items()):
        chosen = {slug for slug in taste if handle in GIVEN or world.rng.random() < 0.75}
        for slug in sorted(chosen | ({MARA} if number % 9 else set())):
            opt_ins.opt_in(world.people[handle], world.artists[slug])
