"""Raw SQL with the app role against the second key and the places of a quantity: the database refuses."""

import uuid

import pytest

from artists import review, second_key
from artists.models import Draft
from catalog.models import Artist
from fans.models import Experience
from rights import clearance, parties
from rights.agreements import Key
from rights.models import AfterEnd, AgreementParty, ClearanceKeyHolder, PartyDecision, Place, Use
from tests import factories
from tests.adversarial.test_database_constraints import refused, sql
from tests.adversarial.test_experience_constraints import insert_experience_sql
from tests.adversarial.test_rights_constraints import INSERT_CLEARANCE, refuse, remix
from tests.artists.remix_notes import agree, approve, write_remix_note
from tests.module_scenes import share_scene
from tests.rights import factories as owners
from tests.rights.factories import OwnedSong

pytestmark = pytest.mark.django_db

DECIDE = """
INSERT INTO rights_partydecision (draft, revision, party_id, content_hash, approves, by, at)
VALUES (%s, %s, %s, %s, %s, %s, %s)
"""
PAST = "2020-01-01"


@pytest.fixture
def artist(shared_artist: Artist) -> Artist:
    return shared_artist


def create_song(artist: Artist) -> OwnedSong:
    factories.remove_undo_time(artist)
    return owners.create_owned_song(artist, permitted=False)


module_scene, song = share_scene(create_song)


@pytest.fixture
def draft(song: OwnedSong) -> Draft:
    """A draft that waits for the label's key, and has one of the two places of the month."""
    agree(song, keys=(Key(song.label),), monthly_limit=2)
    return approve(write_remix_note(song))


def decide(draft: Draft, song: OwnedSong, /, **changes: object) -> list[object]:
    values = {
        "draft": draft.pk,
        "revision": draft.revision,
        "party": song.label.pk,
        "hash": draft.content_hash,
        "approves": True,
        "by": owners.get_signer(song.label).actor,
        "at": PAST,
    }
    return list((values | changes).values())


def deliver(draft: Draft) -> tuple[str, list[object]]:
    sql("UPDATE artists_draft SET state = 'delivered', deliver_after = now() WHERE id = %s", draft.pk)
    draft.refresh_from_db()
    kind = "remix" if draft.use == "remix" else "message"
    statement, values = insert_experience_sql(draft, use=draft.use, kind=kind)
    return statement, values


def test_a_key_is_used_by_whoever_signs_for_its_party_now(draft: Draft, song: OwnedSong) -> None:
    stranger = owners.create_party("label", "Second Shore")
    principal = factories.get_member(draft.artist, "principal")
    for by in (f"person:{uuid.uuid4()}", "system:drafts", principal.actor, owners.get_signer(stranger).actor):
        refused("used by whoever signs", DECIDE, *decide(draft, song, by=by))
        refused("used by whoever signs", DECIDE, *decide(draft, song, by=by, approves=False))

    sql(DECIDE, *decide(draft, song))

    assert PartyDecision.objects.get().at.year > 2020


def test_a_key_is_used_for_what_awaits_it_alone(draft: Draft, song: OwnedSong) -> None:
    open_draft, writer = write_remix_note(song), song.writer
    for change in (
        {"hash": "0" * 64},
        {"revision": 2},
        {"draft": draft.pk + 1000},
        {"draft": open_draft.pk, "hash": "0" * 64},
        {"party": writer.pk, "by": owners.get_signer(writer).actor},
    ):
        refused("does not await a decision", DECIDE, *decide(draft, song, **change))


def test_what_a_party_decided_stays(draft: Draft, song: OwnedSong) -> None:
    sql(DECIDE, *decide(draft, song, approves=False))

    refused("stays declined", DECIDE, *decide(draft, song))
    refused("permission denied", "UPDATE rights_partydecision SET approves = true")
    refused("permission denied", "DELETE FROM rights_partydecision")


def test_no_experience_lacks_a_key(draft: Draft, song: OwnedSong) -> None:
    statement, values = deliver(draft)
    refused("lacks the key of a party", statement, *values)
    sql("UPDATE artists_draft SET state = 'awaiting', deliver_after = NULL WHERE id = %s", draft.pk)
    sql(DECIDE, *decide(draft, song))

    statement, values = deliver(draft)

    sql(statement, *values)
    assert Experience.objects.get().draft == draft.pk


