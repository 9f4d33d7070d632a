"""Staff create rightsholders over the API, and name who signs for them."""

import pytest

from accounts.models import Member, Team
from audit.models import Entry
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
