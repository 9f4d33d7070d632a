"""Raw SQL with the app role: nobody acts who does not exist, and nothing is dated back. Roles have a history."""

import uuid
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection

from accounts import consents, roles
from accounts.models import Consent, MembershipPeriod, Person, Team, TeamKind
from audit.actors import SystemActor
from audit.models import Entry
from catalog.models import Artist
from config.database import as_owner
from rights.models import Decision
from tests import factories
from tests.adversarial.test_database_constraints import refused, sql
from tests.adversarial.test_decision_constraints import INSERT_DECISION, decision, is_now
from tests.servers import Database
from tests.trust.factories import a_report
from trust.models import Report

NOBODY = f"person:{uuid.UUID(int=4)}"
THEN = "2020-01-01"


@pytest.fixture
def artist(db: None) -> Artist:
    return factories.create_artist()


# Teams and roles


def test_an_artist_keeps_the_team_and_it_is_an_artists(artist: Artist) -> None:
    other = factories.create_artist("Ove Lind")
    label = Team.objects.create(name="North Wind Records", kind=TeamKind.RIGHTSHOLDER)
    add = "INSERT INTO catalog_artist (team_id, name, slug) VALUES (%s, 'Ida Koro', 'ida-koro')"

    refused("history is not changed", "UPDATE catalog_artist SET team_id = %s WHERE id = %s", label.pk, artist.pk)
    refused("history is not changed", "UPDATE catalog_artist SET team_id = %s WHERE id = %s", other.team_id, artist.pk)
    refused("is not the team of an artist", add, label.pk)


def test_each_kind_of_team_has_its_own_signing_role(artist: Artist) -> None:
    label = Team.objects.create(name="North Wind Records", kind=TeamKind.RIGHTSHOLDER)
    person = factories.create_person()
    join = "INSERT INTO accounts_member (team_id, person_id, role) VALUES (%s, %s, %s)"
    sql(join, label.pk, person.pk, "signatory")

    refused("a_team_has_its_signing_role", join, artist.team_id, person.pk, "signatory")
    refused("a_team_has_its_signing_role", "UPDATE accounts_member SET role = 'principal' WHERE team_id = %s", label.pk)
    refused("a_member_has_a_known_role", join, artist.team_id, person.pk, "boss")
    refused("permission denied", "UPDATE accounts_team SET kind = 'artist' WHERE id = %s", label.pk)
    refused("permission denied", "UPDATE accounts_member SET team_id = %s WHERE team_id = %s", artist.team_id, label.pk)


def periods(team: Team) -> list[tuple[str, bool]]:
    """The roles that people had in the team, each with whether it lasts."""
    rows = MembershipPeriod.objects.filter(team=team).order_by("pk")
    return [(period.role, period.until is None) for period in rows]


def test_whatever_happens_to_a_member_is_in_the_history(artist: Artist) -> None:
    person = factories.create_person()
    own = " WHERE person_id = %s"

    sql(
        "INSERT INTO accounts_member (team_id, person_id, role, since) VALUES (%s, %s, 'editor', %s)",
        artist.team_id, person.pk, THEN,
    )  # fmt: skip
    sql("UPDATE accounts_member SET role = role" + own, person.pk)
    sql("UPDATE accounts_member SET role = 'owner'" + own, person.pk)
    sql("DELETE FROM accounts_member" + own, person.pk)

    assert periods(artist.team) == [("principal", True), ("editor", False), ("owner", False)]
    editor, owner = MembershipPeriod.objects.filter(person=person).order_by("pk")
    assert is_now(editor.since)
    assert editor.since < owner.since == editor.until < owner.until


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE accounts_membershipperiod SET role = 'principal'",
        "UPDATE accounts_membershipperiod SET until = now()",
        "UPDATE accounts_membershipperiod SET since = '2000-01-01'",
        "DELETE FROM accounts_membershipperiod",
        "TRUNCATE accounts_membershipperiod",
        "INSERT INTO accounts_membershipperiod SELECT id, role, since, NULL, person_id, team_id FROM accounts_member",
    ],
)
def test_the_history_of_roles_is_not_written_by_hand(artist: Artist, statement: str) -> None:
    factories.get_member(artist, "reviewer")

    refused("permission denied", statement)


def test_what_writes_the_history_of_roles_runs_on_no_other_table(artist: Artist) -> None:
    sql("CREATE TEMP TABLE mine (team_id bigint, person_id uuid, role text, since timestamptz)")

    refused(
        "permission denied",
        "CREATE TRIGGER forged AFTER INSERT ON mine FOR EACH ROW EXECUTE FUNCTION accounts_write_membership()",
    )


def test_not_even_the_owner_changes_the_history_of_roles(committing_db: Database) -> None:
    artist = factories.create_artist()

    with as_owner():
        for statement in (
            "UPDATE accounts_membershipperiod SET since = '2000-01-01'",
            "DELETE FROM accounts_membershipperiod",
            "TRUNCATE accounts_membershipperiod",
        ):
            refused("history is not changed", statement)

    assert periods(artist.team) == [("principal", True)]


