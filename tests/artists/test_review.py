import json
from collections.abc import Callable
from datetime import timedelta

import pytest
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext

from accounts import roles
from accounts.exceptions import NotAllowed
from accounts.models import Person
from artists import programs, review
from artists.exceptions import AlreadyDecided, DraftNotFound, InvalidRequest, Stale, TooLate, Uncleared
from artists.models import Draft
from audit.models import Entry
from catalog.models import Artist
from events.models import Outbox
from live.models import Notice
from rights import grants
from rights.models import Decision, Use
from tests import factories
from tests.concurrency import run_at_once
from tests.servers import Database
from web.times import write_time

ROLES = ("principal", "owner", "editor", "reviewer")


def notified_people(kind: str) -> set[Person]:
    return {notice.person for notice in Notice.objects.filter(kind=kind)}


def event_types() -> list[str]:
    records = Outbox.objects.filter(topic="experiences.v1").order_by("pk")
    return [json.loads(bytes(record.value))["type"] for record in records]


def add_team(artist: Artist) -> dict[str, Person]:
    return {role: factories.get_member(artist, role) for role in ROLES}


# Approve


@pytest.mark.django_db
@pytest.mark.parametrize("role", ROLES)
def test_every_role_approves_a_text_within_the_signed_shape(role: str) -> None:
    artist = factories.create_artist()
    members = add_team(artist)
    draft = factories.create_pending_draft(artist)

    approved = review.approve(draft.pk, by=members[role], revision=1)

    decision = approved.decision
    assert (approved.state, approved.mark, approved.text) == ("approved", "filled", draft.text)
    assert approved.credit == ("Mara Veil" if role == "principal" else "Mara Veil’s team")
    assert (decision.kind, decision.by, decision.role) == ("item", members[role].actor, role)
    assert decision.content_hash == approved.content_hash
    assert decision.under == approved.version.decision
    assert (approved.decided_by, approved.deliver_after - approved.decided_at) == (
        members[role].actor,
        timedelta(seconds=5),
    )
    assert notified_people("draft.decided") == set(members.values())
    assert event_types() == ["fanfare.experience.drafted.v1", "fanfare.experience.approved.v1"]
    entry = Entry.objects.get(action="draft.approved")
    assert (entry.actor, entry.subject, entry.facts["decision"]) == (
        members[role].actor,
        f"draft:{draft.pk}",
        decision.pk,
    )


@pytest.mark.django_db
def test_a_second_decision_learns_who_decided_first() -> None:
    artist = factories.create_artist()
    draft = factories.create_pending_draft(artist)
    reviewer = factories.get_member(artist, "reviewer")
    Person.objects.filter(pk=reviewer.pk).update(name="Inês")
    approved = review.approve(draft.pk, by=reviewer)

    at = write_time(approved.decided_at)
    for again in (
        lambda: review.approve(draft.pk, by=reviewer),
        lambda: review.decline(draft.pk, by=factories.get_member(artist, "principal")),
        lambda: review.edit(draft.pk, "Other words.", by=factories.get_member(artist, "principal")),
    ):
        with pytest.raises(AlreadyDecided, match=f"Already decided by Inês on {at}: approved"):
            again()
    assert Decision.objects.filter(kind="item").count() == 1


def test_of_concurrent_approvals_one_succeeds(committing_db: Database) -> None:
    artist = factories.create_artist()
    draft = factories.create_pending_draft(artist)
    members = list(add_team(artist).values())

    answers = run_at_once(*[lambda by=by: review.approve(draft.pk, by=by) for by in members])

    assert sorted(type(answer).__name__ for answer in answers) == ["AlreadyDecided"] * 3 + ["Draft"]
    assert Decision.objects.filter(kind="item").count() == 1
    assert Entry.objects.filter(action="draft.approved").count() == 1


def test_of_a_concurrent_approval_and_decline_one_succeeds(committing_db: Database) -> None:
    artist = factories.create_artist()
    draft = factories.create_pending_draft(artist)
    by = factories.get_member(artist, "principal")

    answers = run_at_once(lambda: review.approve(draft.pk, by=by), lambda: review.decline(draft.pk, by=by))

    assert sorted(type(answer).__name__ for answer in answers) == ["AlreadyDecided", "Draft"]
    draft.refresh_from_db()
    assert Decision.objects.filter(kind="item").count() == (draft.state == "approved")


@pytest.mark.django_db
def test_an_earlier_revision_is_not_approved() -> None:
    artist = factories.create_artist()
    draft = factories.create_pending_draft(artist)
    review.edit(draft.pk, "Other words.", by=factories.get_member(artist, "editor"))

    with pytest.raises(Stale, match="changed the words meanwhile"):
        review.approve(draft.pk, by=factories.get_member(artist, "principal"), revision=1)
    draft.refresh_from_db()
    assert draft.state == "pending"


@pytest.mark.django_db
def test_after_the_deadline_nobody_decides_even_before_expiry_ran() -> None:
    artist = factories.create_artist()
    draft = factories.create_pending_draft(artist)
    factories.pass_deadline(draft)

    for late in (review.approve, review.decline):
        with pytest.raises(TooLate, match=r"Nobody decided until .*, \d\d:\d\d UTC: it has expired"):
            late(draft.pk, by=factories.get_member(artist, "principal"))
    draft.refresh_from_db()
    assert draft.state == "pending"
    assert Decision.objects.filter(kind="item").count() == 0


