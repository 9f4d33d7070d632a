import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from artists import moments, programs
from artists.models import Moment
from fans import engagement
from fans.engagement import Progress
from tests import world
from tests.concurrency import run_at_once
from tests.servers import Database
from worker.wake import Listener


@pytest.mark.django_db
def test_the_nth_listen_is_noticed_once() -> None:
    artist = world.an_artist()
    program, fan = world.a_program(artist, nth=3), world.a_fan(opted_in=artist)
    before = world.listened(fan, artist, 2)
    third, fourth = world.listened(fan, artist, 2)

    assert world.notice(before) == []
    [moment] = world.notice([third, fourth])

    assert (moment.program, moment.version, moment.person) == (program, program.current, fan)
    assert (moment.point, moment.listen_id, moment.state) == (3, third.id, "noticed")
    assert world.notice(world.listened(fan, artist, 5)) == []


@pytest.mark.django_db
def test_a_batch_that_is_told_again_notices_nothing_new() -> None:
    artist = world.an_artist()
    world.a_program(artist, nth=2)
    counted = world.listened(world.a_fan(opted_in=artist), artist, 2)
    progress = [Progress(counted[0].person_id, artist.pk, None, 0, tuple(counted))]

    assert len(moments.notice(progress)) == 1
    assert moments.notice(progress) == []
    assert moments.notice([*progress, *progress]) == []


@pytest.mark.django_db
def test_the_first_listen_to_one_recording() -> None:
    artist = world.an_artist()
    song, other = world.a_recording(artist, "Low Tide"), world.a_recording(artist, "Night Bus")
    program = world.a_program(artist, moment="first_listen", nth=1, recording=song)
    fan = world.a_fan(opted_in=artist)

    assert world.notice(world.listened(fan, artist, 1, recording=other)) == []
    [moment] = world.notice(world.listened(fan, artist, 2, recording=song))

    assert (moment.program, moment.point, moment.recording) == (program, 1, song)


@pytest.mark.django_db
def test_one_listen_can_be_two_moments() -> None:
    artist = world.an_artist()
    song = world.a_recording(artist, "Low Tide")
    world.a_program(artist, moment="first_listen", nth=1, recording=song)
    world.a_program(artist, moment="first_listen", nth=1)

    noticed = world.notice(world.listened(world.a_fan(opted_in=artist), artist, 1, recording=song))

    assert len({moment.program_id for moment in noticed}) == 2


@pytest.mark.parametrize("origin", ["import", "manual", "replay"])
@pytest.mark.django_db
def test_only_a_live_listen_fires(origin: str) -> None:
    artist = world.an_artist()
    world.a_program(artist, nth=2)
    fan = world.a_fan(opted_in=artist)

    assert world.notice(world.listened(fan, artist, 1), world.listened(fan, artist, 1, origin=origin)) == []
    assert world.notice(world.listened(fan, artist, 1)) == []


@pytest.mark.django_db
def test_a_listen_that_is_set_aside_fires_nothing() -> None:
    artist = world.an_artist()
    world.a_program(artist, nth=1)
    fan = world.a_fan(opted_in=artist)
    [doubtful] = world.listened(fan, artist, 1, set_aside=True)

    assert world.notice([doubtful]) == []
    assert moments.notice([Progress(fan.pk, artist.pk, None, 0, (doubtful,))]) == []
    assert len(world.notice(world.listened(fan, artist, 1))) == 1


@pytest.mark.django_db
def test_a_fan_who_did_not_opt_in_has_no_moments() -> None:
    artist, other = world.an_artist(), world.an_artist("Ove Lind")
    world.a_program(artist, nth=1)

    assert world.notice(world.listened(world.a_fan(), artist)) == []
    assert world.notice(world.listened(world.a_fan(opted_in=other), artist)) == []


@pytest.mark.django_db
def test_a_paused_program_notices_nothing() -> None:
    artist = world.an_artist()
    program = world.a_program(artist, nth=1)
    programs.pause(program, by=world.a_member(artist, "principal"))

    assert world.notice(world.listened(world.a_fan(opted_in=artist), artist)) == []


@pytest.mark.django_db
def test_listens_to_one_artist_are_no_moment_of_another() -> None:
    artist, other = world.an_artist(), world.an_artist("Ove Lind")
    world.a_program(artist, nth=1)
    fan = world.a_fan(opted_in=artist)

    assert world.notice(world.listened(fan, other)) == []


@pytest.mark.django_db
def test_three_fans_cost_as_many_queries_as_one() -> None:
    artist, other = world.an_artist(), world.an_artist("Ove Lind")
    for each in (artist, other):
        world.a_program(each, nth=1)
        world.a_program(each, nth=2)

    def progress(count: int) -> list[Progress]:
        fans = [world.a_fan(opted_in=artist) for _ in range(count)]
        return engagement.record([listen for fan in fans for listen in world.listened(fan, artist, 2)])

    one, three = progress(1), progress(3)
    with CaptureQueriesContext(connection) as few:
        assert len(moments.notice(one)) == 2
    with CaptureQueriesContext(connection) as many:
        assert len(moments.notice(three)) == 6
    assert len(few) == len(many) == 5


def test_two_consumers_notice_a_moment_once(committing_db: Database) -> None:
    artist = world.an_artist()
    world.a_program(artist, nth=1)
    fans = [world.a_fan(opted_in=artist) for _ in range(20)]
    told = [Progress(fan.pk, artist.pk, None, 0, tuple(world.listened(fan, artist))) for fan in fans]

    first, second = run_at_once(lambda: moments.notice(told), lambda: moments.notice(told[::-1]))

    assert len(first) + len(second) == Moment.objects.count() == 20


def test_what_is_noticed_wakes_the_writer(committing_db: Database) -> None:
    artist = world.an_artist()
    program = world.a_program(artist, nth=1)

    with Listener(moments.CHANNEL) as listener:
        world.a_moment(program)
        assert listener.wait(5)
