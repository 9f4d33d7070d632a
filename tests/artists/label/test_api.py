"""A rightsholder's part of the API: roster, claims, switches and imports, and what is wrong is said by field."""

from typing import Any

import pytest
from django.test import Client

from catalog.models import Artist
from rights import claims
from rights.models import CatalogImport, Party, RosterEntry
from rights.shares import Role
from tests import factories
from tests.rights import factories as owners
from tests.rights.imports import factories as import_factories

pytestmark = pytest.mark.django_db
JSON = "application/json"


@pytest.fixture
def client(label: Party) -> Client:
    return factories.fresh_client(owners.get_signer(label))


def test_the_labels_of_a_person_are_listed(label: Party, client: Client) -> None:
    assert client.get("/api/v1/labels").json() == [
        {"id": label.pk, "kind": "label", "name": "Harbor Lane", "isni": None, "ipi": None, "dpid": None}
    ]


def test_an_artist_is_asked_and_the_entry_ended(artist: Artist, label: Party, client: Client) -> None:
    base = f"/api/v1/labels/{label.pk}/roster"
    asked = client.post(base, {"artist": "mara-veil"}, content_type=JSON)
    again = client.post(base, {"artist": "Mara Veil"}, content_type=JSON)
    ended = client.post(f"{base}/{asked.json()['id']}/end", {}, content_type=JSON)
    too_late = client.post(f"{base}/{asked.json()['id']}/end", {}, content_type=JSON)

    entry = RosterEntry.objects.get()
    assert (asked.status_code, asked.json()["artist"], asked.json()["accepted"]) == (201, "mara-veil", None)
    assert (again.status_code, again.json()["errors"]) == (
        409, {"artist": ["Mara Veil was asked already, and has not answered yet."]}
    )  # fmt: skip
    assert (ended.status_code, ended.json()["id"], ended.json()["live_until"] is None) == (200, entry.pk, False)
    assert too_late.status_code == 409
    assert [each["id"] for each in client.get(base).json()] == [entry.pk]


@pytest.mark.parametrize(
    ("sent", "fields"),
    [
        ({"artist": "nobody"}, ["artist"]),
        ({"artist": 7}, ["artist"]),
        ({"artist": "mara-veil", "x": 1}, ["x"]),
        ({}, ["artist"]),
    ],
)
def test_a_wrong_proposal_names_the_field(
    artist: Artist, label: Party, client: Client, sent: dict[str, Any], fields: list[str]
) -> None:
    answer = client.post(f"/api/v1/labels/{label.pk}/roster", sent, content_type=JSON)

    assert (answer.status_code, sorted(answer.json()["errors"])) == (400, fields)


def test_an_end_in_the_past_is_refused(artist: Artist, label: Party, client: Client) -> None:
    entry = owners.add_to_roster(label, artist)

    answer = client.post(
        f"/api/v1/labels/{label.pk}/roster/{entry.pk}/end", {"until": "2020-01-01T00:00:00Z"}, content_type=JSON
    )

    assert (answer.status_code, list(answer.json()["errors"])) == (400, ["until"])


def test_a_claim_is_listed_and_confirmed_and_then_read_with_who_else_owns(
    artist: Artist, label: Party, client: Client
) -> None:
    recording, other = factories.create_recording(artist), owners.create_party("label", "Second Shore")
    owners.own(other, recording, share=4000)
    by = factories.get_member(artist, "editor")
    waiting = claims.claim(label, Role.RECORDING_OWNER, by=by, recording=recording, share=6000)
    base = f"/api/v1/labels/{label.pk}/claims"

    [listed] = client.get(f"{base}?state=waiting").json()["results"]
    read = client.get(f"{base}/{waiting.pk}").json()
    confirmed = client.post(f"{base}/{waiting.pk}", {"answer": "confirm"}, content_type=JSON).json()

    assert (listed["id"], listed["recording"]["title"], listed["share"]) == (waiting.pk, "Salt Radio", 6000)
    assert read["others"] == []
    assert [(each["party"], each["share"], each["confirmed"]) for each in confirmed["others"]] == [
        ("Second Shore", 4000, True)
    ]
    assert (read["confirmed"], confirmed["confirmed"]) == (False, True)
    assert client.get(f"{base}?state=waiting").json()["results"] == []
    assert client.get(f"{base}?state=all").status_code == 400


