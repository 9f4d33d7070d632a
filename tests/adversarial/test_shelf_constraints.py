"""Raw SQL with the app role: nothing stands on a shelf that was not delivered, offered and decided on."""

import uuid
from typing import Any

import pytest
from django.db import connection
from django.utils import timezone

from accounts import consents, roles
from accounts.models import Person
from artists.models import Draft
from artists.remixes import envelopes, shelf
from fans import experiences, renders, shelf_terms
from fans.models import Experience, RemixOffer, Render, ShelfEntry
from rights import clearance
from rights.clearance_result import Clearance
from rights.models import Decision, Use
from tests import factories
from tests.adversarial.test_database_constraints import refused, sql
from tests.artists import shelf_scene
from tests.artists.shelf_scene import Shelf
from tests.module_scenes import share_scene_with_audio

pytestmark = pytest.mark.django_db
SALT = "0123456789abcdef" * 2
INSERT = (
    "INSERT INTO fans_shelfentry (experience_id, person_id, artist_id, recording_id, consent_id, render_id, mark,"
    " credit, salt, name, state, offered_at) VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, '2020-01-01')"
)
DECIDE = (
    "INSERT INTO rights_decision (artist_id, kind, content_hash, by, role, under_id, at)"
    " VALUES (%s, 'shelf', %s, %s, %s, %s, '2020-01-01') RETURNING id"
)
PUT_ON = "UPDATE fans_shelfentry SET state = 'on', decision_id = %s, decided_by = %s, sha256 = %s WHERE id = %s"


module_scene, scene = share_scene_with_audio(shelf_scene.create_in)


def accept(person: Person, about: str) -> int:
    return consents.give(person, about, shelf_terms.VERSION, "The terms.").pk


def copy(scene: Shelf) -> Render:
    """A copy of the remix, which nobody has offered."""
    whole = Render.objects.get(kind="full", person=scene.maker)
    cleared = clearance.clear(Use.SHARE, whole.artist, [whole.recording], territory=scene.maker.country)
    assert isinstance(cleared, Clearance)
    return renders.want_copy(whole, cleared)


def values(scene: Shelf, **changes: Any) -> list[Any]:
    one = scene.experience
    usual = {
        "experience": one.pk,
        "person": one.person_id,
        "artist": one.artist_id,
        "recording": scene.song.recording.pk,
        "consent": changes.get("consent") or accept(scene.maker, f"shelf:{one.pk}"),
        "render": changes.get("render") or copy(scene).pk,
        "mark": one.mark,
        "credit": one.credit,
        "salt": SALT,
        "name": "Zeynep",
        "state": "offered",
    }
    return list((usual | changes).values())


def decide(
    entry: ShelfEntry, content_hash: str, *, by: Person | str = "", role: str = "principal", under: int = 0
) -> int:
    """A decision on this hash, dated back."""
    actor = by if isinstance(by, str) and by else (by or factories.get_member(entry.artist, "principal"))
    offer = RemixOffer.objects.open().get(recording=entry.recording_id)
    with connection.cursor() as cursor:
        about = [getattr(actor, "actor", actor), role, under or offer.decision_id]
        cursor.execute(DECIDE, [entry.artist_id, content_hash, *about])
        return int(cursor.fetchone()[0])


def hash_on(entry: ShelfEntry, **changes: Any) -> str:
    """The hash that the entry has with this name or sound on the shelf."""
    file = entry.render.files.get() if entry.render else None
    fields = {
        "salt": entry.salt,
        "person": entry.person_id,
        "artist": entry.artist_id,
        "render": entry.render_id,
        "sha256": file.sha256 if file else "",
        "mark": entry.mark,
        "credit": entry.credit,
        "name": entry.name,
    } | changes
    with connection.cursor() as cursor:
        cursor.execute("SELECT rights_shelf_hash(%s, %s, %s, %s, %s, %s, %s, %s)", list(fields.values()))
        return str(cursor.fetchone()[0])


def sound(entry: ShelfEntry) -> str:
    assert entry.render
    return entry.render.files.get().sha256


# Offering


def test_the_maker_may_offer_so_the_refusals_below_mean_something(scene: Shelf) -> None:
    sql(INSERT, *values(scene))

    entry = ShelfEntry.objects.get()
    assert (entry.state, entry.offered_at.date()) == ("offered", timezone.now().date())


def test_nobody_offers_without_the_terms(scene: Shelf) -> None:
    other = factories.create_fan("Ove")
    for consent in (
        -1,
        accept(scene.maker, f"artist:{scene.experience.artist_id}"),
        accept(scene.maker, f"shelf:{uuid.uuid4()}"),
        accept(other, f"shelf:{scene.experience.pk}"),
        consents.withdraw(scene.maker, f"shelf:{scene.experience.pk}", 1, "The terms.").pk,
    ):
        refused("accepts the terms of the shelf first", INSERT, *values(scene, consent=consent))


