"""What a rightsholder with a key hears and reads of a remix before it decides, on its page and over the API."""

from dataclasses import dataclass
from pathlib import Path

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from accounts.models import Person
from artists import review
from artists.models import Draft
from artists.remixes import hearing
from catalog.models import Artist
from rights.agreements import Key
from tests import factories
from tests.artists import remix_drafts, remix_scene
from tests.artists.remix_notes import agree
from tests.artists.studio.pages import visible_text
from tests.module_scenes import share_scene_with_audio
from tests.rights import factories as owners
from tests.rights.factories import OwnedSong

pytestmark = pytest.mark.django_db


@dataclass
class Scene:
    song: OwnedSong
    remixes: remix_scene.Scene
    waiting: Draft


def write_and_approve(remixes: remix_scene.Scene, fan: Person | None = None) -> Draft:
    draft = remix_drafts.write_remix(remixes, fan)
    hearing.note_opened(draft, by=remixes.principal)
    return review.approve(draft.pk, by=remixes.principal)


def create_scene(artist: Artist, folder: Path) -> Scene:
    factories.remove_undo_time(artist)
    song = owners.create_owned_song(artist, permitted=False)
    agree(song, keys=(Key(song.label),))
    remixes = remix_scene.open_song(song.recording, folder)
    remixes.sign(remixes.save())
    fan = factories.create_fan("Quirin Somebody", opted_in=artist)
    return Scene(song, remixes, write_and_approve(remixes, fan))


module_scene, scene = share_scene_with_audio(create_scene)


@pytest.fixture
def client(scene: Scene) -> Client:
    return factories.fresh_client(owners.get_signer(scene.song.label))


def test_a_rightsholder_reads_what_was_changed_and_hears_exactly_that_file(scene: Scene, client: Client) -> None:
    page = client.get(f"/label/{scene.song.label.pk}/approvals")
    [listed] = client.get(f"/api/v1/labels/{scene.song.label.pk}/approvals").json()["results"]
    sound = client.get(listed["sound"])

    assert [what for what, _ in listed["changes"]] == ["Tempo", "Room"]
    shown = visible_text(page)
    assert [f"{what} {how}".lower() in shown.lower() for what, how in listed["changes"]] == [True, True]
    assert f'src="{listed["sound"]}"' in page.content.decode()
    assert (sound.status_code, sound["Content-Type"]) == (200, "audio/mpeg")
    assert b"".join(sound).startswith(b"ID3 of render")  # type: ignore[arg-type]


def test_it_learns_nothing_of_the_fan(scene: Scene, client: Client) -> None:
    fan = scene.waiting.person
    answers = [
        client.get(path).content.decode()
        for path in (f"/label/{scene.song.label.pk}/approvals", f"/api/v1/labels/{scene.song.label.pk}/approvals")
    ]

    assert scene.song.recording.title in answers[0]
    assert [word for word in ("Quirin", fan.handle, fan.email, str(fan.pk)) if word in "".join(answers)] == []


def test_the_recipe_of_many_costs_no_query_each(scene: Scene, client: Client) -> None:
    paths = [f"/label/{scene.song.label.pk}/approvals", f"/api/v1/labels/{scene.song.label.pk}/approvals"]

    def count() -> list[int]:
        numbers = []
        for path in paths:
            with CaptureQueriesContext(connection) as queries:
                client.get(path)
            numbers.append(len(queries))
        return numbers

    one = count()
    write_and_approve(scene.remixes)

    assert count() == one
