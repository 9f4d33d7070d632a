"""Two change an entry of a shelf at the same moment: its fan, the team, a hearer, or who signs other limits."""

from functools import partial
from pathlib import Path

import pytest
from django.db import transaction
from pytest_django import Settings

from artists import erasure
from artists.exceptions import NotOffered, Stale
from artists.remixes import envelopes, shelf
from fans import experiences, reports
from fans.models import ShelfEntry
from fans.shelf import find_reportable
from tests import factories
from tests.artists import remix_scene, shelf_scene
from tests.artists.shelf_scene import Shelf
from tests.concurrency import start_until_blocked
from tests.servers import Database
from trust.exceptions import ReportRefused
from trust.models import Report


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


def test_new_limits_wait_for_a_decision_and_take_off_what_it_put_on(scene: Shelf) -> None:
    """A decision locks its entry and then the limits. In the other order both would wait for each other."""
    entry = scene.offer()
    narrower = scene.song.save(export=shelf_scene.SHARED, tempo_percent=(95, 105))
    remix_scene.hear(narrower, scene.principal)
    with transaction.atomic():
        ShelfEntry.objects.select_for_update(no_key=True).get(pk=entry.pk)
        finish = start_until_blocked(partial(envelopes.sign, narrower, by=scene.principal, fresh=True))
        shelf.put_on(entry.pk, by=scene.principal)

    finish()
    entry.refresh_from_db()
    assert (entry.state, entry.decision is not None) == ("off", True)


@pytest.mark.parametrize(("slowest", "is_allowed"), [(95, False), (89, True)])
def test_an_offer_waits_for_who_signs_other_limits_and_is_read_under_them(
    scene: Shelf, slowest: int, is_allowed: bool
) -> None:
    narrower = scene.song.save(export=shelf_scene.SHARED, tempo_percent=(slowest, 105))
    remix_scene.hear(narrower, scene.principal)
    with transaction.atomic():
        envelopes.sign(narrower, by=scene.principal, fresh=True)
        finish = start_until_blocked(partial(scene.offer, ready=False))

    if is_allowed:
        assert finish().state == "offered"
    else:
        with pytest.raises(NotOffered, match="cannot be offered"):
            finish()
    assert ShelfEntry.objects.count() == is_allowed


def test_a_decision_waits_for_who_ends_the_limits(scene: Shelf) -> None:
    entry = scene.offer()
    with transaction.atomic():
        envelopes.end(scene.song.recording, by=scene.principal)
        finish = start_until_blocked(partial(shelf.put_on, entry.pk, by=scene.principal))

    with pytest.raises(Stale, match="do not let other fans hear"):
        finish()
    entry.refresh_from_db()
    assert entry.state == "offered"


def report(scene: Shelf) -> "partial[Report]":
    """What a hearer who opened its page sends."""
    hearer = factories.create_fan("Xaver")
    entry = find_reportable(hearer, scene.put_on().pk)
    assert entry
    return partial(reports.report_entry, entry, by=hearer, reason="untrue")


def test_who_erases_it_finds_the_name_in_a_report_of_the_same_moment(scene: Shelf) -> None:
    send = report(scene)
    with transaction.atomic():
        sent = send()
        assert "Zeynep" in str(sent.shown)
        finish = start_until_blocked(
            partial(erasure.erase_experience, scene.experience.pk, by="system:operator", reason="a test")
        )

    finish()
    sent.refresh_from_db()
    assert sent.shown is None


def test_nothing_is_reported_of_what_is_erased_at_the_same_moment(scene: Shelf) -> None:
    send = report(scene)
    with transaction.atomic():
        erasure.erase_experience(scene.experience.pk, by="system:operator", reason="a test")
        finish = start_until_blocked(send)

    with pytest.raises(ReportRefused, match="cannot be heard"):
        finish()
    assert not Report.objects.exists()
