"""Seed an empty database with the demo's data, all in one transaction."""

from datetime import UTC, datetime, timedelta
from random import Random

from accounts.models import Person
from audit import trail
from audit.actors import SystemActor
from audit.models import Entry
from config.demo import agreements, database_clock, history, imports, label, remixes, requests, setup, tiers
from config.demo.listening_history import FINAL_SILENCE, HISTORY_DAYS, generate_tastes

DEFAULT_SEED = 4
SEEDED_ACTION = "demo.seeded"


class DatabaseNotEmpty(Exception):
    """The database has people in it who are not the demo's."""


def is_seeded() -> bool:
    return Entry.objects.filter(action=SEEDED_ACTION).exists()


def seed_demo(number: int = DEFAULT_SEED) -> bool:
    """Seed the database; the same number makes the same data. False if it was seeded before, and nothing changed.

    Raises DatabaseNotEmpty for a database with other people in it.
    """
    if is_seeded():
        return False
    if Person.objects.exists():
        raise DatabaseNotEmpty("This database has people in it already; the demo needs an empty one.")
    now = datetime.now(UTC)
    began, rng = now - timedelta(days=HISTORY_DAYS) - FINAL_SILENCE, Random(number)  # noqa: S311 - no secret
    with database_clock.settable_clock() as past:
        world = setup.DemoWorld(rng, past, began, generate_tastes(rng))
        past.set_now(world.began)
        setup.create_people(world)
        setup.create_artists(world)
        paper_lighthouse = label.create_label(world)
        setup.opt_fans_in(world)
        history.play_history(world, now)
        requests.create_requests(world)
        history.prepare_present(world)
        agreements.create_agreements(world, paper_lighthouse)
        imports.create_imports(paper_lighthouse)
        remixes.permit_remixes(world)
        tiers.write_tiers(world)
        trail.record(SEEDED_ACTION, by=SystemActor.DEMO, subject=f"seed:{number}")
    return True
