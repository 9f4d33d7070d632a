"""Labelled names and messages, and values that the tests of ai share. A person wrote every label."""

import json
from datetime import date
from pathlib import Path
from typing import Any

from ai.facts import Facts
from ai.wording import Wording
from rights.clearance_result import Clearance

HERE = Path(__file__).parent
CHOICE_KEY = b"k" * 32
CLEARANCE = Clearance(id=1, use="personal_message", artist_id=1, grants=((1, 1),), until=None)
FACTS = Facts(artist="Mara Veil", name="Ana", song="Tidal", plays=100, since=date(2024, 5, 3))
WORDING = Wording.parse(
    {
        "locale": "en",
        "templates": [
            "Thank you[, {name}]. {plays} {plays, one: listen, other: listens} of “{song}”. {closing}",
            "[{name}, ]{plays} {plays, one: listen, other: listens}! {closing}",
        ],
        "fragments": {"closing": ["– {artist}", "It means a lot[, {name}].", "Here since {since}: thank you."]},
    }
)


def load_rows(name: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in (HERE / name).read_text(encoding="utf-8").splitlines()]


def facts_from_json(given: dict[str, Any]) -> Facts:
    since = given.get("since")
    return Facts(**{**given, "since": date.fromisoformat(since) if since else None})
