"""Raw SQL with the app role against parties, grants and clearances: the database refuses."""

import uuid
from typing import Any

import pytest
from django.db import DatabaseError, connection, transaction

from artists.models import Draft
from catalog.models import Artist
from rights import clearance, grants, parties
from rights.clearance_result import Clearance
from rights.grants import Songs
from rights.models import ClearanceGrant, Grant, Party, StoredClearance, Use
from tests import factories
from tests.adversarial.test_database_constraints import refused, sql
from tests.adversarial.test_experience_constraints import insert_experience_sql
from tests.rights import factories as owners
from tests.rights.factories import OwnedSong

pytestmark = pytest.mark.django_db

INSERT_CLEARANCE = """
WITH cleared AS (
    INSERT INTO rights_clearance (use, artist_id, territory, digest)
    SELECT %(use)s::text, %(artist)s::bigint, '',
        rights_clearance_digest(%(use)s::text, '', %(artist)s::bigint, '', %(songs)s::bigint[], %(grants)s::bigint[])
    RETURNING id
), songs AS (
    INSERT INTO rights_clearancerecording (clearance_id, recording_id)
    SELECT id, unnest(%(songs)s::bigint[]) FROM cleared
)
INSERT INTO rights_clearancegrant (clearance_id, grant_id) SELECT id, unnest(%(grants)s::bigint[]) FROM cleared
"""
INSERT_GRANT = """
INSERT INTO rights_grant (party_id, artist_id, use, recording_id, version, by, live_from)
VALUES (%(party)s, %(artist)s, %(use)s, %(recording)s, 99, %(by)s, statement_timestamp() + %(wait)s * interval '1 day')
"""


