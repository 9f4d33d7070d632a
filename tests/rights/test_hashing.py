"""The hashes in Python and in PostgreSQL are the same, so that anyone can check a receipt."""

import uuid

import pytest
from django.db import connection
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from psycopg.types.json import Jsonb

from rights import hashing

TEXT = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=200)
LINE = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0\n"), max_size=40)
SALT = st.text(st.sampled_from("0123456789abcdef"), min_size=32, max_size=32)
BIG = st.integers(min_value=1, max_value=2**63 - 1)
WITH_DB = settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=200)


def hash_in_postgres(function: str, *values: object) -> str | None:
    """The hash that our function in PostgreSQL computes."""
    types = {
        "rights_content_hash": "%s::text, %s::uuid, %s::bigint, %s::text, %s::text, %s::text",
        "rights_why_hash": "%s::text, %s::uuid, %s::bigint, %s::jsonb",
        "rights_shape_hash": "%s::bigint, %s::bigint, %s::text, %s::bigint, %s::bigint, %s::text, %s::text",
    }
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {function}({types[function]})", values)
        return cursor.fetchone()[0]


@pytest.mark.django_db
@WITH_DB
@given(
    salt=SALT,
    person=st.uuids(),
    artist=BIG,
    mark=LINE,
    credit=LINE,
    text=TEXT,
)
def test_python_and_postgresql_compute_the_same_content_hash(
    salt: str, person: uuid.UUID, artist: int, mark: str, credit: str, text: str
) -> None:
    computed = hashing.content_hash(salt=salt, person=person, artist=artist, mark=mark, credit=credit, text=text)

    assert computed == hash_in_postgres("rights_content_hash", salt, person, artist, mark, credit, text)


@pytest.mark.django_db
@WITH_DB
@given(
    salt=SALT,
    person=st.uuids(),
    artist=BIG,
    why=st.dictionaries(TEXT, TEXT | st.none() | st.integers(-(2**63), 2**63 - 1), max_size=8),
)
def test_python_and_postgresql_compute_the_same_why_hash(
    salt: str, person: uuid.UUID, artist: int, why: dict[str, str | int | None]
) -> None:
    computed = hashing.why_hash(salt=salt, person=person, artist=artist, why=why)

    assert computed == hash_in_postgres("rights_why_hash", salt, person, artist, Jsonb(why))


@pytest.mark.django_db
@WITH_DB
@given(program=BIG, version=BIG, moment=LINE, nth=BIG, recording=st.none() | BIG, audience=LINE, wording=TEXT)
def test_python_and_postgresql_compute_the_same_shape_hash(
    program: int, version: int, moment: str, nth: int, recording: int | None, audience: str, wording: str
) -> None:
    computed = hashing.shape_hash(
        program=program,
        version=version,
        moment=moment,
        nth=nth,
        recording=recording,
        audience=audience,
        wording=wording,
    )

    assert computed == hash_in_postgres(
        "rights_shape_hash", program, version, moment, nth, recording, audience, wording
    )


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("salt", "mark", "credit"), [("short", "filled", "M"), ("0" * 32, "fil\nled", "M"), ("0" * 32, "filled", "M\n")]
)
def test_ambiguous_content_has_no_hash(salt: str, mark: str, credit: str) -> None:
    person = uuid.UUID(int=1)

    with pytest.raises(ValueError, match="32 characters"):
        hashing.content_hash(salt=salt, person=person, artist=1, mark=mark, credit=credit, text="x")
    assert hash_in_postgres("rights_content_hash", salt, person, 1, mark, credit, "x") is None
