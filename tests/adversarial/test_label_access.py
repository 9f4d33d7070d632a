"""A rightsholder's pages are there for its team alone, and each role does what it may."""

from dataclasses import dataclass
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.http import HttpResponse
from django.test import Client

from accounts import roles
from accounts.models import Person
from artists import invitation_mail
from artists.label.views.roster import TOO_LATE
from artists.models import Draft
from catalog.models import Artist
from rights import claims, parties
from rights.agreements import Key
from rights.models import AgreementVersion, CatalogImport, Claim, Grant, Party, RosterEntry
from rights.shares import Role
from tests import factories
from tests.artists.label import agreements
from tests.artists.remix_notes import agree, approve, write_remix_note
from tests.rights import factories as owners
from tests.rights.imports import factories as import_factories

pytestmark = pytest.mark.django_db

# Each with the methods it has. `{entry}` and `{claim}` are of one rightsholder.
LABEL_PAGES = {
    "label-roster": ("/label/{party}/", "get post"),
    "label-roster-end": ("/label/{party}/roster/{entry}/end", "post"),
    "label-switches": ("/label/{party}/artists/{artist}", "get post"),
    "label-export": ("/label/{party}/artists/{artist}/export.csv", "get"),
    "label-claims": ("/label/{party}/claims", "get"),
    "label-claim": ("/label/{party}/claims/{claim}", "post"),
    "label-team": ("/label/{party}/team", "get post"),
    "label-team-invitation": ("/label/{party}/team/invitations/{invitation}", "post"),
    "label-team-member": ("/label/{party}/team/{member}", "post"),
    "label-agreements": ("/label/{party}/agreements", "get"),
    "label-agreement-new": ("/label/{party}/agreements/new", "get post"),
    "label-agreement": ("/label/{party}/agreements/{version}", "get"),
    "label-agreement-next": ("/label/{party}/agreements/{version}/next", "get post"),
    "label-agreement-accept": ("/label/{party}/agreements/{version}/accept", "post"),
    "label-agreement-end": ("/label/{party}/agreements/{version}/end", "post"),
    "label-approvals": ("/label/{party}/approvals", "get"),
    "label-approval": ("/label/{party}/approvals/{draft}", "post"),
    "label-catalogue": ("/label/{party}/catalogue", "get post"),
    "label-import": ("/label/{party}/catalogue/{import}", "get"),
    "label-import-start": ("/label/{party}/catalogue/{import}/start", "post"),
    "label-import-remove": ("/label/{party}/catalogue/{import}/remove", "post"),
    "label-import-verdicts": ("/label/{party}/catalogue/{import}/verdicts.csv", "get"),
}
API = "/api/v1/labels/{party}"
LABEL_API = {
    "api-label-roster": (f"{API}/roster", "get post"),
    "api-label-roster-end": (f"{API}/roster/{{entry}}/end", "post"),
    "api-label-switches": (f"{API}/artists/{{artist}}/switches", "get post"),
    "api-label-switch-songs": (f"{API}/artists/{{artist}}/switches/songs", "get"),
    "api-label-claims": (f"{API}/claims", "get"),
    "api-label-claim": (f"{API}/claims/{{claim}}", "get post"),
    "api-label-team": (f"{API}/team", "get post"),
    "api-label-approvals": (f"{API}/approvals", "get"),
    "api-label-approval": (f"{API}/approvals/{{draft}}", "post"),
    "api-label-agreements": (f"{API}/agreements", "get post"),
    "api-label-agreement-dry-run": (f"{API}/agreements/dry-run", "post"),
    "api-label-agreement": (f"{API}/agreements/{{version}}", "get"),
    "api-label-agreement-next": (f"{API}/agreements/{{version}}/next", "post"),
    "api-label-agreement-effect": (f"{API}/agreements/{{version}}/dry-run", "get"),
    "api-label-agreement-accept": (f"{API}/agreements/{{version}}/accept", "post"),
    "api-label-agreement-end": (f"{API}/agreements/{{version}}/end", "post"),
    "api-label-imports": (f"{API}/imports", "get post"),
    "api-label-import": (f"{API}/imports/{{import}}", "get delete"),
    "api-label-import-start": (f"{API}/imports/{{import}}/start", "post"),
    "api-label-import-lines": (f"{API}/imports/{{import}}/lines", "get"),
}
TERMS = {"title": "Playlists of Mara Veil", "artists": ["mara-veil"], "uses": ["playlist"]}
SENT: dict[str, dict[str, Any]] = {
    "api-label-roster": {"artist": "ove-lind"},
    "api-label-claim": {"answer": "confirm"},
    "api-label-approval": {"answer": "approve", "revision": 1},
    "api-label-switches": {"use": "remix", "on": True},
    "api-label-agreements": TERMS,
    "api-label-agreement-dry-run": TERMS,
    "api-label-agreement-next": TERMS,
    "api-label-team": {"email": "new@example.com", "role": "editor"},
}
MAY: dict[str, set[str]] = {
    "label-roster": {"signatory"},
    "label-roster-end": {"signatory", "owner"},
    "label-catalogue": {"signatory", "owner", "editor"},
    "label-import-start": {"signatory"},
    "label-import-remove": {"signatory", "owner"},
    "label-claim": {"signatory"},
    "label-agreement-accept": {"signatory"},
    "label-agreement-end": {"signatory", "owner"},
    "label-approval": {"signatory"},
    "label-switches": {"signatory"},
    "label-team": {"signatory", "owner"},
    "label-team-invitation": {"signatory", "owner"},
    "label-team-member": {"signatory", "owner"},
}
MAY_BY_API = {
    "api-label-roster post": MAY["label-roster"],
    "api-label-roster-end post": MAY["label-roster-end"],
    "api-label-imports post": MAY["label-catalogue"],
    "api-label-import delete": MAY["label-import-remove"],
    "api-label-import-start post": MAY["label-import-start"],
    "api-label-claim post": MAY["label-claim"],
    "api-label-approval post": MAY["label-approval"],
    "api-label-switches post": MAY["label-switches"],
    "api-label-team post": MAY["label-team"],
    "api-label-agreements post": {"signatory"},
    "api-label-agreement-next post": {"signatory"},
    "api-label-agreement-accept post": MAY["label-agreement-accept"],
    "api-label-agreement-end post": MAY["label-agreement-end"],
}


