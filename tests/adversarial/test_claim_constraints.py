"""Raw SQL with the app role against claims and ISRC prefixes: the database refuses, or stores a dispute."""

import uuid

import pytest

from catalog.models import Artist, Work
from rights import claims, clearance, parties
from rights.models import Party, Use
from rights.shares import RECORDING_ROLES
from tests import factories
from tests.adversarial.test_database_constraints import refused, sql
from tests.adversarial.test_rights_constraints import refuse, run
from tests.rights import factories as owners
from tests.rights.factories import OwnedSong
from tests.rights.imports.factories import bring_in

pytestmark = pytest.mark.django_db

INSERT_CLAIM = """
INSERT INTO rights_claim (recording_id, role, party_id, share, claimed_by, confirmed_at, confirmed_by)
VALUES (%(recording)s, 'recording_owner', %(party)s, %(share)s, %(by)s, now(), %(by)s)
"""
CLAIM_ON_WORK = """
INSERT INTO rights_claim (work_id, role, party_id, share, claimed_by, confirmed_by) VALUES (%s, %s, %s, %s, %s, %s)
"""
CLAIM = """
INSERT INTO rights_claim (recording_id, work_id, role, party_id, share, claimed_by) VALUES (%s, %s, %s, %s, 1, %s)
"""
TIE = "INSERT INTO catalog_recordingwork (recording_id, work_id, added_by) VALUES (%s, %s, %s)"
PREFIX = "INSERT INTO rights_isrcprefix (prefix, party_id, registered_by) VALUES (%s, %s, %s)"


@pytest.fixture
def song(artist: Artist) -> OwnedSong:
    return owners.create_owned_song(artist)


def test_a_claim_is_confirmed_by_whoever_signs_for_its_party(song: OwnedSong, artist: Artist) -> None:
    recording, label = factories.create_recording(artist), song.label
    claim = {"recording": recording.pk, "party": label.pk, "share": 10_000}

    for by in (f"person:{uuid.uuid4()}", factories.get_staff().actor, owners.get_signer(song.artist).actor):
        refuse("confirmed by whoever signs", INSERT_CLAIM, **claim, by=by)
    run(INSERT_CLAIM, **claim, by=owners.get_signer(label).actor)


def test_a_claim_on_a_recording_is_made_by_its_party_by_the_side_of_its_artist_or_by_staff(artist: Artist) -> None:
    recording, claimed = factories.create_recording(artist), owners.create_party("label", "Harbor Lane")
    label, stranger = owners.create_party("label", "Second Shore"), owners.create_party("label", "Third Shore")
    owners.add_to_roster(label, artist)
    reviewer = factories.get_member(artist, "reviewer").actor
    for by in (owners.get_signer(stranger).actor, reviewer, f"person:{uuid.uuid4()}", "system:command", ""):
        refused("by the side of its artist", CLAIM, recording.pk, None, "recording_owner", claimed.pk, by)

    editor = factories.get_member(artist, "editor")
    for person in (owners.get_signer(claimed), owners.get_signer(label), editor, factories.get_staff()):
        other = factories.create_recording(artist, f"Song of {person.handle}")
        sql(CLAIM, other.pk, None, "recording_owner", claimed.pk, person.actor)


def test_a_claim_is_on_a_recording_or_a_work_that_is_there(song: OwnedSong) -> None:
    staff, missing = factories.get_staff().actor, 2**40
    refused("a recording that is there", CLAIM, missing, None, "recording_owner", song.label.pk, staff)
    refused("a work that is there", CLAIM, None, missing, "publisher", song.publisher.pk, staff)
    refused("of this kind has no share", CLAIM, song.recording.pk, None, "recording_owner", missing, staff)
    both = f"{CLAIM}, (%s, NULL, 'recording_owner', %s, 1, %s)"
    other, label = owners.create_party("label", "Second Shore"), song.label.pk
    refused("a recording that is there", both, song.recording.pk, None, "recording_owner", other.pk, staff,
            *(missing, label, staff))  # fmt: skip


@pytest.mark.parametrize("kind", Party.Kind)
def test_a_party_has_only_the_roles_of_its_kind(artist: Artist, kind: str) -> None:
    own = parties.get_artist_party(artist)
    party = own if kind == Party.Kind.ARTIST else owners.create_party(kind, "Harbor Lane")
    recording, staff = factories.create_recording(artist), factories.get_staff().actor
    work = owners.create_work(recording)
    for role, kinds in parties.KINDS_BY_ROLE.items():
        of = (recording.pk, None) if role in RECORDING_ROLES else (None, work.pk)
        if kind in kinds:
            sql(CLAIM, *of, role, party.pk, staff)
        else:
            refused("of this kind has no share in this role", CLAIM, *of, role, party.pk, staff)


