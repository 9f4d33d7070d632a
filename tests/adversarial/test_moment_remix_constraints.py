"""Raw SQL with the app role against remixes that a moment brings: the program, whose listening rules use, the bytes."""

import msgspec
import pytest

from accounts import consents
from artists import programs, review
from artists.models import Draft, Moment, Program
from artists.remixes import hearing
from fans import remix_paper
from fans.models import Experience, OptIn, Render
from tests import factories
from tests.adversarial.test_database_constraints import refused, sql
from tests.adversarial.test_experience_constraints import insert_experience_sql
from tests.artists import remix_drafts, remix_request_scene, remix_scene
from tests.artists.remix_scene import Scene
from tests.module_scenes import share_scene_with_audio

pytestmark = pytest.mark.django_db
ADD_VERSION = """INSERT INTO artists_programversion (program_id, artist_id, version, moment, nth, recording_id,
    audience, wording, terms, review_seconds, by) VALUES (%s, %s, 99, %s, 1, %s, 'opted_in', '', %s, 60, 'x')"""
ADD_DRAFT = """INSERT INTO artists_draft (moment_id, replaces_id, version_id, person_id, artist_id, use, clearance_id,
    state, reason, revision, salt, text, original_text, maker, team_typed, facts, why, deadline)
    SELECT moment_id, id, version_id, person_id, artist_id, use, clearance_id, 'pending', '', 1, salt, text,
    original_text, maker, false, facts, why, deadline FROM artists_draft WHERE id = %s"""
OLDER = 3
"""The words that name no rules for remixes."""


module_scene, scene = share_scene_with_audio(remix_scene.create_signed_scene_in)


def agree_to_older_words(draft: Draft) -> None:
    consent = consents.give(draft.person, f"artist:{draft.artist_id}", OLDER, "Older words.")
    OptIn.objects.filter(person=draft.person, ended_at=None).update(consent=consent)


def approve(scene: Scene) -> Draft:
    """A remix that rules chose, whose experience nobody has stored yet."""
    draft = remix_drafts.write_remix(scene, maker="rules")
    hearing.note_opened(draft, by=scene.principal)
    review.approve(draft.pk, by=scene.principal)
    sql("UPDATE artists_draft SET state = 'delivered' WHERE id = %s", draft.pk)
    return Draft.objects.select_related("version", "decision", "person").get(pk=draft.pk)


def refuse_experience(promise: str, draft: Draft, **changes: object) -> None:
    statement, values = insert_experience_sql(draft, **({"kind": "remix", "use": "remix"} | changes))
    refused(promise, statement, *values)


def test_a_program_of_remixes_names_a_song_of_its_artist_and_stays_by_moment_or_asked_for(scene: Scene) -> None:
    artist = scene.recording.artist
    by_moment = remix_drafts.create_program(scene).pk
    asked_for = remix_request_scene.create_offer(artist).program_id
    other = factories.create_recording(factories.create_artist("Ove Lind")).pk

    refused("names the song", ADD_VERSION, by_moment, artist.pk, "nth_listen", None, "")
    refused("counts_a_song_of_its_artist", ADD_VERSION, by_moment, artist.pk, "nth_listen", other, "")
    refused("stays by moment, or asked for", ADD_VERSION, by_moment, artist.pk, "request", None, "{}")
    refused("stays by moment, or asked for", ADD_VERSION, asked_for, artist.pk, "nth_listen", scene.recording.pk, "")


def test_a_moment_gets_no_sound_of_another_song_or_another_fan(scene: Scene) -> None:
    draft, other = remix_drafts.write_remix(scene, maker="rules"), remix_drafts.write_remix(scene, maker="rules")
    [theirs] = Moment.objects.filter(pk=other.moment_id).values_list("render_id", flat=True)
    take = "UPDATE artists_moment SET render_id = %s WHERE id = %s"

    refused("the sound of a moment is the whole remix", take, theirs, draft.moment_id)
    song = factories.create_recording(scene.recording.artist)
    program = factories.create_program(scene.recording.artist, recording=song)
    note = factories.create_moment(Program.objects.select_related("current", "artist").get(pk=program.pk), draft.person)
    [mine] = Moment.objects.filter(pk=draft.moment_id).values_list("render_id", flat=True)
    refused("the sound of a moment is the whole remix", take, mine, note.pk)


def test_rules_choose_nothing_for_a_fan_who_did_not_agree_to_that(scene: Scene) -> None:
    draft = remix_drafts.write_remix(scene, maker="rules")
    sql("UPDATE artists_draft SET state = 'withdrawn', reason = 'x' WHERE id = %s", draft.pk)
    agree_to_older_words(draft)

    refused("did not agree that rules choose a remix", ADD_DRAFT, draft.pk)


def test_what_rules_chose_reaches_nobody_without_agreement_or_a_decision_on_its_bytes(scene: Scene) -> None:
    draft = approve(scene)
    assert draft.text
    paper = remix_paper.read(draft.text)
    others = {name: msgspec.structs.replace(facts, sha256="c" * 64) for name, facts in paper.files.items()}
    text = remix_paper.write(msgspec.structs.replace(paper, files=others))

    refuse_experience("the files of a remix are those of its sound", draft, text=text)
    refuse_experience("desk or rules made the others|nothing_undecided", draft, mark="remixed")
    agree_to_older_words(draft)
    refuse_experience("nor agreed to remixes that nobody asked for", draft)
    assert not Experience.objects.exists()


def test_the_same_remix_goes_out_so_the_refusals_above_mean_something(scene: Scene) -> None:
    statement, values = insert_experience_sql(approve(scene), kind="remix", use="remix")

    sql(statement, *values)

    assert Experience.objects.get().mark == "approved"
    assert Render.objects.get(kind="full").expires_at is None


def test_a_program_is_not_signed_by_a_row_alone(scene: Scene) -> None:
    program = programs.create(scene.recording.artist, name="Remixes", by=scene.principal, kind=Program.Kind.REMIX)
    version = programs.edit(program, by=scene.principal, moment="nth_listen", nth=3, recording=scene.recording)

    sign = "UPDATE artists_program SET current_id = %s, state = 'live' WHERE id = %s"
    refused("it is not signed", sign, version.pk, program.pk)