def test_a_remix_that_stops_is_stored_as_one(song: OwnedSong) -> None:
    agree(song, after_end=AfterEnd.STOPS)
    statement, values = deliver(approve(write_remix_note(song)))

    refused("says what its fan keeps as its grants do", statement, *values)


def test_a_yes_to_other_words_is_no_yes(draft: Draft, song: OwnedSong) -> None:
    sql(DECIDE, *decide(draft, song))
    principal = factories.get_member(draft.artist, "principal")
    review.undo(draft.pk, by=principal)
    review.edit(draft.pk, "Thank you for singing along, all of you.", by=principal, fresh=True)

    draft.refresh_from_db()
    statement, values = deliver(draft)

    refused("lacks the key of a party", statement, *values)


def test_a_clearance_is_stored_with_the_keys_of_its_agreements(draft: Draft, song: OwnedSong) -> None:
    other = AgreementParty.objects.exclude(party=song.label).first()
    assert other
    message = clearance.clear(Use.PERSONAL_MESSAGE, draft.artist)

    refuse("the keys that its agreements ask for", INSERT_CLEARANCE, **remix(song))
    for cleared, holder in (
        (draft.clearance_id, other.pk),
        (message.id, AgreementParty.objects.get(party=song.label).pk),
    ):
        refused(
            "the keys that its agreements ask for",
            "INSERT INTO rights_clearancekeyholder (clearance_id, holder_id) VALUES (%s, %s)",
            cleared,
            holder,
        )
    for change in ("UPDATE rights_clearancekeyholder SET id = id", "DELETE FROM rights_clearancekeyholder"):
        refused("permission denied", change)
    assert ClearanceKeyHolder.objects.count() == 1


def test_no_experience_lacks_its_place(draft: Draft, song: OwnedSong) -> None:
    sql(DECIDE, *decide(draft, song))
    sql("UPDATE rights_place SET free_from = now() WHERE item = %s", draft.item)

    statement, values = deliver(draft)

    refused("has no place in the quantity", statement, *values)


def test_a_place_is_counted_by_the_database(draft: Draft, song: OwnedSong) -> None:
    place = Place.objects.get()
    take = """
    INSERT INTO rights_place (scope_id, item, month, free_from, is_above)
    SELECT scope_id, %s, %s, %s, true FROM rights_place LIMIT 1
    """

    sql(take, "a", PAST, PAST)
    sql(take, "b", PAST, PAST)

    assert set(Place.objects.values_list("item", "month", "free_from", "is_above")) == {
        (draft.item, place.month, None, False),
        ("a", place.month, None, False),
    }
    for change in ("month = '2020-01-01'", "item = 'c'", "scope_id = NULL", "is_above = true"):
        refused("permission denied", f"UPDATE rights_place SET {change}")
    refused("permission denied", "DELETE FROM rights_place")
    refused("a_place_is_of_one_limit", "INSERT INTO rights_place (item) VALUES ('c')")


def test_a_place_that_was_returned_stays_so_and_one_that_was_delivered_stays_taken(
    draft: Draft, song: OwnedSong
) -> None:
    sql("INSERT INTO rights_place (scope_id, item) SELECT scope_id, 'a' FROM rights_place")
    sql("UPDATE rights_place SET free_from = %s WHERE item = 'a'", PAST)

    refused("stays returned", "UPDATE rights_place SET free_from = NULL WHERE item = 'a'")
    assert Place.objects.get(item="a").free_from.year > 2020
    second_key.approve(draft.pk, song.label, by=owners.get_signer(song.label), fresh=True)
    statement, values = deliver(draft)
    sql(statement, *values)
    for time in ("now()", "now() + interval '1 day'"):
        refused(
            "what was delivered is not returned",
            f"UPDATE rights_place SET free_from = {time} WHERE item = %s",
            draft.item,
        )


def test_the_app_cannot_count_on_a_table_of_its_own(draft: Draft) -> None:
    refused(
        "permission denied for function",
        """
        CREATE TEMPORARY TABLE mine (LIKE rights_place);
        CREATE TRIGGER counted BEFORE INSERT ON mine FOR EACH ROW EXECUTE FUNCTION rights_take_place();
        """,
    )


def test_an_artist_holds_no_key(draft: Draft) -> None:
    refused(
        "held by a rightsholder|a change is a new version",
        "INSERT INTO rights_agreementparty (version_id, party_id, holds_key)"
        " SELECT max(version_id), %s, true FROM rights_agreementparty",
        parties.get_artist_party(draft.artist).pk,
    )
