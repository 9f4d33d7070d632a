"""Ways around the rights that an attacker found: old snapshots, mandates, terms in a race, songs of other artists."""

from datetime import timedelta
from typing import Any

import psycopg
import pytest
from django.db import DatabaseError, connection, transaction
from django.utils import timezone

from accounts.models import Team
from artists.models import Draft
from catalog.models import Artist
from fans import opt_ins
from rights import agreements, claims, clearance, parties
from rights.agreements import Key, Scope, Terms
from rights.models import Use
from rights.shares import Role
from tests import factories
from tests.artists.remix_notes import agree, write_remix_note
from tests.rights import factories as owners
from tests.rights.factories import OwnedSong
from tests.servers import Database

GRANT = "INSERT INTO rights_grant (party_id, artist_id, use, version, by) VALUES (%s, %s, 'remix', 77, %s)"


@pytest.fixture
def song(artist: Artist) -> OwnedSong:
    factories.remove_undo_time(artist)
    return owners.create_owned_song(artist, permitted=False)


def refused(sql: str, *values: Any, match: str) -> None:
    with pytest.raises(DatabaseError, match=match), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(sql, values)


@pytest.mark.parametrize(
    "table",
    ["rights_claim", "rights_grant", "rights_clearance", "rights_decision", "rights_place", "fans_experience"],
)
def test_a_transaction_that_does_not_see_the_others_writes_nothing_about_rights(
    committing_db: Database, table: str
) -> None:
    with psycopg.connect(committing_db.url) as one:
        one.isolation_level = psycopg.IsolationLevel.REPEATABLE_READ
        with pytest.raises(psycopg.errors.InsufficientPrivilege, match="READ COMMITTED"):
            one.execute(f"INSERT INTO {table} DEFAULT VALUES")


@pytest.mark.django_db
@pytest.mark.parametrize("by", [None, "person:nobody"])
def test_only_staff_store_a_mandate(song: OwnedSong, by: str | None) -> None:
    other = owners.create_party(name="Other")
    sql = "UPDATE rights_party SET represented_by_id = %s, mandate = 'x', mandated_by = %s WHERE id = %s"

    refused(sql, other.pk, by, song.label.pk, match="only staff|a_representative")


@pytest.mark.django_db
def test_an_artist_is_represented_by_nobody(song: OwnedSong) -> None:
    other = owners.create_party(name="Other")
    sql = "UPDATE rights_party SET represented_by_id = %s, mandate = 'x', mandated_by = %s WHERE id = %s"

    refused(sql, other.pk, factories.get_staff().actor, song.artist.pk, match="a_representative_has_a_mandate")


@pytest.mark.django_db
def test_a_representative_that_is_not_verified_any_more_signs_nothing(song: OwnedSong) -> None:
    deputy, staff = owners.create_party(name="Deputy"), factories.get_staff()
    signer = owners.get_signer(deputy)
    parties.represent(song.label, deputy, mandate="Contract 7", by=staff)
    type(deputy).objects.filter(pk=deputy.pk).update(verified_at=None, verified_by=None)

    refused(GRANT, song.label.pk, None, signer.actor, match="whoever signs")


@pytest.mark.django_db
def test_a_signer_whose_account_is_closed_signs_nothing(song: OwnedSong) -> None:
    signer = owners.get_signer(song.label)
    type(signer).objects.filter(pk=signer.pk).update(is_active=False)

    refused(GRANT, song.label.pk, None, signer.actor, match="whoever signs")


@pytest.mark.django_db
def test_an_agreement_that_ended_before_it_began_gives_no_grants(song: OwnedSong) -> None:
    terms = Terms("Remixes.", (Scope(Use.REMIX),), starts_at=timezone.now() + timedelta(days=1))
    both = [song.label, song.publisher]
    version = agreements.propose("A-1", both, terms, by=factories.get_staff())
    for party in both:
        agreements.accept(version, party, by=owners.get_signer(party), fresh=True)
    agreements.end(version, by=owners.get_signer(song.label))
    version.refresh_from_db()

    refused(
        "INSERT INTO rights_grant (party_id, use, version, by, live_from, agreement_version_id)"
        " VALUES (%s, 'remix', 77, %s, %s, %s)",
        *(song.label.pk, owners.get_signer(song.label).actor, version.live_from, version.pk),
        match="agree",
    )


def test_terms_that_are_added_while_somebody_accepts_come_too_late(committing_db: Database) -> None:
    artist = factories.create_artist()
    song = owners.create_owned_song(artist, permitted=False)
    both = [song.label, song.publisher]
    version = agreements.propose("A-1", both, Terms("Remixes.", (Scope(Use.REMIX),)), by=factories.get_staff())
    scope = "INSERT INTO rights_agreementscope (version_id, use, tier_class, country) VALUES (%s, 'playlist', '', '')"
    signer = owners.get_signer(song.label)
    with psycopg.connect(committing_db.url) as adding, transaction.atomic(), connection.cursor() as cursor:
        adding.execute(scope, [version.pk])
        cursor.execute("SET LOCAL lock_timeout = '200ms'")
        with pytest.raises(DatabaseError, match="lock timeout"):
            agreements.accept(version, song.label, by=signer, fresh=True)


