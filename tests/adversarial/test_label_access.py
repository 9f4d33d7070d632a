"""A rightsholder's pages are there for its team alone, and each role does what it may."""

import copy
import re
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from accounts.exceptions import NotAllowed
from artists.label.views.roster import TOO_LATE
from live.models import Notice
from rights import grants, notices, parties
from rights.grants import Songs
from rights.models import Party, Use
from tests import factories
from tests.adversarial.addresses import LABEL_PAGES
from tests.adversarial.label_scene import Scene, create_scene, member, strangers
from tests.rights import factories as owners

pytestmark = pytest.mark.django_db

MAY: dict[str, set[str]] = {
    "label-roster": {"signatory"},
    "label-roster-end": {"signatory", "owner"},
    "label-catalogue": {"signatory", "owner", "editor"},
    "label-import-start": {"signatory"},
    "label-import-remove": {"signatory", "owner"},
    "label-claim": {"signatory"},
    "label-claims-imported": {"signatory"},
    "label-agreement-accept": {"signatory"},
    "label-agreement-end": {"signatory", "owner"},
    "label-approval": {"signatory"},
    "label-switches": {"signatory"},
    "label-team": {"signatory", "owner"},
    "label-team-invitation": {"signatory", "owner"},
    "label-team-member": {"signatory", "owner"},
}


@pytest.fixture(scope="module")
def module_scene(module_db: None) -> Scene:
    return create_scene()


@pytest.fixture
def scene(module_scene: Scene) -> Scene:
    return copy.deepcopy(module_scene)


def data(method: str) -> dict[str, Any]:
    return {"data": form_data()} if method == "post" else {}


def form_data(name: str = "") -> dict[str, Any]:
    catalogue = SimpleUploadedFile("catalogue.csv", b"title,artist\nSalt Radio,Mara Veil\n")
    team = {"email": "new@example.com", "role": "editor", "revision": "1", "waiting": "1"}
    act = "approve" if name == "label-approval" else "confirm"
    return {"artist": "ove-lind", "do": act, "switch_on": "remix", "catalogue": catalogue, **team}


def test_no_page_is_there_for_somebody_outside_the_team(scene: Scene) -> None:
    other, before = owners.create_party("label", "Second Shore"), scene.state()
    for person in strangers(scene, other):
        client = factories.fresh_client(person)
        for name, path, method in scene.requests():
            assert getattr(client, method)(path, **data(method)).status_code == 404, (name, method, person.handle)
        missing = scene.requests(Party(pk=10**9))
        assert {getattr(client, method)(path, **data(method)).status_code for _, path, method in missing} == {404}

    assert scene.state() == before


def test_a_rightsholder_has_no_page_about_what_is_anothers(scene: Scene) -> None:
    other, before = owners.create_party("label", "Second Shore"), scene.state()
    client = factories.fresh_client(owners.get_signer(other))
    for name, path, method in scene.requests(other):
        if LABEL_PAGES[name][0].count("{") > 1:
            assert getattr(client, method)(path, **data(method)).status_code == 404, (name, method)

    assert scene.state() == before


def test_a_rightsholder_that_staff_did_not_verify_has_no_pages(scene: Scene) -> None:
    Party.objects.filter(pk=scene.party.pk).update(verified_at=None, verified_by=None)
    client = factories.fresh_client(owners.get_signer(scene.party))

    assert {getattr(client, method)(path, **data(method)).status_code for _, path, method in scene.requests()} == {404}


def test_a_page_leads_who_is_not_signed_in_to_the_door_and_back(scene: Scene) -> None:
    for name, path, method in scene.requests():
        answer = getattr(Client(), method)(path, **data(method))

        assert answer.status_code == 302, (name, method)
        assert answer.url.startswith(f"/accounts/login/?next=/label/{scene.party.pk}/"), (name, method)


