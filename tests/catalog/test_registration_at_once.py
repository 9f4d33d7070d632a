"""New recordings that two people add at the same time."""

from concurrent.futures import ThreadPoolExecutor

from django.db import connection

from catalog import registration
from catalog.models import Recording
from tests.servers import Database

STAFF = "system:operator"


def test_two_people_cannot_add_the_same_recording_at_once(committing_db: Database) -> None:
    ada = registration.add_artist("Ada", "ada", by=STAFF)

    def add(title: str) -> bool:
        try:
            registration.add_recording(ada, title, by=STAFF)
        except registration.AlreadyInCatalog:
            return False
        finally:
            connection.close()
        return True

    with ThreadPoolExecutor(4) as pool:
        added = list(pool.map(add, ["Night Train", "NIGHT TRAIN", "night train", "Night  Train"]))

    assert (sorted(added), Recording.objects.count()) == ([False, False, False, True], 1)
