"""Generate the catalogue for the rights benchmark: recordings, each with a label, a publisher and a writer.

Parties come from the project's own functions. The many rows come from SQL, run as the app role, so that all constraints
hold and every trigger has seen each row.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import harness  # noqa: F401 - sets up Django
from django.db import connection, transaction

from accounts import roles
from accounts.models import Member, Person, Role, Team, TeamKind
from catalog import registration
from catalog.models import Artist
from rights import grants, parties
from rights.grants import Songs
from rights.models import Party, Use

ARTISTS, PARTIES_OF_A_KIND = 200, 50
KINDS = (Party.Kind.LABEL, Party.Kind.PUBLISHER, Party.Kind.WRITER)

INSERT_RECORDINGS = """
INSERT INTO catalog_recording (artist_id, title, artist_credit, isrc, duration_ms, is_main, text_key, names_key,
    leads_key, key_version, created_at)
SELECT (%(artists)s::bigint[])[1 + n %% %(artist_count)s], 'Song ' || n, 'Bench', 'ZZBEN' || lpad(n::text, 7, '0'),
    200000, false, sha256(n::text::bytea), sha256(n::text::bytea), sha256(n::text::bytea), 2,
    statement_timestamp() - interval '1 day'
FROM generate_series(0, %(recordings)s - 1) n
"""
INSERT_WORKS = """
INSERT INTO catalog_work (title, created_at)
SELECT title, created_at FROM catalog_recording ORDER BY id
"""
INSERT_LINKS = """
INSERT INTO catalog_recordingwork (recording_id, work_id, weight, added_by)
SELECT recording.id, work.id, 1, %(staff)s FROM catalog_recording recording JOIN catalog_work work USING (title)
"""
# The party confirms what it owns in the same statement: the trigger asks whether its signatory may.
INSERT_CLAIMS = """
INSERT INTO rights_claim (recording_id, work_id, role, party_id, share, claimed_by, confirmed_at, confirmed_by)
SELECT CASE WHEN %(role)s = 'recording_owner' THEN link.recording_id END,
    CASE WHEN %(role)s <> 'recording_owner' THEN link.work_id END, %(role)s,
    (%(parties)s::bigint[])[1 + link.id %% %(party_count)s], 10000, %(staff)s, statement_timestamp(),
    (%(signers)s::text[])[1 + link.id %% %(party_count)s]
FROM catalog_recordingwork link
"""
ROLES = {Party.Kind.LABEL: "recording_owner", Party.Kind.PUBLISHER: "publisher", Party.Kind.WRITER: "writer"}


@dataclass(frozen=True)
class Catalogue:
    """The ids of the artists, and (artist, recording) of every recording in order."""

    artists: list[int]
    recordings: list[tuple[int, int]]


def create_catalogue(recordings: int) -> Catalogue:
    """Fill the database of the default connection. Everybody permits remixes of everything, everywhere."""
    staff = _person("staff")
    Person.objects.filter(pk=staff.pk).update(is_staff=True)
    staff.refresh_from_db()
    artists = [_artist(n, staff) for n in range(ARTISTS)]
    owners = {kind: [create_rightsholder(kind, n) for n in range(PARTIES_OF_A_KIND)] for kind in KINDS}
    facts: dict[str, Any] = {
        "artists": [artist.pk for artist in artists],
        "artist_count": ARTISTS,
        "recordings": recordings,
        "staff": staff.actor,
        "party_count": PARTIES_OF_A_KIND,
    }
    _insert_rows(facts, owners)
    for artist in artists:
        principal = artist.team.members.select_related("person").get().person
        grants.switch_on(artist, Use.REMIX, by=principal, fresh=True, covers_later=True)
    for party, signer in (pair for of_kind in owners.values() for pair in of_kind):
        grants.permit(party, Use.REMIX, Songs(), by=signer, fresh=True, covers_later=True)
    with connection.cursor() as cursor:
        cursor.execute("SELECT artist_id, id FROM catalog_recording ORDER BY id")
        return Catalogue([artist.pk for artist in artists], cursor.fetchall())


def _insert_rows(facts: dict[str, Any], owners: Mapping[Party.Kind, Sequence[tuple[Party, Person]]]) -> None:
    with transaction.atomic(), connection.cursor() as cursor:
        for statement in (INSERT_RECORDINGS, INSERT_WORKS, INSERT_LINKS):
            cursor.execute(statement, facts)
        for kind, of_kind in owners.items():
            own: dict[str, Any] = {
                "parties": [party.pk for party, _ in of_kind],
                "signers": [signer.actor for _, signer in of_kind],
            }
            cursor.execute(INSERT_CLAIMS, {**facts, **own, "role": ROLES[kind]})


def _person(handle: str) -> Person:
    about = {"handle": handle, "name": handle.title(), "country": "DE", "age_band": "18_plus"}
    return Person.objects.create_user(f"{handle}@bench.example", None, **about)


def _artist(n: int, staff: Person) -> Artist:
    artist = registration.add_artist(f"Artist {n}", f"artist-{n}", by=staff.actor)
    roles.name_principal(artist.team, _person(f"artist-{n}"), by=staff)
    return artist


def create_rightsholder(kind: str, n: int | str) -> tuple[Party, Person]:
    """A verified party, and the person who signs for it."""
    staff = Person.objects.get(is_staff=True)
    team, signer = Team.objects.create(name=f"{kind} {n}", kind=TeamKind.RIGHTSHOLDER), _person(f"{kind}-{n}")
    Member.objects.create(team=team, person=signer, role=Role.SIGNATORY)
    return parties.add_party(kind, f"{kind} {n}", by=staff, team=team), signer
