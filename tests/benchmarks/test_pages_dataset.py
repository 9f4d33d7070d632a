"""The generated data of the page benchmarks is valid, and its schema is restored."""

import sys
from typing import Any

import psycopg
import pytest
from django.db import connection

from config import BASE_DIR
from tests.servers import Database

SCHEMA = """
SELECT conrelid::regclass::text, conname::text, convalidated, pg_get_constraintdef(oid) FROM pg_constraint
UNION ALL
SELECT indrelid::regclass::text, indexrelid::regclass::text, indisvalid, indkey::text FROM pg_index
"""
INVALID_EXPERIENCES = """
SELECT count(*) FROM fans_experience shown
LEFT JOIN rights_decision yes ON yes.id = shown.decision_id AND yes.content_hash = rights_content_hash(
    shown.salt, shown.person_id, shown.artist_id, shown.mark, shown.credit, shown.text)
    AND yes.why_hash = rights_why_hash(shown.salt, shown.person_id, shown.artist_id, shown.why)
LEFT JOIN artists_draft draft ON draft.id = shown.draft AND draft.decision_id = shown.decision_id
LEFT JOIN fans_optin given ON given.person_id = shown.person_id AND given.artist_id = shown.artist_id
WHERE yes.id IS NULL OR draft.id IS NULL OR given.id IS NULL
"""


@pytest.fixture
def dataset(monkeypatch: pytest.MonkeyPatch) -> Any:
    """The module `pages_dataset`, imported as the benchmarks do."""
    monkeypatch.syspath_prepend(str(BASE_DIR / "benchmarks"))
    import pages_dataset  # its folder is on the path only now

    yield pages_dataset
    for name in ("pages_dataset", "pages_sql", "harness"):
        sys.modules.pop(name, None)


def test_every_generated_experience_has_a_decision_and_the_schema_is_restored(
    dataset: Any, committing_db: Database
) -> None:
    size = dataset.DatasetSize(1_000)
    with psycopg.connect(committing_db.owner_url, autocommit=True) as owner:
        before = sorted(owner.execute(SCHEMA).fetchall())

        generated = dataset.create_dataset(size, committing_db.owner_url)

        assert sorted(owner.execute(SCHEMA).fetchall()) == before
    assert query_number(INVALID_EXPERIENCES) == 0
    assert query_number("SELECT count(*) FROM fans_experience") >= size.experiences
    assert query_number("SELECT count(*) FROM fans_experience WHERE person_id = %s", generated.fan.pk) == size.of_one
    assert (
        query_number("SELECT count(*) FROM artists_draft WHERE state = 'pending'")
        == size.pending + dataset.PENDING_FOR_BUSIEST_FAN
    )


def query_number(sql: str, *parameters: object) -> int:
    with connection.cursor() as cursor:
        cursor.execute(sql, parameters)
        number: int = cursor.fetchone()[0]
    return number
