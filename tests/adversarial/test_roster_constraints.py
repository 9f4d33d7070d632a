"""Raw SQL with the app role against the roster: the database refuses."""

import uuid

import pytest

from accounts.models import Person
from catalog.models import Artist
from rights import parties, roster
from rights.models import Party, RosterEntry
from tests import factories
from tests.adversarial.test_database_constraints import refused, sql
from tests.rights import factories as owners

pytestmark = pytest.mark.django_db

PROPOSE = "INSERT INTO rights_rosterentry (label_id, artist_id, proposed_by) VALUES (%s, %s, %s)"
ACCEPT = (
    "UPDATE rights_rosterentry SET answered_at = '2020-01-01', answered_by = %s, accepted = true,"
    " live_from = '2020-01-01' WHERE id = %s"
)
END = "UPDATE rights_rosterentry SET live_until = %s, ended_by = %s WHERE id = %s"


@pytest.fixture
def entry(label: Party, artist: Artist) -> RosterEntry:
    return owners.propose(label, artist)


def principal(artist: Artist) -> Person:
    return factories.get_member(artist, "principal")


def test_a_roster_entry_is_proposed_by_whoever_signs_for_the_rightsholder(label: Party, artist: Artist) -> None:
    other = owners.create_party("label", "Second Shore")
    nobody = f"person:{uuid.uuid4()}"
    for by in (principal(artist).actor, owners.get_signer(other).actor, factories.get_staff().actor, nobody, ""):
        refused("proposed by whoever signs", PROPOSE, label.pk, artist.pk, by)

    sql(PROPOSE, label.pk, artist.pk, owners.get_signer(label).actor)
    refused("one_open_proposal", PROPOSE, label.pk, artist.pk, owners.get_signer(label).actor)


def test_a_proposal_does_not_bring_its_answer_along(label: Party, artist: Artist) -> None:
    columns = "label_id, artist_id, proposed_by, answered_at, answered_by, accepted, live_from"
    signer = owners.get_signer(label).actor

    refused(
        "answered after it was made",
        f"INSERT INTO rights_rosterentry ({columns}) VALUES (%s, %s, %s, now(), %s, true, now())",
        label.pk, artist.pk, signer, principal(artist).actor,
    )  # fmt: skip


def test_an_artist_has_no_roster(artist: Artist) -> None:
    own = parties.get_artist_party(artist)

    refused("an artist has no roster", PROPOSE, own.pk, artist.pk, principal(artist).actor)


def test_a_proposal_is_answered_by_the_artists_side(entry: RosterEntry, artist: Artist) -> None:
    other = factories.create_artist("Ove Lind")
    people = [owners.get_signer(entry.label), factories.get_staff(), principal(other)]
    people += [factories.get_member(artist, role) for role in ("editor", "reviewer")]
    for by in [*(person.actor for person in people), f"person:{uuid.uuid4()}", ""]:
        refused("answered by a principal or an owner", ACCEPT, by, entry.pk)


def test_an_answer_is_given_once_and_never_dated_back(entry: RosterEntry, artist: Artist) -> None:
    sql(ACCEPT, principal(artist).actor, entry.pk)
    entry.refresh_from_db()

    assert entry.answered_at == entry.live_from
    assert entry.live_from > entry.proposed_at
    refused("answered once", ACCEPT, principal(artist).actor, entry.pk)
    refused("answered once", "UPDATE rights_rosterentry SET live_from = '2020-01-01' WHERE id = %s", entry.pk)


def test_an_entry_is_ended_by_its_two_sides_and_stays_ended(entry: RosterEntry, artist: Artist) -> None:
    roster.answer(entry, accepted=True, by=principal(artist), fresh=True)
    for by in (factories.get_staff().actor, factories.create_person().actor, f"person:{uuid.uuid4()}"):
        refused("one of its two sides", END, "2046-01-01", by, entry.pk)
    sql(END, "2046-01-01", principal(artist).actor, entry.pk)
    signer = owners.get_signer(entry.label).actor

    refused("stays ended", END, "2047-01-01", signer, entry.pk)
    refused("stays ended", END, None, None, entry.pk)
    refused("stays ended", "UPDATE rights_rosterentry SET ended_by = %s WHERE id = %s", signer, entry.pk)
    sql(END, "2020-01-01", signer, entry.pk)
    entry.refresh_from_db()
    assert entry.live_until > entry.live_from
    refused("stays ended", END, "2020-01-01", signer, entry.pk)


def test_what_was_refused_or_taken_back_is_not_accepted_later(entry: RosterEntry, artist: Artist) -> None:
    by = principal(artist)
    refused("one of its two sides", END, "2020-01-01", by.actor, entry.pk)
    roster.end(entry, by=owners.get_signer(entry.label))
    refused("answered once", ACCEPT, by.actor, entry.pk)

    again = roster.propose(entry.label, artist, by=owners.get_signer(entry.label), fresh=True)
    roster.answer(again, accepted=False, by=by, fresh=False)
    refused("answered once", ACCEPT, by.actor, again.pk)
    refused("stays ended", END, "2046-01-01", by.actor, again.pk)


def test_an_artist_is_once_on_a_roster_at_a_time(entry: RosterEntry, artist: Artist) -> None:
    roster.answer(entry, accepted=True, by=principal(artist), fresh=True)
    sql(PROPOSE, entry.label_id, artist.pk, owners.get_signer(entry.label).actor)
    second = RosterEntry.objects.get(answered_at=None)

    refused("one_roster_entry_at_a_time", ACCEPT, principal(artist).actor, second.pk)


def test_a_roster_entry_is_not_rewritten(entry: RosterEntry) -> None:
    for change in ("label_id = label_id", "artist_id = artist_id", "proposed_at = '2020-01-01'", "proposed_by = ''"):
        refused("permission denied", f"UPDATE rights_rosterentry SET {change}")
    for statement in ("DELETE FROM rights_rosterentry", "TRUNCATE rights_rosterentry"):
        refused("permission denied", statement)
