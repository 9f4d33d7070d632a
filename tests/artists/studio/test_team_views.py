"""The team page."""

from typing import Any
from urllib.parse import unquote

import pytest
from django.test import Client

from artists import programs
from catalog.models import Artist
from tests import factories
from tests.artists.studio.pages import fresh_member_client, member_client, signed_in_client, visible_text


@pytest.fixture
def artist(shared_artist: Artist) -> Artist:
    return shared_artist


def test_an_owner_changes_a_role_and_removes_a_member(artist: Artist) -> None:
    owner, person = fresh_member_client(artist, "owner"), factories.get_member(artist, "reviewer")
    member = artist.team.members.get(person=person)
    path = f"/studio/{artist.slug}/team/{member.pk}"
    seen: list[Any] = []
    owner.post(path, {"do": "role", "role": "editor"})
    member.refresh_from_db()
    seen.append(member.role)
    owner.post(path, {"do": "remove"})
    seen.append(artist.team.members.filter(person=person).exists())

    assert seen == ["editor", False]


def test_an_invitation_does_not_reveal_whether_the_address_has_an_account(artist: Artist) -> None:
    owner, known = fresh_member_client(artist, "owner"), factories.create_fan("Kwame")
    path = f"/studio/{artist.slug}/team"
    pages = []
    for email in (known.email, "nobody@example.com"):
        page = visible_text(owner.post(path, {"email": email.upper(), "role": "reviewer"}, follow=True))
        assert f"We sent an invitation to {email}." in page
        pages.append(page)
        owner.post(f"{path}/invitations/{artist.team.invitations.get(ended_at=None).pk}")
        owner.get(path)  # shows the message, which is shown only once

    assert artist.team.members.filter(person=known).count() == 0
    assert "Kwame" not in pages[0]
    assert pages[0].replace(known.email, "") == pages[1].replace("nobody@example.com", "")


def test_an_invalid_address_stays_in_the_field(artist: Artist) -> None:
    page = member_client(artist, "owner").post(f"/studio/{artist.slug}/team", {"email": "nobody", "role": "editor"})

    assert page.status_code == 422
    assert 'value="nobody"' in page.content.decode()
    assert artist.team.invitations.count() == 0


def test_an_editor_cannot_invite_and_does_not_learn_who_has_an_account(artist: Artist) -> None:
    client, path = member_client(artist, "editor"), f"/studio/{artist.slug}/team"
    known = factories.create_fan("Kwame")

    answers = [
        visible_text(client.post(path, {"email": email, "role": "editor"})) for email in (known.email, "no@example.com")
    ]

    assert answers[0].replace(known.email, "") == answers[1].replace("no@example.com", "")
    assert artist.team.invitations.count() == 0


@pytest.mark.parametrize("role", ["principal", "staff", ""])
def test_nobody_can_be_invited_as_the_artist(artist: Artist, role: str) -> None:
    fan = factories.create_fan()

    answer = member_client(artist, "principal").post(f"/studio/{artist.slug}/team", {"email": fan.email, "role": role})

    assert (answer.status_code, artist.team.invitations.count()) == (422, 0)


def test_a_reviewer_who_leaves_cannot_open_the_studio(artist: Artist) -> None:
    person = factories.get_member(artist, "reviewer")
    member = artist.team.members.get(person=person)
    client = signed_in_client(person)

    left = client.post(f"/studio/{artist.slug}/team/{member.pk}", {"do": "remove"})

    assert left.headers["Location"] == "/studio/"
    assert client.get(f"/studio/{artist.slug}/").status_code == 404


def test_a_member_of_another_team_is_not_found(artist: Artist) -> None:
    other = factories.create_artist("Ove Lind")
    theirs = other.team.members.get(person=factories.get_member(other, "principal"))

    answer = member_client(artist, "owner").post(f"/studio/{artist.slug}/team/{theirs.pk}", {"do": "remove"})

    assert (answer.status_code, other.team.members.count()) == (404, 1)


def test_the_undo_time_can_be_set_and_must_not_be_negative(artist: Artist) -> None:
    client, path = member_client(artist, "owner"), f"/studio/{artist.slug}/team/review-settings"

    wrong, right = client.post(path, {"seconds": "-1"}), client.post(path, {"seconds": "30"})

    assert (wrong.status_code, right.status_code, programs.get_review_settings(artist).grace_seconds) == (422, 302, 30)


def test_a_team_form_leads_back_to_the_team_page(artist: Artist) -> None:
    team = f"/studio/{artist.slug}/team"

    answers = [
        Client().post(f"{team}/{path}", headers={"Referer": f"http://testserver{team}"}).headers["Location"]
        for path in ("review-settings", "7")
    ]

    assert [unquote(answer) for answer in answers] == [f"/accounts/login/?next={team}"] * 2
