"""What is written down about our topics, beside what the code does."""

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
WRITTEN: dict[str, Any] = yaml.safe_load((API / "asyncapi.yaml").read_text())


def test_every_topic_is_described_with_how_long_it_keeps() -> None:
    channels = {channel["address"]: channel["bindings"]["kafka"] for channel in WRITTEN["channels"].values()}

    said = {
        name: (timedelta(milliseconds=kafka["topicConfiguration"]["retention.ms"]), kafka.get("partitions"))
        for name, kafka in channels.items()
    }
    assert said == {name: (topic.keeps, topic.partitions) for name, topic in topics.TOPICS.items()}


def references(part: Any) -> list[str]:
    if isinstance(part, dict):
        return [part["$ref"]] if "$ref" in part else [ref for inner in part.values() for ref in references(inner)]
    return [ref for inner in part for ref in references(inner)] if isinstance(part, list) else []


@pytest.mark.parametrize("reference", sorted(set(references(WRITTEN))))
def test_every_reference_leads_somewhere(reference: str) -> None:
    file, _, pointer = reference.partition("#")
    found: Any = json.loads((API / file).read_text()) if file else WRITTEN

    for step in pointer.split("/")[1:]:
        found = found[step]

    assert found


def test_the_example_is_an_event() -> None:
    [example] = WRITTEN["components"]["messages"]["listenSubmitted"]["examples"]

    schema.validate(example["payload"])


def test_what_the_door_says_of_what_plays_now_is_as_written() -> None:
    playing_now = json.loads((API / "schemas" / "playing_now.v1.schema.json").read_text())
    heard = validation.SubmittedListen(
        None, "Night Train", "Ada", "Trains", {"duration": 200, "isrc": "GBAYE6800011", "x": [1]}
    )

    told = json.loads(mapping.encode_listen_event(heard, "playing_now", uuid4(), at=NOW))

    jsonschema.Draft202012Validator(playing_now).validate(told)
