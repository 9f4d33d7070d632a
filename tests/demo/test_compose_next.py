"""Something to hear, for a few songs of each artist."""

from pathlib import Path

import pytest
from pytest_django import Settings

from catalog.models import Recording, Sound
from config.demo import synthesis
from config.demo.artist_data import ARTISTS, MARA


@pytest.mark.usefixtures("lived_in")
def test_one_piece_at_a_time_and_never_the_same_one_twice(settings: Settings, tmp_path: Path) -> None:
    settings.MEDIA_ROOT = tmp_path

    made = [synthesis.compose_next(), synthesis.compose_next()]

    of_mara = list(Sound.objects.order_by("pk").values_list("recording__artist__slug", "recording__title"))
    assert (made, of_mara) == ([True, True], [(MARA, "Salt Radio"), (MARA, "Night Bus")])
    assert all((tmp_path / sound.path).exists() for sound in Sound.objects.all())
    assert Recording.objects.count() == sum(len(act.songs) for act in ARTISTS)
