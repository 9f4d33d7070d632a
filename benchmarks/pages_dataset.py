"""Generate the data for the page benchmarks: artists, fans, a million experiences, and drafts that wait.

Teams, grants and signatures come from the project's own functions. The many rows come from SQL, run as the owner, who
alone may store decisions and audit entries of another time than now. All constraints hold, and each experience has a
decision on the hash that PostgreSQL computes for it.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import harness  # noqa: F401 - sets up Django
import psycopg
from django.db import connection, transaction
from pages_sql import (
    CREATE_ARTISTS,
    CREATE_PAIRS,
    CREATE_PLANNED,
    INSERT_FANS,
    INSERT_HISTORY,
    INSERT_LISTENS,
    INSERT_NOTICES,
    INSERT_OPT_INS,
)

from accounts import roles
from accounts.models import Person
from artists import programs
from catalog import registration
from catalog.models import Artist
from config.database import as_owner
from fans import opt_ins, preferences
from fans.consent_texts import CONSENT_VERSION
from rights import clearance, grants
from rights.clearance_result import Clearance
from rights.models import Use

ARTISTS, FOLLOWED = 50, 5
LISTENS_EACH, LISTENS_OF_ONE = 10, 300
PENDING_FOR_BUSIEST_FAN = 30  # drafts that wait for the first fan, of the first artist
CHUNK = 200_000
TABLES = [
    "artists_moment", "rights_decision", "artists_draft", "fans_experience", "audit_entry", "live_notice",
    "live_counter", "listens_listen", "fans_optin", "fans_engagement", "accounts_consent",
]  # fmt: skip
WORDING = {
    "locale": "en",
    "templates": ["Thank you[, {name}]. That was {plays} {plays, one: listen, other: listens}. {closing}"],
    "fragments": {"closing": ["It means a lot.", "See you at the next song."]},
}

SELECT_FOREIGN_KEYS = """
SELECT format('ALTER TABLE %%s DROP CONSTRAINT %%I', conrelid::regclass, conname),
    format('ALTER TABLE %%s ADD CONSTRAINT %%I %%s', conrelid::regclass, conname, pg_get_constraintdef(oid))
FROM pg_constraint WHERE contype = 'f' AND conrelid = ANY(%s::regclass[]) ORDER BY conname
"""
# Unique indexes stay: foreign keys of other tables may need them.
SELECT_INDEXES = """
SELECT format('DROP INDEX %%s', indexrelid::regclass), pg_get_indexdef(indexrelid) FROM pg_index
WHERE indrelid = ANY(%s::regclass[]) AND NOT indisunique
"""


@dataclass(frozen=True)
class DatasetSize:
    """The number of experiences. All other numbers follow from it."""

    experiences: int

    @property
    def fans(self) -> int:
        return max(self.experiences // 50, 20)

    @property
    def of_one(self) -> int:
        """Experiences of each of the two busiest fans."""
        return min(max(self.experiences // 5, 100), 1_000)

    @property
    def pending(self) -> int:
        """Drafts that wait. Half of them wait for the first artist's team."""
        return self.experiences // 10

    @property
    def declined(self) -> int:
        return self.experiences // 20

    @property
    def facts(self) -> dict[str, int]:
        names = ("experiences", "fans", "of_one", "pending", "declined")
        return {name: getattr(self, name) for name in names}


@dataclass(frozen=True)
class PagesDataset:
    """The artist and the people whose pages are measured. Both fans have the most experiences."""

    artist: Artist
    principal: Person
    fan: Person
    hide_ai: Person


def create_dataset(size: DatasetSize, owner_url: str) -> PagesDataset:
    """Fill the database of the default connection."""
    staff = _person("staff")
    Person.objects.filter(pk=staff.pk).update(is_staff=True)
    staff.refresh_from_db()
    artist_rows = [_artist(n, staff) for n in range(ARTISTS)]
    with without_keys_and_indexes(owner_url, TABLES), as_owner():
        _fill(size, artist_rows)
    fans = {person.handle: person for person in Person.objects.filter(handle__in=["fan-0", "fan-1"])}
    preferences.set_hide_ai(fans["fan-1"], True)
    principal = Person.objects.get(handle="artist-0")
    return PagesDataset(Artist.objects.get(slug="artist-0"), principal, fans["fan-0"], fans["fan-1"])


