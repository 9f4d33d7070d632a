"""Raw SQL with the app role against agreements and split schemes: the database refuses."""

import uuid

import pytest

from accounts import roles
from accounts.models import Team
from catalog.models import Artist
from rights import agreements, grants, parties, split_schemes
from rights.agreements import Key, Scope, Terms
from rights.grants import Songs
from rights.models import AgreementVersion, Party, SplitScheme, Use
from tests import factories
from tests.adversarial.test_database_constraints import refused, sql
from tests.rights import factories as owners

pytestmark = pytest.mark.django_db

ACCEPT = "INSERT INTO rights_acceptance (version_id, wording_hash, party_id, by) VALUES (%s, %s, %s, %s)"
BEGIN = "UPDATE rights_agreementversion SET live_from = now() WHERE id = %s"
GRANT = """
INSERT INTO rights_grant (party_id, use, version, by, live_from, agreement_version_id)
SELECT %s, %s, 9, %s, coalesce(live_from, now()), id FROM rights_agreementversion WHERE id = %s
"""


@pytest.fixture
def publisher() -> Party:
    return owners.create_party("publisher", "Kestrel Row")


@pytest.fixture
def version(label: Party, publisher: Party) -> AgreementVersion:
    terms = Terms("Remixes of all songs.", (Scope(Use.REMIX),))
    return agreements.propose("A-1", [label, publisher], terms, by=factories.get_staff())


def accept(version: AgreementVersion, *parties: Party) -> None:
    for party in parties:
        agreements.accept(version, party, by=owners.get_signer(party), fresh=True)


def test_an_agreement_is_accepted_by_its_parties_as_it_stands(version: AgreementVersion, label: Party) -> None:
    stranger = owners.create_party("label", "Second Shore")
    signer = owners.get_signer(label).actor

    for by in (f"person:{uuid.uuid4()}", factories.get_staff().actor, owners.get_signer(stranger).actor):
        refused("accepted by whoever signs", ACCEPT, version.pk, version.wording_hash, label.pk, by)
    refused("accepted_as_it_stands", ACCEPT, version.pk, "0" * 64, label.pk, signer)
    refused(
        "accepted_by_its_party",
        ACCEPT,
        version.pk,
        version.wording_hash,
        stranger.pk,
        owners.get_signer(stranger).actor,
    )
    sql(ACCEPT, version.pk, version.wording_hash, label.pk, signer)


def test_terms_are_proposed_by_a_person_who_is_there(version: AgreementVersion) -> None:
    closed = factories.create_fan("Bo", is_active=False)
    propose = (
        "INSERT INTO rights_agreementversion (agreement_id, version, wording, wording_hash, proposed_by)"
        " SELECT agreement_id, 9, wording, '', %s FROM rights_agreementversion"
    )

    for by in ("nobody", "system:command", f"person:{uuid.uuid4()}", closed.actor):
        refused("proposed by a person", propose, by)
    sql(propose, factories.get_staff().actor)


def test_a_proposal_that_was_closed_is_accepted_by_nobody_and_never_begins(
    version: AgreementVersion, label: Party, publisher: Party
) -> None:
    accept(version, label)
    agreements.end(version, by=owners.get_signer(publisher))
    signer = owners.get_signer(publisher).actor

    refused("accepted by nobody", ACCEPT, version.pk, version.wording_hash, publisher.pk, signer)
    refused("once every party accepted it", BEGIN, version.pk)
    refused(
        "stays ended", "UPDATE rights_agreementversion SET ended_at = NULL, ended_by = NULL WHERE id = %s", version.pk
    )


def test_nothing_is_in_force_that_a_party_has_not_accepted(version: AgreementVersion, label: Party) -> None:
    signer = owners.get_signer(label).actor
    refused("once every party accepted it", BEGIN, version.pk)
    refused("what its party accepted", GRANT, label.pk, Use.REMIX, signer, version.pk)

    accept(version, label)

    refused("once every party accepted it", BEGIN, version.pk)
    refused("what its party accepted", GRANT, label.pk, Use.REMIX, signer, version.pk)
    refused(
        "proposed before it is in force",
        "INSERT INTO rights_agreementversion (agreement_id, version, wording, wording_hash, proposed_by, live_from)"
        " SELECT agreement_id, 2, wording, '', proposed_by, now() FROM rights_agreementversion",
    )


