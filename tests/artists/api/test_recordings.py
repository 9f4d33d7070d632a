"""An artist's team adds and changes recordings and the profile over the API."""

from pathlib import Path

import pytest
from django.test import Client
from pytest_django import Settings

from catalog.models import Artist, Picture, Recording
from tests import factories
from tests.catalog.pictures import bomb, png

pytestmark = pytest.mark.django_db
JSON = "application/json"
BASE = "/api/v1/studio/mara-veil"
SONG = {"title": "Salt Radio", "isrc": "pt-abc-26-00001", "duration_ms": 221_000}


@pytest.fixture
def artist(settings: Settings, tmp_path: Path) -> Artist:
    settings.MEDIA_ROOT = tmp_path
    return factories.create_artist("Mara Veil")


@pytest.fixture
def editor(artist: Artist) -> Client:
    return factories.signed_in_client(factories.get_member(artist, "editor"))


def test_an_editor_adds_changes_and_lists_recordings(artist: Artist, editor: Client) -> None:
    added = editor.post(f"{BASE}/recordings", SONG, content_type=JSON)
    path = f"{BASE}/recordings/{added.json()['id']}"

    changed = editor.patch(path, {"title": "Salt Radio (Live)", "isrc": None}, content_type=JSON)

    song = Recording.objects.get()
    shown = {
        "id": song.pk, "title": "Salt Radio (Live)", "artist_credit": "Mara Veil", "isrc": None, "mbid": None,
        "duration_ms": 221_000, "cover": None, "is_main": False,
    }  # fmt: skip
    assert (added.status_code, added.json()["isrc"]) == (201, "PTABC2600001")
    assert (changed.status_code, changed.json()) == (200, shown)
    assert editor.get(path).json() == shown
    assert editor.get(f"{BASE}/recordings", {"q": "live"}).json()["results"] == [shown]
    assert editor.get(f"{BASE}/recordings", {"q": "nothing"}).json()["results"] == []


@pytest.mark.parametrize(
    ("change", "status", "fields"),
    [
        ({"title": "\u3164"}, 400, ["title"]),
        ({"title": 3, "isrc": "PT"}, 400, ["title"]),
        ({"isrc": "PT", "mbid": "x", "duration_ms": -1}, 400, ["duration_ms", "isrc", "mbid"]),
        ({"isrc": "PTABC2600009"}, 409, ["isrc"]),
        ({"title": "Night Bus", "isrc": None}, 409, ["title"]),
    ],
)
def test_what_is_wrong_is_said_by_field(
    artist: Artist, editor: Client, change: dict[str, object], status: int, fields: list[str]
) -> None:
    factories.create_recording(artist, "Night Bus")
    other = factories.create_artist("Ove Lind")
    theirs = factories.signed_in_client(factories.get_member(other, "editor"))
    theirs.post("/api/v1/studio/ove-lind/recordings", {"title": "Ferry", "isrc": "PTABC2600009"}, content_type=JSON)

    answer = editor.post(f"{BASE}/recordings", {**SONG, **change}, content_type=JSON)

    assert (answer.status_code, sorted(answer.json()["errors"])) == (status, fields)
    assert artist.recordings.count() == 1


def test_a_reviewer_reads_and_changes_nothing(artist: Artist) -> None:
    song, reviewer = factories.create_recording(artist), factories.get_member(artist, "reviewer")
    client = factories.signed_in_client(reviewer)
    path = f"{BASE}/recordings/{song.pk}"

    answers = [
        client.post(f"{BASE}/recordings", SONG, content_type=JSON),
        client.patch(path, SONG, content_type=JSON),
        client.put(f"{path}/cover", png(), content_type="image/png"),
        client.delete(f"{path}/cover"),
        client.put(f"{BASE}/profile", {"about": "", "spot": "", "links": []}, content_type=JSON),
        client.put(f"{BASE}/profile/picture", png(), content_type="image/png"),
        client.delete(f"{BASE}/profile/picture"),
    ]

    assert [answer.status_code for answer in answers] == [403] * 7
    assert [client.get(each).status_code for each in (path, f"{BASE}/recordings", f"{BASE}/profile")] == [200] * 3
    assert Picture.objects.count() == 0


