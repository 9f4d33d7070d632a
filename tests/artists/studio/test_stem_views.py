"""The pages of stems: files come in parts by tus, only from the team; numbers are saved and confirmed."""

import base64
import hashlib
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from pytest_django import Settings

from artists.stems import uploads
from catalog import audio
from catalog.audio_uploads import MIN_PART
from catalog.models import Artist, AudioUpload, Recording, RecordingSource, SourceOutline
from tests import factories
from tests.artists import stems
from tests.artists.studio.pages import member_client, visible_text
from tests.catalog import audio as files

OUTLINE = {
    "bpm": "120", "key": "a-minor", "first_beat": "0", "beats_per_bar": "4", "last_bar": "10",
    "sections-TOTAL_FORMS": "3", "sections-INITIAL_FORMS": "0", "cuts-TOTAL_FORMS": "1", "cuts-INITIAL_FORMS": "0",
    "sections-0-first_bar": "5", "sections-0-name": "Verse <1>", "sections-0-kind": "verse",
    "sections-1-first_bar": "1", "sections-1-name": "", "sections-1-kind": "intro",
    "cuts-0-first_bar": "6", "cuts-0-last_bar": "7",
}  # fmt: skip


@pytest.fixture
def artist(shared_artist: Artist, settings: Settings, tmp_path: Path) -> Artist:
    files.use_folder(settings, tmp_path)
    return shared_artist


@pytest.fixture
def song(artist: Artist) -> Recording:
    return factories.create_recording(artist)


@pytest.fixture
def client(artist: Artist) -> Client:
    return member_client(artist, "editor")


def path(song: Recording, rest: str = "") -> str:
    return f"/studio/{song.artist.slug}/songs/{song.pk}/stems{rest}"


def announce(client: Client, song: Recording, size: Any, name: str = "drums.wav") -> Any:
    metadata = f"filename {base64.b64encode(name.encode()).decode()}"
    headers = {"upload-length": str(size), "upload-metadata": metadata, "tus-resumable": "1.0.0"}
    return client.post(path(song, "/files"), headers=headers)


def send(client: Client, address: str, content: bytes, offset: int = 0, **headers: str) -> Any:
    return client.patch(
        address, content, content_type="application/offset+octet-stream",
        headers={"upload-offset": str(offset), **headers},
    )  # fmt: skip


def test_a_file_comes_in_parts_and_goes_on_where_it_stopped(client: Client, song: Recording) -> None:
    content = bytes(MIN_PART) + b"the end"
    created = announce(client, song, len(content), "Тромбон 1.wav")
    address = created.headers["Location"]

    first = send(client, address, content[:MIN_PART])
    again = send(client, address, content[:MIN_PART])
    asked = client.head(address)
    last = send(client, address, content[MIN_PART:], MIN_PART)

    assert (created.status_code, first.status_code, again.status_code, last.status_code) == (201, 204, 409, 204)
    assert (asked.headers["Upload-Offset"], asked.headers["Upload-Length"]) == (str(MIN_PART), str(len(content)))
    upload = AudioUpload.objects.get()
    assert (upload.file_name, upload.state) == ("Тромбон 1.wav", "waiting")
    assert upload.uploaded_by == factories.get_member(song.artist, "editor").actor


def test_a_part_that_arrives_damaged_is_not_kept(client: Client, song: Recording) -> None:
    address = announce(client, song, 5).headers["Location"]
    digest = base64.b64encode(hashlib.sha256(b"whole").digest()).decode()

    damaged = send(client, address, b"whale", **{"upload-checksum": f"sha256 {digest}"})

    assert (damaged.status_code, client.head(address).headers["Upload-Offset"]) == (460, "0")
    assert send(client, address, b"whole", **{"upload-checksum": f"sha256 {digest}"}).status_code == 204


@pytest.mark.parametrize(
    ("size", "status"), [("", 400), ("-1", 400), ("1e9", 400), ("0", 413), (str(1024**3 + 1), 413), ("9" * 18, 413)]
)
def test_a_file_of_no_possible_size_is_not_announced(client: Client, song: Recording, size: str, status: int) -> None:
    assert (announce(client, song, size).status_code, AudioUpload.objects.count()) == (status, 0)


def test_a_part_needs_its_type_and_offset(client: Client, song: Recording) -> None:
    address = announce(client, song, 5).headers["Location"]

    assert client.patch(address, b"whole", content_type="text/plain").status_code == 415
    assert send(client, address, b"whole", **{"upload-offset": "x"}).status_code == 415
    assert client.put(address, b"whole").status_code == 405


