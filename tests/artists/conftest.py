"""What tests of studios and of rightsholders share."""

from tests.artists.label.agreements import create_scene
from tests.module_scenes import share_scene

module_scene, scene = share_scene(create_scene)
"""An artist on a label's roster, and a song of which each owner can accept an agreement."""
