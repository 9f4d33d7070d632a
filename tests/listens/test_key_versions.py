"""Listens and tombstones that a version of Fanfare stored which compared titles in another way."""

from typing import Any

import pytest

from accounts.models import Person
from catalog import text_keys
from catalog.models import Recording
from config.events import handle_batch
from events.records import Incoming
from listens import retraction
from listens.models import Listen, Tombstone
from tests.listens.factories import listen_event, make_incoming
from tests.listens.retractions import counts_of_rows, listen_record, outbox_records, retraction_record, stored_counts

pytestmark = pytest.mark.django_db
CURLY, STRAIGHT = "Don’t Stop", "Don't Stop"


def retraction_by_version(fan: Person, title: str, version: int, **about: Any) -> Incoming:
    """The retraction that Fanfare sent when this version was the newest."""
    data = {
        "user_id": str(fan.pk),
        "second": 1_793_534_400,  # noon
        "text_key": text_keys.compute(title, "Ada", version).hex(),
        "reason": "forgotten",
        **({"key_version": version} if version > 1 else {}),
    }
    return retraction_record(fan, data=data, **about)


def store_as_version_1(title: str) -> None:
    """Let the listens of this title have the key that version 1 gave them."""
    Listen.objects.filter(title=title).update(text_key=text_keys.compute(title, "Ada", 1), key_version=1)


def test_listens_and_tombstones_say_the_version_of_their_key(ana: Person, night: Recording) -> None:
    handle_batch([listen_record(ana, 1), listen_record(ana, 2), retraction_record(ana, 1)])

    assert list(Listen.objects.values_list("key_version", flat=True)) == [text_keys.VERSION]
    assert list(Tombstone.objects.values_list("key_version", flat=True)) == [text_keys.VERSION]


def test_a_tombstone_of_an_older_version_keeps_its_listen_away(ana: Person, night: Recording) -> None:
    handle_batch([retraction_by_version(ana, CURLY, 1)])

    handle_batch([listen_record(ana, title=CURLY)])

    tombstone = Tombstone.objects.get()
    assert (tombstone.key_version, bytes(tombstone.text_key)) == (1, text_keys.compute(CURLY, "Ada", 1))
    assert tombstone.text_key != text_keys.compute(CURLY, "Ada")
    assert Listen.objects.count() == 0


def test_each_tombstone_is_compared_by_its_own_version(ana: Person, night: Recording) -> None:
    """To version 1 two apostrophes are two songs, so its tombstone says nothing about the other one."""
    handle_batch([retraction_by_version(ana, CURLY, 1), retraction_record(ana, 1, title=CURLY)])

    handle_batch([listen_record(ana, 0, title=STRAIGHT), listen_record(ana, 1, title=STRAIGHT)])

    assert list(Listen.objects.values_list("second", flat=True)) == [1_793_534_400]


def test_tombstones_of_two_versions_can_have_the_same_key(ana: Person, night: Recording) -> None:
    handle_batch([retraction_by_version(ana, STRAIGHT, 1, at=1), retraction_by_version(ana, STRAIGHT, 2, at=20)])

    handle_batch([listen_record(ana, title=STRAIGHT, accepted=10)])

    assert sorted(Tombstone.objects.values_list("key_version", flat=True)) == [1, 2]
    assert Listen.objects.count() == 0


@pytest.mark.parametrize("is_updated", [True, False])
def test_a_retraction_of_an_older_version_finds_its_listen(ana: Person, night: Recording, is_updated: bool) -> None:
    handle_batch([listen_record(ana, title=CURLY), listen_record(ana, 1, title=CURLY)])
    if not is_updated:
        store_as_version_1(CURLY)

    handle_batch([retraction_by_version(ana, CURLY, 1)])

    assert list(Listen.objects.values_list("second", flat=True)) == [1_793_534_460]
    assert stored_counts() == counts_of_rows()


def test_a_listen_with_an_older_key_can_be_retracted(ana: Person, night: Recording) -> None:
    handle_batch([listen_record(ana, title=CURLY)])
    store_as_version_1(CURLY)

    retraction.retract(Listen.objects.get(), by=ana.actor)
    rejected = handle_batch(outbox_records())

    assert (rejected, Listen.objects.count(), Tombstone.objects.get().key_version) == ([], 0, 1)


def test_a_retraction_of_a_version_to_come_is_kept_as_a_dead_letter(ana: Person, night: Recording) -> None:
    record = retraction_record(ana)
    newer = bytes(record.value or b"").replace(b'"key_version":2', b'"key_version":3')

    [rejected] = handle_batch([make_incoming(newer, key=record.key)])

    assert "key_version" in rejected.reason


def test_titles_that_differ_in_typography_are_one_play(ana: Person, night: Recording) -> None:
    titles = ("Don't Stop", "Don’t Stop", "DON´T\u200b stop")

    handle_batch([make_incoming(listen_event(ana.pk, track={"title": title})) for title in titles])

    assert Listen.objects.count() == 1
