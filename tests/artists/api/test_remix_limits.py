"""An artist's team says over the API what fans may make of a song, signs it and ends it."""

import json
from pathlib import Path

import pytest
from django.test import Client
from pytest_django import Settings

from artists.models import RemixEnvelope
from artists.remixes import corners
from catalog.models import Artist
from fans.models import RemixOffer
from tests import factories
from tests.artists import remix_scene
from tests.artists.remix_scene import Scene
from web.pagination import NewestPagination

pytestmark = pytest.mark.django_db
JSON = "application/json"


@pytest.fixture
def scene(artist: Artist, settings: Settings, tmp_path: Path) -> Scene:
    return remix_scene.create_scene(artist, settings, tmp_path)


@pytest.fixture
def editor(artist: Artist) -> Client:
    return factories.signed_in_client(factories.get_member(artist, "editor"))


def path(scene: Scene, rest: str = "") -> str:
    return f"/api/v1/studio/{scene.recording.artist.slug}/recordings/{scene.recording.pk}/remix-limits{rest}"


def test_an_editor_adds_a_version_and_a_principal_who_heard_it_signs(scene: Scene, editor: Client) -> None:
    content = json.loads(scene.bounds.to_json())
    principal = factories.fresh_client(scene.principal)

    added = editor.post(path(scene), {"content": content}, content_type=JSON)
    deaf = principal.post(path(scene, "/1/sign"))
    by_editor = factories.fresh_client(factories.get_member(scene.recording.artist, "editor")).post(
        path(scene, "/1/sign")
    )
    remix_scene.hear(RemixEnvelope.objects.get(), scene.principal)
    signed = principal.post(path(scene, "/1/sign"))

    assert (added.status_code, added.json()["version"], added.json()["is_signed"]) == (201, 1, False)
    assert added.json()["content"] == content
    assert (deaf.status_code, "Hear all corners first" in deaf.json()["detail"]) == (400, True)
    assert by_editor.status_code == 403
    assert (signed.status_code, signed.json()["is_signed"]) == (200, True)
    assert [version["in_force_from"] for version in editor.get(path(scene)).json()["results"]] == [
        signed.json()["in_force_from"]
    ]
    assert RemixOffer.objects.open().count() == 1

    assert editor.delete(path(scene)).status_code == 403
    assert principal.delete(path(scene)).status_code == 204
    assert not RemixOffer.objects.open().exists()


def test_limits_that_do_not_fit_are_refused_and_change_nothing(scene: Scene, editor: Client) -> None:
    content = json.loads(scene.bounds.to_json())
    wrong = [
        {"content": content | {"tempo_percent": [85.5, 115]}},
        {"content": content | {"tempo_percent": [10, 900]}},
        {"content": content | {"title": "Mine"}},
        {"content": [1]},
    ]

    answers = [editor.post(path(scene), body, content_type=JSON) for body in wrong]
    other = editor.post(path(scene), {"content": content | {"source": "0" * 64}}, content_type=JSON)

    assert [(answer.status_code, set(answer.json()["errors"])) for answer in answers] == [(400, {"content"})] * 4
    assert (other.status_code, other.json()["code"]) == (400, "Refused")
    assert not RemixEnvelope.objects.exists()


def test_the_corners_say_what_one_has_heard(scene: Scene, editor: Client) -> None:
    assert editor.get(path(scene, "/corners")).json() == []
    assert editor.post(path(scene, "/corners")).status_code == 404
    envelope = scene.save()
    first = envelope.corners.earliest("position")
    by = factories.get_member(scene.recording.artist, "editor")

    early = editor.post(path(scene, f"/corners/{first.name}/heard"))
    waiting = editor.post(path(scene, "/corners")).json()
    remix_scene.make_sound(envelope)
    corners.note_opened(envelope.corners.select_related("render").get(pk=first.pk), by=by)
    heard = editor.post(path(scene, f"/corners/{first.name}/heard"))

    assert (early.status_code, early.json()["detail"]) == (400, "This corner has no sound yet.")
    assert {corner["state"] for corner in waiting} == {"waiting"}
    assert heard.status_code == 204
    listed = {corner["name"]: corner for corner in editor.get(path(scene, "/corners")).json()}
    assert [name for name, corner in listed.items() if corner["is_heard"]] == [first.name]
    assert {corner["state"] for corner in listed.values()} == {"ready"}
    sound = f"/studio/{scene.recording.artist.slug}/songs/{scene.recording.pk}/remixes/corners/{first.name}"
    assert listed[first.name]["sound"] == sound


def test_only_the_corners_of_the_last_version_are_heard_on_the_page_and_over_the_api(scene: Scene) -> None:
    first = scene.save()
    second = scene.save(tempo_percent=(100, 100), pitch_semitones=(0, 0))
    [gone, *_] = {corner.name for corner in first.corners.all()} - {corner.name for corner in second.corners.all()}
    remix_scene.make_sound(first)
    client = factories.signed_in_client(scene.principal)
    page = f"/studio/{scene.recording.artist.slug}/songs/{scene.recording.pk}/remixes/corners/{gone}"

    answers = [client.get(page), client.post(f"{page}/heard"), client.post(path(scene, f"/corners/{gone}/heard"))]

    assert [answer.status_code for answer in answers] == [404, 404, 404]


def test_versions_are_listed_page_by_page(scene: Scene, editor: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(NewestPagination, "page_size", 2)
    for slowest in (85, 86, 87):
        scene.save(tempo_percent=(slowest, 115))

    first = editor.get(path(scene)).json()
    rest = editor.get(first["next"]).json()

    assert [version["version"] for version in first["results"]] == [3, 2]
    assert ([version["version"] for version in rest["results"]], rest["next"]) == ([1], None)