def test_nobody_offers_what_was_not_delivered_to_them(scene: Shelf) -> None:
    other = factories.create_fan("Ove")
    consent = accept(other, f"shelf:{scene.experience.pk}")
    promise = "a remix that was delivered to its maker"

    refused(promise, INSERT, *values(scene, person=other.pk, consent=consent))
    refused(promise, INSERT, *values(scene, experience=uuid.uuid4()))
    refused(promise, INSERT, *values(scene, mark="approved"))
    refused(promise, INSERT, *values(scene, credit="Somebody"))
    whole = Render.objects.get(kind="full")
    refused(promise, INSERT, *values(scene, render=whole.pk))
    experiences.withdraw(scene.experience.pk, by="system:operator", reason="a test")
    refused(promise, INSERT, *values(scene))


def test_a_copy_of_another_sound_is_not_offered(scene: Shelf) -> None:
    other = shelf_scene.deliver(scene.song, factories.create_fan("Ove", opted_in=scene.experience.artist))

    refused("a remix that was delivered to its maker", INSERT, *values(scene, render=copy(other).pk))


def test_nothing_begins_on_the_shelf_and_no_message_goes_there(scene: Shelf) -> None:
    refused("begins as an offer|a_shelf_entry_is_as_its_state_says", INSERT, *values(scene, state="on"))
    refused("an_open_shelf_entry_is_whole|salt", INSERT, *values(scene, salt=None))


def test_nothing_is_offered_where_the_limits_share_nothing(scene: Shelf) -> None:
    scene.song.sign(scene.song.save(export=shelf_scene.SHARED.__class__(True, False, False)))
    scene = shelf_scene.deliver(scene.song)

    refused("let nobody else hear its remixes", INSERT, *values(scene))


def test_a_copy_is_cleared_for_sharing(scene: Shelf) -> None:
    whole = Render.objects.get(kind="full")
    cleared = clearance.clear(Use.REMIX, whole.artist, [whole.recording], territory=scene.maker.country)
    assert isinstance(cleared, Clearance)
    statement = (
        "INSERT INTO fans_render (kind, person_id, artist_id, recording_id, source_id, recipe, choice, cache_key,"
        " clearance_id) SELECT 'shelf', person_id, artist_id, recording_id, source_id, recipe, choice, cache_key, %s"
        " FROM fans_render WHERE id = %s"
    )

    refused("a render is cleared for remixes of its recording", statement, cleared.id, whole.pk)


def test_nobody_under_18_has_a_name_on_a_shelf(scene: Shelf) -> None:
    young = factories.create_fan("Ines", opted_in=scene.experience.artist, age_band="16_17")
    scene = shelf_scene.deliver(scene.song, young)

    refused("under 18 a remix on the shelf is by a fan", INSERT, *values(scene))
    sql(INSERT, *values(scene, name=""))
    refused("goes one way|under 18", "UPDATE fans_shelfentry SET name = 'Ines'")


# Deciding


def test_a_decision_on_exactly_it_puts_it_on_so_the_refusals_below_mean_something(scene: Shelf) -> None:
    entry = scene.offer()
    reviewer = factories.get_member(entry.artist, "reviewer")
    decision = decide(entry, hash_on(entry), by=reviewer, role="reviewer")

    sql(PUT_ON, decision, reviewer.actor, sound(entry), entry.pk)

    entry.refresh_from_db()
    assert (entry.state, entry.decision_id) == ("on", decision)
    assert entry.decided_at is not None
    assert entry.decided_at.date() == timezone.now().date()
    assert Decision.objects.get(pk=decision).at.date() == timezone.now().date()


def test_nothing_is_on_without_a_decision_on_exactly_it(scene: Shelf) -> None:
    entry, by = scene.offer(), scene.principal.actor
    for changes in ({"name": "Mara"}, {"mark": "written"}, {"sha256": "c" * 64}, {"render": 1}, {"credit": "x"}):
        decision = decide(entry, hash_on(entry, **changes))
        refused("nothing_undecided_on_the_shelf", PUT_ON, decision, by, sound(entry), entry.pk)

    refused("a_shelf_entry_is_as_its_state_says", PUT_ON, None, by, sound(entry), entry.pk)
    refused(
        "nothing_undecided|a copy of what its maker has", PUT_ON, decide(entry, hash_on(entry)), by, "c" * 64, entry.pk
    )
    refused("nothing_undecided_on_the_shelf", PUT_ON, scene.experience.decision_id, by, sound(entry), entry.pk)


