"""Invitations to a team by mail, which tell nobody who has an account."""

import re
from typing import Any

import pytest
from django.core.mail import EmailMessage
from django.test import Client
from pytest_django import Settings

from accounts import invitations
from accounts.models import Invitation
from artists import invitation_mail
from artists.exceptions import InvalidRequest
from catalog.models import Artist
from tests import factories
from tests.artists.studio.pages import fresh_member_client, member_client, visible_text
from tests.pages.html_page import HTMLPage

pytestmark = pytest.mark.django_db
JSON = "application/json"
API = "/api/v1/studio/mara-veil/team"


def post_invitation(client: Client, email: str, role: str = "reviewer") -> Any:
    return client.post(API, {"email": email, "role": role}, content_type=JSON)


def test_the_mail_names_the_inviter_the_artist_and_the_role(artist: Artist, mailoutbox: list[EmailMessage]) -> None:
    owner = factories.get_member(artist, "owner")
    owner.name = "Olga <b>of</b> Évora"
    owner.save()

    invitation_mail.invite(artist, "Ana@Example.com", "reviewer", by=owner)

    [mail] = mailoutbox
    [(html, kind)] = mail.alternatives  # type: ignore[attr-defined]
    page = HTMLPage(html)
    links = re.findall(r"http\S+", mail.body)
    assert (mail.to, mail.subject) == (["ana@example.com"], "Join the team of Mara Veil?")
    assert "Olga <b>of</b> Évora invites you to the team of Mara Veil on Fanfare, as reviewer." in mail.body
    assert "Decide drafts one by one, and pause a program." in mail.body
    assert [link["href"] for link in page.all("a")] == links
    assert [re.sub(r"[\w-]{43}$", "…", link) for link in links] == ["http://127.0.0.1:8000/invitations/…"]
    assert (kind, page.external_urls, page.words.split()) == ("text/html", [], mail.body.split())


def test_the_api_answers_the_same_whether_an_address_has_an_account(
    artist: Artist, mailoutbox: list[EmailMessage]
) -> None:
    client, known = fresh_member_client(artist, "owner"), factories.create_fan("Kwame")

    answers = [post_invitation(client, email) for email in (known.email, "nobody@example.com")]

    assert [answer.status_code for answer in answers] == [202, 202]
    assert [sorted(answer.json()) for answer in answers] == [["email", "expires_at", "id", "role"]] * 2
    assert [mail.to for mail in mailoutbox] == [[known.email], ["nobody@example.com"]]
    assert not artist.team.members.filter(person=known).exists()
    assert known.email not in str(client.get(API).json())


@pytest.mark.parametrize("role", ["editor", "reviewer"])
def test_editors_and_reviewers_cannot_invite_over_the_api(
    artist: Artist, mailoutbox: list[EmailMessage], role: str
) -> None:
    answer = post_invitation(fresh_member_client(artist, role), "ana@example.com")

    assert (answer.status_code, answer.json()["code"]) == (403, "NotAllowed")
    assert (mailoutbox, Invitation.objects.count()) == ([], 0)


def test_principals_cannot_be_invited_over_the_api(artist: Artist, mailoutbox: list[EmailMessage]) -> None:
    answer = post_invitation(fresh_member_client(artist, "principal"), "ana@example.com", "principal")

    assert (answer.status_code, answer.json()["detail"]) == (403, "Only staff names and removes principals.")
    assert mailoutbox == []


@pytest.mark.parametrize("email", ["ana", "a" * 300 + "@example.com", "a@\ud800.com", "a\n@example.com", ""])
def test_an_invalid_address_gets_no_mail(artist: Artist, mailoutbox: list[EmailMessage], email: str) -> None:
    answer = post_invitation(fresh_member_client(artist, "owner"), email)

    assert (answer.status_code, mailoutbox, Invitation.objects.count()) == (400, [], 0)