def _person(handle: str) -> Person:
    about = {"handle": handle, "name": handle.title(), "country": "DE", "age_band": "18_plus"}
    return Person.objects.create_user(f"{handle}@bench.example", None, **about)


def _artist(n: int, staff: Person) -> list[Any]:
    """Create an artist with a principal, a grant and a signed program. Return a row for the table `whose`."""
    artist = registration.add_artist(f"Artist {n}", f"artist-{n}", by=staff.actor)
    principal = _person(f"artist-{n}")
    roles.name_principal(artist.team, principal, by=staff)
    song = registration.add_recording(artist, f"Song of Artist {n}", by=staff.actor)
    grants.switch_on(artist, Use.PERSONAL_MESSAGE, by=principal, fresh=True)
    program = programs.create(artist, name="Thank you", by=principal)
    version = programs.edit(program, by=principal, moment="nth_listen", nth=10, wording=WORDING)
    shape = programs.sign(version, by=principal, fresh=True)
    cleared = clearance.clear(Use.PERSONAL_MESSAGE, artist, territory="DE")
    assert isinstance(cleared, Clearance)
    programs.set_review_settings(artist, by=principal, grace_seconds=0)
    ids = [artist.pk, program.pk, version.pk, shape.pk, cleared.id, song.pk]
    return [n, *ids, artist.name, principal.actor, opt_ins.consent_text(artist)]


def _fill(size: DatasetSize, artist_rows: list[list[Any]]) -> None:
    facts: dict[str, int | str] = {
        **size.facts, "artists": ARTISTS, "followed": FOLLOWED, "role": "principal", "each": LISTENS_EACH,
        "month": LISTENS_OF_ONE, "about": CONSENT_VERSION, "for_one": PENDING_FOR_BUSIEST_FAN,
    }  # fmt: skip
    with connection.cursor() as cursor:
        cursor.execute("SET synchronous_commit = off; SET work_mem = '128MB'; SELECT setseed(0.5)")
        cursor.execute(CREATE_ARTISTS)
        cursor.executemany("INSERT INTO whose VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s)", artist_rows)
        for statement in (INSERT_FANS, CREATE_PAIRS, *INSERT_OPT_INS, *INSERT_LISTENS, CREATE_PLANNED):
            cursor.execute(statement, facts)
        cursor.execute("SELECT min(moment), max(moment) FROM planned")
        first, last = cursor.fetchone()
        for start in range(first, last + 1, CHUNK):
            with transaction.atomic():
                for statement in INSERT_HISTORY:
                    cursor.execute(statement, {**facts, "from": start, "to": start + CHUNK})
        for statement in (*INSERT_NOTICES, *(f"DROP TABLE {name}" for name in ("planned", "pair", "fan", "whose"))):
            cursor.execute(statement)


@contextmanager
def without_keys_and_indexes(owner_url: str, tables: Sequence[str]) -> Iterator[None]:
    """Drop the foreign keys and indexes of these tables, and restore them at the end, which checks all new rows."""
    with psycopg.connect(owner_url, autocommit=True) as owner:
        owner.execute("SET maintenance_work_mem = '256MB'; SET synchronous_commit = off")
        statements = [
            statement
            for select in (SELECT_FOREIGN_KEYS, SELECT_INDEXES)
            for statement in owner.execute(select, [list(tables)]).fetchall()
        ]
        for drop, _ in statements:
            owner.execute(drop)
        yield
        for _, restore in reversed(statements):
            owner.execute(restore)
        owner.execute("VACUUM ANALYZE")  # as autovacuum would do later
