"""The demo's data: made by the product's own functions, with timestamps of the past, and consistent."""

from datetime import UTC, date, datetime, timedelta

import pytest
from django.db import connection
from django.db.models import Count, F, Max, Min, Q

from accounts.models import Person
from artists.models import Draft, Moment, Program
from audit.models import Entry
from catalog import pictures
from catalog.models import Artist
from config.demo import database_clock, seed
from config.demo.artist_data import ARTISTS, MARA
from config.demo.fan_data import FANS
from fans import activity
from fans.models import Engagement, Experience, RecordingEngagement
from listens.models import Listen
from rights.models import Decision, Grant
from trust.models import Report

COUNT_LISTENS = """
SELECT l.person_id, {column}, count(*), min(l.started_at), max(l.started_at)
FROM listens_listen l JOIN catalog_recording r ON r.id = l.recording_id WHERE NOT l.set_aside GROUP BY 1, 2
"""
pytestmark = pytest.mark.usefixtures("demo_database")


def count_listens(column: str) -> set[tuple[object, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(COUNT_LISTENS.format(column=column))
        return set(cursor.fetchall())


def test_every_stored_count_equals_the_number_of_listens() -> None:
    of_artists = Engagement.objects.values_list("person", "artist", "listens", "first_at", "last_at")
    of_songs = RecordingEngagement.objects.values_list("person", "recording", "listens", "first_at", "last_at")

    assert set(of_artists) == count_listens("r.artist_id")
    assert set(of_songs) == count_listens("r.id")
    assert of_artists.count() > 100


def test_no_fan_plays_two_songs_at_once() -> None:
    with connection.cursor() as cursor:
        cursor.execute("""
            SELECT count(*), count(*) FILTER (WHERE overlapping) FROM (
                SELECT lead(started_at) OVER (PARTITION BY person_id ORDER BY started_at)
                    < started_at + make_interval(secs => duration_ms / 1000) AS overlapping FROM listens_listen
            ) AS following
        """)
        listens, overlapping = cursor.fetchone()

    assert listens > 5000
    assert overlapping == 0


def test_every_experience_was_decided_before_its_delivery() -> None:
    received = Experience.objects.select_related("decision")

    assert received.count() > 100
    assert all(experience.decision.content_hash == experience.content_hash for experience in received)
    assert all(experience.decision.at < experience.delivered_at for experience in received)
    assert set(received.values_list("mark", flat=True)) == {"written", "filled"}
    drafts = Draft.objects.filter(state="delivered").values_list("pk", flat=True)
    assert set(received.values_list("draft", flat=True)) == set(drafts)


def test_every_decision_was_made_in_the_role_that_its_decider_had_then() -> None:
    with connection.cursor() as cursor:
        cursor.execute("""
            SELECT count(*), count(*) FILTER (WHERE accounts_role_at(accounts_person_id(by), team_id, at) = role)
            FROM rights_decision JOIN catalog_artist ON catalog_artist.id = artist_id
        """)
        decisions, rightful = cursor.fetchone()

    assert decisions == rightful > 100


def test_timestamps_reach_half_a_year_back_and_none_is_in_the_future() -> None:
    now, span = datetime.now(UTC), {}
    for model, at in ((Decision, "at"), (Grant, "live_from"), (Entry, "at"), (Experience, "delivered_at")):
        span[model] = model.objects.aggregate(first=Min(at), last=Max(at))

    assert all(span[model]["first"] < now - timedelta(days=150) for model in span)
    assert all(span[model]["last"] <= now for model in span)
    assert not Draft.objects.filter(Q(decided_at__lt=F("written_at")) | Q(written_at__lt=F("moment__noticed_at")))


def test_nothing_is_overdue_and_the_guests_draft_is_first_in_the_queue() -> None:
    pending = Draft.objects.filter(state="pending").order_by("deadline")
    of_mara = pending.filter(artist__slug=MARA)

    assert not pending.filter(deadline__lte=datetime.now(UTC))
    assert not Moment.objects.filter(state="noticed")
    assert of_mara.count() >= 5
    assert of_mara[0].person.handle == "ana"
    assert pending.values("deadline").distinct().count() > 5
    assert of_mara.filter(revision__gt=1).count() == 1


def test_every_outcome_of_a_moment_occurs() -> None:
    states = dict(Draft.objects.values_list("state").annotate(Count("pk")))

    assert {"pending", "delivered", "declined", "expired", "undeliverable"} <= states.keys()
    assert Moment.objects.filter(state="refused", reason__startswith="uncleared").exists()
    assert Program.objects.filter(state="paused", paused_because="").count() == 1
    assert Program.objects.filter(state="paused", paused_because__startswith="3 fans").count() == 1
    assert set(Report.objects.values_list("state", flat=True)) == {"open", "dismissed"}
    assert Artist.objects.filter(party__grants__ended_at__isnull=False).count() == 1


def test_the_guest_has_a_notice_about_a_dismissed_report() -> None:
    [notice] = activity.recent_activity(Person.objects.get(handle="ana"))

    assert notice.kind == "dismissed"
    assert notice.artist
    assert Experience.objects.get(pk=notice.experience_id).artist == notice.artist


def test_there_are_eight_artists_in_eight_colours_and_sixty_fans() -> None:
    assert set(Artist.objects.values_list("slug", "name", "spot")) == {
        (artist.slug, artist.name, artist.spot) for artist in ARTISTS
    }
    assert len({artist.spot for artist in ARTISTS}) == 8
    assert Person.objects.filter(handle__in=FANS).count() == 60
    mara = Engagement.objects.get(person__handle="ana", artist__slug=MARA)
    assert mara.listens == 99


def test_a_second_seed_changes_nothing() -> None:
    before = Listen.objects.count(), Entry.objects.count()

    assert seed.seed_demo() is False
    assert (Listen.objects.count(), Entry.objects.count()) == before


def test_the_clock_is_removed_and_timestamps_are_the_present_again() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM pg_namespace WHERE nspname = 'past'")
        [schemas] = cursor.fetchone()
        cursor.execute("SELECT count(*) FROM pg_attrdef WHERE pg_get_expr(adbin, adrelid) LIKE '%past%'")
        [defaults] = cursor.fetchone()

    assert (schemas, defaults) == (0, 0)


def write_in_january_and_fail() -> None:
    with database_clock.settable_clock() as clock:
        clock.set_now(datetime(2026, 1, 1, tzinfo=UTC))
        Person.objects.create(email="x@example.com", handle="xyz", country="PT", age_band="18_plus")
        assert Person.objects.get(handle="xyz").joined_at.date() == date(2026, 1, 1)
        raise ZeroDivisionError


def test_a_failure_while_the_clock_is_set_back_leaves_nothing() -> None:
    before = Entry.objects.count()

    with pytest.raises(ZeroDivisionError):
        write_in_january_and_fail()

    assert (Entry.objects.count(), Person.objects.filter(handle="xyz").count()) == (before, 0)


def test_the_past_is_written_as_the_app_role() -> None:
    with database_clock.settable_clock(), connection.cursor() as cursor:
        cursor.execute("SELECT current_user")
        assert cursor.fetchone() == ("fanfare_app",)


def test_every_artist_has_a_picture_of_their_own() -> None:
    keys = [artist.picture_id for artist in Artist.objects.all()]

    assert (None in keys, len(set(keys))) == (False, len(ARTISTS))
    assert [pictures.read(str(key), "small") is None for key in keys] == [False] * len(ARTISTS)
