"""Tests of serving the sound of a recording: signed-in people only, by ranges, never by its path."""

import hashlib
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from pytest_django import Settings

from catalog.models import Sound
from tests import factories

CONTENT = bytes(range(256)) * 4
SIZE = len(CONTENT)
ETAG = f'"{hashlib.sha256(CONTENT).hexdigest()}"'


@pytest.fixture
def sound(db: None, settings: Settings, tmp_path: Path) -> Sound:
    settings.MEDIA_ROOT = tmp_path
    (tmp_path / "secret-place").mkdir()
    (tmp_path / "secret-place" / "1.wav").write_bytes(CONTENT)
    return Sound.objects.create(
        recording=factories.create_recording(factories.create_artist()),
        path="secret-place/1.wav",
        seconds=Decimal(30),
        sha256=ETAG.strip('"'),
        content_type="audio/wav",
    )


@pytest.fixture
def ask(sound: Sound) -> Any:
    client = Client()
    client.force_login(factories.create_fan())

    def ask(byte_range: str = "", method: str = "get", **headers: str) -> Any:
        all_headers = {**({"range": byte_range} if byte_range else {}), **headers}
        return getattr(client, method)(f"/media/{sound.recording_id}", headers=all_headers)

    return ask


def test_the_whole_file(ask: Any) -> None:
    response = ask()

    assert (response.status_code, response.content) == (200, CONTENT)
    assert (response["Content-Type"], response["Content-Length"]) == ("audio/wav", str(SIZE))
    assert (response["ETag"], response["Accept-Ranges"], response["Cache-Control"]) == (
        ETAG,
        "bytes",
        "private, no-store",
    )


@pytest.mark.parametrize(
    ("byte_range", "first", "last"),
    [
        ("bytes=0-", 0, SIZE - 1),
        ("bytes=0-0", 0, 0),
        ("bytes=10-19", 10, 19),
        ("bytes=1000-99999", 1000, SIZE - 1),
        ("bytes=-10", SIZE - 10, SIZE - 1),
        ("bytes=-99999", 0, SIZE - 1),
        ("bytes= 5 - 6 ", 5, 6),
    ],
)
def test_a_range(ask: Any, byte_range: str, first: int, last: int) -> None:
    response = ask(byte_range)

    assert (response.status_code, response.content) == (206, CONTENT[first : last + 1])
    assert response["Content-Range"] == f"bytes {first}-{last}/{SIZE}"
    assert response["Content-Length"] == str(last - first + 1)


@pytest.mark.parametrize("byte_range", [f"bytes={SIZE}-", "bytes=99999-", f"bytes={SIZE}-{SIZE + 5}", "bytes=-0"])
def test_a_range_beyond_the_end_is_a_416_with_the_size(ask: Any, byte_range: str) -> None:
    response = ask(byte_range)

    assert (response.status_code, response["Content-Range"], response.content) == (416, f"bytes */{SIZE}", b"")


@pytest.mark.parametrize(
    "byte_range", ["bytes=5-2", "bytes=-", "bytes=a-b", "lines=1-2", "bytes=0-1,4-5", "bytes=" + "9" * 40 + "-"]
)
def test_a_malformed_range_gets_the_whole_file(ask: Any, byte_range: str) -> None:
    assert (ask(byte_range).status_code, ask(byte_range).content) == (200, CONTENT)


def test_a_range_of_an_older_version_gets_the_whole_file(ask: Any) -> None:
    assert ask("bytes=0-9", **{"if-range": '"another"'}).status_code == 200
    assert ask("bytes=0-9", **{"if-range": ETAG}).status_code == 206


def test_a_current_copy_gets_a_304(ask: Any) -> None:
    response = ask(**{"if-none-match": ETAG})

    assert (response.status_code, response.content, response["ETag"]) == (304, b"", ETAG)


def test_head_has_the_length(ask: Any) -> None:
    response = ask(method="head")

    assert (response.status_code, response["Content-Length"], response.content) == (200, str(SIZE), b"")


def test_the_path_is_not_revealed(ask: Any) -> None:
    for response in (ask(), ask("bytes=0-9"), ask("bytes=99999-")):
        assert "secret-place" not in str(response.headers)


def test_strangers_are_redirected_to_sign_in(sound: Sound) -> None:
    response = Client().get(f"/media/{sound.recording_id}", headers={"range": "bytes=0-9"})

    assert (response.status_code, response.content) == (302, b"")


def test_a_missing_sound_or_file_is_a_404(ask: Any, sound: Sound, settings: Settings) -> None:
    silent = factories.create_recording(sound.recording.artist, "Silence")
    client = Client()
    client.force_login(factories.create_fan())

    assert client.get(f"/media/{silent.pk}").status_code == 404
    assert client.get("/media/999999").status_code == 404
    (Path(settings.MEDIA_ROOT) / sound.path).unlink()
    assert ask().status_code == 404


def test_other_methods_are_refused(ask: Any) -> None:
    assert [ask(method=method).status_code for method in ("post", "put", "delete")] == [405, 405, 405]