def test_too_many_files_within_an_hour_are_refused(
    client: Client, song: Recording, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(uploads, "FILES_AN_HOUR", 1)

    assert [announce(client, song, 5).status_code for _ in range(2)] == [201, 429]


def test_a_reviewer_looks_and_changes_nothing(song: Recording) -> None:
    upload = stems.check(song, stems.wav())
    reviewer = member_client(song.artist, "reviewer")
    address = path(song, f"/files/{upload.pk}")

    answers = [
        announce(reviewer, song, 5), reviewer.delete(address), reviewer.post(address, {"role": "bass"}),
        reviewer.post(address, {"do": "remove"}), reviewer.post(path(song), OUTLINE),
        reviewer.post(path(song), {**OUTLINE, "do": "confirm"}), reviewer.post(path(song), {"do": "listen"}),
    ]  # fmt: skip

    assert [answer.status_code for answer in answers] == [403, 403, 409, 409, 409, 409, 409]
    assert list(AudioUpload.objects.values_list("pk", "role")) == [(upload.pk, "drums")]
    assert (RecordingSource.objects.count(), SourceOutline.objects.get().typed) == (0, {})
    assert (reviewer.get(path(song)).status_code, reviewer.get(f"{address}/audio").status_code) == (200, 200)


def test_only_the_team_hears_a_file_and_each_range_is_asked_for_anew(song: Recording) -> None:
    upload = stems.check(song, stems.wav())
    other = factories.create_recording(factories.create_artist("Ove Lind"))
    member = factories.get_member(song.artist, "reviewer")
    client, stranger = factories.signed_in_client(member), member_client(other.artist, "principal")
    address = path(song, f"/files/{upload.pk}/audio")

    answer = client.get(address, headers={"range": "bytes=0-3"})

    assert (answer.status_code, answer.content, answer["Content-Type"]) == (206, b"fLaC", "audio/flac")
    assert "no-store" in answer["Cache-Control"]
    assert stranger.get(address).status_code == 404
    assert stranger.get(path(other, f"/files/{upload.pk}/audio")).status_code == 404
    assert Client().get(address).status_code == 302
    song.artist.team.members.filter(person=member).delete()
    assert client.get(address, headers={"range": "bytes=4-7"}).status_code == 404


def test_a_file_that_is_gone_from_the_storage_is_not_found(client: Client, song: Recording) -> None:
    upload = stems.check(song, stems.wav())
    audio.storage().delete(audio.file_name(str(upload.audio_id)))

    assert client.get(path(song, f"/files/{upload.pk}/audio")).status_code == 404


def test_the_page_leads_to_the_limits_of_remixes(client: Client, song: Recording) -> None:
    address = f"/studio/{song.artist.slug}/songs/{song.pk}/remixes"

    assert f'href="{address}"' in client.get(path(song)).content.decode()


def test_a_file_of_another_song_is_not_reached_through_ones_own(client: Client, song: Recording) -> None:
    foreign = factories.create_recording(factories.create_artist("Ove Lind"))
    upload = files.send_file(foreign, b"not theirs")

    for address in (path(song, f"/files/{upload.pk}"), path(foreign, f"/files/{upload.pk}")):
        assert client.delete(address).status_code == 404
        assert client.post(address, {"role": "bass"}).status_code == 404
        assert send(client, address, b"x", 10).status_code == 404
    assert AudioUpload.objects.get().role == "drums"


def test_what_is_typed_is_saved_in_order_and_shown_again(client: Client, song: Recording) -> None:
    stems.check(song, stems.wav())

    assert client.post(path(song), OUTLINE).status_code == 302

    typed = SourceOutline.objects.get().typed
    assert [(row["first_bar"], row["name"]) for row in typed["sections"]] == [(1, "Intro"), (5, "Verse <1>")]
    assert typed["no_cut"] == [{"first_bar": 6, "last_bar": 7}]
    page = client.get(path(song)).content.decode()
    assert ('value="Verse &lt;1&gt;"' in page, page.count('<svg class="wave map-wave')) == (True, 2)


def test_confirming_makes_a_version_that_later_typing_does_not_change(client: Client, song: Recording) -> None:
    stems.check(song, stems.wav())

    assert client.post(path(song), {**OUTLINE, "do": "confirm"}).status_code == 302
    client.post(path(song), {**OUTLINE, "bpm": "100"})

    source = RecordingSource.objects.get()
    assert (
        '"bpm_milli":120000' in source.content,
        "Version 1 is confirmed" in visible_text(client.get(path(song))),
    ) == (True, True)


@pytest.mark.parametrize(
    "changes",
    [{"bpm": "nan"}, {"bpm": "1e9"}, {"key": "h-moll"}, {"first_beat": "-1"}, {"cuts-0-last_bar": "5"},
     {"last_bar": ""}, {"sections-0-first_bar": "99999999999"}, {"sections-TOTAL_FORMS": "100000"}],
)  # fmt: skip
def test_what_cannot_be_is_refused_and_stays_typed(client: Client, song: Recording, changes: dict[str, str]) -> None:
    stems.check(song, stems.wav())

    answer = client.post(path(song), {**OUTLINE, **changes})

    assert (answer.status_code, SourceOutline.objects.get().typed) == (422, {})


def test_refused_files_say_why_at_their_own_place_and_clipping_is_told(client: Client, song: Recording) -> None:
    stems.check(song, b"no audio at all", "strings.wav")
    stems.check(song, stems.encode(stems.np.ones((44_100, 1), stems.np.float32)), "loud.wav")

    text = visible_text(client.get(path(song)))

    assert "This is not an audio file that can be read here." in text
    assert "It reaches full scale 44100 times" in text


def test_half_of_the_tempo_that_was_heard_is_warned_of(client: Client, song: Recording) -> None:
    stems.check(song, stems.wav())
    SourceOutline.objects.update(
        heard={"bpm_milli": 240_000, "tempo_sure": 4, "key_sure": 2, "beat_sure": 1, "keys": []}
    )

    client.post(path(song), OUTLINE)

    assert "A machine heard 240, which is the half or the double of this." in visible_text(client.get(path(song)))