@dataclass
class Scene:
    party: Party
    artist: Artist
    entry: RosterEntry
    claim: Claim
    brought: CatalogImport
    version: AgreementVersion
    draft: Draft

    def requests(self, party: Party | None = None, *, api: bool = False) -> list[tuple[str, str, str]]:
        """Name, address and method of every page, or of the API, about the objects of this rightsholder."""
        team = self.party.team
        assert team
        values = {
            "party": (party or self.party).pk,
            "entry": self.entry.pk,
            "claim": self.claim.pk,
            "artist": self.artist.slug,
            "import": self.brought.pk,
            "invitation": team.invitations.order_by("pk").values_list("pk", flat=True)[0],
            "member": team.members.get(person__name="Nia").pk,
            "version": self.version.pk,
            "draft": self.draft.pk,
        }
        return [
            (name, path.format(**values), method)
            for name, (path, methods) in (LABEL_API if api else LABEL_PAGES).items()
            for method in methods.split()
        ]

    def state(self) -> Any:
        """Whatever a page could change."""
        entries = list(RosterEntry.objects.order_by("pk").values_list("pk", "accepted", "live_until"))
        said = list(Grant.objects.order_by("pk").values_list("pk", "ended_at"))
        imports = list(CatalogImport.objects.order_by("pk").values_list("pk", "state"))
        assert self.party.team
        team = list(self.party.team.members.order_by("pk").values_list("person", "role"))
        invited = list(self.party.team.invitations.order_by("pk").values_list("pk", "outcome"))
        agreed = list(AgreementVersion.objects.order_by("pk").values_list("pk", "ended_at", "acceptances"))
        return (
            entries,
            said,
            imports,
            (team, invited),
            agreed,
            list(Draft.objects.order_by("pk").values_list("pk", "state")),
            list(Claim.objects.order_by("pk").values_list("pk", "confirmed_at", "live_until")),
        )