def test_a_share_above_the_whole_is_disputed_however_it_is_stored(song: OwnedSong) -> None:
    rival = owners.create_party("label", "Second Shore")

    run(INSERT_CLAIM, recording=song.recording.pk, party=rival.pk, share=1, by=owners.get_signer(rival).actor)

    claim = rival.claims.get()
    assert claim.disputed_at is not None
    settle = "UPDATE rights_claim SET settled_at = now(), settled_by = %s, note = 'So.' WHERE id = %s"
    refused("settled once, by staff", settle, owners.get_signer(rival).actor, claim.pk)
    refused("history is not changed", "UPDATE rights_claim SET disputed_at = NULL WHERE id = %s", claim.pk)


def test_a_claim_on_an_isrc_of_another_is_disputed_however_it_is_stored(artist: Artist) -> None:
    holder, rival = owners.create_party("label", "Harbor Lane"), owners.create_party("label", "Second Shore")
    sql(PREFIX, "PTABC", holder.pk, factories.get_staff().actor)
    early = factories.create_recording(artist, "Early", isrc="PTABC2600001")
    late = factories.create_recording(artist, "Late")
    for recording in (early, late):
        run(INSERT_CLAIM, recording=recording.pk, party=rival.pk, share=10_000, by=owners.get_signer(rival).actor)

    sql("UPDATE catalog_recording SET isrc = 'PTABC2600002' WHERE id = %s", late.pk)

    assert rival.claims.filter(disputed_at__isnull=False).count() == 2


def test_two_shares_of_one_statement_are_added_up(song: OwnedSong, artist: Artist) -> None:
    recording, rival = factories.create_recording(artist, "Twice"), owners.create_party("label", "Second Shore")

    sql(
        "INSERT INTO rights_claim (recording_id, role, party_id, share, claimed_by)"
        " SELECT %s, 'recording_owner', party, 6000, %s FROM unnest(%s::bigint[]) party",
        recording.pk, factories.get_staff().actor, [song.label.pk, rival.pk],
    )  # fmt: skip

    assert [claim.disputed_at is not None for claim in recording.claims.all()] == [True, True]


def test_only_staff_say_whose_an_isrc_prefix_is(song: OwnedSong) -> None:
    staff, signer = factories.get_staff().actor, owners.get_signer(song.label).actor

    refused("only staff", PREFIX, "PTABC", song.label.pk, signer)
    refused("a_prefix_begins_an_isrc", PREFIX, "ptabc", song.label.pk, staff)
    sql(PREFIX, "PTABC", song.label.pk, staff)
    refused("a_prefix_is_of_one_party", PREFIX, "PTABC", song.publisher.pk, staff)
    refused("permission denied", "DELETE FROM rights_isrcprefix")
    refused("permission denied", "UPDATE rights_isrcprefix SET party_id = %s", song.publisher.pk)
    refused("only staff", "UPDATE rights_isrcprefix SET ended_at = now(), ended_by = %s", signer)
    sql("UPDATE rights_isrcprefix SET ended_at = now(), ended_by = %s", staff)
    refused("history is not changed", "UPDATE rights_isrcprefix SET ended_at = now(), ended_by = %s", staff)


def test_a_claim_is_not_rewritten(song: OwnedSong) -> None:
    claim = song.label.claims.get()
    for change in ("share = 1", "party_id = party_id", "live_from = '2020-01-01'", "role = 'session_pool'"):
        refused("permission denied", f"UPDATE rights_claim SET {change} WHERE id = %s", claim.pk)
    refused("permission denied", "DELETE FROM rights_claim")
    refused("ended by its party", "UPDATE rights_claim SET live_until = now() WHERE id = %s", claim.pk)
    refused(
        "one_claim_at_a_time",
        "INSERT INTO rights_claim (recording_id, role, party_id, share, claimed_by)"
        " SELECT recording_id, role, party_id, 1, claimed_by FROM rights_claim WHERE id = %s",
        claim.pk,
    )


def test_a_party_has_one_claim_in_each_role(artist: Artist) -> None:
    owner, staff = parties.get_artist_party(artist), factories.get_staff().actor
    song = factories.create_recording(artist)
    recording, work = song.pk, owners.create_work(song).pk
    pool, publisher = owners.create_party("session_pool", "Players"), owners.create_party("publisher", "Harbor Music")
    for role, party in (
        ("recording_owner", owner), ("featured_artist", owner), ("session_pool", pool), ("writer", owner),
        ("publisher", publisher),
    ):  # fmt: skip
        on = (recording, None) if role in RECORDING_ROLES else (None, work)
        sql(CLAIM, *on, role, party.pk, staff)
        refused("one_claim_at_a_time", CLAIM, *on, role, party.pk, staff)


def test_a_claim_that_ends_later_leaves_room_only_behind_it(song: OwnedSong) -> None:
    claim, staff = song.label.claims.get(), factories.get_staff().actor
    sql("UPDATE rights_claim SET live_until = '2999-01-01', ended_by = %s WHERE id = %s", staff, claim.pk)
    dated = """
    INSERT INTO rights_claim (recording_id, role, party_id, share, claimed_by, live_from, live_until, ended_by)
    SELECT %s, 'recording_owner', %s, 1, %s, since::timestamptz, until::timestamptz, CASE WHEN until <> '' THEN 'x' END
    FROM (SELECT since, nullif(until, '') AS until FROM unnest(%s::text[], %s::text[]) dates (since, until)) dates
    """
    on = (song.recording.pk, song.label.pk, staff)
    for since, until in (("now", ""), ("2998-12-31", ""), ("2998-01-01", "2999-06-01")):
        refused("one_claim_at_a_time", dated, *on, [since], [until])
    refused("one_claim_at_a_time", dated, *on, ["2999-01-01", "2999-02-01"], ["2999-03-01", "2999-04-01"])

    sql(dated, *on, ["2999-01-01", "2999-02-01"], ["2999-02-01", ""])

    assert song.label.claims.count() == 3


