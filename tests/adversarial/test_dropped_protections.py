"""Protections whose loss nothing else would show: each attack is refused, and goes through once the owner drops it."""

from collections.abc import Callable
from typing import Any

import psycopg
import pytest
from django.db import DatabaseError, connection

from artists import explanations
from artists.models import Draft
from catalog.models import Artist
from rights import agreements, clearance
from rights.agreements import Key, Scope, Terms
from rights.models import Grant, Place, Use
from tests import factories
from tests.artists.remix_notes import agree, approve, everybody, notice_moment, write_remix_note
from tests.rights import factories as owners
from tests.rights.factories import OwnedSong
from tests.servers import Database

type Drop = Callable[..., None]


@pytest.fixture
def song(committing_db: Database) -> OwnedSong:
    artist = factories.create_artist()
    factories.remove_undo_time(artist)
    return owners.create_owned_song(artist, permitted=False)


@pytest.fixture
def drop(committing_db: Database) -> Drop:
    """Take something out of a function of the database, as the owner."""

    def take_out(function: str, protection: str, instead: str = "") -> None:
        with psycopg.connect(committing_db.owner_url) as owner:
            [definition] = owner.execute("SELECT pg_get_functiondef(%s::regproc)", [function]).fetchone() or [""]
            assert definition.count(protection) == 1
            owner.execute(definition.replace(protection, instead))

    return take_out


def sql(statement: str, *values: Any) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement, values)


def refused(promise: str, statement: str, *values: Any) -> None:
    with pytest.raises(DatabaseError, match=promise):
        sql(statement, *values)


def test_a_grant_of_an_agreement_bears_the_name_of_who_accepted(song: OwnedSong, drop: Drop) -> None:
    proposed = Terms("Remixes.", (Scope(Use.REMIX),))
    version = agreements.propose("A-1", everybody(song), proposed, by=factories.get_staff())
    accept = "INSERT INTO rights_acceptance (version_id, wording_hash, party_id, by) VALUES (%s, %s, %s, %s)"
    for party in everybody(song):
        sql(accept, version.pk, version.wording_hash, party.pk, owners.get_signer(party).actor)
    sql("UPDATE rights_agreementversion SET live_from = starts_at WHERE id = %s", version.pk)
    grant = (
        "INSERT INTO rights_grant (party_id, use, version, live_from, agreement_version_id, by)"
        " SELECT %s, 'remix', 77, live_from, id, %s FROM rights_agreementversion WHERE id = %s"
    )
    attack = [grant, song.label.pk, factories.get_staff().actor, version.pk]
    refused("what its party accepted", *attack)

    drop("rights_is_agreed", 'AND given."by" = asked."by"')

    sql(*attack)
    assert Grant.objects.get(party=song.label).by == factories.get_staff().actor


def insert_remix_draft(song: OwnedSong, clearance_id: int, *, words: int = 3) -> None:
    """A draft for another fan, who agreed to this version of the words."""
    first = Draft.objects.select_related("version__program").order_by("pk").first()
    assert first
    fan = factories.create_fan(f"Fan {Draft.objects.count()} {words}")
    factories.opt_in_under(words, fan, first.artist)
    moment = notice_moment(song, first.version.program, fan)
    names = ("version", "artist", "use", "text", "original_text", "facts", "deadline")
    own = {name: getattr(first, name) for name in names} | {"why": explanations.list_reasons(moment)}
    Draft.objects.create(moment=moment, person=fan, maker="composer", clearance_id=clearance_id, **own)


def test_a_draft_that_a_rightsholder_hears_is_for_a_fan_who_agreed_to_that(song: OwnedSong, drop: Drop) -> None:
    agree(song, keys=(Key(song.label),))
    cleared = write_remix_note(song).clearance_id
    with pytest.raises(DatabaseError, match="a rightsholder hears it"):
        insert_remix_draft(song, cleared, words=2)
    insert_remix_draft(song, cleared)

    drop("artists_written_as_agreed_to", "use <> 'personal_message' AND", "false AND")

    insert_remix_draft(song, cleared, words=2)
    assert Draft.objects.count() == 3


def test_a_draft_is_not_inserted_on_a_clearance_that_asked_for_no_key(song: OwnedSong, drop: Drop) -> None:
    agree(song)
    older = write_remix_note(song).clearance_id
    agree(song, "With a key.", keys=(Key(song.label),))
    with pytest.raises(DatabaseError, match="grants that do not count now"):
        insert_remix_draft(song, older)

    drop("artists_new_drafts_are_cleared_for_their_song", "use <> 'personal_message'", "false")

    insert_remix_draft(song, older)
    assert Draft.objects.filter(clearance=older).count() == 2


@pytest.mark.parametrize("is_dropped", [False, True])
def test_under_another_clearance_a_draft_keeps_the_places_of_that_one_alone(
    song: OwnedSong, drop: Drop, is_dropped: bool
) -> None:
    above = (Key(song.label, above=5),)
    agree(song, monthly_limit=2, keys=above)
    draft = write_remix_note(song)
    before = set(Place.objects.filter(free_from=None).values_list("pk", flat=True))
    agree(song, "Three a month.", monthly_limit=3, keys=above)
    if is_dropped:
        drop("artists_return_places", "IF NEW.clearance_id <> OLD.clearance_id THEN", "IF false THEN")

    approve(draft)

    kept = set(Place.objects.filter(free_from=None).values_list("pk", flat=True))
    assert len(before) == 2
    assert len(kept) == (4 if is_dropped else 2)
    assert before & kept == (before if is_dropped else set())


def test_a_new_draft_rests_on_a_clearance_of_its_own_artist_and_use(song: OwnedSong, artist_of_another: Artist) -> None:
    """By composite key, on insert as on change."""
    agree(song)
    draft = write_remix_note(song)
    message = clearance.clear(Use.PERSONAL_MESSAGE, song.recording.artist, [song.recording], territory="PT")
    other = owners.create_owned_song(artist_of_another, "Their song")
    theirs = clearance.clear(Use.REMIX, artist_of_another, [other.recording], territory="PT")
    assert message
    assert theirs

    for foreign in (message.id, theirs.id):
        with pytest.raises(DatabaseError, match=r"cleared_for_its_artist_and_use|cleared for another song"):
            insert_remix_draft(song, foreign)
    insert_remix_draft(song, draft.clearance_id)


@pytest.fixture
def artist_of_another(committing_db: Database) -> Artist:
    return factories.create_artist("Ove Lind")
