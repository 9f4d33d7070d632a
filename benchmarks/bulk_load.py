"""Load: tables without foreign keys and indexes for a while. The owner puts them back, which checks every row."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager

import psycopg

SELECT_FOREIGN_KEYS = """
SELECT format('ALTER TABLE %%s DROP CONSTRAINT %%I', conrelid::regclass, conname),
    format('ALTER TABLE %%s ADD CONSTRAINT %%I %%s', conrelid::regclass, conname, pg_get_constraintdef(oid))
FROM pg_constraint WHERE contype = 'f' AND conrelid = ANY(%s::regclass[]) ORDER BY conname
"""
# Those of unique constraints stay: foreign keys of others may rest on them.
SELECT_INDEXES = """
SELECT format('DROP INDEX %%s', indexrelid::regclass), pg_get_indexdef(indexrelid) FROM pg_index
WHERE indrelid = ANY(%s::regclass[]) AND NOT indisunique
"""


@contextmanager
def without_keys_and_indexes(owner_url: str, tables: Sequence[str]) -> Iterator[None]:
    """What is written into these tables meanwhile is checked at the end, all at once."""
    with psycopg.connect(owner_url, autocommit=True) as owner:
        owner.execute("SET maintenance_work_mem = '256MB'; SET synchronous_commit = off")
        parts = [
            part
            for asked in (SELECT_FOREIGN_KEYS, SELECT_INDEXES)
            for part in owner.execute(asked, [list(tables)]).fetchall()
        ]
        for drop, _ in parts:
            owner.execute(drop)
        yield
        for _, put_back in reversed(parts):
            owner.execute(put_back)
        owner.execute("VACUUM ANALYZE")  # as autovacuum would by and by
