"""Raw SQL with the app role: no sound reaches a fan but the files that were decided on, heard as it is said."""

from typing import Any

import msgspec
import pytest

from artists import review
from artists.models import Draft
from artists.remixes import envelopes, hearing
from fans import remix_paper
from fans.models import Experience
from tests.adversarial.test_database_constraints import refused, sql
from tests.adversarial.test_experience_constraints import insert_experience_sql
from tests.artists import remix_drafts, remix_scene
from tests.artists.remix_scene import Scene
from tests.module_scenes import share_scene_with_audio

pytestmark = pytest.mark.django_db
DECIDE = (
    "INSERT INTO rights_decision (artist_id, kind, content_hash, why_hash, by, role, under_id, heard_seconds)"
    " SELECT artist_id, kind, {content}, why_hash, by, role, under_id, {heard} FROM rights_decision WHERE id = %s"
)


module_scene, scene = share_scene_with_audio(remix_scene.create_signed_scene_in)


def approve(scene: Scene, *, opens: bool = True, **details: Any) -> Draft:
    """An approved remix that counts as delivered, whose experience nobody has stored yet."""
    draft = remix_drafts.write_remix(scene, **details)
    if opens:
        hearing.note_opened(draft, by=scene.principal)
    review.approve(draft.pk, by=scene.principal)
    sql("UPDATE artists_draft SET state = 'delivered' WHERE id = %s", draft.pk)
    return Draft.objects.select_related("version", "decision").get(pk=draft.pk)


def insert(draft: Draft, **changes: Any) -> tuple[str, list[Any]]:
    return insert_experience_sql(draft, **({"kind": "remix", "use": "remix"} | changes))


def decide_again(draft: Draft, *, content: str = "content_hash", heard: str = "heard_seconds") -> None:
    """Another decision of the same person, which the draft then points to."""
    sql(DECIDE.format(content=content, heard=heard), draft.decision_id)
    sql(
        "UPDATE artists_draft SET decision_id = (SELECT max(id) FROM rights_decision) WHERE id = %s",
        draft.pk,
    )
    draft.refresh_from_db()


def test_the_experience_of_the_remix_is_possible_so_the_refusals_below_mean_something(scene: Scene) -> None:
    statement, values = insert(approve(scene))

    sql(statement, *values)

    assert Experience.objects.get().mark == "remixed"


def test_no_other_bytes_go_under_the_same_decision(scene: Scene) -> None:
    draft = approve(scene)
    assert draft.text
    paper = remix_paper.read(draft.text)
    others = {name: msgspec.structs.replace(facts, sha256="c" * 64) for name, facts in paper.files.items()}
    for text in (remix_paper.write(msgspec.structs.replace(paper, files=others)), "Hello!"):
        refused("the files of a remix are those of its sound|invalid input syntax", *_flat(insert(draft, text=text)))
    for kind in ({"kind": "message"}, {"use": "personal_message"}, {"kind": "message", "use": "personal_message"}):
        refused("a_remix_is_used_as_one|differs from its draft", *_flat(insert(draft, **kind)))


def test_the_files_are_those_of_the_sound_that_was_made_for_this_fan(scene: Scene) -> None:
    one, other = approve(scene), approve(scene, tempo_percent=95)
    assert other.text
    sql("UPDATE artists_moment SET render_id = NULL WHERE id = %s", one.moment_id)

    refused("the files of a remix are those of its sound", *_flat(insert(one)))


def test_nobody_says_to_have_heard_more_than_was_sent(scene: Scene) -> None:
    draft = approve(scene, opens=False, frames=44_100 * 60)
    assert draft.mark == "bounds"
    refused(
        "within bounds, and the desk or rules made the others|foreign key|decided",
        *_flat(insert(draft, mark="remixed")),
    )

    decide_again(draft, heard="60")

    refused("nobody heard more of a remix than the database knows", *_flat(insert(draft)))
    decide_again(draft, heard="NULL")
    refused("nobody heard more of a remix than the database knows", *_flat(insert(draft)))


def test_only_an_item_is_heard(scene: Scene) -> None:
    draft = approve(scene)
    statement = (
        "INSERT INTO rights_decision (artist_id, kind, content_hash, by, role, heard_seconds)"
        " SELECT artist_id, 'shape', content_hash, by, role, 3 FROM rights_decision WHERE id = %s"
    )
    refused("only_an_item_is_heard", statement, draft.decision_id)


def test_nothing_is_delivered_once_the_song_is_closed(scene: Scene) -> None:
    draft = approve(scene)
    envelopes.end(scene.recording, by=scene.principal)

    refused("a remix is delivered while its song is open for remixes", *_flat(insert(draft)))


def test_the_sound_of_a_draft_stays(scene: Scene) -> None:
    draft = remix_drafts.write_remix(scene)

    refused(
        "history is not changed", "UPDATE artists_draft SET text = text || ' ', revision = 2 WHERE id = %s", draft.pk
    )
    assert Draft.objects.get(pk=draft.pk).text == draft.text


def _flat(prepared: tuple[str, list[Any]]) -> tuple[Any, ...]:
    statement, values = prepared
    return statement, *values