def run(statement: str, **values: Any) -> None:
    """As `sql`, with names."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement, values)


def refuse(promise: str, statement: str, **values: Any) -> None:
    with pytest.raises(DatabaseError, match=promise):
        run(statement, **values)


@pytest.fixture
def song(artist: Artist) -> OwnedSong:
    return owners.create_owned_song(artist)


def clear(song: OwnedSong) -> Clearance:
    assert song.artist.artist
    answer = clearance.clear(Use.REMIX, song.artist.artist, [song.recording])
    assert isinstance(answer, Clearance)
    return answer


def remix(song: OwnedSong, **changes: Any) -> dict[str, Any]:
    """The values of a clearance that is possible, but for the changes."""
    yeses = sorted(Grant.objects.filter(use=Use.REMIX, ended_at=None).values_list("pk", flat=True))
    values = {"use": Use.REMIX, "artist": song.artist.artist_id, "songs": [song.recording.pk], "grants": yeses}
    return values | changes


# Clearances


def test_the_clearance_is_possible_so_the_refusals_below_mean_something(song: OwnedSong) -> None:
    run(INSERT_CLEARANCE, **remix(song))

    assert StoredClearance.objects.get().grants.count() == 4


def test_a_clearance_rests_on_the_yes_of_everybody(song: OwnedSong) -> None:
    whole = remix(song)
    message = Grant.objects.get(use=Use.PERSONAL_MESSAGE)
    missing = "does not rest on the yes of everybody"

    refuse(missing, INSERT_CLEARANCE, **{**whole, "grants": []})
    for left_out in whole["grants"]:
        refuse(missing, INSERT_CLEARANCE, **{**whole, "grants": [pk for pk in whole["grants"] if pk != left_out]})
    refuse(missing, INSERT_CLEARANCE, **{**whole, "grants": [message.pk]})
    refuse(missing, INSERT_CLEARANCE, **{**whole, "grants": [*whole["grants"], message.pk]})
    refuse(missing, INSERT_CLEARANCE, **{**whole, "songs": []})
    refuse(missing, INSERT_CLEARANCE, **{**whole, "use": Use.PLAYLIST})


def test_a_clearance_rests_on_no_grant_of_somebody_else(artist: Artist) -> None:
    other = factories.create_artist("Ove Lind", granted=False)
    theirs = Grant.objects.get()

    refuse(
        "does not rest on the yes of everybody",
        INSERT_CLEARANCE,
        use=Use.PERSONAL_MESSAGE,
        artist=other.pk,
        songs=[],
        grants=[theirs.pk],
    )


def test_a_clearance_rests_on_no_grant_that_ended(song: OwnedSong) -> None:
    whole = remix(song)
    grants.refuse(song.label, Use.REMIX, Songs(), by=owners.get_signer(song.label))

    refuse("does not rest on the yes of everybody", INSERT_CLEARANCE, **whole)


def test_a_clearance_is_dated_by_the_database(song: OwnedSong) -> None:
    """Also one that says that it was made while the grant was still live."""
    whole = remix(song)
    grants.refuse(song.label, Use.REMIX, Songs(), by=owners.get_signer(song.label))
    backdated = INSERT_CLEARANCE.replace("digest)", "digest, at)", 1).replace(
        "::bigint[])\n", "::bigint[]), '2026-01-01'\n", 1
    )
    assert backdated.count("2026") == 1

    refuse("does not rest on the yes of everybody", backdated, **whole)


def test_a_clearance_ends_with_the_first_of_its_grants(song: OwnedSong) -> None:
    forever = INSERT_CLEARANCE.replace("digest)", "digest, until)", 1).replace(
        "::bigint[])\n", "::bigint[]), now() + interval '1 day'\n", 1
    )
    assert forever.count("interval") == 1

    refuse("ends with the first of its grants", forever, **remix(song))


def test_nothing_is_added_to_a_clearance(song: OwnedSong, artist: Artist) -> None:
    stored = clear(song)
    other = factories.create_recording(artist)
    message = Grant.objects.get(use=Use.PERSONAL_MESSAGE)

    refused(
        "stored whole",
        "INSERT INTO rights_clearancegrant (clearance_id, grant_id) VALUES (%s, %s)",
        stored.id,
        message.pk,
    )
    refused(
        "stored whole",
        "INSERT INTO rights_clearancerecording (clearance_id, recording_id) VALUES (%s, %s)",
        stored.id,
        other.pk,
    )
    for table in ("rights_clearancerecording", "rights_clearancegrant", "rights_clearance"):
        refused("permission denied", f"DELETE FROM {table}")
        refused("permission denied", f"UPDATE {table} SET id = id")
    assert ClearanceGrant.objects.filter(clearance=stored.id).count() == 4


# Drafts and experiences


def test_a_draft_is_cleared_for_its_artist_and_song(artist: Artist, song: OwnedSong) -> None:
    draft = factories.create_pending_draft(artist, program=factories.create_program(artist, recording=song.recording))
    other = factories.create_pending_draft(factories.create_artist("Ove Lind"))
    everywhere = clearance.clear(Use.PERSONAL_MESSAGE, artist)
    assert isinstance(everywhere, Clearance)
    change = "UPDATE artists_draft SET clearance_id = %s WHERE id = %s"

    refused("cleared for another song", change, everywhere.id, draft.pk)
    refused("cleared_for_its_artist_and_use", change, clear(song).id, draft.pk)
    refused("cleared for another song|cleared_for_its_artist", change, other.clearance_id, draft.pk)
    refused("history is not changed", "UPDATE artists_draft SET use = 'remix' WHERE id = %s", draft.pk)


def test_an_experience_is_cleared_when_it_is_stored(artist: Artist) -> None:
    approved = factories.create_approved_draft(artist)
    sql("UPDATE artists_draft SET state = 'delivered' WHERE id = %s", approved.pk)
    statement, values = insert_experience_sql(Draft.objects.get(pk=approved.pk))
    grants.switch_off(artist, Use.PERSONAL_MESSAGE, by=factories.get_member(artist, "owner"))

    refused("not everybody who must say yes", statement, *values)


def test_an_experience_is_of_the_use_that_was_cleared(artist: Artist) -> None:
    approved = factories.create_approved_draft(artist)
    sql("UPDATE artists_draft SET state = 'delivered' WHERE id = %s", approved.pk)
    statement, values = insert_experience_sql(Draft.objects.get(pk=approved.pk), use=Use.REMIX)

    refused("cleared_for_its_artist_and_use|differs from its draft", statement, *values)


# Grants


def give(party: Party, by: str, **changes: Any) -> dict[str, Any]:
    values = {"party": party.pk, "artist": party.artist_id, "use": Use.PLAYLIST, "recording": None, "by": by, "wait": 0}
    return values | changes


def test_a_grant_is_given_by_whoever_signs_for_its_party(song: OwnedSong, artist: Artist) -> None:
    label, mara = song.label, song.artist
    owner = factories.get_member(artist, "owner").actor
    stranger = factories.create_person().actor

    for by in (owner, stranger, f"person:{uuid.uuid4()}", "system:delivery", "", owners.get_signer(label).actor):
        refuse("given by whoever signs", INSERT_GRANT, **give(mara, by))
    for by in (stranger, owners.get_signer(mara).actor, owners.get_signer(song.publisher).actor):
        refuse("given by whoever signs", INSERT_GRANT, **give(label, by))
    run(INSERT_GRANT, **give(label, owners.get_signer(label).actor))


def test_nobody_signs_for_a_party_that_staff_did_not_verify(song: OwnedSong) -> None:
    signer = owners.get_signer(song.label)
    refused("only staff", "UPDATE rights_party SET verified_by = %s", signer.actor)
    sql("UPDATE rights_party SET verified_at = NULL, verified_by = NULL WHERE id = %s", song.label.pk)

    refuse("given by whoever signs", INSERT_GRANT, **give(song.label, signer.actor))


def test_a_grant_is_not_dated_back(song: OwnedSong) -> None:
    refuse("begins when it is given", INSERT_GRANT, **give(song.label, owners.get_signer(song.label).actor, wait=-1))


def test_an_artist_says_yes_for_nobody_else(song: OwnedSong, artist: Artist) -> None:
    other = factories.create_artist("Ove Lind")
    by = owners.get_signer(song.artist).actor

    refuse("for nobody else", INSERT_GRANT, **give(song.artist, by, artist=other.pk))
    refuse("for nobody else", INSERT_GRANT, **give(song.artist, by, artist=None))
    theirs = factories.create_recording(other)
    refuse("no song of somebody else", INSERT_GRANT, **give(song.artist, by, recording=theirs.pk))


@pytest.mark.parametrize("use", [Use.VOICE, Use.TRAIN])
def test_voice_and_training_are_granted_by_nobody(artist: Artist, use: Use) -> None:
    party = parties.get_artist_party(artist)

    refuse("voice_and_training", INSERT_GRANT, **give(party, owners.get_signer(party).actor, use=use))


def test_a_grant_is_ended_by_its_party_and_stays_ended(song: OwnedSong) -> None:
    grant = song.label.grants.get()
    end = "UPDATE rights_grant SET ended_at = %s, ended_by = %s WHERE id = %s"
    signer, stranger = owners.get_signer(song.label), factories.create_person()

    refused("ended by its party", end, "2026-01-01", stranger.actor, grant.pk)
    sql(end, "2026-01-01", signer.actor, grant.pk)
    grant.refresh_from_db()
    assert grant.ended_at > grant.live_from
    refused("stays ended", end, None, None, grant.pk)
    refused("stays ended", end, "2046-01-01", signer.actor, grant.pk)


def test_a_party_does_not_become_another(song: OwnedSong) -> None:
    refused("permission denied", "UPDATE rights_party SET artist_id = NULL")
    refused("permission denied", "UPDATE rights_party SET kind = 'label'")
    refused("permission denied", "DELETE FROM rights_party")
    refused("one of rightsholders", "UPDATE rights_party SET team_id = %s", song.artist.artist.team_id)
