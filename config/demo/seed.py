"""Seed: the whole world in one transaction: all of it or nothing, and never twice."""

from datetime import UTC, datetime, timedelta
from random import Random

from accounts.models import Person
from audit import trail
from audit.models import Entry
from config.demo import clock, months, opening
from config.demo.listening import DAYS, SILENT, tastes_of_all

SEED = 4
DONE = "demo.seeded"


class NotEmpty(Exception):
    """People live in this database who are not the demo's."""


def is_done() -> bool:
    return Entry.objects.filter(action=DONE).exists()


def seed(number: int = SEED) -> bool:
    """False when it was done before: then nothing is changed. The same number makes the same world.

    Raises NotEmpty for a database that somebody uses for something else.
    """
    if is_done():
        return False
    if Person.objects.exists():
        raise NotEmpty("This database has people in it already; the demo's world begins in an empty one.")
    now = datetime.now(UTC)
    began, rng = now - timedelta(days=DAYS) - SILENT, Random(number)  # noqa: S311 - a world, not a secret
    with clock.turned_back() as past:
        world = opening.World(rng, past, began, tastes_of_all(rng))
        past.turn(world.began)
        opening.people_join(world)
        opening.artists_arrive(world)
        opening.fans_opt_in(world)
        months.lived_through(world, now)
        months.present_day(world)
        trail.record(DONE, by="system:demo", subject=f"seed:{number}")
    return True