def test_a_recording_of_another_artist_is_not_found(artist: Artist, editor: Client) -> None:
    theirs = factories.create_recording(factories.create_artist("Ove Lind"), "Ferry")
    path = f"{BASE}/recordings/{theirs.pk}"

    answers = [
        editor.get(path),
        editor.patch(path, {"title": "Mine"}, content_type=JSON),
        editor.put(f"{path}/cover", png(), content_type="image/png"),
        editor.delete(f"{path}/cover"),
    ]

    assert [answer.status_code for answer in answers] == [404] * 4


def test_pictures_are_the_body_of_a_request(artist: Artist, editor: Client) -> None:
    song = factories.create_recording(artist)
    for path in (f"{BASE}/recordings/{song.pk}/cover", f"{BASE}/profile/picture"):
        stored = editor.put(path, png(), content_type="image/png")
        picture = Picture.objects.get()
        assert (stored.status_code, stored.json()) == (
            200,
            {size: f"/pictures/{picture.key}-{size}.webp" for size in ("large", "small")},
        )
    shown = [
        editor.get(f"{BASE}/recordings/{song.pk}").json()["cover"],
        editor.get(f"{BASE}/profile").json()["picture"],
    ]

    removed = [editor.delete(f"{BASE}/recordings/{song.pk}/cover"), editor.delete(f"{BASE}/profile/picture")]

    assert shown == [stored.json()] * 2
    assert [answer.status_code for answer in removed] == [204, 204]
    assert [
        editor.get(f"{BASE}/recordings/{song.pk}").json()["cover"],
        editor.get(f"{BASE}/profile").json()["picture"],
    ] == [
        None,
        None,
    ]


@pytest.mark.parametrize(
    ("content", "content_type", "status"),
    [
        (b"", "image/png", 400),
        (b"<svg/>", "image/svg+xml", 400),
        (b"<script>", "image/png", 400),
        (bomb(20_000, 20_000), "image/png", 400),
        (png(), "text/html", 415),
        (b"{}", JSON, 415),
    ],
)
def test_a_body_that_is_no_picture_is_refused(
    artist: Artist, editor: Client, content: bytes, content_type: str, status: int
) -> None:
    editor.put(f"{BASE}/profile/picture", png(), content_type="image/png")

    answer = editor.put(f"{BASE}/profile/picture", content, content_type=content_type)

    assert answer.status_code == status
    assert Artist.objects.get(pk=artist.pk).picture_id is not None


def test_a_picture_sent_with_another_method_is_not_even_decoded(artist: Artist, editor: Client) -> None:
    answer = editor.post(f"{BASE}/profile/picture", b"no picture", content_type="image/png")

    assert answer.status_code == 405


def test_an_editor_changes_the_profile(artist: Artist, editor: Client) -> None:
    body = {"about": "Slow songs.", "spot": "sea", "links": [{"label": "Shop", "url": "mara.example"}]}

    changed = editor.put(f"{BASE}/profile", body, content_type=JSON)

    shown = {**body, "links": [{"label": "Shop", "url": "https://mara.example"}], "picture": None}
    assert (changed.status_code, changed.json(), editor.get(f"{BASE}/profile").json()) == (200, shown, shown)


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"spot": "brass"}, "spot"),
        ({"about": "x" * 301}, "about"),
        ({"links": [{"label": "Shop", "url": "http://mara.example"}]}, "links"),
        ({"links": [{"label": "Shop", "url": "https://mara.example"}] * 6}, "links"),
    ],
)
def test_a_wrong_profile_is_refused(artist: Artist, editor: Client, change: dict[str, object], field: str) -> None:
    answer = editor.put(f"{BASE}/profile", {"about": "", "spot": "", "links": [], **change}, content_type=JSON)

    assert (answer.status_code, list(answer.json()["errors"])) == (400, [field])
