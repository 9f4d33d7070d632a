"""Tests of invitations: only the invited person can accept, and an ended invitation holds no address."""

from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction
from django.db.models import F
from django.utils import timezone

from accounts import invitations, roles
from accounts.exceptions import AlreadyMember, InvitationOver, NotAllowed, WrongEmailAddress
from accounts.models import Invitation, Person, Role, Team
from audit.models import Entry
from tests.accounts.factories import create_person

pytestmark = pytest.mark.django_db


@pytest.fixture
def team() -> Team:
    return Team.objects.create(name="Mara Veil")


@pytest.fixture
def owner(team: Team) -> Person:
    owner = create_person("olga")
    roles.add_member(team, owner, Role.OWNER, by=create_person("staff-one", is_staff=True))
    return owner


def ended_row(outcome: str) -> tuple[str, bool, None]:
    return (outcome, True, None)


def outcomes() -> list[tuple[str, bool, str | None]]:
    """The outcome of each invitation, whether it ended, and its address."""
    return [(row.outcome, row.ended_at is not None, row.email) for row in Invitation.objects.order_by("pk")]


def pass_seven_days() -> None:
    """Move the end of each invitation seven days back, as if the time had passed."""
    Invitation.objects.update(expires_at=F("expires_at") - timedelta(days=7))


def audit_entries() -> list[tuple[str, str, str, dict[str, object]]]:
    entries = Entry.objects.filter(action__in=[
        "team.invited", "team.joined", "team.invitation_refused", "team.invitation_taken_back",
    ])  # fmt: skip
    return list(entries.order_by("id").values_list("action", "actor", "subject", "facts"))


def test_an_invited_person_becomes_a_member_by_accepting(team: Team, owner: Person) -> None:
    ana = create_person("ana")
    invitation, secret = invitations.create(team, "ANA@example.com", Role.REVIEWER, by=owner)
    before = roles.role_of(ana, team.pk)

    member = invitations.accept(secret, by=ana)

    assert (before, roles.role_of(ana, team.pk), member.role) == (None, "reviewer", "reviewer")
    assert outcomes() == [ended_row("joined")]
    assert audit_entries() == [
        ("team.invited", owner.actor, f"team:{team.pk}", {"role": "reviewer", "invitation": invitation.pk}),
        (
            "team.joined",
            ana.actor,
            f"team:{team.pk}",
            {"role": "reviewer", "invitation": invitation.pk, "person": ana.actor},
        ),
    ]


def test_a_link_works_once(team: Team, owner: Person) -> None:
    ana = create_person("ana")
    _, secret = invitations.create(team, ana.email, Role.REVIEWER, by=owner)
    invitations.accept(secret, by=ana)
    roles.remove_member(team, ana, by=owner)

    with pytest.raises(InvitationOver):
        invitations.accept(secret, by=ana)

    assert roles.role_of(ana, team.pk) is None


def test_a_declined_invitation_holds_no_address(team: Team, owner: Person) -> None:
    ana = create_person("ana")
    invitation, secret = invitations.create(team, ana.email, Role.EDITOR, by=owner)

    invitations.decline(secret, by=ana)

    assert (roles.role_of(ana, team.pk), outcomes()) == (None, [ended_row("refused")])
    assert audit_entries()[1:] == [
        ("team.invitation_refused", ana.actor, f"team:{team.pk}", {"role": "editor", "invitation": invitation.pk})
    ]
    with pytest.raises(InvitationOver):
        invitations.accept(secret, by=ana)


def test_a_revoked_invitation_cannot_be_accepted(team: Team, owner: Person) -> None:
    ana = create_person("ana")
    invitation, secret = invitations.create(team, ana.email, Role.EDITOR, by=owner)

    invitations.revoke(invitation, by=owner)

    assert outcomes() == [ended_row("taken_back")]
    assert audit_entries()[1:] == [
        ("team.invitation_taken_back", owner.actor, f"team:{team.pk}", {"role": "editor", "invitation": invitation.pk})
    ]
    with pytest.raises(InvitationOver):
        invitations.accept(secret, by=ana)
    with pytest.raises(InvitationOver):
        invitations.revoke(invitation, by=owner)


@pytest.mark.parametrize("answer", [invitations.accept, invitations.decline])
def test_only_the_person_with_the_confirmed_address_can_answer(team: Team, owner: Person, answer: object) -> None:
    eve, unconfirmed = create_person("eve"), create_person("ana")
    unconfirmed.emailaddress_set.update(verified=False)
    _, secret = invitations.create(team, unconfirmed.email, Role.OWNER, by=owner)

    for person in (eve, unconfirmed, owner):
        with pytest.raises(WrongEmailAddress):
            answer(secret, by=person)  # type: ignore[operator]

    assert [roles.role_of(person, team.pk) for person in (eve, unconfirmed)] == [None, None]
    assert outcomes() == [("", False, unconfirmed.email)]


def test_an_invitation_expires_after_seven_days_and_then_holds_no_address(team: Team, owner: Person) -> None:
    ana = create_person("ana")
    _, secret = invitations.create(team, ana.email, Role.REVIEWER, by=owner)
    lifetime = Invitation.objects.get().expires_at - timezone.now()
    pass_seven_days()

    with pytest.raises(InvitationOver):
        invitations.accept(secret, by=ana)
    listed = list(invitations.list_open(team))

    assert timedelta(days=6, hours=23) < lifetime <= timedelta(days=7)
    assert (listed, outcomes()) == ([], [ended_row("expired")])


