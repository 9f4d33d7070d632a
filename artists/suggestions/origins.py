"""Tell which sentences of a wording a model suggested, from what it suggested for the program.

The words decide, not what a form says. A sentence that repeats some words in a row of a suggestion counts as changed,
unless the artist had written those words before.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass, field

from ai.origins import WRITTEN, How, Origin, Origins
from ai.wording import Wording
from artists.models import Program, Suggestion

RUN = 4
"""So many words in a row, slots included, are the suggestion's and not chance."""
_TOKEN = re.compile(r"\{[^{}]*\}|[^\W_]+(?:['’][^\W_]+)*")

type Words = tuple[str, ...]


@dataclass
class _Known:
    """What a model suggested for one program."""

    whole: dict[Words, Origin] = field(default_factory=dict)
    runs: dict[Words, Origin] = field(default_factory=dict)


def find_origins(program: Program, wording: Wording) -> Origins:
    """In one query."""
    known = _list_known(program)
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


def _list_known(program: Program) -> _Known:
    known = _Known()
    rows = Suggestion.objects.filter(call__program=program).select_related("call__profile").order_by("pk")
    for suggestion in rows:
        call, words = suggestion.call, _split(suggestion.text)
        assert call.answered_at is not None
        origin = Origin(How.SUGGESTED, call.profile.model, call.answered_at.date().isoformat())
        own = set(_list_own_runs([call.question["line"], *call.question["examples"]]))
        known.whole[words] = origin
        known.runs |= {run: origin for run in _runs(words) if run not in own}
    return known


def _list_own_runs(texts: Iterable[str]) -> Iterable[Words]:
    return (run for text in texts for run in _runs(_split(text)))


def _split(text: str) -> Words:
    return tuple(re.sub(r"\s", "", token).lower() for token in _TOKEN.findall(text))


def _runs(words: Words) -> Iterable[Words]:
    return (words[at : at + RUN] for at in range(len(words) - RUN + 1))
