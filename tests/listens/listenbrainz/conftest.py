"""Helpers of the ListenBrainz tests: submissions, a fan with a token, and what is in the outbox."""

import json
import time
from typing import Any

import pytest
from django.test import Client

from accounts import tokens
from accounts.models import Person
from events.models import Outbox
from tests.listens.factories import make_fan

SUBMIT, VALIDATE = "/1/submit-listens", "/1/validate-token"
STARTED_AT = int(time.time()) - 600


def listen(**metadata: Any) -> dict[str, Any]:
    return {
        "listened_at": STARTED_AT,
        "track_metadata": {"track_name": "Night Train", "artist_name": "Ada", **metadata},
    }


def playing_now_listen(**metadata: Any) -> dict[str, Any]:
    return {"track_metadata": {"track_name": "Night Train", "artist_name": "Ada", **metadata}}


def submission(*listens: Any, listen_type: str = "single") -> bytes:
    return json.dumps({"listen_type": listen_type, "payload": listens}).encode()


TOO_LARGE = {"code": 400, "error": "Payload too large. Payload cannot exceed 10240000 bytes"}


@pytest.fixture
def ana(db: None) -> Person:
    return make_fan("ana")


@pytest.fixture
def secret(ana: Person) -> str:
    return tokens.create(ana, "mpd", by=ana)[1]


@pytest.fixture
def submit(client: Client, secret: str) -> Any:
    """A function that submits a body with the fan's token and returns the response."""

    def post_body(body: bytes, path: str = SUBMIT, content_type: str = "") -> Any:
        headers = {"authorization": f"Token {secret}"}
        return client.generic("POST", path, body, content_type=content_type, headers=headers)

    return post_body


def outbox_rows() -> list[tuple[str, str, dict[str, Any], bool]]:
    """Return topic, key, event and `keep_until_counted` of each row in the outbox."""
    rows = Outbox.objects.order_by("id").values_list("topic", "key", "value", "keep_until_counted")
    return [(topic, bytes(key).decode(), json.loads(bytes(value)), kept) for topic, key, value, kept in rows]
