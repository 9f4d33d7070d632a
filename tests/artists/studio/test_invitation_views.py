"""The page of an invitation: who can read it, accepting, declining, and what the team sees."""

import re
from typing import Any

import pytest
from django.core.mail import EmailMessage
from django.test import Client

from accounts.models import Invitation, Person
from artists import invitation_mail
from catalog.models import Artist
from tests import factories
from tests.accounts.factories import PASSWORD, SIGNUP_DATA, create_person, link_in_mail, sign_in, signed_in_client
from tests.artists.studio.pages import fresh_member_client, member_client, visible_text

pytestmark = pytest.mark.django_db


@pytest.fixture
def path(artist: Artist, mailoutbox: list[EmailMessage]) -> str:
    """The path of the link that was sent to ana@example.com."""
    invitation_mail.invite(artist, "ana@example.com", "reviewer", by=factories.get_member(artist, "owner"))
    return invitation_path(mailoutbox.pop())


def invitation_path(mail: EmailMessage) -> str:
    [path] = re.findall(r"http://[^/\s]+(/invitations/\S+)", mail.body)
    return str(path)


def is_member(person: Person, artist: Artist) -> bool:
    return artist.team.members.filter(person=person).exists()


def request_all_answers(client: Client, path: str) -> list[Any]:
    return [client.get(path), client.post(path, {"do": "join"}), client.post(path, {"do": "refuse"})]


def test_reading_an_invitation_changes_nothing_and_joining_adds_a_member(artist: Artist, path: str) -> None:
    ana = create_person("ana")
    client = signed_in_client(ana)

    page = client.get(path)
    before = is_member(ana, artist)
    joined = client.post(path, {"do": "join"}, follow=True)

    assert page.status_code == 200
    assert "Mara owner invites you to the team of Mara Veil , as reviewer." in visible_text(page)
    assert "Decide drafts one by one, and pause a program." in visible_text(page)
    assert (before, is_member(ana, artist)) == (False, True)
    assert joined.redirect_chain == [("/studio/mara-veil/", 302)]
    assert "You are now in the team of Mara Veil, as reviewer." in visible_text(joined)


def test_declining_leads_home(artist: Artist, path: str) -> None:
    ana = create_person("ana")

    refused = signed_in_client(ana).post(path, {"do": "refuse"}, follow=True)

    assert ("You did not join the team of Mara Veil." in visible_text(refused), is_member(ana, artist)) == (True, False)


def test_another_account_reads_only_that_the_invitation_is_for_another_address(
    artist: Artist, path: str, caplog: pytest.LogCaptureFixture
) -> None:
    eve = create_person("eve")

    pages = request_all_answers(signed_in_client(eve), path)

    assert all("This invitation is for another address. Sign in with it." in visible_text(page) for page in pages)
    assert [word for word in ("ana@example.com", "Mara") for page in pages if word in visible_text(page)] == []
    assert (is_member(eve, artist), Invitation.objects.get().outcome) == (False, "")
    assert path not in caplog.text


def test_an_old_invitation_looks_like_an_unknown_one(artist: Artist, path: str) -> None:
    client = signed_in_client(create_person("ana"))
    client.post(path, {"do": "refuse"}, follow=True)

    for visitor in (client, Client()):
        old, unknown = request_all_answers(visitor, path), request_all_answers(visitor, "/invitations/nothing")

        assert {page.status_code for page in [*old, *unknown]} == {410}
        assert (
            len({visible_text(page).replace(path, "").replace("/invitations/nothing", "") for page in [*old, *unknown]})
            == 1
        )


def test_somebody_signed_out_reads_it_and_returns_after_signing_in(artist: Artist, path: str) -> None:
    create_person("ana")
    client = Client()

    page = client.get(path)
    redirected = client.post(path, {"do": "join"})
    [back] = set(re.findall(r"/accounts/login/\?next=([^\"]+)\"", page.content.decode()))
    signed = sign_in(client, "ana@example.com", next=back.replace("%2F", "/"))

    assert "Mara owner invites you to the team of Mara Veil , as reviewer." in visible_text(page)
    assert "ana@example.com" not in visible_text(page)
    assert (redirected.status_code, redirected["Location"], signed["Location"]) == (302, path, path)
    assert client.get(path).status_code == 200


def test_somebody_without_an_account_signs_up_and_joins(
    artist: Artist, path: str, mailoutbox: list[EmailMessage]
) -> None:
    client = Client()

    client.post("/accounts/signup/", {**SIGNUP_DATA, "next": path})
    client.post(link_in_mail(mailoutbox[0]))
    sign_in(client, SIGNUP_DATA["email"], PASSWORD)
    client.post(path, {"do": "join"})

    assert is_member(Person.objects.get(email=SIGNUP_DATA["email"]), artist)


def test_only_owners_and_the_artist_see_open_invitations(artist: Artist, path: str) -> None:
    pages = {
        role: visible_text(member_client(artist, role).get("/studio/mara-veil/team")) for role in ("owner", "editor")
    }

    assert "ana@example.com Reviewer, until" in pages["owner"]
    assert "ana@example.com" not in pages["editor"]


def test_a_canceled_invitation_stops_working(artist: Artist, path: str) -> None:
    owner, pk = member_client(artist, "owner"), Invitation.objects.get().pk
    cancel_path = f"/studio/mara-veil/team/invitations/{pk}"

    first, second = owner.post(cancel_path, follow=True), owner.post(cancel_path)

    assert "The invitation of ana@example.com was canceled." in visible_text(first)
    assert "Invited, no answer yet" not in visible_text(first)
    assert (second.status_code, "This invitation is over" in visible_text(second)) == (409, True)
    assert signed_in_client(create_person("ana")).get(path).status_code == 410


def test_an_invitation_of_another_team_is_not_found(artist: Artist, path: str) -> None:
    other = factories.create_artist("Ove Lind")

    answer = member_client(other, "owner").post(f"/studio/ove-lind/team/invitations/{Invitation.objects.get().pk}")

    assert (answer.status_code, Invitation.objects.get().outcome) == (404, "")


def test_inviting_again_replaces_the_link(artist: Artist, path: str, mailoutbox: list[EmailMessage]) -> None:
    fresh_member_client(artist, "owner").post("/studio/mara-veil/team", {"email": "Ana@example.com", "role": "editor"})

    ana = signed_in_client(create_person("ana"))
    older, newer = ana.get(path), ana.get(invitation_path(mailoutbox[0]))

    assert (older.status_code, newer.status_code, "as editor." in visible_text(newer)) == (410, 200, True)
