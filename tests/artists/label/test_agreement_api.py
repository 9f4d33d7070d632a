"""Agreements over the API: a rightsholder proposes, both sides dry-run, accept and end; staff store splits."""

from typing import Any

import pytest
from django.test import Client

from rights import clearance
from rights.models import AgreementVersion, SplitScheme, Use
from tests import factories
from tests.artists.label.agreements import Scene, accept, propose
from tests.rights import factories as owners

pytestmark = pytest.mark.django_db
JSON = "application/json"
SPLIT = [{"role": "platform", "share": 2000}, {"role": "recording_owner", "share": 8000}]


@pytest.fixture
def client(scene: Scene) -> Client:
    return factories.fresh_client(owners.get_signer(scene.label))


def terms(scene: Scene, **changes: Any) -> dict[str, Any]:
    others = [scene.song.publisher.name, scene.song.writer.name]
    return {
        "title": "Remixes", "artists": [scene.artist.slug], "others": others, "uses": ["remix"],
    } | changes  # fmt: skip


def post(client: Client, scene: Scene, rest: str = "", body: Any = None) -> Any:
    return client.post(f"/api/v1/labels/{scene.label.pk}/agreements{rest}", body or {}, content_type=JSON)


def test_a_rightsholder_proposes_and_everybody_accepts(client: Client, scene: Scene) -> None:
    seen = post(client, scene, "/dry-run", terms(scene)).json()
    sent = post(client, scene, "", terms(scene))
    again = post(client, scene, "", terms(scene))
    version = AgreementVersion.objects.get()
    accept(version, scene.song.publisher, scene.song.writer)
    accepted = post(client, scene, f"/{version.pk}/accept").json()
    studio = f"/api/v1/studio/{scene.artist.slug}/agreements"
    principal = factories.fresh_client(owners.get_signer(scene.song.artist))
    waiting = principal.get(studio).json()
    own_run = principal.get(f"{studio}/{version.pk}/dry-run").json()
    in_force = principal.post(f"{studio}/{version.pk}/accept", {}, content_type=JSON).json()

    assert (seen["dry_run"]["usable"], seen["dry_run"]["blockers"]) == (1, [])
    assert (sent.status_code, again.status_code, again.json()["id"]) == (201, 201, sent.json()["id"])
    assert seen["wording"] == sent.json()["wording"] == version.wording
    assert (accepted["state"], [each["state"] for each in waiting]) == ("proposed", ["proposed"])
    assert [each["name"] for each in accepted["parties"] if each["accepted_at"] is None] == ["Mara Veil"]
    assert (own_run["recordings"], own_run["usable"]) == (1, 1)
    assert in_force["state"] == "in_force"
    assert clearance.find_missing(Use.REMIX, scene.artist, [scene.song.recording]) is None
    assert client.get(f"/api/v1/labels/{scene.label.pk}/agreements/{version.pk}/dry-run").status_code == 409


def test_the_next_version_follows_and_the_end_is_for_everybody(client: Client, scene: Scene) -> None:
    first = post(client, scene, "", terms(scene)).json()
    second = post(client, scene, f"/{first['id']}/next", terms(scene, uses=["dj"])).json()
    principal = factories.fresh_client(owners.get_signer(scene.song.artist))
    path = f"/api/v1/studio/{scene.artist.slug}/agreements/{second['id']}"

    refused = principal.post(f"{path}/end", {}, content_type=JSON).json()
    late = post(client, scene, f"/{second['id']}/accept")

    assert (second["number"], second["version"]) == (first["number"], 2)
    assert refused["state"] == "refused"
    assert (late.status_code, late.json()["code"]) == (409, "ProposalOver")


@pytest.mark.parametrize(
    ("sent", "fields"),
    [
        ({"uses": ["voice"]}, {"uses"}),
        ({"uses": ["personal_message"]}, {"uses"}),
        ({"uses": []}, {"uses"}),
        ({"artists": ["somebody"]}, {"artists"}),
        ({"others": ["Nobody"]}, {"others"}),
        ({"songs": ["Not mine"]}, {"songs"}),
        ({"countries": ["Jappan"]}, {"countries"}),
        ({"last_day": "2001-01-01"}, {"last_day"}),
        ({"last_day": "9999-12-31"}, {"last_day"}),
        ({"first_day": "0001-01-01", "time_zone": "Pacific/Kiritimati"}, {"first_day"}),
        ({"own_words": "Paid \u202eeerht times."}, {"own_words"}),
        ({"time_zone": "Mars/Crater"}, {"time_zone"}),
        ({"monthly_limit": 0}, {"monthly_limit"}),
        ({"scheme": 10**9}, {"scheme"}),
        ({"covers_later": True, "songs": ["Low Tide Choir"]}, {"covers_later"}),
        ({"artists": [], "others": []}, {"artists"}),
        ({"key_above": 5}, {"key_above"}),
        ({"uses": ["remix", "share"], "second_key": "own", "monthly_limit": 5}, {"second_key", "monthly_limit"}),
        ({"voice": True}, {"voice"}),
    ],
)
def test_what_cannot_be_agreed_is_said_by_field(
    client: Client, scene: Scene, sent: dict[str, Any], fields: set[str]
) -> None:
    answer = post(client, scene, "", terms(scene, **sent))

    assert (answer.status_code, set(answer.json()["errors"])) == (400, fields)
    assert AgreementVersion.objects.count() == 0


def test_a_stale_password_accepts_nothing(scene: Scene) -> None:
    version = propose(scene.label, scene.song.artist)
    client = factories.signed_in_client(owners.get_signer(scene.label))

    answer = post(client, scene, f"/{version.pk}/accept")

    assert (answer.status_code, answer.json()["code"]) == (403, "SignInAgain")
    assert version.acceptances.count() == 0


def test_staff_store_a_split_and_it_adds_up() -> None:
    client = factories.reauthenticated_client(factories.get_staff())
    path = "/api/v1/staff/split-schemes"
    stored = client.post(path, {"use": "remix", "lines": SPLIT}, content_type=JSON)
    wrong = [
        client.post(path, {"use": use, "lines": lines}, content_type=JSON).status_code
        for use, lines in (
            ("remix", SPLIT[:1]),
            ("remix", [*SPLIT, {"role": "writer", "share": 1}]),
            ("remix", [{"role": "platform", "share": 5000}] * 2),
            ("voice", SPLIT),
            ("remix", []),
        )
    ]

    assert (stored.status_code, stored.json()["version"]) == (201, 1)
    assert wrong == [400] * 5
    assert [scheme["lines"] for scheme in client.get(path).json()] == [SPLIT]
    assert SplitScheme.objects.count() == 1
    stale = factories.signed_in_client(factories.get_staff()).post(
        path, {"use": "dj", "lines": SPLIT}, content_type=JSON
    )
    assert stale.status_code == 403


def test_an_agreement_that_is_not_there_reads_as_any_missing_page(scene: Scene) -> None:
    client = factories.fresh_client(owners.get_signer(scene.label))

    answer = client.get(f"/api/label/{scene.label.pk}/agreements/999999")

    assert (answer.status_code, answer.json()["code"]) == (404, "NotFound")
    assert answer.json()["detail"] == "There is nothing at this address, or it is not yours to see."
