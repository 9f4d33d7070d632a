from datetime import datetime, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.models import Person
from artists import moments, programs
from artists.models import Moment
from audit.models import Entry
from catalog.models import Artist, Recording
from fans import engagement, opt_ins
from fans.engagement import Progress
from fans.models import OptIn
from listens.ingest import ingest_records
from tests import factories
from tests.concurrency import run_at_once
from tests.listens.factories import listen_event, make_incoming
from tests.servers import Database
from worker.wake import Listener

LISTENBRAINZ = "/api/listenbrainz"


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


def answered_and_refused(fan: Person) -> tuple[list[int], list[tuple[int, str]]]:
    """The programs that answer a fan, and those that do not with their reasons."""
    moments_of_fan = Moment.objects.filter(person=fan).order_by("program")
    refused = moments_of_fan.filter(state="refused")
    return (
        list(moments_of_fan.filter(state="noticed").values_list("program", flat=True)),
        list(refused.values_list("program", "reason")),
    )


@pytest.mark.django_db
def test_one_listen_brings_one_letter_about_the_recording_before_the_artist() -> None:
    artist = factories.create_artist()
    song = factories.create_recording(artist, "Low Tide")
    of_artist = factories.create_program(artist, moment="first_listen", nth=1)
    of_song = factories.create_program(artist, moment="first_listen", nth=1, recording=song)
    fan = factories.create_fan(opted_in=artist)

    [moment] = factories.detect_moments(factories.insert_listens(fan, artist, 1, recording=song))

    assert moment.program == of_song
    assert answered_and_refused(fan) == ([of_song.pk], [(of_artist.pk, moments.REASON_SAME_LISTEN)])
    [entry] = Entry.objects.filter(action="moment.refused")
    refused = Moment.objects.get(state="refused")
    assert (entry.actor, entry.subject, entry.facts) == (moments.ACTOR, str(refused), {"why": "one letter"})


@pytest.mark.django_db
def test_the_higher_number_is_answered_before_the_lower_and_the_older_program_before_the_newer() -> None:
    artist = factories.create_artist()
    song, other = factories.create_recording(artist, "Low Tide"), factories.create_recording(artist, "Night Bus")
    first_of_song = factories.create_program(artist, moment="first_listen", nth=1, recording=song)
    newer_first_of_song = factories.create_program(artist, moment="first_listen", nth=1, recording=song)
    third = factories.create_program(artist, nth=3)
    fan, second_fan = factories.create_fan(opted_in=artist), factories.create_fan(opted_in=artist)
    for each in (fan, second_fan):
        factories.detect_moments(factories.insert_listens(each, artist, 2, recording=other))

    factories.detect_moments(factories.insert_listens(fan, artist, 1, recording=other))
    factories.detect_moments(factories.insert_listens(second_fan, artist, 1, recording=song))

    reason = moments.REASON_SAME_LISTEN
    assert answered_and_refused(fan) == ([third.pk], [])
    assert answered_and_refused(second_fan) == (
        [first_of_song.pk],
        [(newer_first_of_song.pk, reason), (third.pk, reason)],
    )


@pytest.mark.django_db
def test_a_listen_of_another_artist_is_another_letter() -> None:
    artist, other = factories.create_artist(), factories.create_artist("Ove Lind")
    programs_of_both = [factories.create_program(each, nth=1) for each in (artist, other)]
    fan = factories.create_fan(opted_in=artist)
    opt_ins.opt_in(fan, other)

    factories.detect_moments(factories.insert_listens(fan, artist), factories.insert_listens(fan, other))

    assert answered_and_refused(fan) == ([program.pk for program in programs_of_both], [])


