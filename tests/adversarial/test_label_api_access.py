"""A rightsholder's API is there for its team alone, and each role does over it what it does on the pages."""

import copy
from typing import Any

import pytest
from django.http import HttpResponse
from django.test import Client

from rights.models import Party
from tests import factories
from tests.adversarial.addresses import LABEL_API
from tests.adversarial.label_scene import Scene, create_scene, member, strangers
from tests.adversarial.test_label_access import MAY
from tests.rights import factories as owners

pytestmark = pytest.mark.django_db

TERMS = {"title": "Playlists of Mara Veil", "artists": ["mara-veil"], "uses": ["playlist"]}
SENT: dict[str, dict[str, Any]] = {
    "api-label-roster": {"artist": "ove-lind"},
    "api-label-claim": {"answer": "confirm"},
    "api-label-claims-confirm-imported": {"waiting": 1},
    "api-label-approval": {"answer": "approve", "revision": 1},
    "api-label-switches": {"use": "remix", "on": True},
    "api-label-agreements": TERMS,
    "api-label-agreement-dry-run": TERMS,
    "api-label-agreement-next": TERMS,
    "api-label-team": {"email": "new@example.com", "role": "editor"},
    "api-label-member": {"role": "owner"},
}
MAY_BY_API = {
    "api-label-roster post": MAY["label-roster"],
    "api-label-roster-end post": MAY["label-roster-end"],
    "api-label-imports post": MAY["label-catalogue"],
    "api-label-import delete": MAY["label-import-remove"],
    "api-label-import-start post": MAY["label-import-start"],
    "api-label-claim post": MAY["label-claim"],
    "api-label-claims-confirm-imported post": MAY["label-claims-imported"],
    "api-label-approval post": MAY["label-approval"],
    "api-label-switches post": MAY["label-switches"],
    "api-label-team post": MAY["label-team"],
    "api-label-member patch": MAY["label-team-member"],
    "api-label-member delete": MAY["label-team-member"],
    "api-label-invitation delete": MAY["label-team-invitation"],
    "api-label-agreements post": {"signatory"},
    "api-label-agreement-next post": {"signatory"},
    "api-label-agreement-accept post": MAY["label-agreement-accept"],
    "api-label-agreement-end post": MAY["label-agreement-end"],
}


@pytest.fixture(scope="module")
def module_scene(module_db: None) -> Scene:
    return create_scene()


@pytest.fixture
def scene(module_scene: Scene) -> Scene:
    return copy.deepcopy(module_scene)


def ask_api(client: Client, name: str, path: str, method: str) -> HttpResponse:
    """A whole request of the API, which somebody with the right role can make."""
    if name == "api-label-imports" and method == "post":
        return client.post(f"{path}?name=low.csv", b"title,artist\nSalt Radio,Mara Veil\n", content_type="text/csv")
    body = {} if method == "get" else {"data": SENT.get(name, {}), "content_type": "application/json"}
    return getattr(client, method)(path, **body)


def test_the_api_knows_nothing_for_somebody_outside_the_team(scene: Scene) -> None:
    other, before = owners.create_party("label", "Second Shore"), scene.state()
    for person in strangers(scene, other):
        client = factories.fresh_client(person)
        for name, path, method in scene.requests(api=True):
            assert ask_api(client, name, path, method).status_code == 404, (name, method, person.handle)
        missing = scene.requests(Party(pk=10**9), api=True)
        assert {ask_api(client, *request).status_code for request in missing} == {404}
        listed = [party["id"] for party in client.get("/api/v1/labels").json()]
        assert listed == ([other.pk] if person == owners.get_signer(other) else [])

    assert scene.state() == before


def test_the_api_of_a_rightsholder_has_nothing_of_anothers(scene: Scene) -> None:
    other, before = owners.create_party("label", "Second Shore"), scene.state()
    client = factories.fresh_client(owners.get_signer(other))
    for name, path, method in scene.requests(other, api=True):
        if LABEL_API[name][0].count("{") > 1:
            assert ask_api(client, name, path, method).status_code == 404, (name, method)

    assert scene.state() == before


def test_the_api_needs_a_session(scene: Scene) -> None:
    assert {ask_api(Client(), *request).status_code for request in scene.requests(api=True)} == {403}


def test_the_api_shows_nothing_of_a_fan(scene: Scene) -> None:
    fan = factories.create_fan("Quirin Somebody", opted_in=scene.artist)
    factories.create_pending_draft(scene.artist, fan)
    client = factories.fresh_client(owners.get_signer(scene.party))

    answers = [ask_api(client, *request) for request in scene.requests(api=True) if request[2] == "get"]

    shown = "".join(answer.content.decode() for answer in answers)
    assert [answer.status_code for answer in answers] == [200] * len(answers)
    assert "Salt Radio" in shown
    assert [word for word in ("Quirin", fan.handle, fan.email, str(fan.pk)) if word in shown] == []


@pytest.mark.parametrize("role", ["signatory", "owner", "editor", "reviewer"])
@pytest.mark.parametrize("request_name", sorted(MAY_BY_API))
def test_a_role_does_the_same_over_the_api(scene: Scene, request_name: str, role: str) -> None:
    client, before = factories.fresh_client(member(scene.party, role)), scene.state()
    name, method = request_name.split()
    path = next(path for each, path, _ in scene.requests(api=True) if each == name)

    answer = ask_api(client, name, path, method)

    changed = scene.state() != before
    assert changed == (role in MAY_BY_API[request_name]), answer.content
    assert answer.status_code in ({200, 201, 202, 204} if changed else {403, 409})


def test_the_api_asks_for_a_recent_password_before_whoever_signs_says_yes(scene: Scene) -> None:
    client, before = factories.signed_in_client(owners.get_signer(scene.party)), scene.state()
    signed = (
        "api-label-roster",
        "api-label-claim",
        "api-label-claims-confirm-imported",
        "api-label-switches",
        "api-label-approval",
        "api-label-import-start",
    )

    answers = [
        ask_api(client, name, path, method)
        for name, path, method in scene.requests(api=True)
        if name in signed and method == "post"
    ]

    assert [(answer.status_code, answer.json()["code"]) for answer in answers] == [(403, "SignInAgain")] * len(signed)
    assert scene.state() == before