def test_a_second_invitation_to_an_address_replaces_the_first(team: Team, owner: Person) -> None:
    ana = create_person("ana")
    _, first = invitations.create(team, ana.email, Role.OWNER, by=owner)
    _, second = invitations.create(team, ana.email.upper(), Role.REVIEWER, by=owner)

    with pytest.raises(InvitationOver):
        invitations.accept(first, by=ana)
    invitations.accept(second, by=ana)

    assert (roles.role_of(ana, team.pk), outcomes()) == ("reviewer", [ended_row("replaced"), ended_row("joined")])


def test_an_invitation_ends_when_the_inviter_no_longer_manages_the_team(team: Team, owner: Person) -> None:
    ana, second = create_person("ana"), create_person("sam")
    roles.add_member(team, second, Role.OWNER, by=owner)
    _, secret = invitations.create(team, ana.email, Role.OWNER, by=second)
    roles.add_member(team, second, Role.REVIEWER, by=owner)

    with pytest.raises(InvitationOver):
        invitations.accept(secret, by=ana)

    assert (list(invitations.list_open(team)), outcomes()) == ([], [ended_row("expired")])


@pytest.mark.parametrize("role", [Role.EDITOR, Role.REVIEWER, None])
def test_only_a_principal_or_an_owner_invites_and_revokes(team: Team, owner: Person, role: Role | None) -> None:
    other = create_person("otto")
    if role:
        roles.add_member(team, other, role, by=owner)
    invitation, _ = invitations.create(team, "ana@example.com", Role.EDITOR, by=owner)

    with pytest.raises(NotAllowed):
        invitations.create(team, "ben@example.com", Role.EDITOR, by=other)
    with pytest.raises(NotAllowed):
        invitations.revoke(invitation, by=other)

    assert outcomes() == [("", False, "ana@example.com")]


def test_nobody_can_be_invited_as_principal(team: Team, owner: Person) -> None:
    with pytest.raises(NotAllowed, match="Only staff names"):
        invitations.create(team, "ana@example.com", Role.PRINCIPAL, by=owner)
    invitation, _ = invitations.create(team, "ana@example.com", Role.EDITOR, by=owner)

    with pytest.raises(IntegrityError, match="nobody_is_invited_as_the_artist"), transaction.atomic():
        Invitation.objects.filter(pk=invitation.pk).update(role=Role.PRINCIPAL)


def test_a_member_is_not_invited_and_keeps_a_role_got_meanwhile(team: Team, owner: Person) -> None:
    ana, staff = create_person("ana"), Person.objects.get(is_staff=True)
    with pytest.raises(AlreadyMember):
        invitations.create(team, owner.email, Role.REVIEWER, by=owner)
    _, secret = invitations.create(team, ana.email, Role.REVIEWER, by=owner)
    roles.name_principal(team, ana, by=staff)

    invitations.accept(secret, by=ana)

    assert roles.role_of(ana, team.pk) == "principal"
    assert [action for action, *_ in audit_entries()] == ["team.invited"]


def test_only_the_hash_of_a_secret_is_stored_and_the_audit_holds_no_address(team: Team, owner: Person) -> None:
    invitation, secret = invitations.create(team, "ana@example.com", Role.REVIEWER, by=owner)
    row = Invitation.objects.filter(pk=invitation.pk).values().get()

    assert secret not in str(row)
    assert len(row["digest"]) == 64
    assert "ana" not in str(list(Entry.objects.filter(action="team.invited").values()))


def test_the_database_refuses_an_ended_invitation_with_an_address(team: Team, owner: Person) -> None:
    invitations.create(team, "ana@example.com", Role.REVIEWER, by=owner)

    with pytest.raises(IntegrityError, match="holds_no_address"), transaction.atomic():
        Invitation.objects.update(ended_at=timezone.now(), outcome="joined")


@pytest.mark.parametrize("secret", ["", "nothing", "x" * 43, "\ud800", "\x00"])
def test_an_unknown_secret_is_refused_like_an_ended_invitation(team: Team, owner: Person, secret: str) -> None:
    invitations.create(team, "ana@example.com", Role.REVIEWER, by=owner)

    with pytest.raises(InvitationOver):
        invitations.get_open(secret)


def test_invitations_can_be_deleted_after_they_ended_or_expired(team: Team, owner: Person) -> None:
    before = timezone.now()
    revoked, _ = invitations.create(team, "ana@example.com", Role.REVIEWER, by=owner)
    invitations.revoke(revoked, by=owner)
    invitations.create(team, "ben@example.com", Role.REVIEWER, by=owner)

    ended_before = invitations.delete_ended(before)
    ended = invitations.delete_ended(timezone.now())
    pass_seven_days()
    expired = invitations.delete_ended(timezone.now())

    assert (ended_before, ended, expired) == (0, 1, 1)
    assert not Invitation.objects.exists()


def test_only_staff_invite_who_signs_and_only_for_a_rightsholder(team: Team, owner: Person) -> None:
    staff, label = Person.objects.get(is_staff=True), Team.objects.create(name="Harbor Lane", kind="rightsholder")
    roles.name_signatory(label, owner, by=staff)
    for where, by in ((team, staff), (label, owner)):
        with pytest.raises(NotAllowed, match="Only staff names"):
            invitations.create(where, "ana@example.com", Role.SIGNATORY, by=by)
    invitation, secret = invitations.create(label, "ana@example.com", Role.SIGNATORY, by=staff)

    for change in ({"invited_by": owner}, {"team": team}):
        with pytest.raises(IntegrityError, match="only staff invite signatories"), transaction.atomic():
            Invitation.objects.filter(pk=invitation.pk).update(**change)
    assert invitations.get_open(secret) == invitation
    Person.objects.filter(pk=staff.pk).update(is_staff=False)
    with pytest.raises(InvitationOver):
        invitations.get_open(secret)