@pytest.mark.django_db
def test_a_moment_that_was_answered_before_does_not_keep_another_from_being_answered() -> None:
    artist = factories.create_artist()
    song = factories.create_recording(artist, "Low Tide")
    of_song = factories.create_program(artist, nth=1, recording=song)
    fan = factories.create_fan(opted_in=artist)
    listens = factories.insert_listens(fan, artist, 1, recording=song)
    factories.detect_moments(listens)
    of_artist = factories.create_program(artist, nth=1)
    listen = tuple(listens)

    moments.notice([Progress(fan.pk, artist.pk, None, 0, listen), Progress(fan.pk, artist.pk, song.pk, 0, listen)])

    assert answered_and_refused(fan) == ([of_song.pk, of_artist.pk], [])


@pytest.mark.parametrize("origin", ["import", "upload", "manual", "replay"])
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


def detect_late_listen(
    fan: Person, recording: Recording, started_at: datetime, *, origin: str = "import", source: str = LISTENBRAINZ
) -> list[Moment]:
    """Let a listen arrive that our API accepts now. Returns the moments that are new."""
    track = {"title": recording.title, "artists": [{"name": recording.artist.name}], "artist_credit": ""}
    event = listen_event(fan.pk, source=source, origin=origin, started_at=started_at.isoformat(), track=track)
    event["time"] = timezone.now().isoformat()
    listens = ingest_records([make_incoming(event)]).listens
    assert [listen.recording_id for listen in listens] == [recording.pk]
    return factories.detect_moments(list(listens))


def opt_in_before(fan: Person, artist: Artist, hours: int) -> None:
    """The fan opted in so many hours ago. By an update: an opt-in's time is when it is made."""
    opt_ins.opt_in(fan, artist)
    OptIn.objects.filter(person=fan).update(since=timezone.now() - timedelta(hours=hours))


@pytest.mark.parametrize(("hours_ago", "number"), [(0, 1), (1, 1), (47, 1), (49, 0), (500, 0)])
@pytest.mark.django_db
def test_a_listen_that_could_not_be_sent_for_two_days_makes_a_moment(hours_ago: int, number: int) -> None:
    artist = factories.create_artist()
    factories.create_program(artist, nth=1)
    fan, song = factories.create_fan(), factories.create_recording(artist)
    opt_in_before(fan, artist, hours=1000)

    assert len(detect_late_listen(fan, song, timezone.now() - timedelta(hours=hours_ago))) == number


@pytest.mark.django_db
def test_a_late_listen_from_before_the_opt_in_makes_no_moment() -> None:
    artist = factories.create_artist()
    factories.create_program(artist, nth=1)
    fan, other, song = factories.create_fan(), factories.create_fan(), factories.create_recording(artist)
    opt_in_before(fan, artist, hours=24)
    opt_in_before(other, artist, hours=24)

    assert detect_late_listen(fan, song, timezone.now() - timedelta(hours=25)) == []
    assert len(detect_late_listen(other, song, timezone.now() - timedelta(hours=25), origin="live")) == 1


@pytest.mark.parametrize(
    ("origin", "source"),
    [("import", "/api/player"), ("upload", LISTENBRAINZ), ("manual", LISTENBRAINZ), ("replay", LISTENBRAINZ)],
)
@pytest.mark.django_db
def test_only_an_import_of_our_listenbrainz_api_may_come_late(origin: str, source: str) -> None:
    artist = factories.create_artist()
    factories.create_program(artist, nth=1)
    fan, song = factories.create_fan(), factories.create_recording(artist)
    opt_in_before(fan, artist, hours=24)

    assert detect_late_listen(fan, song, timezone.now() - timedelta(hours=1), origin=origin, source=source) == []


@pytest.mark.django_db
def test_a_backlog_of_many_listens_reaches_the_nth() -> None:
    artist = factories.create_artist()
    factories.create_program(artist, nth=3)
    fan, song = factories.create_fan(), factories.create_recording(artist)
    opt_in_before(fan, artist, hours=24)

    noticed = [detect_late_listen(fan, song, timezone.now() - timedelta(hours=n)) for n in (60, 3, 2, 1)]

    assert [len(moments) for moments in noticed] == [0, 0, 1, 0]


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
