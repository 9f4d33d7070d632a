"""Raw SQL with the app role: who cannot decide, and what a decision is not on."""

import uuid
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from accounts import roles
from accounts.models import Role
from artists.models import Draft, ProgramVersion
from audit.actors import SystemActor
from catalog.models import Artist
from fans.models import Experience
from rights.models import Decision
from tests import factories
from tests.accounts.factories import switch_off
from tests.adversarial.test_database_constraints import refused, sql

pytestmark = pytest.mark.django_db
NOBODY = f"person:{uuid.UUID(int=4)}"
THEN = "2020-01-01"
INSERT_DECISION = (
    "INSERT INTO rights_decision (artist_id, kind, content_hash, why_hash, by, role, under_id, at)"
    " VALUES (%s, %s, repeat('0', 64), %s, %s, %s, %s, %s)"
)


@pytest.fixture
def artist(db: None) -> Artist:
    return factories.create_artist()


def decision(artist: Artist, by: str | None, role: str, *, kind: str = "item", under: int | None = None) -> list[Any]:
    """The values of a decision, dated back."""
    return [artist.pk, kind, "0" * 64 if kind == "item" else None, by, role, under, THEN]


def is_now(at: Any) -> bool:
    return timedelta() <= timezone.now() - at < timedelta(minutes=1)


# Decisions


def test_the_principal_may_decide_so_the_refusals_below_mean_something(artist: Artist) -> None:
    sql(INSERT_DECISION, *decision(artist, factories.get_member(artist, "principal").actor, "principal"))

    assert Decision.objects.get().role == "principal"


def test_a_decision_is_dated_by_the_clock(artist: Artist) -> None:
    sql(INSERT_DECISION, *decision(artist, factories.get_member(artist, "principal").actor, "principal"))

    assert is_now(Decision.objects.get().at)


@pytest.mark.parametrize("by", [NOBODY, "person:x", "person:", SystemActor.DELIVERY, "", f"{NOBODY}\n"])
def test_nobody_decides_as_the_principal(experience: Experience, by: str) -> None:
    """By such a decision a public receipt said that the artist saw what nobody had seen."""
    refused("is no principal in the team", INSERT_DECISION, *decision(experience.artist, by, "principal"))


@pytest.mark.parametrize("role", [role for role in Role if role not in ("principal", "signatory")])
def test_no_other_member_decides_as_the_principal(artist: Artist, role: Role) -> None:
    member = factories.get_member(artist, role)

    refused("is no principal in the team", INSERT_DECISION, *decision(artist, member.actor, "principal"))


def test_the_principal_of_another_artist_does_not_decide(artist: Artist) -> None:
    other = factories.get_member(factories.create_artist("Ove Lind"), "principal")

    refused("is no principal in the team", INSERT_DECISION, *decision(artist, other.actor, "principal"))


def test_whoever_left_or_was_switched_off_does_not_decide(artist: Artist) -> None:
    left, off = factories.add_member(artist, "principal"), factories.add_member(artist, "principal")
    roles.remove_member(artist.team, left, by=left)
    switch_off(off)

    for person in (left, off):
        refused("is no principal in the team", INSERT_DECISION, *decision(artist, person.actor, "principal"))


def test_a_temporary_table_of_people_deceives_nobody(artist: Artist) -> None:
    sql("CREATE TEMP TABLE accounts_person AS SELECT * FROM public.accounts_person")
    sql("CREATE TEMP TABLE accounts_membershipperiod AS SELECT * FROM public.accounts_membershipperiod")
    sql("UPDATE pg_temp.accounts_person SET id = %s", NOBODY.removeprefix("person:"))
    sql("UPDATE pg_temp.accounts_membershipperiod SET person_id = %s", NOBODY.removeprefix("person:"))

    refused("is no principal in the team", INSERT_DECISION, *decision(artist, NOBODY, "principal"))


@pytest.mark.parametrize("kind", ["item", "shape", "envelope", "lot"])
def test_what_nothing_signed_covers_is_the_principals(artist: Artist, kind: str) -> None:
    reviewer = factories.get_member(artist, "reviewer").actor

    refused("the_principal_signs", INSERT_DECISION, *decision(artist, reviewer, "reviewer", kind=kind))
    refused("the_principal_signs", INSERT_DECISION, *decision(artist, None, "", kind=kind))


