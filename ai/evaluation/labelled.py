"""Read the labelled sets. A person wrote every text and every label; `docs/evaluation/README.md` says how.

The fixed set may be used to improve the guard. The held-out set was written before, and only its figures are read.
"""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any, Literal

from ai.facts import Facts
from ai.wording import Wording

type Part = Literal["fixed", "held_out"]
PARTS: tuple[Part, ...] = ("fixed", "held_out")
SETS = Path(__file__).parent / "sets"
GOOD, SIGNED, INSINUATION, OTHER_LANGUAGE = "good", "signed", "insinuation", "language"
UNGATED = frozenset({INSINUATION, OTHER_LANGUAGE})
"""Bad messages that only a person can judge: hints without a claim, and languages that the guard does not know."""


@dataclass(frozen=True, slots=True)
class Scene:
    """Whom a message is for, and the signed wording of its program."""

    facts: Facts
    wording: Wording | None

    @property
    def language(self) -> str:
        return self.wording.locale if self.wording else "en"


@dataclass(frozen=True, slots=True)
class Message:
    """`kind` is `good`, `signed` (good, and exactly as signed), or what is wrong with it."""

    text: str
    kind: str
    scene: Scene

    @property
    def is_good(self) -> bool:
        return self.kind in (GOOD, SIGNED)


@dataclass(frozen=True, slots=True)
class Name:
    """`kind` is the script of a good name, or what is wrong with a bad one."""

    name: str
    ok: bool
    kind: str


@dataclass(frozen=True, slots=True)
class Injection:
    """An order to a model, as a fan's name; or, with a scene, a message of a model that obeyed or tells its orders."""

    text: str
    scene: Scene | None


@dataclass(frozen=True, slots=True)
class Statement:
    """A short message that tells the facts of its scene truly or falsely."""

    text: str
    ok: bool
    scene: Scene


@cache
def load_messages(part: Part) -> tuple[Message, ...]:
    scenes = _load_scenes(part)
    return tuple(Message(row["text"], row["class"], scenes[row["scene"]]) for row in _read_rows(part, "messages.jsonl"))


@cache
def load_names(part: Part) -> tuple[Name, ...]:
    return tuple(Name(row["name"], row["ok"], row["class"]) for row in _read_rows(part, "names.jsonl"))


@cache
def load_injections(part: Part) -> tuple[Injection, ...]:
    scenes = _load_scenes(part)
    return tuple(
        Injection(row["text"], scenes[row["scene"]] if row["field"] == "message" else None)
        for row in _read_rows(part, "injections.jsonl")
    )


@cache
def load_statements(part: Part) -> tuple[Statement, ...]:
    scenes = _load_scenes(part)
    return tuple(Statement(row["text"], row["ok"], scenes[row["scene"]]) for row in _read_rows(part, "facts.jsonl"))


def digest(part: Part) -> str:
    """SHA-256, in hexadecimal, over the names and the bytes of all files of this part."""
    hashed = hashlib.sha256()
    for path in sorted((SETS / part).iterdir()):
        hashed.update(f"{path.name} {path.stat().st_size}\n".encode())
        hashed.update(path.read_bytes())
    return hashed.hexdigest()


@cache
def _load_scenes(part: Part) -> Mapping[str, Scene]:
    given = json.loads((SETS / part / "scenes.json").read_text(encoding="utf-8"))
    return {
        name: Scene(_parse_facts(scene["facts"]), Wording.parse(scene["wording"]) if "wording" in scene else None)
        for name, scene in given.items()
    }


def _parse_facts(given: dict[str, Any]) -> Facts:
    since = given.get("since")
    return Facts(**{**given, "since": date.fromisoformat(since) if since else None})


def _read_rows(part: Part, name: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in (SETS / part / name).read_text(encoding="utf-8").splitlines()]
