import pytest
from django.core.management import call_command

from accounts import roles
from accounts.exceptions import NotAllowed
from accounts.models import Member, Person, Role, Team, TeamKind
from audit.models import Entry
from tests.accounts.factories import create_person, switch_off

pytestmark = pytest.mark.django_db


@pytest.fixture
def team() -> Team:
    return Team.objects.create(name="Mara Veil")


@pytest.fixture
def staff() -> Person:
    return create_person("staff", is_staff=True)


@pytest.fixture
def mara(team: Team, staff: Person) -> Person:
    mara = create_person("mara")
    roles.name_principal(team, mara, by=staff)
    return mara


def stored_roles(team: Team) -> dict[str, str]:
    return dict(team.members.values_list("person__handle", "role"))


def test_each_role_has_its_permissions() -> None:
    permissions = {
        role: [may(role) for may in (roles.may_decide, roles.may_edit, roles.may_manage, roles.may_sign)]
        for role in [*Role, None]
    }

    assert permissions == {
        Role.PRINCIPAL: [True, True, True, True],
        Role.SIGNATORY: [True, True, True, False],
        Role.OWNER: [True, True, True, False],
        Role.EDITOR: [True, True, False, False],
        Role.REVIEWER: [True, False, False, False],
        None: [False, False, False, False],
    }


def test_a_role_is_valid_in_its_team_only(team: Team, mara: Person) -> None:
    other = Team.objects.create(name="Ove Lind")

    assert (roles.role_of(mara, team.pk), roles.role_of(mara, other.pk)) == (Role.PRINCIPAL, None)


def test_a_switched_off_person_has_no_role(team: Team, mara: Person) -> None:
    switch_off(mara)

    assert roles.role_of(mara, team.pk) is None


def test_naming_a_principal_twice_is_audited_once(team: Team, staff: Person, mara: Person) -> None:
    roles.name_principal(team, mara, by=staff)

    entries = list(Entry.objects.values_list("action", "actor", "subject", "facts"))
    facts = {"person": mara.actor, "role": "principal", "before": None}
    assert entries == [("team.principal_named", staff.actor, f"team:{team.pk}", facts)]


def test_each_kind_of_team_has_one_role_that_signs() -> None:
    signing = {kind: [role for role in [*Role, None] if roles.may_sign(role, kind)] for kind in TeamKind}

    assert signing == {TeamKind.ARTIST: [Role.PRINCIPAL], TeamKind.RIGHTSHOLDER: [Role.SIGNATORY]}


def test_staff_name_who_signs_for_a_rightsholder(staff: Person) -> None:
    label = Team.objects.create(name="North Wind Records", kind=TeamKind.RIGHTSHOLDER)
    lena, owner = create_person("lena"), create_person("owner")
    roles.name_signatory(label, lena, by=staff)
    roles.add_member(label, owner, Role.OWNER, by=lena)

    for change in (
        lambda: roles.name_signatory(label, owner, by=lena),
        lambda: roles.add_member(label, owner, Role.SIGNATORY, by=owner),
        lambda: roles.remove_member(label, lena, by=owner),
    ):
        with pytest.raises(NotAllowed, match="Only staff names and removes signatories"):
            change()

    assert stored_roles(label) == {"lena": "signatory", "owner": "owner"}
    assert list(Entry.objects.values_list("action", flat=True)) == ["team.signatory_named", "team.member_added"]


def test_a_signing_role_exists_in_one_kind_of_team(team: Team, staff: Person) -> None:
    label = Team.objects.create(name="North Wind Records", kind=TeamKind.RIGHTSHOLDER)

    with pytest.raises(NotAllowed, match="does not exist in the team of this rightsholder"):
        roles.name_principal(label, create_person("mara"), by=staff)
    with pytest.raises(NotAllowed, match="does not exist in the team of this artist"):
        roles.name_signatory(team, create_person("lena"), by=staff)

    assert (stored_roles(label), stored_roles(team)) == ({}, {})