def test_a_grant_of_an_agreement_is_what_was_accepted(
    version: AgreementVersion, label: Party, publisher: Party
) -> None:
    accept(version, label, publisher)
    stranger = owners.create_party("label", "Second Shore")

    for party, use in ((label, Use.PLAYLIST), (stranger, Use.REMIX)):
        refused("what its party accepted", GRANT, party.pk, use, owners.get_signer(party).actor, version.pk)
    refused("one_live_grant_a_scope", GRANT, label.pk, Use.REMIX, owners.get_signer(label).actor, version.pk)


def test_terms_that_somebody_accepted_are_not_changed(version: AgreementVersion, label: Party) -> None:
    accept(version, label)
    other = owners.create_party("label", "Second Shore")

    refused(
        "a change is a new version",
        "INSERT INTO rights_agreementparty (version_id, party_id) VALUES (%s, %s)",
        version.pk,
        other.pk,
    )
    refused(
        "a change is a new version",
        "INSERT INTO rights_agreementscope (version_id, use) VALUES (%s, 'dj')",
        version.pk,
    )
    for table in ("rights_agreementparty", "rights_agreementscope", "rights_acceptance"):
        refused("permission denied", f"UPDATE {table} SET id = id")
        refused("permission denied", f"DELETE FROM {table}")
    for change in ("wording = 'Everything.'", "starts_at = '2020-01-01'", "ends_at = NULL", "scheme_id = NULL"):
        refused("permission denied", f"UPDATE rights_agreementversion SET {change}")


def test_an_agreement_that_ended_stays_ended(version: AgreementVersion, label: Party, publisher: Party) -> None:
    accept(version, label, publisher)
    end = "UPDATE rights_agreementversion SET ended_at = %s, ended_by = %s WHERE id = %s"
    signer = owners.get_signer(label)

    refused("ended by one of its parties", end, "2046-01-01", factories.create_person().actor, version.pk)
    agreements.end(version, by=signer)
    refused("stays ended", end, "2046-01-01", signer.actor, version.pk)
    refused("stays ended", end, None, None, version.pk)
    refused("stays ended", "UPDATE rights_grant SET ended_at = NULL, ended_by = NULL WHERE party_id = %s", label.pk)


def test_the_words_and_the_voice_of_an_artist_are_in_no_agreement(version: AgreementVersion) -> None:
    for use in (Use.PERSONAL_MESSAGE, Use.VOICE, Use.TRAIN):
        refused(
            "no_agreement_over_words_and_voice",
            "INSERT INTO rights_agreementscope (version_id, use) VALUES (%s, %s)",
            version.pk,
            use,
        )


def test_limits_and_keys_are_possible_ones(version: AgreementVersion, artist: Artist) -> None:
    scope = "INSERT INTO rights_agreementscope (version_id, use, monthly_limit, after_end) VALUES (%s, 'dj', %s, %s)"
    key = "INSERT INTO rights_agreementparty (version_id, party_id, holds_key, key_above) VALUES (%s, %s, %s, %s)"
    other = owners.create_party("label", "Second Shore")

    refused("a_limit_leaves_something", scope, version.pk, 0, "stops")
    refused("a_scope_says_what_fans_keep", scope, version.pk, 1, "perhaps")
    refused("only_a_key_is_asked_for_above_a_number", key, version.pk, other.pk, False, 500)
    refused("held by a rightsholder", key, version.pk, parties.get_artist_party(artist).pk, True, 0)
    sql(scope, version.pk, 1, "stops")
    sql(key, version.pk, other.pk, True, 500)


def test_shared_remixes_have_no_quantity_and_no_key(version: AgreementVersion, label: Party) -> None:
    scope = "INSERT INTO rights_agreementscope (version_id, use, monthly_limit) VALUES (%s, 'share', %s)"
    keyed = Terms("Remixes, each with our yes.", (Scope(Use.REMIX),), keys=(Key(label),))
    shared = Terms("Shared remixes.", (Scope(Use.SHARE),), keys=(Key(label),))
    other = agreements.propose("A-2", [label], keyed, by=factories.get_staff())

    refused("shared_remixes_are_not_counted", scope, version.pk, 1)
    sql(scope, version.pk, None)
    sql(scope, other.pk, None)
    accept(version, label)
    signer = owners.get_signer(label).actor
    refused("nobody holds a key of shared remixes", ACCEPT, other.pk, other.wording_hash, label.pk, signer)
    with pytest.raises(ValueError, match="key of shared remixes"):
        agreements.propose("A-3", [label], shared, by=factories.get_staff())


