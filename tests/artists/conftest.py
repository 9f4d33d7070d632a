"""What tests of studios and of rightsholders share."""

import copy

import pytest

from catalog.models import Artist
from tests.artists.label.agreements import Scene, create_scene


@pytest.fixture(scope="module")
def module_scene(module_artist: Artist) -> Scene:
    return create_scene(module_artist)


@pytest.fixture
def scene(db: None, module_scene: Scene) -> Scene:
    """An artist on a label's roster, and a song of which each owner can accept an agreement. Made once a module."""
    return copy.deepcopy(module_scene)
