"""Only one process closes months at a time."""

import psycopg
import pytest

from artists.royalties import closing
from tests.artists.royalties import scene
from tests.servers import Database


def test_of_two_processes_one_closes_a_month(committing_db: Database) -> None:
    with psycopg.connect(committing_db.url, autocommit=True) as other:
        other.execute("SELECT pg_advisory_lock(%s)", [closing.ADVISORY_LOCK])

        with pytest.raises(closing.AlreadyClosing):
            closing.close_month(scene.this_month(), book=scene.BOOK)

        other.execute("SELECT pg_advisory_unlock(%s)", [closing.ADVISORY_LOCK])
        with pytest.raises(closing.NotOver):  # it has the lock now, and gives it back although it fails
            closing.close_month(scene.this_month(), book=scene.BOOK)
        assert other.execute("SELECT pg_try_advisory_lock(%s)", [closing.ADVISORY_LOCK]).fetchone() == (True,)
