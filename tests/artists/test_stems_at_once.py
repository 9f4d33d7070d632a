"""Two processes that check the last two files of a song at the same moment."""

from functools import partial
from pathlib import Path

import pytest
from django.db import transaction
from pytest_django import Settings

from artists.stems import checking
from catalog.models import SourceOutline
from tests import factories
from tests.artists import stems
from tests.catalog import audio as files
from tests.concurrency import start_until_blocked


@pytest.mark.usefixtures("committing_db")
def test_the_machine_listens_once_both_are_checked(settings: Settings, tmp_path: Path) -> None:
    files.use_folder(settings, tmp_path)
    song = factories.create_recording(factories.create_artist())
    drums, voice = (files.send_file(song, stems.wav(seed=seed), name) for seed, name in ((1, "drums"), (2, "vox")))

    with transaction.atomic():
        checking.check(drums)
        finish = start_until_blocked(partial(checking.check, voice))
        assert not SourceOutline.objects.get().is_wanted

    finish()
    assert SourceOutline.objects.get().is_wanted