@pytest.mark.django_db
def test_a_draft_does_not_go_back_to_a_clearance_that_asked_for_less(song: OwnedSong, artist: Artist) -> None:
    agree(song)
    draft = write_remix_note(song)
    older = draft.clearance_id
    agree(song, keys=(Key(song.label),))
    newer = clearance.clear(Use.REMIX, artist, [song.recording], territory=draft.person.country)
    assert newer
    Draft.objects.filter(pk=draft.pk).update(clearance=newer.id)

    refused("UPDATE artists_draft SET clearance_id = %s WHERE id = %s", older, draft.pk, match="do not count now")


@pytest.mark.django_db
def test_a_share_that_somebody_claims_later_holds_up_what_is_new_and_nothing_that_was_cleared(
    song: OwnedSong, artist: Artist
) -> None:
    for party in (song.artist, song.label, song.publisher, song.writer):
        owners.permit(party)
    cleared = clearance.clear(Use.REMIX, artist, [song.recording])
    assert cleared
    stranger = owners.create_party(name="Stranger")
    claims.claim(stranger, Role.RECORDING_OWNER, share=1, recording=song.recording, by=owners.get_signer(stranger))

    assert clearance.find_missing(Use.REMIX, artist, [song.recording]) is not None
    assert clearance.still_clear([cleared.id]) == {cleared.id}

    theirs, ours = (party.claims.get(role=Role.RECORDING_OWNER) for party in (stranger, song.label))
    claims.confirm(theirs, by=owners.get_signer(stranger), fresh=True)
    assert clearance.still_clear([cleared.id]) == {cleared.id}
    claims.settle(theirs, by=factories.get_staff(), note="They have a contract.", ending=[ours])
    assert clearance.still_clear([cleared.id]) == set()


@pytest.mark.django_db
@pytest.mark.parametrize("refuses", [True, False])
def test_the_artist_of_a_song_is_asked_where_another_would_use_it(
    song: OwnedSong, artist: Artist, refuses: bool
) -> None:
    other = factories.create_artist("Ove Lind")
    for party in (song.label, song.publisher, song.writer, parties.get_artist_party(other)):
        owners.permit(party)
    if not refuses:
        owners.permit(song.artist)

    refusal = clearance.find_missing(Use.REMIX, other, [song.recording])

    assert refusal is not None
    assert any("Mara Veil" in sentence for sentence in refusal.missing)


@pytest.mark.django_db
def test_a_program_counts_no_song_of_another_artist(song: OwnedSong, artist: Artist) -> None:
    version = factories.create_version(factories.create_program(factories.create_artist("Ove Lind"), signed=False))

    refused(
        "INSERT INTO artists_programversion (program_id, artist_id, version, moment, nth, audience, wording,"
        " review_seconds, by, recording_id) SELECT program_id, artist_id, 99, moment, nth, audience, wording,"
        " review_seconds, by, %s FROM artists_programversion WHERE id = %s",
        *(song.recording.pk, version.pk),
        match="counts_a_song_of_its_artist",
    )


@pytest.mark.django_db
@pytest.mark.parametrize("change", ["created_at = '2020-01-01'", "artist_id = artist_id + 1"])
def test_a_song_keeps_its_artist_and_its_age(song: OwnedSong, change: str) -> None:
    factories.create_artist("Ove Lind")

    refused(f"UPDATE catalog_recording SET {change} WHERE id = %s", song.recording.pk, match="history is not changed")


@pytest.mark.django_db
def test_an_opt_in_that_ended_is_not_revived(artist: Artist) -> None:
    fan = factories.create_fan(opted_in=artist)
    opt_ins.opt_out(fan, artist)

    refused("UPDATE fans_optin SET ended_at = NULL WHERE person_id = %s", fan.pk, match="history is not changed")


@pytest.mark.django_db
@pytest.mark.parametrize("by", [None, "person:nobody", "system:command"])
def test_only_staff_give_a_party_its_team(song: OwnedSong, by: str | None) -> None:
    """Whoever is in the team would sign for it."""
    party = parties.add_party("writer", "Ben Hale", by=factories.get_staff())
    team = Team.objects.create(name="Mine", kind="rightsholder")
    give = "UPDATE rights_party SET team_id = %s, team_by = %s WHERE id = %s"

    refused(give, team.pk, by, party.pk, match="only staff give a party its team")
    refused(
        "INSERT INTO rights_party (kind, name, team_id, team_by) VALUES ('label', 'Mine', %s, %s)",
        *(team.pk, by),
        match="only staff give a party its team",
    )
    assert parties.ensure_team(party, by=factories.get_staff()).pk != team.pk
