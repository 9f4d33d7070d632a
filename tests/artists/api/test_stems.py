"""An artist's team reads, corrects and confirms the parts of a song over the API."""

from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from pytest_django import Settings

from catalog import sources
from catalog.models import Artist, AudioUpload, Recording
from tests import factories
from tests.catalog import audio as files

pytestmark = pytest.mark.django_db
JSON = "application/json"
OUTLINE = {
    "bpm_milli": 120_000, "key": "a-minor", "first_beat_frame": 0, "beats_per_bar": 4, "last_bar": 30,
    "sections": [{"first_bar": 9, "name": "Low tide", "kind": "verse"}, {"first_bar": 1, "kind": "intro"}],
    "no_cut": [{"first_bar": 10, "last_bar": 12}],
}  # fmt: skip


@pytest.fixture
def song(artist: Artist, settings: Settings, tmp_path: Path) -> Recording:
    """With files in every state, two of which are good."""
    files.use_folder(settings, tmp_path)
    recording = factories.create_recording(artist)
    files.show_every_state(recording)
    return recording


@pytest.fixture
def editor(artist: Artist) -> Client:
    return factories.signed_in_client(factories.get_member(artist, "editor"))


def path(song: Recording, rest: str = "") -> str:
    return f"/api/v1/studio/{song.artist.slug}/recordings/{song.pk}/stems{rest}"


def test_the_team_reads_the_files_what_was_heard_and_what_was_typed(song: Recording, editor: Client) -> None:
    shown = editor.get(path(song)).json()

    said = {file["file_name"]: (file["state"], file["role"], file["problem"]) for file in shown["files"]}
    assert said["Drums.wav"] == ("checked", "drums", "")
    assert said["Surround.wav"][2].startswith("The file has more than two channels")
    assert said["Strings.aif"][2].startswith("This one is 4.0 s shorter than the rest. Parts must begin and end")
    assert (shown["heard"]["bpm_milli"], shown["outline"]["bpm_milli"]) == (112_000, 56_000)
    assert (shown["confirmed"], shown["is_listening"]) == (None, False)
    assert shown["send_to"] == f"/studio/{song.artist.slug}/songs/{song.pk}/stems/files"


def test_an_editor_corrects_and_confirms(song: Recording, editor: Client) -> None:
    saved = editor.put(path(song), OUTLINE, content_type=JSON)
    early = editor.post(path(song, "/confirm"), OUTLINE, content_type=JSON)
    ids = dict(AudioUpload.objects.values_list("file_name", "pk"))
    for name in ("Vox.wav", "Keys.wav", "Surround.wav", "Strings.aif"):
        assert editor.delete(path(song, f"/files/{ids[name]}")).status_code == 204
    role = editor.put(path(song, f"/files/{ids['Drums.wav']}"), {"role": "other"}, content_type=JSON)
    done = editor.post(path(song, "/confirm"), OUTLINE, content_type=JSON)

    intro, verse = saved.json()["outline"]["sections"]
    assert (intro, verse["first_bar"]) == ({"first_bar": 1, "name": "Intro", "kind": "intro"}, 9)
    assert (early.status_code, early.json()["code"]) == (400, "Refused")
    assert (role.status_code, done.status_code) == (200, 200)
    source = sources.current(song)
    assert source
    assert (done.json()["confirmed"]["version"], done.json()["confirmed"]["digest"]) == (1, source.digest)
    assert [file["role"] for file in done.json()["files"]] == ["other", "bass"]

    again = editor.post(path(song, "/listen"))
    assert (again.status_code, again.json()["is_listening"]) == (202, True)


@pytest.mark.parametrize(
    ("sent", "field"),
    [
        ({"bpm_milli": 10}, "bpm_milli"),
        ({"bpm_milli": "fast"}, "bpm_milli"),
        ({"key": "h-minor"}, "key"),
        ({"sections": [{"first_bar": 0, "kind": "verse"}]}, "sections"),
        ({"sections": [{"first_bar": 1, "kind": "verse", "name": "A\u202eB"}]}, "sections"),
        ({"no_cut": [{"first_bar": 5, "last_bar": 4}]}, "no_cut"),
        ({"title": "Mine"}, "title"),
    ],
)
def test_what_cannot_be_is_refused_by_field(song: Recording, editor: Client, sent: dict[str, Any], field: str) -> None:
    before = editor.get(path(song)).json()

    answer = editor.put(path(song), OUTLINE | sent, content_type=JSON)

    assert (answer.status_code, set(answer.json()["errors"])) == (400, {field})
    assert editor.get(path(song)).json() == before


def test_a_reviewer_changes_nothing(song: Recording, artist: Artist) -> None:
    reviewer = factories.signed_in_client(factories.get_member(artist, "reviewer"))
    file = AudioUpload.objects.latest("pk").pk

    answers = [
        reviewer.put(path(song), OUTLINE, content_type=JSON),
        reviewer.post(path(song, "/confirm"), OUTLINE, content_type=JSON),
        reviewer.post(path(song, "/listen")),
        reviewer.delete(path(song, f"/files/{file}")),
    ]

    assert [answer.status_code for answer in answers] == [403] * 4
    assert reviewer.get(path(song)).status_code == 200
