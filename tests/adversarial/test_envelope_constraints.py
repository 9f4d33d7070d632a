"""Raw SQL with the app role against envelopes of remixes: none holds unsigned, unheard or wider without a second."""

import json
from typing import Any

import pytest
from django.db import DatabaseError, connection
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from ai.remix.bounds import narrower
from artists.models import RemixEnvelope
from artists.remixes import envelopes
from fans.models import Render
from rights import decisions
from rights.models import Decision
from tests import factories
from tests.adversarial.test_database_constraints import refused, sql
from tests.ai.remix.samples import make_envelope, make_source
from tests.artists import remix_scene
from tests.artists.remix_scene import Scene
from tests.module_scenes import share_scene_with_audio

pytestmark = pytest.mark.django_db
SIGN = "UPDATE artists_remixenvelope SET decision_id = %s WHERE id = %s"
SIGN_AGAIN = "UPDATE artists_remixenvelope SET second_id = %s WHERE id = %s"
BRING = "UPDATE artists_remixenvelope SET in_force_from = now() WHERE id = %s"
END = "UPDATE artists_remixenvelope SET ended_at = now(), ended_by = 'x' WHERE id = %s"
OFFER = (
    "INSERT INTO fans_remixoffer (artist_id, recording_id, envelope, version, source_id, content, decision_id,"
    " expires_at) SELECT artist_id, recording_id, id, version, source_id, {content}, {decision}, {expires}"
    " FROM artists_remixenvelope WHERE id = %s"
)
ADD = (
    "INSERT INTO artists_remixenvelope (artist_id, recording_id, version, source_id, content, decision_id, expires_at,"
    " by) VALUES (%s, %s, %s, %s, %s, %s, now(), 'x')"
)


module_scene, scene = share_scene_with_audio(remix_scene.create_scene_in)


def decide(envelope: RemixEnvelope, by: Any, role: str, kind: str = "envelope", **changes: Any) -> Decision:
    content = changes.pop("content", envelope.envelope_hash)
    return decisions.record_decision(kind, content, artist=envelope.artist, by=by.actor, role=role, **changes)


def test_an_envelope_is_never_edited_nor_removed(scene: Scene) -> None:
    envelope = scene.save()
    for change in ("content = '{}'", "version = 9", "recording_id = recording_id", "source_id = source_id",
                   "expires_at = now()", "by = 'x'", "created_at = now()"):  # fmt: skip
        refused("permission denied", f"UPDATE artists_remixenvelope SET {change}")
    for table in ("remixenvelope", "envelopecorner", "cornerhearing"):
        refused("permission denied", f"DELETE FROM artists_{table}")
        refused("permission denied", f"TRUNCATE artists_{table} CASCADE")
    refused("permission denied", "UPDATE artists_envelopecorner SET recipe = '{}'")
    refused("permission denied", "UPDATE artists_cornerhearing SET by = 'x', opened_at = now()")
    assert RemixEnvelope.objects.get().content == envelope.content


def test_an_envelope_is_made_unsigned_about_a_source_and_a_song_of_its_artist(scene: Scene) -> None:
    artist, recording, source = scene.recording.artist_id, scene.recording.pk, scene.source.pk
    content = scene.bounds.to_json()
    strange = content.replace(scene.source.digest, "0" * 64)
    signed = scene.sign(scene.save())
    other = factories.create_recording(factories.create_artist("Ove Lind"))

    refused("signed after it was made", ADD, artist, recording, 2, source, content, signed.decision_id)
    refused("a source of its recording", ADD, artist, recording, 2, source, strange, None)
    refused("a source of its recording", ADD, artist, other.pk, 2, source, content, None)
    refused("a_song_of_its_artist", ADD, other.artist_id, recording, 2, source, content, None)
    refused("one_envelope_a_version", ADD, artist, recording, 1, source, content, None)
    wrong_type = content.replace('"max_sections":12', '"max_sections":"12"')
    refused("limits_can_be_read", ADD, artist, recording, 2, source, wrong_type, None)


def test_only_a_decision_on_exactly_this_envelope_signs_it(scene: Scene) -> None:
    older = scene.sign(scene.save())
    envelope = scene.save(tempo_percent=(90, 110))
    refused("heard each of its corners", SIGN, decide(envelope, scene.principal, "principal").pk, envelope.pk)
    remix_scene.hear(envelope, scene.principal)

    shape = decide(envelope, scene.principal, "principal", "shape")
    wrong = decide(envelope, scene.principal, "principal", content="0" * 64)
    for decision in (shape, wrong):
        refused("an_envelope_is_signed_as_it_stands", SIGN, decision.pk, envelope.pk)
    refused("decision_id", SIGN, older.decision_id, envelope.pk)
    second = decide(envelope, scene.owner, "owner", under=decide(envelope, scene.principal, "principal"))
    refused("heard each of its corners", SIGN, second.pk, envelope.pk)
    signed = decide(envelope, scene.principal, "principal")
    sql(SIGN, signed.pk, envelope.pk)
    refused("what was signed", SIGN, None, envelope.pk)