@pytest.mark.django_db
def test_an_approval_clears_again() -> None:
    artist = factories.create_artist()
    draft = factories.create_pending_draft(artist)
    principal = factories.get_member(artist, "principal")
    grants.switch_off(artist, Use.PERSONAL_MESSAGE, by=principal)

    with pytest.raises(Uncleared, match=r"Mara Veil \(artist\): personal messages are off"):
        review.approve(draft.pk, by=principal)
    draft.refresh_from_db()
    assert draft.state == "pending"

    grants.switch_on(artist, Use.PERSONAL_MESSAGE, by=principal, fresh=True)
    approved = review.approve(draft.pk, by=principal)
    assert approved.clearance != draft.clearance
    assert [grant.version for grant in approved.clearance.grants.all()] == [2]


@pytest.mark.django_db
def test_a_draft_of_a_paused_program_is_not_approved() -> None:
    artist = factories.create_artist()
    draft = factories.create_pending_draft(artist)
    programs.pause(draft.version.program, by=factories.get_member(artist, "principal"))

    with pytest.raises(InvalidRequest, match="paused"):
        review.approve(draft.pk, by=factories.get_member(artist, "principal"))


@pytest.mark.django_db
def test_a_models_text_needs_a_principal() -> None:
    artist = factories.create_artist()
    draft = factories.create_pending_draft(artist, by_model=True)
    for role in ("owner", "editor", "reviewer"):
        with pytest.raises(NotAllowed, match="only Mara Veil can approve them"):
            review.approve(draft.pk, by=factories.get_member(artist, role))

    approved = review.approve(draft.pk, by=factories.get_member(artist, "principal"))

    assert (approved.mark, approved.credit, approved.decision.under) == ("approved", "Mara Veil", None)


@pytest.mark.django_db
def test_an_erased_text_cannot_be_approved() -> None:
    artist = factories.create_artist()
    draft = factories.create_pending_draft(artist)
    factories.erase_text(draft)

    with pytest.raises(InvalidRequest, match="erased"):
        review.approve(draft.pk, by=factories.get_member(artist, "principal"))


# Decline


@pytest.mark.django_db
def test_a_decline_stores_the_reason_and_notifies_the_team() -> None:
    artist = factories.create_artist()
    members = add_team(artist)
    draft = factories.create_pending_draft(artist)

    declined = review.decline(draft.pk, by=members["reviewer"], reason="Not this one.")

    assert (declined.state, declined.reason) == ("declined", "declined: Not this one.")
    assert (declined.decided_by, declined.decision, declined.mark) == (members["reviewer"].actor, None, None)
    assert notified_people("draft.decided") == set(members.values())
    assert event_types()[-1] == "fanfare.experience.declined.v1"
    assert Entry.objects.get(action="draft.declined").facts == {"revision": 1}


@pytest.mark.django_db
def test_a_decline_needs_no_reason() -> None:
    artist = factories.create_artist()

    assert (
        review.decline(factories.create_pending_draft(artist).pk, by=factories.get_member(artist, "reviewer")).reason
        == "declined"
    )


# Access and cost


@pytest.mark.django_db
def test_outside_the_team_the_draft_does_not_exist() -> None:
    artist, other = factories.create_artist(), factories.create_artist("Ove Lind")
    draft = factories.create_pending_draft(artist)
    left = factories.get_member(artist, "owner")
    roles.remove_member(artist.team, left, by=factories.get_member(artist, "principal"))
    outsiders = [draft.person, factories.create_fan(), factories.get_staff(), left, *add_team(other).values()]

    for person in outsiders:
        for attempt in (
            lambda by: review.get_draft(draft.pk, by=by),
            lambda by: review.approve(draft.pk, by=by),
            lambda by: review.decline(draft.pk, by=by),
            lambda by: review.edit(draft.pk, "Mine.", by=by),
            lambda by: review.undo(draft.pk, by=by),
        ):
            with pytest.raises(DraftNotFound, match=r"There is no such draft\."):
                attempt(person)
    with pytest.raises(DraftNotFound):
        review.get_draft(987_654_321, by=factories.get_member(artist, "principal"))
    assert Draft.objects.get(pk=draft.pk).state == "pending"


@pytest.mark.django_db
def test_an_approval_takes_as_many_queries_for_a_larger_team() -> None:
    artist = factories.create_artist()
    principal = factories.get_member(artist, "principal")
    first, second = factories.create_pending_draft(artist), factories.create_pending_draft(artist)
    with CaptureQueriesContext(connection) as small:
        review.approve(first.pk, by=principal)
    for _ in range(3):
        factories.add_member(artist, "reviewer")
    with CaptureQueriesContext(connection) as large:
        review.approve(second.pk, by=principal)

    assert len(small) == len(large)


@pytest.mark.django_db
@pytest.mark.parametrize("action", [review.approve, review.decline, review.undo])
def test_a_role_that_decides_nothing_is_refused(action: Callable[..., Draft], monkeypatch: pytest.MonkeyPatch) -> None:
    artist = factories.create_artist()
    draft = factories.create_pending_draft(artist)
    if action is review.undo:
        review.approve(draft.pk, by=factories.get_member(artist, "principal"))
    monkeypatch.setattr(roles, "DECIDING_ROLES", roles.EDITING_ROLES)

    with pytest.raises(NotAllowed, match="decides about none"):
        action(draft.pk, by=factories.get_member(artist, "reviewer"))


# Constraints


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("change", "promise"),
    [
        ({"state": "approved"}, "nothing_goes_out_undecided"),
        ({"state": "delivered"}, "nothing_goes_out_undecided"),
        ({"state": "declined"}, "what_went_no_further_says_why"),
        ({"mark": "written"}, "a_pending_draft_is_open"),
    ],
)
def test_the_table_refuses_impossible_combinations(change: dict[str, str], promise: str) -> None:
    draft = factories.create_pending_draft(factories.create_artist())

    with pytest.raises(IntegrityError, match=promise), transaction.atomic():
        Draft.objects.filter(pk=draft.pk).update(**change)
