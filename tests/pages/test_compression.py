"""Pages are compressed, and nothing else that a view answers."""

import gzip
from typing import Any

import pytest
from django.http import HttpResponse
from django.test import Client, RequestFactory

from config.middleware import CompressedPages
from tests import factories

pytestmark = pytest.mark.django_db
PAGE = b"<p>Thank you, Ana</p>" * 100


def test_a_page_is_compressed_with_a_length_that_tells_nothing() -> None:
    client = factories.signed_in_client(factories.create_fan())

    answers: list[Any] = [client.get("/settings", headers={"accept-encoding": "br, gzip"}) for _ in range(8)]

    for response in answers:
        assert (response["Content-Encoding"], "Accept-Encoding" in response["Vary"]) == ("gzip", True)
        assert gzip.decompress(response.content).startswith(b"<!doctype html>")
    names = {response.content[10:].partition(b"\0")[0] for response in answers}
    assert len({len(name) for name in names}) > 1  # random padding, against BREACH


def test_a_browser_without_gzip_gets_the_page_as_it_is(client: Client) -> None:
    response: Any = client.get("/", headers={"accept-encoding": "identity"})

    assert "Content-Encoding" not in response
    assert response.content.startswith(b"<!doctype html>")


@pytest.mark.parametrize("content_type", ["audio/ogg", "application/json", "image/svg+xml", "text/plain"])
def test_nothing_else_is_compressed(content_type: str) -> None:
    request = RequestFactory().get("/", headers={"accept-encoding": "gzip"})
    response = HttpResponse(PAGE, content_type=content_type)

    assert CompressedPages(lambda _: response)(request).content == PAGE
    assert "Content-Encoding" not in response