def test_a_team_sends_a_limited_number_of_invitations_an_hour(artist: Artist, mailoutbox: list[EmailMessage]) -> None:
    owner = factories.get_member(artist, "owner")
    for number in range(invitation_mail.MAX_PER_TEAM_AN_HOUR):
        invitation_mail.invite(artist, f"fan-{number}@example.com", "reviewer", by=owner)

    with pytest.raises(InvalidRequest, match="Your team sent 20 invitations within the hour"):
        invitation_mail.invite(artist, "one-more@example.com", "reviewer", by=owner)

    assert len(mailoutbox) == invitation_mail.MAX_PER_TEAM_AN_HOUR
    other = factories.create_artist("Ove Lind")
    invitation_mail.invite(other, "one-more@example.com", "reviewer", by=factories.get_member(other, "owner"))


def test_an_address_gets_a_limited_number_a_week_from_all_teams(artist: Artist, mailoutbox: list[EmailMessage]) -> None:
    other = factories.create_artist("Ove Lind")
    for by in (artist, other, artist, other, artist):
        invitation_mail.invite(by, "ana@example.com", "reviewer", by=factories.get_member(by, "owner"))

    with pytest.raises(InvalidRequest, match="Nothing was sent"):
        invitation_mail.invite(other, "ANA@example.com", "reviewer", by=factories.get_member(other, "owner"))

    assert len(mailoutbox) == invitation_mail.MAX_PER_ADDRESS


def test_an_invitation_whose_mail_failed_is_not_valid(artist: Artist, settings: Settings) -> None:
    nobody_listens = {"host": "127.0.0.1", "port": 9, "use_tls": False}
    settings.MAILERS = {
        "default": {"BACKEND": "django.core.mail.backends.smtp.EmailBackend", "OPTIONS": nobody_listens}
    }
    client = fresh_member_client(artist, "owner")

    page = client.post("/studio/mara-veil/team", {"email": "ana@example.com", "role": "editor"})

    assert (page.status_code, "The mail did not go out, so nobody is invited." in visible_text(page)) == (422, True)
    assert list(Invitation.objects.values_list("outcome", "email")) == [("unsent", None)]


def test_the_history_names_who_invited_and_who_joined_but_not_who_declined(artist: Artist) -> None:
    owner = factories.get_member(artist, "owner")
    decliner = factories.create_person("Nora No", confirmed=True)
    joiner = factories.create_person("Yusuf Yes", confirmed=True)
    _, secret = invitations.create(artist.team, decliner.email, "reviewer", by=owner)
    invitations.decline(secret, by=decliner)
    _, secret = invitations.create(artist.team, joiner.email, "reviewer", by=owner)
    invitations.accept(secret, by=joiner)
    invitation, _ = invitations.create(artist.team, "nobody@example.com", "reviewer", by=owner)
    invitations.revoke(invitation, by=owner)

    page = visible_text(member_client(artist, "owner").get("/studio/mara-veil/history"))

    assert "Mara owner invited somebody as reviewer" in page
    assert "An invited person declined to join as reviewer" in page
    assert "Yusuf Yes joined as reviewer" in page
    assert "Mara owner canceled an invitation as reviewer" in page
    assert "Nora" not in page


@pytest.mark.parametrize(
    "name",
    [
        *("Win at evil.example", "https://evil.example", "www.evil", "eve@evil.example", "a.money/x"),
        *(
            "evil\u200b.example",
            "evil.\u00adexample",
            "evil\u2024example",
            "evil\u3002example",
            "ｅｖｉｌ．ｅｘａｍｐｌｅ",
        ),
    ],
)
def test_who_is_called_like_a_link_invites_nobody(artist: Artist, mailoutbox: list[EmailMessage], name: str) -> None:
    principal = factories.get_member(artist, "principal")
    principal.name = name

    with pytest.raises(InvalidRequest, match="holds a link or an address"):
        invitation_mail.invite(artist, "ana@example.com", "reviewer", by=principal)

    assert (mailoutbox, Invitation.objects.count()) == ([], 0)


def test_a_name_with_initials_invites(artist: Artist, mailoutbox: list[EmailMessage]) -> None:
    principal = factories.get_member(artist, "principal")
    principal.name = "J. R. R. T. Quay-O’Neill Jr."

    invitation_mail.invite(artist, "ana@example.com", "reviewer", by=principal)

    assert len(mailoutbox) == 1
