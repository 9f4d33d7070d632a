"""The API does what its schema says: schemathesis sends generated requests to a running site."""

import os
import subprocess
import sys
from pathlib import Path

from accounts import roles
from accounts.models import Person
from config import BASE_DIR
from config.smoke.sessions import create_session
from fans import opt_ins
from rights import parties
from tests import factories
from tests.artists.royalties import scene as royalties
from tests.rights import factories as owners
from tests.rights.imports import factories as import_factories
from tests.servers import Database, Processes, start_site

SEED = 10
EXAMPLES = 5 if os.environ.get("FANFARE_REQUIRE_ALL") == "1" else 1
"""Invented ones of each operation, besides the three thousand requests that follow from the schema. What lands gets
more (.ci/run). With a limit of time, they would not be the same each time."""
CONFIG = BASE_DIR / "tests" / "schemathesis.toml"


def create_person_with_everything() -> Person:
    """A principal who is staff and a fan too, with something behind every URL."""
    artist = factories.create_artist("Mara Veil")
    person = factories.get_member(artist, "principal")
    person.is_staff = True
    person.save()
    opt_ins.opt_in(person, artist)
    factories.create_experience(artist, person)
    factories.create_pending_draft(artist)
    label = owners.create_party()
    owners.add_to_roster(label, artist)
    owners.own(label, factories.create_recording(artist))
    import_factories.read(label, "Low Tide,Mara Veil,,")
    assert label.team
    roles.name_signatory(label.team, person, by=person)
    royalties.state(parties.get_artist_party(artist), label)
    return person


def test_schemathesis_finds_nothing(processes: Processes, committing_db: Database, tmp_path: Path) -> None:
    person = create_person_with_everything()
    # The limits would answer most requests with 429. Those of connections are for one address, which all come from.
    limits = {"API_REQUESTS_PER_MINUTE": "1000000", "CONNECTIONS_PER_ADDRESS": "10000"}
    site = start_site(processes, **limits)
    command = [sys.executable, "-m", "schemathesis.cli", f"--config-file={CONFIG}", "--no-color", "run"]
    options = [f"--seed={SEED}", f"--max-examples={EXAMPLES}"]

    run = subprocess.run(
        [*command, f"{site.url}/api/v1/schema", *options],
        env={**os.environ, "PYTHONPATH": f"{BASE_DIR}{os.pathsep}{os.environ.get('PYTHONPATH', '')}",
             "SCHEMATHESIS_HOOKS": "tests.schemathesis_hooks", "SESSION": create_session(person, fresh=True)},
        cwd=tmp_path, capture_output=True, text=True, check=False, timeout=300,
    )  # fmt: skip

    assert run.returncode == 0, run.stdout + run.stderr
