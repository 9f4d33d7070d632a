"""The page and the API of programs of remixes by moment."""

from typing import Any

import pytest

from artists import programs
from artists.models import Moment, Program
from artists.remixes import envelopes
from catalog.models import Artist
from tests import factories
from tests.artists import remix_drafts, remix_scene
from tests.artists.remix_scene import Scene
from tests.artists.studio.pages import fresh_member_client, member_client, program_path, visible_text
from tests.module_scenes import share_scene_with_audio

pytestmark = pytest.mark.django_db


@pytest.fixture
def artist(shared_artist: Artist) -> Artist:
    return shared_artist


module_scene, scene = share_scene_with_audio(remix_scene.create_scene_in)


@pytest.fixture
def open_scene(scene: Scene) -> Scene:
    scene.sign(scene.save())
    return scene


def choices(scene: Scene, **changes: str) -> dict[str, Any]:
    """What the form sends."""
    return {"recording": str(scene.recording.pk), "times": "10", "seconds": "259200", **changes}


def test_without_limits_the_page_says_what_comes_first(scene: Scene, artist: Artist) -> None:
    client = member_client(artist, "editor")

    page = client.post(f"/studio/{artist.slug}/programs", {"name": "Night", "kind": "remix"}, follow=True)

    program = artist.programs.get()
    assert (page.request["PATH_INFO"], program.kind, program.state) == (program_path(program), "remix", "draft")
    assert "No song can be remixed yet." in visible_text(page)
    answer = client.post(program_path(program), choices(scene))
    assert answer.status_code == 422
    assert "Nobody signed limits of its remixes yet" in visible_text(answer)


def test_it_is_saved_signed_and_runs_until_its_limits_end(open_scene: Scene, artist: Artist) -> None:
    program = programs.create(artist, name="Night", by=open_scene.principal, kind=Program.Kind.REMIX)
    client = fresh_member_client(artist, "principal")

    unnamed = client.post(program_path(program), choices(open_scene, recording=""))
    saved = client.post(program_path(program), choices(open_scene), follow=True)
    same = client.post(program_path(program), choices(open_scene), follow=True)
    signed = client.post(program_path(program, "/versions/1/sign"), follow=True)
    version = program.versions.get()
    envelopes.end(open_scene.recording, by=open_scene.owner)

    assert (unnamed.status_code, "Choose the song." in visible_text(unnamed)) == (422, True)
    assert "Version 1 is saved. It sends nothing until it is signed." in visible_text(saved)
    assert "Nothing changed: this is version 1." in visible_text(same)
    assert client.post(program_path(program, "/preview"), choices(open_scene)).status_code == 404
    assert "Version 1 is running" in visible_text(signed)
    assert (version.moment, version.nth, version.recording, version.wording) == (
        "nth_listen", 10, open_scene.recording, ""
    )  # fmt: skip
    assert "When a fan has played Low Tide Choir 10 times" in visible_text(
        client.get(program_path(program, "/versions/1"))
    )
    for page in (f"/studio/{artist.slug}/programs", f"/studio/{artist.slug}/", program_path(program)):
        assert "No limits in force" in visible_text(client.get(page))


def test_a_refused_signature_says_who_has_not_said_yes(open_scene: Scene, artist: Artist) -> None:
    program = programs.create(artist, name="Night", by=open_scene.principal, kind=Program.Kind.REMIX)
    client = fresh_member_client(artist, "principal")
    client.post(program_path(program), choices(open_scene))
    envelopes.end(open_scene.recording, by=open_scene.owner)

    answer = client.post(program_path(program, "/versions/1/sign"))

    assert answer.status_code == 422
    assert "The limits of its remixes have ended" in visible_text(answer)
    assert program.versions.get().decision is None


def test_the_page_lists_what_could_not_be_made_and_no_fan_who_left(open_scene: Scene, artist: Artist) -> None:
    program = remix_drafts.create_program(open_scene)
    failed, left = factories.create_moment(program), factories.create_moment(program)
    for moment, reason in ((failed, "unsayable: its sound could not be made"), (left, "opted out: x")):
        Moment.objects.filter(pk=moment.pk).update(state="refused", reason=reason)

    page = visible_text(member_client(artist, "reviewer").get(program_path(program)))

    assert "What could not be made Low Tide Choir" in page
    assert "Its sound could not be made." in page
    assert "opted out" not in page.lower().replace("only fans who opted in", "")


def test_the_artists_page_tells_fans_what_they_can_get(open_scene: Scene, artist: Artist) -> None:
    remix_drafts.create_program(open_scene)

    page = visible_text(factories.signed_in_client(factories.create_fan()).get(f"/artists/{artist.slug}"))

    assert "At your 3rd listen of Low Tide Choir A remix that rules choose, each one approved" in page


def test_the_api_creates_saves_and_signs_one_and_says_what_is_missing(scene: Scene, artist: Artist) -> None:
    client = fresh_member_client(artist, "principal")
    named = {"name": "Night", "kind": "remix"}
    created = client.post(f"/api/v1/studio/{artist.slug}/programs", named, content_type="application/json")
    versions = f"/api/v1/studio/{artist.slug}/programs/{created.json()['id']}/versions"
    terms = {"moment": "nth_listen", "nth": 3, "recording": scene.recording.pk, "review_seconds": 3600}

    early = client.post(versions, terms, content_type="application/json")
    scene.sign(scene.save())
    saved = client.post(versions, terms, content_type="application/json")
    signed = client.post(f"{versions}/1/sign")

    assert (created.status_code, created.json()["kind"], created.json()["standing"]) == (201, "remix", "unsigned")
    assert (early.status_code, "Nobody signed limits" in early.json()["detail"]) == (400, True)
    assert (saved.status_code, signed.json()["standing"]) == (201, "runs")
    envelopes.end(scene.recording, by=scene.owner)
    [listed] = client.get(f"/api/v1/studio/{artist.slug}/programs").json()
    assert listed["standing"] == "closed"