def test_the_decision_is_of_who_says_so_and_under_the_limits_of_now(scene: Shelf) -> None:
    entry, other = scene.offer(), factories.get_member(scene.experience.artist, "owner")
    decision = decide(entry, hash_on(entry))

    refused("under the limits that hold now", PUT_ON, decision, other.actor, sound(entry), entry.pk)
    envelopes.end(scene.song.recording, by=scene.principal)
    refused("under the limits that hold now", PUT_ON, decision, scene.principal.actor, sound(entry), entry.pk)


def test_nobody_decides_without_the_role_they_say(scene: Shelf) -> None:
    entry, stranger = scene.offer(), factories.create_person("Ove")
    right = hash_on(entry)
    left = factories.add_member(entry.artist, "editor")
    roles.remove_member(entry.artist.team, left, by=left)
    offer = RemixOffer.objects.open().get().decision_id
    for by, role in ((stranger, "principal"), (left, "editor"), (scene.maker, "reviewer")):
        refused("is no .* in the team", DECIDE, entry.artist_id, right, by.actor, role, offer)
    refused("under a signed envelope", DECIDE, entry.artist_id, right, scene.principal.actor, "principal", None)
    shape = Decision.objects.filter(kind="shape").first()
    assert shape
    refused("under a signed envelope", DECIDE, entry.artist_id, right, scene.principal.actor, "principal", shape.pk)
    for state in ("state = 'declined', decided_by = %s", "state = 'off', ended_by = %s"):
        for by in (stranger.actor, left.actor, "person:x", f"person:{uuid.UUID(int=4)}"):
            refused("only the maker and the team", f"UPDATE fans_shelfentry SET {state} WHERE id = %s", by, entry.pk)


def test_a_name_is_refused_and_never_given(scene: Shelf) -> None:
    entry = scene.put_on()
    for change in ("name = 'Mara'", "name = ''", "is_name_refused = true", "salt = repeat('1', 32)", "sha256 = ''"):
        refused(
            "goes one way|nothing_undecided|a_refused_name_is_gone|whole|says", f"UPDATE fans_shelfentry SET {change}"
        )
    for change in ("person_id = person_id", "mark = 'written'", "credit = 'x'", "offered_at = now()", "consent_id = 1"):
        refused("permission denied", f"UPDATE fans_shelfentry SET {change}")
    entry.refresh_from_db()
    assert entry.name == "Zeynep"


def test_what_left_the_shelf_stays_off_and_nothing_is_deleted(scene: Shelf) -> None:
    entry = shelf.take_off(scene.put_on().pk, by=scene.maker)

    refused(
        "goes one way",
        "UPDATE fans_shelfentry SET state = 'on', ended_at = NULL, ended_by = '' WHERE id = %s",
        entry.pk,
    )
    refused("goes one way", "UPDATE fans_shelfentry SET ended_by = 'system:operator' WHERE id = %s", entry.pk)
    for statement in ("DELETE FROM fans_shelfentry", "TRUNCATE fans_shelfentry"):
        refused("permission denied", statement)


def test_ending_it_writes_no_decision_that_nobody_made(scene: Shelf) -> None:
    entry, stranger = scene.offer(), factories.create_person("Ove")
    end = "UPDATE fans_shelfentry SET state = 'off', ended_by = %s, {} WHERE id = %s"
    for change in (f"decided_by = '{stranger.actor}'", f"sha256 = '{'c' * 64}'"):
        refused("goes one way", end.format(change), scene.maker.actor, entry.pk)
    decision = decide(entry, hash_on(entry))
    refused("goes one way", end.format(f"decision_id = {decision}"), scene.maker.actor, entry.pk)

    sql(end.format("decided_at = '2020-01-01'"), scene.maker.actor, entry.pk)

    entry.refresh_from_db()
    assert (entry.state, entry.decided_by, entry.decided_at, entry.decision) == ("off", "", None, None)


def test_what_is_taken_back_or_erased_cannot_stay_on_a_shelf(scene: Shelf) -> None:
    entry = scene.put_on()
    promise = "leaves the shelf first"

    refused(promise, "UPDATE fans_experience SET withdrawn_at = now() WHERE id = %s", scene.experience.pk)
    refused(
        promise, "UPDATE fans_experience SET text = NULL, salt = NULL, why = NULL WHERE id = %s", scene.experience.pk
    )
    shelf.take_off(entry.pk, by=scene.maker)
    refused(
        "keeps no name on a shelf",
        "UPDATE fans_experience SET text = NULL, salt = NULL, why = NULL WHERE id = %s",
        scene.experience.pk,
    )
    assert Draft.objects.get(pk=Experience.objects.get(pk=scene.experience.pk).draft).text is not None
