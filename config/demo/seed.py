"""Seed: the whole world in one transaction: all of it or nothing, and never twice."""

from datetime import UTC, datetime, timedelta
from random import Random

from accounts.models import Person
from audit import trail
from audit.models import Entry
from config.demo import database_clock, history, setup
from config.demo.listening_history import FINAL_SILENCE, HISTORY_DAYS, generate_tastes

DEFAULT_SEED = 4
SEEDED_ACTION = "demo.seeded"


class DatabaseNotEmpty(Exception):
    """People live in this database who are not the demo's."""


def is_seeded() -> bool:
    return Entry.objects.filter(action=SEEDED_ACTION).exists()


def seed_demo(number: int = DEFAULT_SEED) -> bool:
    """False when it was done before: then nothing is changed. The same number makes the same world.

    Raises NotEmpty for a database that somebody uses for something else.
    """
    if is_seeded():
        return False
    if Person.objects.exists():
        raise DatabaseNotEmpty("This database has people in it already; the demo's world begins in an empty one.")
    now = datetime.now(UTC)
    began, rng = now - timedelta(days=HISTORY_DAYS) - FINAL_SILENCE, Random(number)  # noqa: S311 - a world, not a secret
    with database_clock.turned_back() as past:
        world = setup.DemoWorld(rng, past, began, generate_tastes(rng))
        past.turn(world.began)
        setup.create_people(world)
        setup.create_artists(world)
        setup.opt_fans_in(world)
        history.play_history(world, now)
        history.prepare_present(world)
        trail.record(SEEDED_ACTION, by="system:demo", subject=f"seed:{number}")
    return True
