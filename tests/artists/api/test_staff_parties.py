"""Staff create rightsholders over the API, and name who signs for them."""

import re

import pytest
from allauth.account.models import EmailAddress
from django.core.exceptions import ValidationError
from django.core.mail import EmailMessage

from accounts.exceptions import NotAllowed
from accounts.models import Member, Team
from audit.models import Entry
from catalog.models import Artist
from rights import parties
from rights.models import Party
from tests import factories
from tests.rights import factories as owners

pytestmark = pytest.mark.django_db
JSON = "application/json"
PATH = "/api/v1/staff/parties"


def test_staff_create_a_label_and_name_its_signatory() -> None:
    rui = factories.create_person("Rui Falcão")
    body = {"kind": "label", "name": "Paper Lighthouse", "signatory": rui.email.upper(), "isni": "0000000121032683"}

    answer = factories.fresh_client(factories.get_staff()).post(PATH, body, content_type=JSON)

    assert answer.status_code == 201, answer.content
    party = Party.objects.get(pk=answer.json()["id"])
    assert (party.name, party.verified_by) == ("Paper Lighthouse", factories.get_staff().actor)
    member = Member.objects.get(team=party.team)
    assert (member.person, member.role) == (rui, "signatory")
    told = Entry.objects.filter(action__in=["party.added", "team.signatory_named"]).values_list("actor", flat=True)
    assert list(told) == [factories.get_staff().actor] * 2


def test_creating_and_naming_need_a_recent_password() -> None:
    label, rui = owners.create_party(), factories.create_person("Rui Falcão")
    body = {"kind": "label", "name": "Paper Lighthouse", "signatory": rui.email}
    client = factories.signed_in_client(factories.get_staff())

    for path in (PATH, f"{PATH}/{label.pk}/signatories"):
        answer = client.post(path, body, content_type=JSON)
        assert (answer.status_code, answer.json()["code"]) == (403, "SignInAgain"), path
    assert Party.objects.count() == 1


@pytest.mark.parametrize(
    ("change", "status", "field"),
    [
        ({"kind": "artist"}, 400, "kind"),
        ({"isni": "0000000121032684"}, 400, "isni"),
        ({"isni": "0000000121032683"}, 409, "isni"),
        ({"signatory": "nobody@example.com"}, 409, "signatory"),
        ({"name": ""}, 400, "name"),
        ({"name": "\u200b"}, 400, "name"),
        ({"name": "Evil\u202eLabel"}, 400, "nobody can see (U+202E)"),
        ({"name": "Evil\nLabel"}, 400, "Write it in one line."),
    ],
)
def test_what_does_not_fit_is_named_and_nothing_is_stored(change: dict[str, str], status: int, field: str) -> None:
    Party.objects.filter(pk=owners.create_party("label", "Harbor Lane").pk).update(isni="0000000121032683")
    person = factories.create_person()
    body = {"kind": "label", "name": "Paper Lighthouse", "signatory": person.email} | change

    answer = factories.fresh_client(factories.get_staff()).post(PATH, body, content_type=JSON)

    assert (answer.status_code, field in answer.content.decode()) == (status, True), answer.content
    assert Party.objects.count() == Team.objects.count() == 1


def test_staff_name_one_more_signatory() -> None:
    label, rui = owners.create_party(), factories.create_person("Rui Falcão")

    answer = factories.fresh_client(factories.get_staff()).post(
        f"{PATH}/{label.pk}/signatories", {"signatory": rui.email}, content_type=JSON
    )

    assert answer.status_code == 204
    assert Member.objects.get(person=rui).role == "signatory"


def test_who_signs_is_invited_by_mail_and_signs_after_accepting(mailoutbox: list[EmailMessage]) -> None:
    client = factories.fresh_client(factories.get_staff())
    created = client.post(PATH, {"kind": "publisher", "name": "Kestrel Row"}, content_type=JSON)
    party = Party.objects.get(pk=created.json()["id"])
    before = Member.objects.filter(team=party.team).count()

    sent = client.post(f"{PATH}/{party.pk}/invitations", {"email": "Ida@Example.com"}, content_type=JSON)
    ida = factories.create_person("Ida", confirmed=True)
    ida.email = "ida@example.com"
    ida.save()
    EmailAddress.objects.filter(user=ida).update(email=ida.email)
    [link] = re.findall(r"/invitations/\S+", mailoutbox[0].body)
    guest = factories.signed_in_client(ida)
    page = guest.get(link).content.decode()
    joined = guest.post(link, {"do": "join"})

    assert (created.status_code, before, sent.status_code) == (201, 0, 202)
    assert (mailoutbox[0].to, sent.json()["role"]) == (["ida@example.com"], "signatory")
    assert "to the team of <bdi>Kestrel Row</bdi>, as signatory" in page
    assert joined["Location"] == f"/label/{party.pk}/"
    assert Member.objects.get(team=party.team).role == "signatory"
    assert guest.get(f"/label/{party.pk}/").status_code == 200


