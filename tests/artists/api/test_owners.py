"""Works and owners of a recording over the API."""

from typing import Any

import pytest
from django.test import Client

from catalog.models import Artist, Work
from rights.models import Claim
from tests import factories
from tests.rights import factories as owners

pytestmark = pytest.mark.django_db
JSON = "application/json"


@pytest.fixture
def song(artist: Artist) -> str:
    return f"/api/v1/studio/mara-veil/recordings/{factories.create_recording(artist).pk}"


@pytest.fixture
def client(artist: Artist) -> Client:
    return factories.fresh_client(factories.get_member(artist, "principal"))


def test_a_song_gets_its_work_its_owners_and_says_what_is_missing(client: Client, song: str) -> None:
    label = owners.create_party()
    with_work = client.post(f"{song}/works", {"iswc": "T-034.524.680-1"}, content_type=JSON)
    work = with_work.json()["owned"][1]["work"]
    client.post(f"{song}/shares", {"role": "writer", "share": 6000, "work": work["id"]}, content_type=JSON)
    shared = client.post(
        f"{song}/shares", {"role": "recording_owner", "party": "Harbor Lane", "share": 10_000}, content_type=JSON
    )

    state = client.get(f"{song}/owners").json()

    assert (with_work.status_code, shared.status_code) == (201, 201)
    assert (work["title"], work["iswc"]) == ("Salt Radio", "T0345246801")
    assert state == shared.json()
    of_recording, of_work = state["owned"]
    assert of_recording["work"] is None
    assert [(share["party"], share["share"], share["own"], share["state"]) for share in of_recording["shares"]] == [
        (label.name, 10_000, False, "waiting")
    ]
    assert [(share["party"], share["own"]) for share in of_work["shares"]] == [("Mara Veil", True)]
    assert [gap for gap in of_work["gaps"] if "40\xa0% is missing" in gap] == of_work["gaps"] != []
    assert [sentence for sentence in state["missing"] if "Harbor Lane" in sentence] != []
    assert state["unsold"] == []


def test_a_principal_confirms_and_ends_an_own_share(client: Client, song: str, artist: Artist) -> None:
    client.post(f"{song}/shares", {"role": "featured_artist", "share": 10_000}, content_type=JSON)
    path = f"{song}/shares/{Claim.objects.get().pk}"

    confirmed = client.post(path, {"do": "confirm"}, content_type=JSON).json()
    stale = factories.signed_in_client(factories.get_member(artist, "principal"))
    ended = client.post(path, {"do": "end"}, content_type=JSON).json()

    assert confirmed["owned"][0]["shares"][0]["state"] == "confirmed"
    assert ended["owned"][0]["shares"] == []
    client.post(f"{song}/shares", {"role": "featured_artist", "share": 10_000}, content_type=JSON)
    answer = stale.post(f"{song}/shares/{Claim.objects.latest('pk').pk}", {"do": "confirm"}, content_type=JSON)
    assert (answer.status_code, answer.json()["code"]) == (403, "SignInAgain")


@pytest.mark.parametrize(
    ("sent", "status", "fields"),
    [
        ({"role": "writer", "share": 1}, 400, ["role"]),
        ({"role": "recording_owner", "share": 10_001}, 400, ["share"]),
        ({"role": "recording_owner", "share": "50 %"}, 400, ["share"]),
        ({"role": "recording_owner", "share": 1, "party": "Nobody"}, 400, ["party"]),
        ({"role": "recording_owner", "share": 1, "percent": 3}, 400, ["percent"]),
        ({"role": "writer", "share": 1, "work": 10**9}, 404, []),
    ],
)
def test_what_is_wrong_is_said_by_field(
    client: Client, song: str, sent: dict[str, Any], status: int, fields: list[str]
) -> None:
    answer = client.post(f"{song}/shares", sent, content_type=JSON)

    assert (answer.status_code, sorted(answer.json().get("errors", {}))) == (status, fields)
    assert not Claim.objects.exists()


def test_a_wrong_iswc_is_refused_and_a_known_one_is_the_work_that_is_here(
    client: Client, song: str, artist: Artist
) -> None:
    work = owners.create_work(factories.create_recording(artist, "Night Bus"))
    Work.objects.filter(pk=work.pk).update(iswc="T0345246801")

    wrong = client.post(f"{song}/works", {"iswc": "T-1"}, content_type=JSON)
    known = client.post(f"{song}/works", {"title": "Other", "iswc": "T0345246801"}, content_type=JSON)

    assert (wrong.status_code, list(wrong.json()["errors"])) == (400, ["iswc"])
    assert (known.status_code, known.json()["owned"][1]["work"]["id"]) == (201, work.pk)


@pytest.mark.parametrize("role", ["principal", "owner", "editor", "reviewer"])
def test_who_may_say_who_owns_a_song(artist: Artist, song: str, role: str) -> None:
    client = factories.fresh_client(factories.get_member(artist, role))

    answers = [
        client.post(f"{song}/works", {}, content_type=JSON).status_code,
        client.post(f"{song}/shares", {"role": "featured_artist", "share": 5}, content_type=JSON).status_code,
    ]

    assert answers == ([403, 403] if role == "reviewer" else [201, 201])
