"""The URL that serves the API's schema."""

import json

import pytest
import yaml
from django.test import Client

from config import BASE_DIR, schema_view

pytestmark = pytest.mark.django_db


def test_everybody_gets_the_schema_that_is_in_the_documents(client: Client) -> None:
    written = (BASE_DIR / "docs" / "api" / "openapi.yaml").read_bytes()

    as_yaml = client.get("/api/v1/schema")
    as_json = client.get("/api/v1/schema", headers={"Accept": "application/vnd.oai.openapi+json"})

    assert as_yaml.content == written
    assert json.loads(as_json.content) == yaml.safe_load(written)
    assert as_json["Content-Type"] == "application/vnd.oai.openapi+json"


def test_the_schema_is_built_once(client: Client) -> None:
    schema_view._render.cache_clear()

    for _ in range(3):
        client.get("/api/v1/schema")

    assert schema_view._render.cache_info().misses == 1