def test_whoever_only_ties_an_own_song_to_a_work_names_no_owner_of_it(song: OwnedSong) -> None:
    cover = factories.create_artist("Hraundis")
    member = factories.get_member(cover, "principal").actor
    sql(TIE, factories.create_recording(cover).pk, song.work.pk, member)
    own, nobody = parties.get_artist_party(cover), owners.create_party("publisher", "Nobody")
    label = owners.create_party("label", "Second Shore")
    owners.add_to_roster(label, cover)

    for by in (member, "person:x", "system:import", owners.get_signer(nobody).actor, owners.get_signer(label).actor):
        refused("named by its own side", CLAIM_ON_WORK, song.work.pk, "publisher", nobody.pk, 1, by, None)
    refused("named by its own side", CLAIM_ON_WORK, song.work.pk, "writer", own.pk, 1, member, member)

    assert clearance.find_missing(Use.REMIX, song.recording.artist, [song.recording]) is None


def test_the_side_of_a_work_names_its_owners_also_where_others_cover_it(song: OwnedSong) -> None:
    recording = factories.create_recording(factories.create_artist("Hraundis"))
    sql(TIE, recording.pk, song.work.pk, factories.get_staff().actor)
    label = owners.create_party("label", "Second Shore")
    owners.add_to_roster(label, song.recording.artist)
    side = [
        factories.get_member(song.recording.artist, "editor"), owners.get_signer(song.writer),
        owners.get_signer(label), factories.get_staff(),
    ]  # fmt: skip

    for person in side:
        party = owners.create_party("publisher", f"Publisher for {person.display_name}")
        sql(CLAIM_ON_WORK, song.work.pk, "publisher", party.pk, 1, person.actor, None)

    assert song.work.claims.filter(confirmed_at=None).count() == len(side)


@pytest.mark.parametrize("state", ["unconfirmed", "confirmed", "settled"])
def test_a_team_takes_back_what_it_wrote_until_it_is_confirmed_or_settled(artist: Artist, state: str) -> None:
    editor, staff = factories.get_member(artist, "editor"), factories.get_staff()
    recording, label = factories.create_recording(artist), owners.create_party()
    claim = claims.claim(label, "recording_owner", by=editor, recording=recording)
    of_staff = claims.claim(
        owners.create_party("distributor", "Second Shore"), "recording_owner", by=staff, share=1, recording=recording
    )
    stranger = factories.get_member(factories.create_artist("Ove Lind"), "principal")
    end = "UPDATE rights_claim SET live_until = now(), ended_by = %s WHERE id = %s"
    for by, one in ((stranger, claim), (factories.get_member(artist, "reviewer"), claim), (editor, of_staff)):
        refused("unconfirmed by the team that made it", end, by.actor, one.pk)

    if state == "confirmed":
        claims.confirm(claim, by=owners.get_signer(label), fresh=True)
    elif state == "settled":
        claims.dispute(claim, by=staff)
        claims.settle(claim, by=staff, note="It stands.")

    by = factories.get_member(artist, "owner").actor
    if state == "unconfirmed":
        sql(end, by, claim.pk)
    else:
        refused("unconfirmed by the team that made it", end, by, claim.pk)


def test_the_team_of_a_work_takes_back_whom_a_file_named_in_it(artist: Artist) -> None:
    label, publisher = owners.create_party(), owners.create_party("publisher", "Kestrel Row")
    owners.add_to_roster(label, artist)
    bring_in(label, "Salt,Mara Veil,Kestrel Row,T0345246801", heading="title,artist,publishers,iswc")
    cover = factories.create_artist("Hraundis")
    named, work = publisher.claims.get(), Work.objects.get()
    sql(TIE, factories.create_recording(cover).pk, work.pk, factories.get_member(cover, "editor").actor)
    of_staff = owners.create_party("publisher", "Second Shore")
    sql(CLAIM_ON_WORK, work.pk, "publisher", of_staff.pk, 1, factories.get_staff().actor, None)
    end = "UPDATE rights_claim SET live_until = now(), ended_by = %s WHERE id = %s"
    editor = factories.get_member(artist, "editor").actor

    for by in (factories.get_member(cover, "principal").actor, factories.get_member(artist, "reviewer").actor):
        refused("unconfirmed by the team", end, by, named.pk)
    refused("unconfirmed by the team", end, editor, of_staff.claims.get().pk)
    refused("unconfirmed by the team", end, editor, label.claims.get().pk)
    sql(end, editor, named.pk)
