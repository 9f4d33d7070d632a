"""The sound of a recording: only to who is signed in, by ranges, and never by its place on our disk."""

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
        told = {**({"range": byte_range} if byte_range else {}), **headers}
        return getattr(client, method)(f"/media/{sound.recording_id}", headers=told)

    return ask


def test_all_of_it(ask: Any) -> None:
    answer = ask()

    assert (answer.status_code, answer.content) == (200, CONTENT)
    assert (answer["Content-Type"], answer["Content-Length"]) == ("audio/wav", str(SIZE))
    assert (answer["ETag"], answer["Accept-Ranges"], answer["Cache-Control"]) == (ETAG, "bytes", "private, no-store")


@pytest.mark.parametrize(
    ("asked", "first", "last"),
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
def test_a_part(ask: Any, asked: str, first: int, last: int) -> None:
    answer = ask(asked)

    assert (answer.status_code, answer.content) == (206, CONTENT[first : last + 1])
    assert answer["Content-Range"] == f"bytes {first}-{last}/{SIZE}"
    assert answer["Content-Length"] == str(last - first + 1)


@pytest.mark.parametrize("asked", [f"bytes={SIZE}-", "bytes=99999-", f"bytes={SIZE}-{SIZE + 5}", "bytes=-0"])
def test_a_part_beyond_the_end_is_refused_with_the_size(ask: Any, asked: str) -> None:
    answer = ask(asked)

    assert (answer.status_code, answer["Content-Range"], answer.content) == (416, f"bytes */{SIZE}", b"")


@pytest.mark.parametrize(
    "asked", ["bytes=5-2", "bytes=-", "bytes=a-b", "lines=1-2", "bytes=0-1,4-5", "bytes=" + "9" * 40 + "-"]
)
def test_what_is_no_range_of_ours_gets_all_of_it(ask: Any, asked: str) -> None:
    assert (ask(asked).status_code, ask(asked).content) == (200, CONTENT)


def test_a_range_of_what_it_was_before_gets_all_of_it(ask: Any) -> None:
    assert ask("bytes=0-9", **{"if-range": '"another"'}).status_code == 200
    assert ask("bytes=0-9", **{"if-range": ETAG}).status_code == 206


def test_who_has_it_is_not_sent_it_again(ask: Any) -> None:
    answer = ask(**{"if-none-match": ETAG})

    assert (answer.status_code, answer.content, answer["ETag"]) == (304, b"", ETAG)


def test_head_says_how_long_it_is(ask: Any) -> None:
    answer = ask(method="head")

    assert (answer.status_code, answer["Content-Length"], answer.content) == (200, str(SIZE), b"")


def test_nothing_says_where_it_lies(ask: Any) -> None:
    for answer in (ask(), ask("bytes=0-9"), ask("bytes=99999-")):
        assert "secret-place" not in str(answer.headers)


def test_who_is_not_signed_in_hears_nothing(sound: Sound) -> None:
    answer = Client().get(f"/media/{sound.recording_id}", headers={"range": "bytes=0-9"})

    assert (answer.status_code, answer.content) == (302, b"")


def test_there_is_nothing_where_nothing_is(ask: Any, sound: Sound, settings: Settings) -> None:
    silent = factories.create_recording(sound.recording.artist, "Silence")
    client = Client()
    client.force_login(factories.create_fan())

    assert client.get(f"/media/{silent.pk}").status_code == 404
    assert client.get("/media/999999").status_code == 404
    (Path(settings.MEDIA_ROOT) / sound.path).unlink()
    assert ask().status_code == 404


def test_nobody_writes_there(ask: Any) -> None:
    assert [ask(method=method).status_code for method in ("post", "put", "delete")] == [405, 405, 405]
