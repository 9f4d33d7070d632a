"""Fixtures of the attacks on the database."""

import pytest

from fans.models import Experience
from tests import factories


@pytest.fixture
def experience(db: None) -> Experience:
    return factories.create_experience(factories.create_artist())