@pytest.mark.parametrize("role", ["signatory", "owner", "editor", "reviewer"])
@pytest.mark.parametrize("name", sorted(MAY))
def test_a_role_does_what_it_may_and_no_more(scene: Scene, name: str, role: str) -> None:
    client, before = factories.fresh_client(member(scene.party, role)), scene.state()
    path = next(path for each, path, method in scene.requests() if (each, method) == (name, "post"))

    answer = client.post(path, form_data(name))

    changed = scene.state() != before
    assert changed == (role in MAY[name]), answer.content
    assert answer.status_code == (302 if changed else 409)
    assert TOO_LATE not in answer.content.decode()


def test_who_represents_a_rightsholder_comes_in_too(scene: Scene) -> None:
    writer = parties.add_party("writer", "Ida Koro", by=factories.get_staff())
    signer = owners.get_signer(scene.party)
    client = factories.fresh_client(signer)
    assert client.get(f"/label/{writer.pk}/").status_code == 404

    parties.represent(writer, scene.party, mandate="Contract 7", by=factories.get_staff())

    assert client.get(f"/label/{writer.pk}/").status_code == 200
    assert "Ida Koro" in client.get("/label/").content.decode()


def test_who_represents_a_rightsholder_is_out_once_it_is_not_verified_any_more(scene: Scene) -> None:
    deputy, staff = owners.create_party(name="Deputy"), factories.get_staff()
    signer = owners.get_signer(deputy)
    parties.represent(scene.party, deputy, mandate="Contract 7", by=staff)
    client = factories.fresh_client(signer)
    assert client.get(f"/label/{scene.party.pk}/").status_code == 200
    Party.objects.filter(pk=deputy.pk).update(verified_at=None, verified_by=None)
    before = scene.state()

    pages = {getattr(client, method)(path, **data(method)).status_code for _, path, method in scene.requests()}
    api = {getattr(client, method)(path).status_code for _, path, method in scene.requests(api=True)}

    assert (pages, api) == ({404}, {404})
    assert "Harbor Lane" not in client.get("/label/").content.decode()
    with pytest.raises(NotAllowed, match="Only whoever signs for Harbor Lane"):
        grants.permit(scene.party, Use.REMIX, Songs(), by=signer, fresh=True)
    with pytest.raises(NotAllowed, match="Only whoever signs for Harbor Lane"):
        grants.refuse(scene.party, Use.REMIX, Songs(), by=signer)
    notices.post_about_roster("roster.ended", scene.entry)
    assert not Notice.objects.filter(person=signer, kind="roster.ended").exists()
    assert scene.state() == before


def test_who_only_acts_for_a_rightsholder_does_not_see_or_change_its_team(scene: Scene) -> None:
    other = owners.create_party("label", "Second Shore")
    parties.represent(scene.party, other, mandate="Contract 7", by=factories.get_staff())
    client, before = factories.fresh_client(owners.get_signer(other)), scene.state()
    team = [request for request in scene.requests() if request[0].startswith("label-team")]

    answers = [getattr(client, method)(path, **data(method)) for _, path, method in team]

    assert [answer.status_code for answer in answers] == [200, 409, 404, 404]
    assert "You act for" in answers[0].content.decode()
    assert not [answer for answer in answers if re.search(r"\bNia\b", answer.content.decode())]  # not in a token
    assert client.get(f"/api/v1/labels/{scene.party.pk}/team").status_code == 404
    assert scene.state() == before


def test_no_page_shows_anything_of_a_fan(scene: Scene) -> None:
    """`FLOWS` of fans/consent_texts.py: a rightsholder gets sound, recipe and song, and nothing of who listens."""
    fan = factories.create_fan("Quirin Somebody", opted_in=scene.artist)
    draft = factories.create_pending_draft(
        scene.artist, fan, program=factories.create_program(scene.artist, recording=scene.claim.recording)
    )
    client = factories.fresh_client(owners.get_signer(scene.party))

    paths = [path for _, path, method in scene.requests() if method == "get"]
    shown = b"".join(b"".join(client.get(path)) for path in paths).decode(errors="replace")

    assert "Salt Radio" in shown
    for each in (draft, scene.draft):
        words = ("Quirin", each.person.handle, each.person.email, str(each.person_id), str(each.text), "3 listens")
        assert [word for word in words if word in shown] == []