def test_the_role_at_a_moment_is_one_indexed_query(artist: Artist, django_assert_num_queries: Any) -> None:
    owner = factories.add_member(artist, "reviewer")
    roles.add_member(artist.team, owner, "owner", by=factories.get_staff())
    roles.remove_member(artist.team, owner, by=owner)
    reviewer, later = MembershipPeriod.objects.filter(person=owner).order_by("pk")
    assert reviewer.until
    assert later.until

    moments = [reviewer.since - timedelta(microseconds=1), reviewer.since, reviewer.until, later.until]
    with django_assert_num_queries(4):
        found = [roles.role_at(owner, artist.team_id, moment) for moment in moments]

    assert found == [None, "reviewer", "owner", None]
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT accounts_role_at(%s, %s, moment) FROM unnest(%s::timestamptz[]) moment",
            [owner.pk, artist.team_id, moments],
        )
        assert [role for (role,) in cursor.fetchall()] == found


# The audit, consents and reports


def test_the_audit_is_dated_by_the_clock(db: None) -> None:
    sql("INSERT INTO audit_entry (at, actor, action, subject, facts) VALUES (%s, %s, 'x.y', 'x:1', '{}')",
        THEN, SystemActor.COMMAND)  # fmt: skip

    assert is_now(Entry.objects.get().at)


@pytest.mark.parametrize("actor", [NOBODY, "person:x", "system:cron", "Ana", "", NOBODY.upper(), f"{NOBODY} "])
def test_nobody_acts_who_is_not_known(db: None, actor: str) -> None:
    refused(
        "nobody is|an_actor_is_known",
        "INSERT INTO audit_entry (actor, action, subject, facts) VALUES (%s, 'draft.approved', 'draft:1', '{}')",
        actor,
    )


def test_the_databases_list_of_system_actors_is_the_codes(db: None) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_get_constraintdef(oid) FROM pg_constraint WHERE conname = 'an_actor_is_known'")
        [definition] = cursor.fetchone()

    assert sorted(word for word in definition.split("'") if word.startswith("system:")) == sorted(SystemActor)


def test_people_stay_in_the_history_that_they_left(artist: Artist) -> None:
    """What is erased of a person is never the id. Rows of theirs still read, and new ones are checked anew."""
    principal = factories.get_member(artist, "principal")
    roles.remove_member(artist.team, principal, by=principal)
    Person.objects.filter(pk=principal.pk).update(name="", is_active=False, email=f"{principal.pk}@gone.invalid")

    assert Entry.objects.filter(actor=principal.actor).exists()
    assert periods(artist.team) == [("principal", False)]


def test_a_consent_is_dated_by_the_clock(artist: Artist) -> None:
    fan = factories.create_fan()
    consents.give(fan, f"artist:{artist.pk}", 1, "Yes.")

    sql(
        "INSERT INTO accounts_consent (person_id, about, act, version, words, at)"
        " VALUES (%s, 'x:1', 'given', 1, '', %s)",
        fan.pk,
        THEN,
    )

    assert [is_now(consent.at) for consent in Consent.objects.all()] == [True, True]


def test_a_report_is_dated_by_the_clock(artist: Artist) -> None:
    report = a_report(factories.create_fan())
    copied = [field.column for field in Report._meta.concrete_fields if field.name not in ("id", "subject", "at")]

    sql(
        f"INSERT INTO trust_report (subject, at, {', '.join(copied)})"
        f" SELECT 'experience:2', %s, {', '.join(copied)} FROM trust_report",
        THEN,
    )

    assert is_now(Report.objects.exclude(pk=report.pk).get().at)


def test_only_staff_handle_a_report_and_only_now(artist: Artist) -> None:
    report = a_report(factories.create_fan())
    handle = "UPDATE trust_report SET state = 'dismissed', note = 'No.', handled_by = %s, handled_at = %s WHERE id = %s"

    for actor in (NOBODY, report.by.actor, SystemActor.REPORTS, "x"):
        refused("is not of the staff", handle, actor, THEN, report.pk)

    sql(handle, factories.get_staff().actor, THEN, report.pk)
    report.refresh_from_db()
    assert report.handled_at
    assert is_now(report.handled_at)


# The one exemption


def test_only_the_owner_loads_rows_of_another_time(committing_db: Database) -> None:
    """The exemption is for whoever may TRUNCATE a table. The app role may not, and cannot make itself a clock."""
    artist = factories.create_artist()
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT tgrelid::regclass::text, has_table_privilege(tgrelid, 'TRUNCATE') FROM pg_trigger"
            " WHERE tgname IN ('dated_by_clock', 'decided_by_the_team', 'handled_by_staff')"
        )
        guarded = cursor.fetchall()
    refused("permission denied", "CREATE SCHEMA past")

    with as_owner():
        sql(INSERT_DECISION, *decision(artist, factories.get_member(artist, "principal").actor, "principal"))

    assert {table for table, _ in guarded} >= {
        "audit_entry", "accounts_consent", "accounts_member", "rights_decision", "trust_report",
    }  # fmt: skip
    assert [table for table, may_truncate in guarded if may_truncate] == []
    assert Decision.objects.get().at.year == 2020
