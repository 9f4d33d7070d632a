"""A song that is no recording of a work any more: who may say so, what follows, and that the past stays."""

from functools import partial

import pytest
from django.utils import timezone

from artists import delivery
from artists.label import export
from artists.label.roster import claimed_recordings
from audit.models import Entry
from catalog import registration
from catalog.models import Artist, RecordingWork
from fans import experiences
from fans.models import Experience
from rights import clearance, sales
from rights.models import AfterEnd, Use
from rights.sales import IncompleteSale, Sale
from rights.shares import Role
from rights.stops import Stop
from tests import factories
from tests.artists.remix_notes import agree, approve, write_remix_note
from tests.artists.studio.pages import visible_text
from tests.module_scenes import share_scene
from tests.rights import factories as owners
from tests.rights.albums import add_scheme
from tests.rights.factories import OwnedSong

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("no_undo_time")]


@pytest.fixture
def artist(shared_artist: Artist) -> Artist:
    return shared_artist


module_scene, song = share_scene(partial(owners.create_owned_song, permitted=False))


def end_work(song: OwnedSong) -> RecordingWork:
    registration.end_work(song.recording, song.work, by=factories.get_staff().actor)
    return RecordingWork.objects.get(work=song.work)


def test_a_team_takes_back_a_work_on_the_page_of_the_song(artist: Artist) -> None:
    song = factories.create_recording(artist)
    work = owners.create_work(song, title="Night Bus")
    page = f"/studio/{artist.slug}/songs/{song.pk}"
    client = factories.fresh_client(factories.get_member(artist, "editor"))
    assert "Not this work" in visible_text(client.get(page))

    answer = client.post(f"{page}/works", {"end": work.pk})

    assert (answer.status_code, list(song.works)) == (302, [])
    assert "Night Bus" not in visible_text(client.get(page)).replace("“Night Bus” is taken off this song.", "")
    assert Entry.objects.get(action="work.ended").subject == f"work:{work.pk}"
    assert client.post(f"{page}/works", {"end": work.pk}).status_code == 404
    assert client.post(f"{page}/works", {"end": "x"}).status_code == 404


def test_where_somebody_else_owns_the_work_staff_say_it(song: OwnedSong, artist: Artist) -> None:
    page = f"/studio/{artist.slug}/songs/{song.recording.pk}"
    path = f"/recordings/{song.recording.pk}/works/{song.work.pk}"
    principal = factories.fresh_client(factories.get_member(artist, "principal"))
    staff = factories.get_staff()
    assert "Not this work" not in visible_text(principal.get(page))

    answers = [
        principal.post(f"{page}/works", {"end": song.work.pk}),
        principal.delete(f"/api/v1/studio/{artist.slug}{path}"),
        factories.signed_in_client(staff).delete(f"/api/v1/staff{path}"),
    ]
    assert [answer.status_code for answer in answers] == [422, 400, 403]
    assert "Somebody else confirmed a share in “Low Tide Choir”" in visible_text(answers[0])
    assert list(song.recording.works) == [song.work]

    assert factories.fresh_client(staff).delete(f"/api/v1/staff{path}").status_code == 204
    assert list(song.recording.works) == []
    assert factories.fresh_client(staff).delete(f"/api/v1/staff{path}").status_code == 404


def test_where_somebody_else_owns_a_work_staff_add_another(song: OwnedSong, artist: Artist) -> None:
    page = f"/studio/{artist.slug}/songs/{song.recording.pk}"
    path = f"/api/v1/studio/{artist.slug}/recordings/{song.recording.pk}/works"
    client = factories.fresh_client(factories.get_member(artist, "principal"))

    answers = [
        client.post(f"{page}/works", {"title": "Mine"}),
        client.post(path, {"title": "Mine"}, content_type="application/json"),
    ]

    assert [answer.status_code for answer in answers] == [422, 400]
    assert "which is less of the song once it is of another work, too" in visible_text(answers[0])
    assert list(song.recording.works) == [song.work]


def test_a_team_takes_back_a_work_over_the_api(artist: Artist) -> None:
    song = factories.create_recording(artist)
    work = owners.create_work(song)
    path = f"/api/v1/studio/{artist.slug}/recordings/{song.pk}/works/{work.pk}"
    reviewer, editor = (factories.fresh_client(factories.get_member(artist, role)) for role in ("reviewer", "editor"))

    answers = [reviewer.delete(path), editor.delete(path), editor.delete(path)]

    assert [answer.status_code for answer in answers] == [403, 200, 404]
    assert [one["work"] for one in answers[1].json()["owned"]] == [None]


def test_a_sale_is_resolved_by_what_the_song_was_of_then(song: OwnedSong, artist: Artist) -> None:
    agree(song, scheme=add_scheme({Role.PLATFORM: 2_000, Role.WRITER: 8_000}))
    before = timezone.now()
    end_work(song)

    then = sales.resolve_sale(Use.REMIX, artist, [song.recording], at=before)
    now = sales.resolve_sale(Use.REMIX, artist, [song.recording])

    assert isinstance(then, Sale)
    assert isinstance(now, IncompleteSale)
    assert now.missing == ("Nobody is named as writer of Low Tide Choir",)


def test_what_stops_says_since_when_nobody_knows_who_wrote_it(song: OwnedSong) -> None:
    agree(song, after_end=AfterEnd.STOPS)
    draft = approve(write_remix_note(song))
    assert delivery.deliver_next()
    experience = Experience.objects.get(draft=draft.pk)

    ended = end_work(song)

    stopped = experiences.received_by(draft.person).get(pk=experience.pk).stopped
    assert stopped == Stop("", ended.live_until)


def test_what_stops_says_since_when_the_song_is_of_a_work_without_a_yes(song: OwnedSong) -> None:
    agree(song, after_end=AfterEnd.STOPS)
    draft = approve(write_remix_note(song))
    assert delivery.deliver_next()
    other = factories.create_recording(song.recording.artist)
    work, writer = owners.create_work(other, title="Other"), owners.create_party("writer", "Ben Hale")
    owners.own(writer, work)

    staff = factories.get_staff().actor
    tie = RecordingWork.objects.create(recording=song.recording, work=work, added_by=staff)

    tie.refresh_from_db()
    assert experiences.received_by(draft.person).get().stopped == Stop("Ben Hale", tie.live_from)


def test_rightsholders_of_the_work_have_the_song_no_more(song: OwnedSong, artist: Artist) -> None:
    assert list(claimed_recordings(song.writer)) == [song.recording]

    end_work(song)

    assert list(claimed_recordings(song.writer)) == []
    assert export._works_by_song([song.recording]) == {}
    assert clearance.find_missing(Use.REMIX, artist, [song.recording]) is not None


def test_the_same_work_can_be_said_again(song: OwnedSong, artist: Artist) -> None:
    song.work.iswc = "T0345246801"
    song.work.save(update_fields=["iswc"])
    end_work(song)

    again = registration.add_work(song.recording, iswc="T0345246801", by=factories.get_staff().actor)

    assert (again, list(song.recording.works), RecordingWork.objects.count()) == (song.work, [song.work], 2)