def test_a_grant_of_an_agreement_says_what_fans_keep_as_accepted(
    version: AgreementVersion, label: Party, publisher: Party
) -> None:
    accept(version, label, publisher)
    signer = owners.get_signer(label)
    grants.refuse(label, Use.REMIX, Songs(), by=signer)
    stops = GRANT.replace("(party_id,", "(after_end, party_id,").replace("SELECT %s", "SELECT 'stops', %s")

    refused("what its party accepted", stops, label.pk, Use.REMIX, signer.actor, version.pk)


def test_messages_stay_readable(artist: Artist) -> None:
    principal = factories.get_member(artist, "principal").actor
    party = parties.get_artist_party(artist)
    grant = """
    INSERT INTO rights_grant (party_id, artist_id, use, country, version, by, after_end)
    VALUES (%s, %s, %s, 'NO', 9, %s, 'stops')
    """

    refused("messages_stay_readable", grant, party.pk, artist.pk, Use.PERSONAL_MESSAGE, principal)
    sql(grant, party.pk, artist.pk, Use.REMIX, principal)


def test_who_left_ends_nothing_by_an_acceptance_of_long_ago(
    version: AgreementVersion, label: Party, publisher: Party
) -> None:
    accept(version, label, publisher)
    signer = owners.get_signer(label)
    assert label.team
    roles.remove_member(label.team, signer, by=factories.get_staff())
    heir = factories.create_person("Heir")
    roles.name_signatory(label.team, heir, by=factories.get_staff())
    [own] = grants.permit(label, Use.DJ, Songs(), by=heir, fresh=True)

    end = "UPDATE rights_grant SET ended_at = now(), ended_by = %s WHERE id = %s"
    refused("ended by its party", end, signer.actor, own.pk)
    end = "UPDATE rights_agreementversion SET ended_at = now(), ended_by = %s WHERE id = %s"
    refused("ended by one of its parties", end, signer.actor, version.pk)


def test_a_party_keeps_its_team(label: Party, publisher: Party) -> None:
    mine = Team.objects.create(name="Mine", kind="rightsholder")
    writer = parties.add_party("writer", "Ida Koro", by=factories.get_staff())
    change = "UPDATE rights_party SET team_id = %s WHERE id = %s"

    for team in (mine.pk, None):
        refused("keeps its team", change, team, label.pk)
    parties.ensure_team(writer, by=factories.get_staff())
    refused("keeps its team", change, None, writer.pk)
    rewrite = "UPDATE rights_party SET team_by = %s WHERE id = %s"
    for by in (None, "person:x", factories.get_staff().actor + "x"):
        refused("who gave a party its team stays", rewrite, by, label.pk)


def test_a_scheme_adds_up_and_stays_so() -> None:
    scheme = split_schemes.add_scheme(Use.REMIX, {"platform": 2_000, "writer": 8_000}, by=factories.get_staff())

    sql("SET CONSTRAINTS ALL IMMEDIATE")

    for statement in (
        f"INSERT INTO rights_splitline (scheme_id, role, share) VALUES ({scheme.pk}, 'publisher', 1)",
        "INSERT INTO rights_splitscheme (use, version) VALUES ('remix', 2)",
    ):
        refused("add up to 10,000", statement)
    refused("permission denied", "UPDATE rights_splitline SET share = 1")
    refused("permission denied", "DELETE FROM rights_splitscheme")
    assert SplitScheme.objects.count() == 1


@pytest.mark.parametrize("change", ["title = 'Another'", "number = 'Z-9'", "id = id"])
def test_an_agreement_keeps_its_number_and_title(version: AgreementVersion, change: str) -> None:
    refused("permission denied|history is not changed", f"UPDATE rights_agreement SET {change}")
    refused("permission denied", "DELETE FROM rights_agreement")