def test_a_party_without_a_team_gets_one_with_its_first_invitation(mailoutbox: list[EmailMessage]) -> None:
    writer = parties.add_party("writer", "Ida Koro", by=factories.get_staff())
    client = factories.fresh_client(factories.get_staff())

    for _ in range(2):
        client.post(f"{PATH}/{writer.pk}/invitations", {"email": "ida@example.com"}, content_type=JSON)

    writer.refresh_from_db()
    assert writer.team
    assert (writer.team.kind, writer.team.name, len(mailoutbox)) == ("rightsholder", "Ida Koro", 2)
    assert writer.team.invitations.filter(ended_at=None).count() == 1


def test_a_mandate_is_stored_and_ended() -> None:
    label = owners.create_party()
    writer = parties.add_party("writer", "Ida Koro", by=factories.get_staff())
    client, path = factories.fresh_client(factories.get_staff()), f"{PATH}/{writer.pk}/mandate"
    signer = factories.signed_in_client(owners.get_signer(label))

    stored = client.put(path, {"represented_by": label.pk, "mandate": "Contract 7"}, content_type=JSON)
    acts = signer.get(f"/label/{writer.pk}/").status_code
    ended = client.delete(path)

    assert (stored.status_code, stored.json()["mandate"], acts) == (200, "Contract 7", 200)
    assert (ended.status_code, signer.get(f"/label/{writer.pk}/").status_code) == (204, 404)


def test_only_a_verified_rightsholder_with_a_team_acts_for_another() -> None:
    label, staff = owners.create_party(), factories.get_staff()
    alone = parties.add_party("writer", "Ida Koro", by=staff)
    client = factories.fresh_client(staff)
    for representative in (label.pk, alone.pk, 10**9):
        body = {"represented_by": representative, "mandate": "Contract 7"}
        answer = client.put(f"{PATH}/{label.pk}/mandate", body, content_type=JSON)
        assert (answer.status_code, list(answer.json()["errors"])) == (400, ["represented_by"])
    with pytest.raises(NotAllowed):
        parties.represent(alone, label, mandate="Contract 7", by=owners.get_signer(label))


def test_nobody_represents_an_artist(artist: Artist) -> None:
    party = parties.get_artist_party(artist)

    with pytest.raises(ValidationError, match="An artist is represented by nobody"):
        parties.represent(party, owners.create_party(), mandate="Contract 7", by=factories.get_staff())

    party.refresh_from_db()
    assert party.represented_by is None


@pytest.mark.parametrize("path", ["invitations", "mandate"])
def test_inviting_and_mandates_need_a_recent_password(path: str) -> None:
    label, other = owners.create_party(), owners.create_party("label", "Second Shore")
    client = factories.signed_in_client(factories.get_staff())
    body = {"email": "ida@example.com"} if path == "invitations" else {"represented_by": other.pk, "mandate": "x"}

    answer = getattr(client, "post" if path == "invitations" else "put")(
        f"{PATH}/{label.pk}/{path}", body, content_type=JSON
    )

    assert (answer.status_code, answer.json()["code"]) == (403, "SignInAgain")


def test_ending_a_mandate_needs_a_recent_password() -> None:
    label, other = owners.create_party(), owners.create_party("label", "Second Shore")
    parties.represent(label, other, mandate="Contract 7", by=factories.get_staff())

    answer = factories.signed_in_client(factories.get_staff()).delete(f"{PATH}/{label.pk}/mandate")

    assert (answer.status_code, answer.json()["code"]) == (403, "SignInAgain")
    label.refresh_from_db()
    assert label.represented_by == other


def test_staff_register_and_end_an_isrc_prefix() -> None:
    label, other = owners.create_party(), owners.create_party("label", "Second Shore")
    client = factories.fresh_client(factories.get_staff())
    path = f"{PATH}/{label.pk}/isrc-prefixes"

    first = client.post(path, {"prefix": "pt-abc"}, content_type=JSON)
    again = client.post(f"{PATH}/{other.pk}/isrc-prefixes", {"prefix": "PTABC"}, content_type=JSON)
    wrong = client.post(path, {"prefix": "PTAB"}, content_type=JSON)

    assert (first.status_code, again.status_code, wrong.status_code) == (204, 409, 400)
    assert client.delete(f"{PATH}/{other.pk}/isrc-prefixes/PTABC").status_code == 404
    assert client.delete(f"{path}/PTABC").status_code == 204
    assert client.delete(f"{path}/PTABC").status_code == 404
    told = Entry.objects.filter(action__startswith="prefix.").order_by("pk").values_list("action", "facts__prefix")
    assert list(told) == [("prefix.registered", "PTABC"), ("prefix.ended", "PTABC")]


def test_registering_a_prefix_needs_a_recent_password() -> None:
    label = owners.create_party()

    answer = factories.signed_in_client(factories.get_staff()).post(
        f"{PATH}/{label.pk}/isrc-prefixes", {"prefix": "PTABC"}, content_type=JSON
    )

    assert (answer.status_code, answer.json()["code"]) == (403, "SignInAgain")
