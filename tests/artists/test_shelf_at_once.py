"""A remix is taken back while its fan offers it to the shelf, or while the team decides about it."""

from functools import partial
from pathlib import Path

import pytest
from django.db import transaction
from pytest_django import Settings

from artists.exceptions import Stale
from artists.remixes import shelf
from fans import experiences
from tests import factories
from tests.artists import shelf_scene
from tests.artists.shelf_scene import Shelf
from tests.concurrency import start_until_blocked
from tests.servers import Database


@pytest.fixture
def scene(committing_db: Database, settings: Settings, tmp_path: Path) -> Shelf:
    return shelf_scene.create(factories.create_artist("Mara Veil"), settings, tmp_path)


def test_what_is_offered_at_the_same_moment_goes_too(scene: Shelf) -> None:
    withdraw = partial(experiences.withdraw, scene.experience.pk, by="system:command", reason="a test")
    with transaction.atomic():
        entry = scene.offer(ready=False)
        finish = start_until_blocked(withdraw)

    assert finish().withdrawn_at is not None
    entry.refresh_from_db()
    assert entry.state == "off"


def test_a_decision_waits_for_who_takes_the_remix_back(scene: Shelf) -> None:
    entry = scene.offer()
    with transaction.atomic():
        experiences.withdraw(scene.experience.pk, by="system:command", reason="a test")
        finish = start_until_blocked(partial(shelf.put_on, entry.pk, by=scene.principal))

    with pytest.raises(Stale, match="taken off"):
        finish()
    entry.refresh_from_db()
    assert entry.state == "off"