def test_a_reviewer_decides_an_item_under_what_the_artist_signed(artist: Artist) -> None:
    signed = factories.create_program(artist).current.decision_id
    reviewer = factories.get_member(artist, "reviewer").actor

    sql(INSERT_DECISION, *decision(artist, reviewer, "reviewer", under=signed))

    refused("the_principal_signs", INSERT_DECISION, *decision(artist, reviewer, "reviewer", kind="lot", under=signed))
    refused("a_person_decides_in_a_role", INSERT_DECISION, *decision(artist, None, "principal", under=signed))


def test_a_wider_decision_is_a_signed_one_of_the_same_artist(artist: Artist) -> None:
    principal = factories.get_member(artist, "principal").actor
    theirs = factories.create_program(factories.create_artist("Ove Lind")).current.decision_id
    item = factories.create_experience(artist).decision_id

    for under in (theirs, item, 10**9):
        refused("no signed wider decision", INSERT_DECISION, *decision(artist, principal, "principal", under=under))


def test_a_decision_is_of_a_kind_that_is_known(artist: Artist) -> None:
    principal = factories.get_member(artist, "principal").actor

    refused("a_decision_is_of_a_known_kind", INSERT_DECISION, *decision(artist, principal, "principal", kind="wish"))


# What a decision is on


def copy_decision(artist: Artist, kind: str, content_hash: str, why_hash: str | None) -> int:
    """A decision by the principal of this artist on this content."""
    fields = {"kind": kind, "content_hash": content_hash, "why_hash": why_hash, "role": "principal"}
    by = factories.get_member(artist, "principal").actor
    return Decision.objects.create(artist=artist, by=by, **fields).pk


def test_only_a_shape_of_the_same_artist_signs_a_version(artist: Artist) -> None:
    version = factories.create_version(factories.create_program(artist))
    other = factories.create_artist("Ove Lind")
    decisions = [
        copy_decision(artist, "item", version.shape_hash, "0" * 64),
        copy_decision(artist, "envelope", version.shape_hash, None),
        copy_decision(artist, "lot", version.shape_hash, None),
        copy_decision(other, "shape", version.shape_hash, None),
    ]
    sign = "UPDATE artists_programversion SET decision_id = %s WHERE id = %s"

    for each in decisions:
        refused("signed_as_it_stands", sign, each, version.pk)

    sql(sign, copy_decision(artist, "shape", version.shape_hash, None), version.pk)


def test_a_version_and_its_program_are_of_one_artist(artist: Artist) -> None:
    other = factories.create_artist("Ove Lind")
    program = factories.create_program(artist)
    copied = "program_id, 9, moment, nth, audience, wording, review_seconds, by"

    refused("of_its_programs_artist", "UPDATE artists_program SET artist_id = %s WHERE id = %s", other.pk, program.pk)
    refused(
        "of_its_programs_artist",
        "INSERT INTO artists_programversion (artist_id, program_id, version, moment, nth, audience, wording,"
        f" review_seconds, by) SELECT %s, {copied} FROM artists_programversion WHERE program_id = %s",
        other.pk,
        program.pk,
    )


def test_only_a_decision_of_the_same_artist_on_an_item_sends_a_draft(artist: Artist) -> None:
    draft = factories.create_approved_draft(artist)
    assert draft.content_hash
    other = factories.create_artist("Ove Lind")
    send = "UPDATE artists_draft SET decision_id = %s WHERE id = %s"

    for each in (
        copy_decision(artist, "shape", draft.content_hash, None),
        copy_decision(other, "item", draft.content_hash, draft.why_hash),
    ):
        refused("decided_as_it_stands", send, each, draft.pk)

    sql(send, copy_decision(artist, "item", draft.content_hash, draft.why_hash), draft.pk)


def test_a_draft_without_its_words_keeps_its_decision(experience: Experience) -> None:
    draft = Draft.objects.get(pk=experience.draft)
    factories.erase_text(draft)
    signed = ProgramVersion.objects.get().decision_id

    refused("history is not changed", "UPDATE artists_draft SET decision_id = %s WHERE id = %s", signed, draft.pk)
