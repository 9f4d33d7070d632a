"""Tests of pausing a program: nothing of it is delivered, whatever step it had reached."""

import threading

import pytest
from django.db import connection, transaction

from artists import delivery, drafts
from artists.models import Draft, Moment
from audit.models import Entry
from fans import mutes, opt_ins
from fans.models import Experience, Mute
from tests import factories
from tests.servers import Database


@pytest.mark.django_db
def test_pausing_twice_counts_once_and_is_recorded() -> None:
    artist = factories.create_artist()
    program, fan = factories.create_program(artist), factories.create_fan()

    first = mutes.pause(fan, program.pk, artist, name="Thank you")
    again = mutes.pause(fan, program.pk, artist, name="Thank you")

    assert first == again
    assert mutes.muted_pairs({(fan.pk, program.pk), (fan.pk, program.pk + 1)}) == {(fan.pk, program.pk)}
    assert Entry.objects.filter(action="program.muted").count() == 1


@pytest.mark.django_db
def test_a_resumed_program_can_be_paused_again() -> None:
    artist = factories.create_artist()
    program, fan = factories.create_program(artist), factories.create_fan()
    mutes.pause(fan, program.pk, artist)

    assert mutes.resume(fan, program.pk)
    assert not mutes.resume(fan, program.pk)

    assert mutes.muted_pairs({(fan.pk, program.pk)}) == set()
    mutes.pause(fan, program.pk, artist)
    assert Mute.objects.filter(person=fan).count() == 2


@pytest.mark.django_db
def test_a_paused_program_detects_no_moments_and_others_do() -> None:
    artist = factories.create_artist()
    paused, other = factories.create_program(artist), factories.create_program(artist)
    fan, neighbour = factories.create_fan(opted_in=artist), factories.create_fan("Bo", opted_in=artist)
    mutes.pause(fan, paused.pk, artist)

    noticed = factories.detect_moments(
        factories.insert_listens(fan, artist, 3), factories.insert_listens(neighbour, artist, 3)
    )

    assert {(moment.program_id, moment.person_id) for moment in noticed} == {
        (other.pk, fan.pk), (paused.pk, neighbour.pk)  # one listen brings one letter, by the older program
    }  # fmt: skip


@pytest.mark.django_db
def test_a_moment_from_before_the_pause_is_refused() -> None:
    artist = factories.create_artist()
    moment = factories.create_moment(factories.create_program(artist))
    mutes.pause(moment.person, moment.program_id, artist)

    drafts.write_next()

    moment.refresh_from_db()
    assert (moment.state, moment.reason) == (Moment.State.REFUSED, drafts.REASON_MUTED)
    assert not Draft.objects.exists()


@pytest.mark.django_db
def test_a_draft_approved_before_the_pause_is_not_delivered() -> None:
    artist = factories.create_artist()
    draft = factories.create_approved_draft(artist)
    mutes.pause(draft.person, draft.version.program_id, artist)

    delivery.deliver_next()

    draft.refresh_from_db()
    assert (draft.state, draft.reason) == (Draft.State.UNDELIVERABLE, delivery.REASON_MUTED)
    assert not Experience.objects.exists()


def test_pausing_waits_for_a_running_delivery(committing_db: Database) -> None:
    artist = factories.create_artist()
    program, fan = factories.create_program(artist), factories.create_fan(opted_in=artist)
    paused = threading.Event()

    def pause() -> None:
        mutes.pause(fan, program.pk, artist)
        connection.close()
        paused.set()

    with transaction.atomic():
        opt_ins.active_pairs({(fan.pk, artist.pk)}, hold=True)
        thread = threading.Thread(target=pause)
        thread.start()
        assert not paused.wait(0.3)
        assert mutes.muted_pairs({(fan.pk, program.pk)}) == set()
    thread.join(5)

    assert paused.is_set()
    assert mutes.muted_pairs({(fan.pk, program.pk)}) == {(fan.pk, program.pk)}