@pytest.mark.parametrize("role", [None, *(role for role in Role if role != Role.SIGNATORY)])
def test_only_staff_name_principals(team: Team, staff: Person, mara: Person, role: Role | None) -> None:
    by = create_person("by")
    if role:
        roles.add_member(team, by, role, by=staff)
    before = stored_roles(team)

    for name in (
        lambda: roles.name_principal(team, create_person("friend"), by=by),
        lambda: roles.add_member(team, by, Role.PRINCIPAL, by=by),
    ):
        with pytest.raises(NotAllowed, match="Only staff names and removes principals"):
            name()

    assert stored_roles(team) == before


@pytest.mark.parametrize("role", [Role.OWNER, Role.EDITOR, Role.REVIEWER])
def test_an_owner_or_a_principal_adds_and_removes_members(team: Team, staff: Person, mara: Person, role: Role) -> None:
    owner, friend = create_person("owner"), create_person("friend")
    roles.add_member(team, owner, "owner", by=mara)

    roles.add_member(team, friend, role, by=owner)
    added = stored_roles(team)
    roles.remove_member(team, friend, by=mara)

    assert added == {"mara": "principal", "owner": "owner", "friend": role}
    assert stored_roles(team) == {"mara": "principal", "owner": "owner"}
    entries = Entry.objects.filter(facts__person=friend.actor).order_by("id")
    assert list(entries.values_list("action", "actor", "facts__role")) == [
        ("team.member_added", owner.actor, role),
        ("team.member_removed", mara.actor, role),
    ]


@pytest.mark.parametrize("role", [None, Role.EDITOR, Role.REVIEWER])
def test_other_members_do_not_change_the_team(team: Team, staff: Person, mara: Person, role: Role | None) -> None:
    by, member = create_person("by"), create_person("member")
    roles.add_member(team, member, Role.REVIEWER, by=mara)
    if role:
        roles.add_member(team, by, role, by=mara)
    before, entries = stored_roles(team), Entry.objects.count()

    with pytest.raises(NotAllowed, match="Only a principal or an owner of the team"):
        roles.add_member(team, create_person("friend"), Role.REVIEWER, by=by)
    with pytest.raises(NotAllowed):
        roles.add_member(team, by, Role.OWNER, by=by)
    with pytest.raises(NotAllowed):
        roles.remove_member(team, member, by=by)

    assert (stored_roles(team), Entry.objects.count()) == (before, entries)


def test_an_owner_can_neither_remove_nor_demote_a_principal(team: Team, staff: Person, mara: Person) -> None:
    owner = create_person("owner")
    roles.add_member(team, owner, Role.OWNER, by=staff)

    with pytest.raises(NotAllowed):
        roles.remove_member(team, mara, by=owner)
    with pytest.raises(NotAllowed):
        roles.add_member(team, mara, Role.REVIEWER, by=owner)

    assert stored_roles(team) == {"mara": "principal", "owner": "owner"}


def test_a_member_may_leave(team: Team, mara: Person) -> None:
    roles.remove_member(team, mara, by=mara)

    assert stored_roles(team) == {}


def test_an_owner_of_another_team_has_no_rights_here(team: Team, staff: Person, mara: Person) -> None:
    stranger = create_person("stranger")
    roles.add_member(Team.objects.create(name="Ove Lind"), stranger, Role.OWNER, by=staff)

    with pytest.raises(NotAllowed):
        roles.add_member(team, stranger, Role.REVIEWER, by=stranger)


def test_a_person_who_is_no_longer_staff_cannot_name_a_principal(team: Team, staff: Person) -> None:
    call_command("staff", staff.email, "--end")

    with pytest.raises(NotAllowed):
        roles.name_principal(team, create_person("mara"), by=staff)

    assert Member.objects.count() == 0


def test_a_switched_off_person_cannot_get_a_role(team: Team, staff: Person) -> None:
    with pytest.raises(NotAllowed, match="This account is switched off"):
        roles.add_member(team, create_person("gone", is_active=False), Role.REVIEWER, by=staff)
