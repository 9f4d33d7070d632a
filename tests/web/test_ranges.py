"""Tests of answers by ranges that tests/fans/test_media_views.py does not have: long files come in parts."""

import asyncio
from pathlib import Path

import pytest
from django.http import StreamingHttpResponse
from django.test import AsyncRequestFactory, RequestFactory

from web.ranges import PART_BYTES, file_response


@pytest.fixture
def long_file(tmp_path: Path) -> Path:
    path = tmp_path / "long"
    path.write_bytes(bytes(PART_BYTES) + b"the end")
    return path


def test_a_range_is_never_longer_than_a_part_and_says_what_it_is(long_file: Path) -> None:
    request = RequestFactory().get("/", headers={"range": "bytes=0-"})

    response = file_response(request, long_file, etag="x", content_type="audio/flac")

    assert response["Content-Range"] == f"bytes 0-{PART_BYTES - 1}/{PART_BYTES + 7}"
    assert response["Content-Length"] == str(PART_BYTES)


def test_the_rest_comes_with_the_next_request(long_file: Path) -> None:
    request = RequestFactory().get("/", headers={"range": f"bytes={PART_BYTES}-", "if-range": '"x"'})

    response = file_response(request, long_file, etag="x", content_type="audio/flac")

    assert (response.status_code, getattr(response, "content", b"")) == (206, b"the end")


def test_a_long_file_comes_in_blocks_under_both_kinds_of_server(long_file: Path) -> None:
    async def read() -> bytes:
        response = file_response(AsyncRequestFactory().get("/"), long_file, etag="x", content_type="audio/flac")
        assert isinstance(response, StreamingHttpResponse)
        return b"".join([block async for block in response])

    response = file_response(RequestFactory().get("/"), long_file, etag="x", content_type="audio/flac")

    assert isinstance(response, StreamingHttpResponse)
    assert b"".join(response) == long_file.read_bytes() == asyncio.run(read())
