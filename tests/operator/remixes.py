"""One object of each model of remixes that operators see."""

from pathlib import Path
from tempfile import TemporaryDirectory
from types import SimpleNamespace
from typing import Any, cast

from django.db import models
from django.test import override_settings
from pytest_django import Settings

from artists.remixes import refunds
from fans.models import RemixRefund, ShelfEntry, StopCheck
from tests import factories
from tests.artists import remix_scene, shelf_scene
from tests.artists.test_remix_refunds import Story
from tests.billing import factories as billing
from tests.catalog.audio import settings_for


def create_remixes() -> dict[type[models.Model], Any]:
    with TemporaryDirectory() as name, override_settings(**settings_for(Path(name))), billing.run_fake() as fake:
        folder = Path(name)
        song = remix_scene.create_scene_in(factories.create_artist("Ada Lund"), folder)
        entry = shelf_scene.create_of(song, factories.create_fan("Hidden Hilde", opted_in=song.recording.artist))
        on_shelf = entry.put_on("Hidden Hilde")
        stopped = factories.create_artist("Ida Vane")
        factories.remove_undo_time(stopped)
        story = Story(fake, stopped, cast(Settings, SimpleNamespace()), folder)
        story.deliver()
        story.stop()
        refunds.work()
    return {
        ShelfEntry: ShelfEntry.objects.get(pk=on_shelf.pk),
        RemixRefund: RemixRefund.objects.get(),
        StopCheck: StopCheck.objects.latest("pk"),
    }
