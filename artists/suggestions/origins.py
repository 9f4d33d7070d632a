"""Tell which sentences of a wording a model suggested, from what it suggested for any program of the artist.

The words decide, not what a form says. A sentence that repeats some words in a row of a suggestion counts as changed,
unless the artist had written those words before.
"""

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from itertools import zip_longest
from typing import Any

from ai.origins import WRITTEN, How, Origin, Origins
from ai.wording import Wording
from artists.models import Program, ProgramVersion, Suggestion

RUN = 4
"""So many words in a row, slots included, are the suggestion's and not chance."""
_TOKEN = re.compile(r"\{[^{}]*\}|[^\W_]+(?:['’][^\W_]+)*")

type Words = tuple[str, ...]


@dataclass
class _Known:
    """What a model suggested to one artist."""

    whole: dict[Words, Origin] = field(default_factory=dict)
    runs: dict[Words, Origin] = field(default_factory=dict)


def find_origins(program: Program, wording: Wording) -> Origins:
    """In two queries."""
    known = _list_known(program.artist_id)
    return Origins(
        tuple(_find(text, known) for text in wording.templates),
        {name: tuple(_find(text, known) for text in texts) for name, texts in wording.fragments.items()},
    )


def _find(text: str, known: _Known) -> Origin:
    words = _split(text)
    if origin := known.whole.get(words):
        return origin
    found = next((known.runs[run] for run in _runs(words) if run in known.runs), None)
    return Origin(How.CHANGED, found.model, found.day) if found else WRITTEN


def _list_known(artist: int) -> _Known:
    known = _Known()
    suggestions = Suggestion.objects.filter(call__artist=artist).select_related("call__profile").order_by("pk")
    own = _list_own(artist) if suggestions else {}
    for suggestion in suggestions:
        call, words = suggestion.call, _split(suggestion.text)
        assert call.answered_at is not None
        origin = Origin(How.SUGGESTED, call.profile.model, call.answered_at.date().isoformat())
        line = set(_runs(_split(call.question["line"])))
        if words not in own or own[words] > call.asked_at:
            known.whole[words] = origin
        new = (run for run in _runs(words) if run not in line and (run not in own or own[run] > call.asked_at))
        known.runs |= dict.fromkeys(new, origin)
    return known


def _list_own(artist: int) -> dict[Words, datetime]:
    """When the artist's side first saved each sentence that it wrote, and each run of its words."""
    own: dict[Words, datetime] = {}
    versions = ProgramVersion.objects.filter(artist=artist).exclude(wording="").order_by("created_at", "pk")
    for wording, saved_at in versions.values_list("wording", "created_at"):
        for text in _list_written(json.loads(wording)):
            words = _split(text)
            if words not in own:
                own |= {run: saved_at for run in _runs(words) if run not in own} | {words: saved_at}
    return own


def _list_written(said: Mapping[str, Any]) -> Iterator[str]:
    """The sentences of a stored wording that no model suggested. In language 1 that is each."""
    origins = said.get("origins") or {"templates": [], "fragments": {}}
    groups = [(said["templates"], origins["templates"])]
    groups += [(texts, origins["fragments"].get(name, [])) for name, texts in said["fragments"].items()]
    for texts, found in groups:
        for text, origin in zip_longest(texts, found):
            if origin is None or origin["how"] == How.WRITTEN:
                yield text


def _split(text: str) -> Words:
    return tuple(re.sub(r"\s", "", token).lower() for token in _TOKEN.findall(text))


def _runs(words: Words) -> Iterable[Words]:
    return (words[at : at + RUN] for at in range(len(words) - RUN + 1))
