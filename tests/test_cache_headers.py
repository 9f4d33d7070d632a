"""No cache keeps an answer of our APIs."""

import re
from typing import Any
from uuid import UUID

import pytest
from django.test import Client

from tests import factories
from tests.adversarial.addresses import url_patterns

pytestmark = pytest.mark.django_db
OTHER_PATHS = ["/health", "/api/v1/nothing", "/1/validate-token", "/1/submit-listens", "/1/nothing"]
PLACES = {
    "<slug:slug>": "mara-veil", "<int:pk>": "1", "<int:version>": "1", "<uuid:pk>": str(UUID(int=1)),
    "<int:party>": "1", "<int:claim>": "1", "<int:work>": "1", "<str:prefix>": "PTABC", "<int:file>": "1",
    "<slug:name>": "slow-low", "<str:token>": "nothing",
}  # fmt: skip


def api_paths() -> list[str]:
    routes = [str(pattern.pattern) for pattern in url_patterns()]
    paths = [re.sub("<.+?>", lambda match: PLACES[match[0]], route) for route in routes if route.startswith("api/")]
    return sorted(f"/{path}" for path in paths)


def test_an_answer_of_an_api_is_never_stored_by_a_cache() -> None:
    factories.create_artist()
    client = factories.signed_in_client(factories.create_fan())

    for path in [*api_paths(), *OTHER_PATHS]:
        for response in (client.get(path), client.put(path), client.options(path), Client().get(path)):
            assert "no-store" in response["Cache-Control"], (path, response.status_code)


def test_a_view_may_say_more_itself(client: Client) -> None:
    client.force_login(factories.create_fan())

    response: Any = client.get("/api/v1/tokens")

    assert response["Cache-Control"] == "max-age=0, no-cache, no-store, must-revalidate, private"
