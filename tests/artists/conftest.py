"""What tests of studios and of rightsholders share."""

import pytest

from catalog.models import Artist
from tests.artists.label.agreements import Scene, create_scene


@pytest.fixture
def scene(artist: Artist) -> Scene:
    """An artist on a label's roster, and a song of which each owner can accept an agreement."""
    return create_scene(artist)