def test_a_refused_claim_ends(artist: Artist, label: Party, client: Client) -> None:
    waiting = claims.claim(
        label, Role.RECORDING_OWNER, by=factories.get_staff(), recording=factories.create_recording(artist)
    )

    client.post(f"/api/v1/labels/{label.pk}/claims/{waiting.pk}", {"answer": "refuse"}, content_type=JSON)

    waiting.refresh_from_db()
    assert waiting.live_until is not None


def test_switches_of_all_songs_and_of_one(artist: Artist, label: Party, client: Client) -> None:
    song, other = factories.create_recording(artist), factories.create_recording(artist, "Night Bus")
    owners.own(label, song)
    base = f"/api/v1/labels/{label.pk}/artists/mara-veil/switches"

    on = client.post(base, {"use": "remix", "on": True}, content_type=JSON).json()
    off = client.post(base, {"use": "remix", "on": False, "recording": song.pk}, content_type=JSON).json()
    foreign = client.post(base, {"use": "remix", "on": True, "recording": other.pk}, content_type=JSON)
    [listed] = client.get(f"{base}/songs").json()["results"]

    assert [switch["on"] for switch in on] == [True, False, False, False]
    assert [switch["on"] for switch in off] == [False, False, False, False]
    assert client.get(base).json() == on
    assert foreign.status_code == 404
    assert (listed["recording"], listed["switches"]) == (song.pk, off)
    assert "Mara Veil (artist) has not said yes to remixes, shared remixes, playlists and DJ sets" in listed["others"]
    assert listed["unsold"] == []


@pytest.mark.parametrize("use", ["personal_message", "voice", "train"])
def test_a_rightsholder_cannot_switch_what_is_never_its_own(
    artist: Artist, label: Party, client: Client, use: str
) -> None:
    owners.add_to_roster(label, artist)

    answer = client.post(
        f"/api/v1/labels/{label.pk}/artists/mara-veil/switches", {"use": use, "on": True}, content_type=JSON
    )

    assert (answer.status_code, list(answer.json()["errors"])) == (400, ["use"])


def test_a_catalogue_is_sent_read_imported_and_its_lines_listed(artist: Artist, label: Party, client: Client) -> None:
    owners.add_to_roster(label, artist)
    base = f"/api/v1/labels/{label.pk}/imports"
    lines = b"title,artist\nLow Tide,Mara Veil\n=SUM(A1),Mara Veil\nNight Bus,Nobody Here\n"

    sent = client.post(f"{base}?name=low.csv", lines, content_type="text/csv")
    path = f"{base}/{sent.json()['id']}"
    early = client.post(f"{path}/start")
    import_factories.work_all()
    read = client.get(path).json()
    started = client.post(f"{path}/start")
    import_factories.work_all()

    assert (sent.status_code, sent.json()["state"], sent.json()["file_name"]) == (202, "reading", "low.csv")
    assert early.status_code == 409
    assert (read["state"], read["verdicts"]) == ("ready", {"new": 2, "same": 0, "changed": 0, "waits": 1, "no": 0})
    assert (started.status_code, started.json()["state"]) == (202, "requested")
    assert client.get(path).json()["state"] == "done"
    assert [line["title"] for line in client.get(f"{path}/lines").json()["results"]] == [
        "Low Tide", "=SUM(A1)", "Night Bus"
    ]  # fmt: skip
    [refused] = client.get(f"{path}/lines?verdict=waits").json()["results"]
    assert (refused["number"], refused["reason"]) == (4, "“Nobody Here” is not on your roster.")
    assert client.delete(path).status_code == 409


def test_an_empty_body_is_no_catalogue_and_a_file_that_waits_is_removed(label: Party, client: Client) -> None:
    base = f"/api/v1/labels/{label.pk}/imports"
    brought = import_factories.read(label, "Low Tide,Mara Veil,,")

    empty = client.post(base, b"", content_type="text/csv")
    picture = client.post(base, b"x", content_type="image/png")

    assert (empty.status_code, empty.json()["detail"]) == (409, "This file is empty.")
    assert picture.status_code == 415
    assert client.delete(f"{base}/{brought.pk}").status_code == 204
    assert CatalogImport.objects.count() == 0
