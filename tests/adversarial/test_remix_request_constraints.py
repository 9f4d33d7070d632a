"""Raw SQL with the app role against remixes on their way to a fan: what was asked for, its sound, and who heard it."""

from pathlib import Path

import pytest
from django.db import DatabaseError, connection, transaction
from pytest_django import Settings

from accounts import consents
from artists.models import Draft, ExperienceRequest, Moment, RequestedRemix
from artists.remixes import envelopes, sounds
from catalog.models import Artist
from fans.models import Render
from tests import factories
from tests.adversarial.test_database_constraints import refused, sql
from tests.artists import remix_request_scene, requests_scene
from tests.artists.remix_notes import write_remix_note
from tests.artists.remix_request_scene import Asking
from tests.rights import factories as owners

pytestmark = pytest.mark.django_db
SHA = "a" * 64
ASK = """INSERT INTO artists_experiencerequest (id, person_id, artist_id, program_id, version_id, consent_id, occasion,
    relation, event, recording_id, note, paid_by, amount, currency, state, ending)
    SELECT %s, person_id, artist_id, program_id, version_id, %s, {occasion}, '', '', {recording}, {note}, 'card', 400,
    'EUR', 'paying', '' FROM artists_experiencerequest WHERE id = %s"""
NAME_RECIPE = "INSERT INTO artists_requestedremix (request_id, offer_id, recipe, choice) VALUES (%s, %s, %s, %s)"
MAKE_READY = """UPDATE fans_render SET state = 'ready', done_at = now(), frames = 1, sha256 = repeat('a', 64)
    WHERE id = %s"""
ADD_FILE = """INSERT INTO fans_renderfile (render_id, name, sha256, bytes, media_type)
    VALUES (%s, %s, %s, %s, 'audio/flac')"""
HEAR = "INSERT INTO artists_drafthearing (draft_id, revision, by, opened_at, seconds) VALUES (%s, %s, 'x', now(), %s)"


@pytest.fixture
def asking(artist: Artist, settings: Settings, tmp_path: Path) -> Asking:
    return remix_request_scene.create_silent(artist, settings, tmp_path, prices={"EUR": 400})


@pytest.fixture
def asked(asking: Asking) -> ExperienceRequest:
    return asking.ask()


def check_what_is_deferred() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")


def ask_raw(like: ExperienceRequest, occasion: str = "''", recording: str = "recording_id", note: str = "NULL") -> int:
    number = like.pk + 1_000
    consent = consents.give(like.person, f"request:{number}", 1, "I ask.")
    sql(ASK.format(occasion=occasion, recording=recording, note=note), number, consent.pk, like.pk)
    return number


def test_a_program_stays_of_its_kind_and_says_words_where_it_has_some(asking: Asking, artist: Artist) -> None:
    letters = requests_scene.create_offer(artist)
    add = """INSERT INTO artists_programversion (program_id, artist_id, version, moment, nth, audience, wording, terms,
        review_seconds, by) SELECT program_id, artist_id, 99, moment, nth, audience, %s, terms, 60, 'x'
        FROM artists_programversion WHERE id = %s"""

    refused("history is not changed", "UPDATE artists_program SET kind = 'message' WHERE kind = 'remix'")
    refused("one of remixes has none", add, "{}", asking.version.pk)
    refused("has sentences", add, "", letters.pk)
    refused("a_program_has_a_kind", "INSERT INTO artists_program (artist_id, name, kind, state) VALUES (%s, 'x', 'dj',"
            " 'draft')", artist.pk)  # fmt: skip


def test_a_request_of_a_remix_names_a_song_alone(asked: ExperienceRequest) -> None:
    for change in ({"occasion": "'exam'"}, {"recording": "NULL"}, {"note": "'A line'"}):
        with pytest.raises(DatabaseError, match="chooses a song and nothing else"):
            ask_raw(asked, **change)


