"""Hearing a fan's remix on a shelf is a use in the hearer's own pool, once a month, and moves nobody else's money."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from pytest_django import Settings

from accounts.models import Person
from artists.models import ExperienceUse, Statement
from artists.royalties import check, uses
from catalog.models import Artist
from config.events import handle_batch
from events.models import Outbox
from fans.models import ShelfEntry
from listens import first_party
from listens.first_party import ReportedPlay
from listens.models import Listen
from rights.models import Claim, Party, Use
from rights.parties import get_artist_party
from rights.shares import Role
from tests import factories
from tests.artists import remix_scene, shelf_scene
from tests.artists.royalties import scene
from tests.billing.fan_scene import Scene
from tests.listens.factories import make_incoming
from tests.rights.albums import add_scheme, agree

pytestmark = pytest.mark.django_db


@pytest.fixture
def entry(artist: Artist, settings: Settings, tmp_path: Path) -> ShelfEntry:
    """The remix of a fan, on the shelf. Of what hearing it brings the label has 80 %."""
    song = remix_scene.create_scene(artist, settings, tmp_path)
    factories.remove_undo_time(artist)
    parties = Party.objects.filter(pk__in=Claim.objects.values("party"))
    scheme = add_scheme({Role.PLATFORM: 2_000, Role.RECORDING_OWNER: 8_000}, Use.SHARE)
    agree("S-1", scheme, *{get_artist_party(artist), *parties}, use=Use.SHARE)
    song.sign(song.save(export=shelf_scene.SHARED))
    return shelf_scene.deliver(song).put_on()


def hear(entry: ShelfEntry, person: Person, *, played_ms: int = 31_000, remix: str = "") -> None:
    started_at = datetime.now(UTC) - timedelta(minutes=1)
    play = ReportedPlay(
        person=person, recording=entry.recording, milliseconds=31_000, started_at=started_at, played_ms=played_ms,
        remix=remix or str(entry),
    )  # fmt: skip
    assert first_party.submit(play)


def consume() -> None:
    rows = Outbox.objects.filter(topic="listens.v1")
    assert handle_batch([make_incoming(bytes(row.value or b""), key=bytes(row.key or b"")) for row in rows]) == []


def test_who_owns_what_a_paying_fan_heard_of_a_shelf_is_paid_of_that_fans_money(
    fake_provider: Any, artist: Artist, entry: ShelfEntry
) -> None:
    paid = scene.begin(fake_provider, artist, factories.create_fan())
    hear(entry, paid.fan)
    hear(entry, factories.create_fan("Nobody who pays"))
    consume()
    assert Listen.objects.of_remixes().count() == 2

    statements = scene.close(scene.this_month())

    [use] = ExperienceUse.objects.filter(use=Use.SHARE)
    assert (use.person_id, use.experience_id, use.month) == (paid.fan.pk, entry.experience_id, scene.this_month())
    [statement] = Statement.objects.filter(party__name="Harbor Lane")
    [line] = statement.lines.all()
    assert (line.use, line.income, line.title, line.units, line.basis, line.amount) == (
        "share", "tier", entry.recording.title, 1, 400, 320,
    )  # fmt: skip
    assert statements == [statement]
    assert list(check.find_faults()) == []


def test_each_fan_who_heard_it_is_a_use_on_the_statement(fake_provider: Any, artist: Artist, entry: ShelfEntry) -> None:
    paid = scene.begin(fake_provider, artist, factories.create_fan())
    other = Scene(paid.fake, factories.create_fan("Ben"), paid.price)
    other.subscribe()
    scene.reconcile(other)
    for one in (paid, other):
        hear(entry, one.fan)
    consume()

    scene.close(scene.this_month())

    [statement] = Statement.objects.filter(party__name="Harbor Lane")
    [line] = statement.lines.all()
    assert (line.units, line.basis, line.amount) == (2, 800, 640)
    assert list(check.find_faults()) == []


def test_an_own_remix_a_few_seconds_and_the_remix_that_one_received_are_no_uses_of_a_shelf(
    fake_provider: Any, artist: Artist, entry: ShelfEntry
) -> None:
    paid = scene.begin(fake_provider, artist, factories.create_fan())
    others = [factories.create_fan(name) for name in ("Ben", "Cleo")]
    hear(entry, entry.person)
    hear(entry, others[0], remix=f"experience:{entry.experience_id}")
    hear(entry, others[1], played_ms=29_999)
    consume()

    uses.record_heard([paid.fan.pk, entry.person_id, *(one.pk for one in others)], scene.this_month(), artist.pk)

    assert Listen.objects.of_remixes().count() == 3
    assert not ExperienceUse.objects.filter(use=Use.SHARE).exists()


def test_an_entry_is_heard_once_a_month_however_often_and_again_in_the_next(entry: ShelfEntry) -> None:
    fan = factories.create_fan()
    hear(entry, fan)
    consume()
    month = scene.this_month()

    for _ in range(2):
        uses.record_heard([fan.pk], month, entry.artist_id)
    uses.record_heard([fan.pk], "202601", entry.artist_id)

    assert [*ExperienceUse.objects.filter(use=Use.SHARE).values_list("person", "month")] == [(fan.pk, month)]