def test_nothing_is_in_force_without_its_signature_nor_after_its_end(scene: Scene) -> None:
    envelope = scene.save()
    refused("an_envelope_in_force_is_signed", BRING, envelope.pk)
    refused("somebody_ended_an_envelope", END, envelope.pk)
    scene.sign(envelope)
    refused("what was signed", BRING, envelope.pk)
    sql(END, envelope.pk)
    refused("what was signed", END, envelope.pk)
    refused("what was signed", END.replace("now()", "NULL").replace("'x'", "NULL"), envelope.pk)


def test_a_wider_envelope_needs_a_second_signature_of_somebody_else(scene: Scene) -> None:
    first = scene.sign(scene.save())
    wider = scene.sign(scene.save(tempo_percent=(80, 120)))
    stranger = factories.get_member(factories.create_artist("Ove Lind"), "owner")
    editor = factories.get_member(scene.recording.artist, "editor")

    refused("needs a second signature", BRING, wider.pk)
    same = decide(wider, scene.principal, "principal", under=wider.decision)
    refused("another person", SIGN_AGAIN, same.pk, wider.pk)
    refused("another person", SIGN_AGAIN, decide(wider, scene.principal, "principal").pk, wider.pk)
    for by, role in ((stranger, "owner"), (editor, "owner"), (editor, "editor")):
        with pytest.raises(DatabaseError, match=r"is no owner|the_principal_signs"):
            sql(
                "INSERT INTO rights_decision (artist_id, kind, content_hash, by, role, under_id)"
                " VALUES (%s, 'envelope', %s, %s, %s, %s)",
                *(wider.artist_id, wider.envelope_hash, by.actor, role, wider.decision_id),
            )
    refused(
        "on the envelope of the first",
        "INSERT INTO rights_decision (artist_id, kind, content_hash, by, role, under_id)"
        " VALUES (%s, 'envelope', %s, %s, 'owner', %s)",
        *(wider.artist_id, wider.envelope_hash, scene.owner.actor, first.decision_id),
    )
    sql(SIGN_AGAIN, decide(wider, scene.owner, "owner", under=wider.decision).pk, wider.pk)
    refused("one_envelope_in_force_a_recording", BRING, wider.pk)
    envelopes.end(scene.recording, by=scene.owner)
    sql(BRING, wider.pk)


def test_somebody_alone_does_not_become_two_by_removing_the_others(scene: Scene) -> None:
    scene.sign(scene.save())
    wider = scene.sign(scene.save(tempo_percent=(80, 120)))
    scene.recording.artist.team.members.filter(person=scene.owner).delete()

    again = decide(wider, scene.principal, "principal", under=wider.decision)

    refused("another person", SIGN_AGAIN, again.pk, wider.pk)


def test_an_older_version_never_comes_back(scene: Scene) -> None:
    older = scene.save()
    remix_scene.hear(older, scene.principal)
    newer = scene.sign(scene.save(tempo_percent=(90, 110)))
    sql(SIGN, decide(older, scene.principal, "principal").pk, older.pk)
    sql(END, newer.pk)

    refused("a newer envelope was in force", BRING, older.pk)


def test_fans_are_offered_what_is_in_force_and_nothing_else(scene: Scene) -> None:
    waiting = scene.save()
    own = {"content": "content", "decision": "decision_id", "expires": "expires_at"}
    refused("decision_id|as it is", OFFER.format(**own), waiting.pk)
    signed = scene.sign(waiting)
    refused("fans_remixoffer_envelope|as it is", OFFER.format(**own), signed.pk)
    sql("UPDATE fans_remixoffer SET ended_at = now()")
    refused("history is not changed", "UPDATE fans_remixoffer SET ended_at = NULL")
    refused("permission denied", "UPDATE fans_remixoffer SET content = '{}'")
    refused("permission denied", "DELETE FROM fans_remixoffer")
    wider = {"content": "replace(content, '[85,115]', '[70,140]')"}
    refused("in force, as it is", OFFER.format(**own | wider), signed.pk)
    refused("in force, as it is", OFFER.format(**own | {"expires": "expires_at + interval '1 day'"}), signed.pk)
    envelopes.end(scene.recording, by=scene.owner)
    refused("in force, as it is", OFFER.format(**own), signed.pk)


