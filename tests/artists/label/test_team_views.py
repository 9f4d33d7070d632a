"""The team page of a rightsholder."""

import re
from typing import Any

import pytest
from django.core.mail import EmailMessage

from accounts import roles
from accounts.models import Person
from catalog.models import Artist
from rights.models import Party
from tests import factories
from tests.fans.pages import get_page
from tests.rights import factories as owners

pytestmark = pytest.mark.django_db


def add(label: Party, name: str, role: str) -> Person:
    person = factories.create_person(name)
    assert label.team
    roles.add_member(label.team, person, role, by=owners.get_signer(label))
    return person


def test_whoever_signs_invites_changes_and_removes(label: Party, mailoutbox: list[EmailMessage]) -> None:
    assert label.team
    nia, client = add(label, "Nia", "reviewer"), factories.fresh_client(owners.get_signer(label))
    path = f"/label/{label.pk}/team"
    member = f"{path}/{label.team.members.get(person=nia).pk}"
    seen: list[Any] = []

    invited = client.post(path, {"email": "ana@example.com", "role": "editor"}, follow=True).content.decode()
    client.post(member, {"do": "role", "role": "editor"})
    seen.append(roles.role_of(nia, label.team.pk))
    client.post(member, {"do": "remove"})
    seen.append(roles.role_of(nia, label.team.pk))

    assert "We sent an invitation to ana@example.com." in invited
    assert (mailoutbox[0].subject, seen) == ("Join the team of Harbor Lane?", ["editor", None])
    assert "Bring catalogue files and prepare agreements." in mailoutbox[0].body
    cancel = f"{path}/invitations/{label.team.invitations.get().pk}"
    assert client.post(cancel).status_code == 302
    assert label.team.invitations.get().outcome == "taken_back"


def test_the_page_names_members_and_what_each_role_may_do(label: Party) -> None:
    add(label, "Nia", "editor")
    reviewer = add(label, "Noor", "reviewer")

    managed = get_page(factories.signed_in_client(owners.get_signer(label)), f"/label/{label.pk}/team").words
    read = get_page(factories.signed_in_client(reviewer), f"/label/{label.pk}/team").words

    assert "Nia" in read
    assert "Whoever signs or an owner can invite people." in read
    assert "Sign agreements, confirm claims, permit uses" in read
    assert ("@example.com" in managed, "@example.com" in read) == (True, False)


@pytest.mark.parametrize("role", ["signatory", "principal", "staff"])
def test_nobody_becomes_a_signatory_here(label: Party, role: str) -> None:
    assert label.team
    nia, client = add(label, "Nia", "reviewer"), factories.fresh_client(owners.get_signer(label))
    path = f"/label/{label.pk}/team"

    given = client.post(f"{path}/{label.team.members.get(person=nia).pk}", {"do": "role", "role": role})
    invited = client.post(path, {"email": "ana@example.com", "role": role})

    assert (given.status_code, invited.status_code, label.team.invitations.count()) == (422, 422, 0)
    assert roles.role_of(nia, label.team.pk) == "reviewer"


def test_whoever_leaves_comes_to_the_entrance(label: Party) -> None:
    assert label.team
    nia = add(label, "Nia", "reviewer")

    left = factories.signed_in_client(nia).post(
        f"/label/{label.pk}/team/{label.team.members.get(person=nia).pk}", {"do": "remove"}
    )

    assert left["Location"] == "/label/"


def test_a_role_and_an_invitation_need_the_password(label: Party) -> None:
    assert label.team
    nia, signer = add(label, "Nia", "reviewer"), owners.get_signer(label)
    signer.set_password(factories.PASSWORD)
    signer.save()
    client, path = factories.signed_in_client(signer), f"/label/{label.pk}/team"
    member = f"{path}/{label.team.members.get(person=nia).pk}"

    answers = [
        client.post(path, {"email": "ana@example.com", "role": "editor"}),
        client.post(member, {"role": "owner"}),
    ]

    assert [answer["Location"].partition("?")[0] for answer in answers] == ["/accounts/reauthenticate/"] * 2
    assert (roles.role_of(nia, label.team.pk), label.team.invitations.count()) == ("reviewer", 0)


@pytest.mark.parametrize("entrance", ["label", "studio"])
def test_what_the_tabs_of_a_phone_leave_out_is_on_the_team_page(artist: Artist, label: Party, entrance: str) -> None:
    """A phone shows no bar, and not all of its pages have a tab."""
    person = owners.get_signer(label) if entrance == "label" else factories.get_member(artist, "principal")
    home = f"/label/{label.pk}" if entrance == "label" else f"/studio/{artist.slug}"

    page = factories.signed_in_client(person).get(f"{home}/team").content.decode()

    bar, below = page.split("</header>", 1)
    pages = [path for path in re.findall(r'href="([^"#?]+)"', bar) if path.startswith(home)]
    assert len(pages) > 6
    assert [path for path in pages if f'href="{path}"' not in below] == []
