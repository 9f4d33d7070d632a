"""The look back from an opt-in: what a fan reached in the 24 hours before it."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import transaction
from django.db.models import F
from django.db.models.functions import Now

from accounts.models import Person
from artists import look_back, moments
from artists.models import Moment
from catalog.models import Artist, Recording
from fans import engagement, opt_ins
from fans.models import Engagement, OptIn
from listens.models import Listen
from tests import factories
from tests.concurrency import start_until_blocked
from tests.servers import Database
from worker.wake import Listener


@pytest.fixture
def artist(db: None) -> Artist:
    return factories.create_artist()


@pytest.fixture
def song(artist: Artist) -> Recording:
    return factories.create_recording(artist, "Low Tide")


def play(fan: Person, song: Recording, times: int = 1, *, hours_ago: float = 1, **options: Any) -> None:
    """Listens that were counted some hours ago, before the fan opted in."""
    listens = factories.insert_listens(fan, song.artist, times, recording=song, **options)
    assert factories.detect_moments(listens) == []
    at = Now() - timedelta(hours=hours_ago)
    Listen.objects.filter(pk__in=[listen.id for listen in listens]).update(counted_at=at, started_at=at)


def answered(fan: Person) -> list[tuple[int, int]]:
    """Program and number of the moments that are answered."""
    noticed = Moment.objects.filter(person=fan, state="noticed").order_by("program")
    return list(noticed.values_list("program", "point"))


def test_the_first_listen_before_the_opt_in_is_answered_once(artist: Artist, song: Recording) -> None:
    program = factories.create_program(artist, moment="first_listen", nth=1)
    fan = factories.create_fan()
    play(fan, song, 2)
    opt_in = opt_ins.opt_in(fan, artist)

    assert look_back.look_back_next()
    assert not look_back.look_back_next()

    moment = Moment.objects.get()
    assert (moment.program, moment.point, moment.state, moment.recording) == (program, 1, "noticed", song)
    assert moment.listen == Listen.objects.earliest("pk")
    opt_in.refresh_from_db()
    assert opt_in.looked_back_at
    assert Engagement.objects.get().listens == 2


def test_only_the_last_24_hours_are_looked_at(artist: Artist, song: Recording) -> None:
    factories.create_program(artist, moment="first_listen", nth=1)
    third = factories.create_program(artist, nth=3)
    fan = factories.create_fan()
    play(fan, song, 1, hours_ago=25)
    play(fan, song, 2, hours_ago=23)
    opt_ins.opt_in(fan, artist)

    look_back.look_back_next()

    assert answered(fan) == [(third.pk, 3)]


@pytest.mark.parametrize("options", [{"origin": "import"}, {"set_aside": True}])
def test_what_is_not_live_or_set_aside_is_not_answered(artist: Artist, song: Recording, options: Any) -> None:
    factories.create_program(artist, moment="first_listen", nth=1)
    fan = factories.create_fan()
    play(fan, song, **options)
    opt_ins.opt_in(fan, artist)

    look_back.look_back_next()

    assert answered(fan) == []


def test_an_import_in_between_takes_its_numbers(artist: Artist, song: Recording) -> None:
    fourth = factories.create_program(artist, nth=4)
    fan = factories.create_fan()
    play(fan, song, 1)
    play(fan, song, 2, origin="import")
    play(fan, song, 1)
    opt_ins.opt_in(fan, artist)

    look_back.look_back_next()

    assert answered(fan) == [(fourth.pk, 4)]


def test_one_letter_an_artist_at_most(artist: Artist, song: Recording) -> None:
    other_artist = factories.create_artist("Ove Lind")
    other_song = factories.create_recording(other_artist, "Night Bus")
    first = factories.create_program(artist, moment="first_listen", nth=1)
    second_of_song = factories.create_program(artist, nth=2, recording=song)
    third = factories.create_program(artist, nth=3)
    of_other = factories.create_program(other_artist, nth=1)
    fan = factories.create_fan()
    play(fan, song, 3)
    play(fan, other_song)
    for each in (artist, other_artist):
        opt_ins.opt_in(fan, each)

    look_back.look_back_next()

    assert answered(fan) == [(second_of_song.pk, 2), (of_other.pk, 1)]
    refused = Moment.objects.filter(state="refused").order_by("program").values_list("program", "reason")
    assert list(refused) == [(program.pk, moments.REASON_SAME_OPT_IN) for program in (first, third)]


def test_an_opt_in_under_older_words_is_not_looked_back_from(artist: Artist, song: Recording) -> None:
    factories.create_program(artist, moment="first_listen", nth=1)
    fan = factories.create_fan()
    play(fan, song)
    factories.opt_in_under(1, fan, artist)

    assert not look_back.look_back_next()

    assert (answered(fan), OptIn.objects.get().looked_back_at) == ([], None)


def test_a_listen_after_the_opt_in_takes_its_number_and_is_left_to_its_own_batch(
    artist: Artist, song: Recording
) -> None:
    for nth in (1, 2):
        factories.create_program(artist, nth=nth)
    fan = factories.create_fan()
    play(fan, song, 1, hours_ago=1)
    play(fan, song, 1, hours_ago=0)
    opt_ins.opt_in(fan, artist)
    Listen.objects.filter(pk=Listen.objects.latest("pk").pk).update(started_at=Now() + timedelta(seconds=9))

    look_back.look_back_next()

    assert [point for _, point in answered(fan)] == [1]


def test_what_is_stored_and_not_counted_yet_holds_up_nobody(artist: Artist, song: Recording) -> None:
    program = factories.create_program(artist, moment="first_listen", nth=1)
    waiting, other = factories.create_fan(), factories.create_fan()
    play(other, song)
    factories.insert_listens(waiting, artist, 1, recording=song)
    Listen.objects.filter(person=waiting).update(started_at=Now() - timedelta(hours=1))
    for fan in (waiting, other):
        opt_ins.opt_in(fan, artist)

    assert look_back.look_back_next()

    assert (answered(waiting), answered(other)) == ([], [(program.pk, 1)])


def test_an_opt_in_of_long_ago_is_passed_over(artist: Artist, song: Recording) -> None:
    factories.create_program(artist, moment="first_listen", nth=1)
    fan = factories.create_fan()
    play(fan, song, hours_ago=26)
    opt_in = opt_ins.opt_in(fan, artist)
    OptIn.objects.update(since=Now() - timedelta(hours=25))

    assert look_back.look_back_next()

    opt_in.refresh_from_db()
    assert (answered(fan), opt_in.looked_back_at is not None) == ([], True)


def test_an_opt_in_that_ended_is_not_looked_back_from(artist: Artist, song: Recording) -> None:
    factories.create_program(artist, moment="first_listen", nth=1)
    fan = factories.create_fan()
    play(fan, song)
    opt_ins.opt_in(fan, artist)
    opt_ins.opt_out(fan, artist)

    assert not look_back.look_back_next()


def test_a_second_opt_in_brings_no_second_letter(artist: Artist, song: Recording) -> None:
    program = factories.create_program(artist, moment="first_listen", nth=1)
    fan = factories.create_fan()
    play(fan, song)
    for _ in range(2):
        opt_ins.opt_in(fan, artist)
        look_back.look_back_next()
        opt_ins.opt_out(fan, artist)

    assert answered(fan) == [(program.pk, 1)]


def test_the_words_of_the_opt_in_say_it(artist: Artist) -> None:
    assert "in the 24 hours before you agree" in opt_ins.consent_text(artist)
    assert "24 hours" not in opt_ins.consent_text(artist, 1)
    assert opt_ins.LOOK_BACK_PERIOD.total_seconds() == 24 * 3600


def test_listens_that_a_batch_is_just_counting_are_waited_for(committing_db: Database) -> None:
    artist = factories.create_artist()
    song = factories.create_recording(artist, "Low Tide")
    program = factories.create_program(artist, moment="first_listen", nth=1)
    fan = factories.create_fan()
    with transaction.atomic():
        listens = factories.insert_listens(fan, artist, 1, recording=song)
        Listen.objects.update(started_at=Now() - timedelta(minutes=1))
        progress = engagement.record(listens)
        assert moments.notice(progress) == []
        finish = start_until_blocked(lambda: (opt_ins.opt_in(fan, artist), look_back.look_back_next()))
    finish()

    assert answered(fan) == [(program.pk, 1)]
    assert Engagement.objects.values_list("listens", F("person")).get() == (1, fan.pk)


def test_an_opt_in_wakes_the_worker(committing_db: Database) -> None:
    artist, fan = factories.create_artist(), factories.create_fan()

    with Listener(opt_ins.GIVEN_CHANNEL) as listener:
        opt_ins.opt_in(fan, artist)
        assert listener.wait(5)
