import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from artists import moments, programs
from artists.models import Moment
from fans import engagement
from fans.engagement import Progress
from tests import factories
from tests.concurrency import run_at_once
from tests.servers import Database
from worker.wake import Listener


@pytest.mark.django_db
def test_the_nth_listen_is_noticed_once() -> None:
    artist = factories.create_artist()
    program, fan = factories.create_program(artist, nth=3), factories.create_fan(opted_in=artist)
    before = factories.insert_listens(fan, artist, 2)
    third, fourth = factories.insert_listens(fan, artist, 2)

    assert factories.detect_moments(before) == []
    [moment] = factories.detect_moments([third, fourth])

    assert (moment.program, moment.version, moment.person) == (program, program.current, fan)
    assert (moment.point, moment.listen_id, moment.state) == (3, third.id, "noticed")
    assert factories.detect_moments(factories.insert_listens(fan, artist, 5)) == []


@pytest.mark.django_db
def test_a_repeated_batch_inserts_no_new_moment() -> None:
    artist = factories.create_artist()
    factories.create_program(artist, nth=2)
    counted = factories.insert_listens(factories.create_fan(opted_in=artist), artist, 2)
    progress = [Progress(counted[0].person_id, artist.pk, None, 0, tuple(counted))]

    assert len(moments.notice(progress)) == 1
    assert moments.notice(progress) == []
    assert moments.notice([*progress, *progress]) == []


@pytest.mark.django_db
def test_the_first_listen_to_one_recording() -> None:
    artist = factories.create_artist()
    song, other = factories.create_recording(artist, "Low Tide"), factories.create_recording(artist, "Night Bus")
    program = factories.create_program(artist, moment="first_listen", nth=1, recording=song)
    fan = factories.create_fan(opted_in=artist)

    assert factories.detect_moments(factories.insert_listens(fan, artist, 1, recording=other)) == []
    [moment] = factories.detect_moments(factories.insert_listens(fan, artist, 2, recording=song))

    assert (moment.program, moment.point, moment.recording) == (program, 1, song)


@pytest.mark.django_db
def test_one_listen_can_be_two_moments() -> None:
    artist = factories.create_artist()
    song = factories.create_recording(artist, "Low Tide")
    factories.create_program(artist, moment="first_listen", nth=1, recording=song)
    factories.create_program(artist, moment="first_listen", nth=1)

    noticed = factories.detect_moments(
        factories.insert_listens(factories.create_fan(opted_in=artist), artist, 1, recording=song)
    )

    assert len({moment.program_id for moment in noticed}) == 2


@pytest.mark.parametrize("origin", ["import", "manual", "replay"])
@pytest.mark.django_db
def test_only_a_live_listen_makes_a_moment(origin: str) -> None:
    artist = factories.create_artist()
    factories.create_program(artist, nth=2)
    fan = factories.create_fan(opted_in=artist)

    assert (
        factories.detect_moments(
            factories.insert_listens(fan, artist, 1), factories.insert_listens(fan, artist, 1, origin=origin)
        )
        == []
    )
    assert factories.detect_moments(factories.insert_listens(fan, artist, 1)) == []


@pytest.mark.django_db
def test_a_listen_that_is_set_aside_makes_no_moment() -> None:
    artist = factories.create_artist()
    factories.create_program(artist, nth=1)
    fan = factories.create_fan(opted_in=artist)
    [doubtful] = factories.insert_listens(fan, artist, 1, set_aside=True)

    assert factories.detect_moments([doubtful]) == []
    assert moments.notice([Progress(fan.pk, artist.pk, None, 0, (doubtful,))]) == []
    assert len(factories.detect_moments(factories.insert_listens(fan, artist, 1))) == 1


@pytest.mark.django_db
def test_a_fan_who_did_not_opt_in_has_no_moments() -> None:
    artist, other = factories.create_artist(), factories.create_artist("Ove Lind")
    factories.create_program(artist, nth=1)

    assert factories.detect_moments(factories.insert_listens(factories.create_fan(), artist)) == []
    assert factories.detect_moments(factories.insert_listens(factories.create_fan(opted_in=other), artist)) == []


@pytest.mark.django_db
def test_a_paused_program_notices_nothing() -> None:
    artist = factories.create_artist()
    program = factories.create_program(artist, nth=1)
    programs.pause(program, by=factories.get_member(artist, "principal"))

    assert factories.detect_moments(factories.insert_listens(factories.create_fan(opted_in=artist), artist)) == []


@pytest.mark.django_db
def test_listens_to_one_artist_are_no_moment_of_another() -> None:
    artist, other = factories.create_artist(), factories.create_artist("Ove Lind")
    factories.create_program(artist, nth=1)
    fan = factories.create_fan(opted_in=artist)

    assert factories.detect_moments(factories.insert_listens(fan, other)) == []


@pytest.mark.django_db
def test_three_fans_take_as_many_queries_as_one() -> None:
    artist, other = factories.create_artist(), factories.create_artist("Ove Lind")
    for offering_artist in (artist, other):
        factories.create_program(offering_artist, nth=1)
        factories.create_program(offering_artist, nth=2)

    def progress(count: int) -> list[Progress]:
        fans = [factories.create_fan(opted_in=artist) for _ in range(count)]
        return engagement.record([listen for fan in fans for listen in factories.insert_listens(fan, artist, 2)])

    one, three = progress(1), progress(3)
    with CaptureQueriesContext(connection) as few:
        assert len(moments.notice(one)) == 2
    with CaptureQueriesContext(connection) as many:
        assert len(moments.notice(three)) == 6
    assert len(few) == len(many) == 5


def test_concurrent_consumers_insert_a_moment_once(committing_db: Database) -> None:
    artist = factories.create_artist()
    factories.create_program(artist, nth=1)
    fans = [factories.create_fan(opted_in=artist) for _ in range(20)]
    progress = [Progress(fan.pk, artist.pk, None, 0, tuple(factories.insert_listens(fan, artist))) for fan in fans]

    first, second = run_at_once(lambda: moments.notice(progress), lambda: moments.notice(progress[::-1]))

    assert len(first) + len(second) == Moment.objects.count() == 20


def test_a_new_moment_wakes_the_drafts_process(committing_db: Database) -> None:
    artist = factories.create_artist()
    program = factories.create_program(artist, nth=1)

    with Listener(moments.CHANNEL) as listener:
        factories.create_moment(program)
        assert listener.wait(5)
