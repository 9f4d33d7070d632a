"""docs/api/asyncapi.yaml and the schemas describe what the code does."""

import json
from datetime import timedelta
from typing import Any
from uuid import uuid4

import jsonschema
import pytest
import yaml

from config import BASE_DIR
from events import topics
from listens.listenbrainz import mapping, validation
from tests.listens.test_event import NOW, schema

API = BASE_DIR / "docs" / "api"
ASYNCAPI: dict[str, Any] = yaml.safe_load((API / "asyncapi.yaml").read_text())


def test_every_topic_is_described_with_its_retention() -> None:
    channels = {channel["address"]: channel["bindings"]["kafka"] for channel in ASYNCAPI["channels"].values()}

    documented = {
        name: (timedelta(milliseconds=kafka["topicConfiguration"]["retention.ms"]), kafka.get("partitions"))
        for name, kafka in channels.items()
    }
    described = {**topics.TOPICS, "{topic}": topics.SOURCE_TOPIC}
    assert documented == {name: (topic.retention, topic.partitions) for name, topic in described.items()}


def references(part: Any) -> list[str]:
    if isinstance(part, dict):
        return [part["$ref"]] if "$ref" in part else [ref for inner in part.values() for ref in references(inner)]
    return [ref for inner in part for ref in references(inner)] if isinstance(part, list) else []


@pytest.mark.parametrize("reference", sorted(set(references(ASYNCAPI))))
def test_every_reference_leads_somewhere(reference: str) -> None:
    file, _, pointer = reference.partition("#")
    target: Any = json.loads((API / file).read_text()) if file else ASYNCAPI

    for step in pointer.split("/")[1:]:
        target = target[step]

    assert target


def test_the_example_in_the_asyncapi_document_is_valid() -> None:
    [example] = ASYNCAPI["components"]["messages"]["listenSubmitted"]["examples"]

    schema.validate(example["payload"])


def test_playing_now_events_match_their_schema() -> None:
    schema_of_playing_now = json.loads((API / "schemas" / "playing_now.v1.schema.json").read_text())
    listen = validation.SubmittedListen(
        None, "Night Train", "Ada", "Trains", {"duration": 200, "isrc": "GBAYE6800011", "x": [1]}
    )

    event = json.loads(mapping.encode_listen_event(listen, "playing_now", uuid4(), accepted_at=NOW))

    jsonschema.Draft202012Validator(schema_of_playing_now).validate(event)