def test_a_request_of_a_remix_says_which_once_and_never_another(asked: ExperienceRequest) -> None:
    remix = asked.remix
    number = ask_raw(asked)
    refused("says which", "SET CONSTRAINTS ALL IMMEDIATE")
    sql(NAME_RECIPE, number, remix.offer_id, remix.recipe, "hand")
    check_what_is_deferred()

    refused("duplicate key", NAME_RECIPE, number, remix.offer_id, remix.recipe, "hand")
    for change in ("recipe = '{}'", "choice = 'rules'", "offer_id = offer_id"):
        refused("permission denied", f"UPDATE artists_requestedremix SET {change}")
    refused("permission denied", "DELETE FROM artists_requestedremix")
    assert RequestedRemix.objects.count() == 2


def test_a_remix_is_asked_for_of_an_open_song_of_the_same_artist(
    asking: Asking, asked: ExperienceRequest, artist: Artist
) -> None:
    remix = asked.remix
    letter = requests_scene.ask(asking.fan, requests_scene.create_offer(artist))
    with transaction.atomic():
        number = ask_raw(asked)
        refused("open for remixes", NAME_RECIPE, letter.pk, remix.offer_id, remix.recipe, "hand")
        refused("open for remixes", NAME_RECIPE, number, remix.offer_id + 1_000, remix.recipe, "hand")
        refused("says_who_chose", NAME_RECIPE, number, remix.offer_id, remix.recipe, "model")
        envelopes.end(asking.song.recording, by=asking.song.owner)
        refused("open for remixes", NAME_RECIPE, number, remix.offer_id, remix.recipe, "hand")
        transaction.set_rollback(True)  # the request says not which remix


def test_the_sound_of_a_moment_is_the_whole_remix_that_its_fan_asked_for(asking: Asking) -> None:
    asking.ask(tempo_percent=95)
    other = Asking(asking.song, asking.version, factories.create_fan("Ben"))
    other.ask(tempo_percent=105)
    sounds.want_next()
    mine, theirs = Moment.objects.order_by("pk").values_list("pk", "render_id")
    take = "UPDATE artists_moment SET render_id = %s WHERE id = %s"

    refused("whole remix that its fan asked for", take, theirs[1], mine[0])
    [corner] = Render.objects.filter(kind="corner").values_list("pk", flat=True)[:1]
    refused("whole remix that its fan asked for", take, corner, mine[0])
    refused("what_is_rendered_has_a_render", take, None, mine[0])


def test_a_whole_remix_is_ready_with_both_files_which_never_change(asking: Asking) -> None:
    asking.ask()
    sounds.want_next()
    render = Render.objects.get(kind="full").pk
    refused("whole remix that is ready", ADD_FILE, render, "master", SHA, 1)
    sql(MAKE_READY, render)
    refused("ready with its files", "SET CONSTRAINTS ALL IMMEDIATE")
    for name in ("master", "stream"):
        sql(ADD_FILE, render, name, SHA, 1)
    check_what_is_deferred()

    refused("a_file_is_a_master_or_a_stream", ADD_FILE, render, "cover", SHA, 1)
    refused("a_render_has_a_file_once", ADD_FILE, render, "master", SHA, 1)
    refused("a_file_has_a_hash_and_a_size", ADD_FILE, render, "x", "A" * 64, 1)
    refused("permission denied", "UPDATE fans_renderfile SET sha256 = repeat('b', 64)")
    refused("kept as long as its remix", "DELETE FROM fans_renderfile")
    [corner] = Render.objects.filter(kind="corner").values_list("pk", flat=True)[:1]
    refused("whole remix that is ready", ADD_FILE, corner, "master", SHA, 1)


def test_nobody_heard_more_of_a_draft_than_time_has_passed(artist: Artist) -> None:
    draft: Draft = write_remix_note(owners.create_owned_song(artist))
    refused("begins with the first second", HEAR, draft.pk, 1, 5)
    refused("begins with the first second", HEAR, draft.pk, 2, 0)
    sql(HEAR, draft.pk, 1, 0)

    refused("not faster than time", "UPDATE artists_drafthearing SET seconds = 3600")
    refused("not faster than time", "UPDATE artists_drafthearing SET seconds = -1")
    refused("permission denied", "UPDATE artists_drafthearing SET opened_at = now() - interval '1 day'")
    refused("permission denied", "DELETE FROM artists_drafthearing")
    refused("one_hearing_a_revision_and_person", HEAR, draft.pk, 1, 0)