def test_a_render_is_cleared_for_remixes_of_its_recording_and_stays_as_wanted(scene: Scene) -> None:
    envelope = scene.save()
    render = Render.objects.order_by("pk")[0]
    copy = (
        "INSERT INTO fans_render (kind, artist_id, recording_id, source_id, recipe, section, seconds, cache_key,"
        " clearance_id) SELECT kind, artist_id, {recording}, source_id, recipe, section, {seconds}, cache_key,"
        " clearance_id FROM fans_render WHERE id = %s"
    )
    other = factories.create_recording(scene.recording.artist, "Low Tide")

    refused("cleared for remixes", copy.format(recording=other.pk, seconds=20), render.pk)
    refused("a_part_has_a_place", copy.format(recording="recording_id", seconds=61), render.pk)
    refused("only_a_full_render_is_whole|a_part_has", copy.format(recording="recording_id", seconds="NULL"), render.pk)
    refused("stays of what was wanted", "UPDATE fans_render SET recipe = '{}' WHERE id = %s", render.pk)
    refused("a_ready_render", "UPDATE fans_render SET state = 'ready' WHERE id = %s", render.pk)
    remix_scene.make_sound(envelope)
    refused("stays of what was wanted", "UPDATE fans_render SET sha256 = 'b' WHERE id = %s", render.pk)


RANGES = st.tuples(st.integers(70, 100), st.integers(101, 140))


@hypothesis_settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_the_database_compares_envelopes_as_the_code_does(db: None, data: st.DataObject) -> None:
    one, other = (make_envelope(make_source(), **draw_changes(data)) for _ in range(2))

    with connection.cursor() as cursor:
        cursor.execute("SELECT artists_is_narrower(%s::jsonb, %s::jsonb)", [one.to_json(), other.to_json()])
        assert cursor.fetchone()[0] is narrower(one, other)


def draw_changes(data: st.DataObject) -> dict[str, Any]:
    """One change of the sample, or none: so that many pairs are narrower, and each bound decides some of them."""
    sample = json.loads(make_envelope(make_source()).to_json())
    stem, section = (
        data.draw(st.sampled_from(sorted(sample["stems"]))),
        data.draw(st.sampled_from(sorted(sample["sections"]))),
    )
    gains = data.draw(st.sampled_from([[-12, 4], [-10, 4], [-12, 5], [-12, 2]]))
    times = data.draw(st.integers(1, 3))
    choices: dict[str, Any] = {
        "tempo_percent": list(data.draw(RANGES)),
        "pitch_semitones": data.draw(st.sampled_from([[-2, 2], [-1, 2], [-2, 3]])),
        "seconds": data.draw(st.sampled_from([[8, 120], [10, 120], [8, 130]])),
        "stems": sample["stems"] | {stem: {"gain_half_db": gains, "may_mute": data.draw(st.booleans())}},
        "sections": sample["sections"] | {section: {"required": data.draw(st.booleans()), "max_times": times}},
        "order": data.draw(st.sampled_from(["recorded", "free"])),
        "begin_with": data.draw(st.sampled_from([[], ["bridge"], ["verse", "bridge"]])),
        "max_sections": data.draw(st.integers(11, 13)),
        "rooms": data.draw(st.sampled_from([["none"], ["hall", "none"], ["none", "kitchen", "hall"]])),
        "colours": data.draw(st.sampled_from([["none"], ["none", "warm"]])),
        "vocals": {"max_pitch_semitones": data.draw(st.integers(0, 2))},
        "export": {name: data.draw(st.booleans()) for name in ("stream", "download", "share")},
        "expires": data.draw(st.sampled_from(["2027-05-30", "2027-05-31", "2027-06-01"])),
    }
    changed = data.draw(st.sets(st.sampled_from(sorted(choices)), max_size=2))
    return {name: choices[name] for name in changed}


def test_a_missing_bound_is_never_narrower(db: None) -> None:
    whole: dict[str, Any] = json.loads(make_envelope(make_source()).to_json())
    for name in whole:
        part = json.dumps({key: value for key, value in whole.items() if key != name})
        with connection.cursor() as cursor:
            for pair in ((part, json.dumps(whole)), (json.dumps(whole), part)):
                cursor.execute("SELECT artists_is_narrower(%s::jsonb, %s::jsonb) IS TRUE", pair)
                assert cursor.fetchone()[0] is False, name
