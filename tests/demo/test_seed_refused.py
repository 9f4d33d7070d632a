"""The seed refuses a database with people in it. It is apart from test_seed.py, which seeds a database first."""

import pytest

from accounts.models import Person
from audit.models import Entry
from config.demo import seed
from tests import factories
from tests.servers import Database


def test_a_database_with_people_in_it_is_refused_and_not_changed(committing_db: Database) -> None:
    factories.create_person("Ana")

    with pytest.raises(seed.DatabaseNotEmpty, match="has people in it"):
        seed.seed_demo()

    assert (Person.objects.count(), Entry.objects.filter(action=seed.SEEDED_ACTION).count()) == (1, 0)