@pytest.fixture
def scene() -> Scene:
    artist = factories.create_artist()
    song = owners.create_owned_song(artist, permitted=False)
    party = song.label
    agree(song, keys=(Key(party),))
    factories.create_artist("Ove Lind")
    entry = owners.add_to_roster(party, artist)
    by, recording = factories.get_member(artist, "editor"), factories.create_recording(artist)
    claim = claims.claim(party, Role.RECORDING_OWNER, by=by, recording=recording)
    assert party.team
    roles.add_member(party.team, factories.create_person("Nia"), "reviewer", by=owners.get_signer(party))
    invitation_mail.invite(party, "invited@example.com", "reviewer", by=owners.get_signer(party))
    version = agreements.propose(party, parties.get_artist_party(artist))
    brought = import_factories.read(party, "Low Tide,Mara Veil,,")
    return Scene(party, artist, entry, claim, brought, version, approve(write_remix_note(song)))


def member(party: Party, role: str) -> Person:
    if role == "signatory":
        return owners.get_signer(party)
    person = factories.create_person(role)
    assert party.team
    roles.add_member(party.team, person, role, by=factories.get_staff())
    return person


def data(method: str) -> dict[str, Any]:
    return {"data": form_data()} if method == "post" else {}


def form_data(name: str = "") -> dict[str, Any]:
    catalogue = SimpleUploadedFile("catalogue.csv", b"title,artist\nSalt Radio,Mara Veil\n")
    team = {"email": "new@example.com", "role": "editor", "revision": "1"}
    act = "approve" if name == "label-approval" else "confirm"
    return {"artist": "ove-lind", "do": act, "switch_on": "remix", "catalogue": catalogue, **team}


def strangers(scene: Scene, other: Party) -> list[Person]:
    people = [factories.create_fan(), factories.get_staff(), owners.get_signer(other)]
    return people + [factories.get_member(scene.artist, role) for role in ("principal", "owner")]


def ask_api(client: Client, name: str, path: str, method: str) -> HttpResponse:
    """A whole request of the API, which somebody with the right role can make."""
    if name == "api-label-imports" and method == "post":
        return client.post(f"{path}?name=low.csv", b"title,artist\nSalt Radio,Mara Veil\n", content_type="text/csv")
    body = {} if method == "get" else {"data": SENT.get(name, {}), "content_type": "application/json"}
    return getattr(client, method)(path, **body)


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


def test_who_only_acts_for_a_rightsholder_does_not_see_or_change_its_team(scene: Scene) -> None:
    other = owners.create_party("label", "Second Shore")
    parties.represent(scene.party, other, mandate="Contract 7", by=factories.get_staff())
    client, before = factories.fresh_client(owners.get_signer(other)), scene.state()
    team = [request for request in scene.requests() if request[0].startswith("label-team")]

    answers = [getattr(client, method)(path, **data(method)) for _, path, method in team]

    assert [answer.status_code for answer in answers] == [200, 409, 404, 404]
    assert "You act for" in answers[0].content.decode()
    assert "Nia" not in "".join(answer.content.decode() for answer in answers)
    assert client.get(f"/api/v1/labels/{scene.party.pk}/team").status_code == 404
    assert scene.state() == before


def test_no_page_shows_anything_of_a_fan(scene: Scene) -> None:
    """`FLOWS` of fans/consent_texts.py: a rightsholder gets sound, recipe and song, and nothing of who listens."""
    fan = factories.create_fan("Quirin Somebody", opted_in=scene.artist)
    draft = factories.create_pending_draft(
        scene.artist, fan, program=factories.create_program(scene.artist, recording=scene.claim.recording)
    )
    client = factories.fresh_client(owners.get_signer(scene.party))

    shown = "".join(b"".join(client.get(path)).decode() for _, path, method in scene.requests() if method == "get")

    assert "Salt Radio" in shown
    for each in (draft, scene.draft):
        words = ("Quirin", each.person.handle, each.person.email, str(each.person_id), str(each.text), "3 listens")
        assert [word for word in words if word in shown] == []


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
