"""Fixtures of the listen tests: a fan, an artist and a recording."""

import pytest

from accounts.models import Person
from catalog import registration
from catalog.models import Artist, Recording
from tests.listens.factories import make_fan


@pytest.fixture
def ana(db: None) -> Person:
    return make_fan("ana")


@pytest.fixture
def ada(db: None) -> Artist:
    return registration.add_artist("Ada", "ada", by="system:operator")


@pytest.fixture
def night(ada: Artist) -> Recording:
    return registration.add_recording(ada, "Night Train", by="system:operator", isrc="GBAYE6800011")
