"""Make the fixtures of a scene that is made once a module and copied for each test.

Each function returns two: `module_scene, scene = share_scene(create)`. The second may have another name, the first not.
"""

import copy
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from pytest_django import Settings

from catalog.models import Artist
from tests.catalog import audio


def share_scene[Scene](create: Callable[[Artist], Scene]) -> tuple[Any, Any]:
    """The scene is about the module's artist."""

    @pytest.fixture(scope="module")
    def module_scene(module_artist: Artist) -> Scene:
        return create(module_artist)

    @pytest.fixture
    def scene(db: None, module_scene: Scene) -> Scene:
        return copy.deepcopy(module_scene)

    return module_scene, scene


def share_scene_with_audio[Scene](create: Callable[[Artist, Path], Scene]) -> tuple[Any, Any]:
    """The scene has audio files in the folder that `create` gets. Each test gets a copy of them, too."""

    @pytest.fixture(scope="module")
    def module_scene(module_artist: Artist, audio_folder: Path) -> Scene:
        with audio.keep_in(audio_folder):
            return create(module_artist, audio_folder)

    @pytest.fixture
    def scene(db: None, module_scene: Scene, audio_folder: Path, settings: Settings, tmp_path: Path) -> Scene:
        audio.use_copy(audio_folder, settings, tmp_path)
        return copy.deepcopy(module_scene)

    return module_scene, scene
