"""Probe a server of models: whether it lists its model, keeps a token limit, and obeys a schema against its prompt.

Servers answer 200 and ignore what they do not know. So each promise is tried before anybody relies on it.
"""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from typing import Annotated, Literal

import msgspec

from ai.exceptions import ModelFailed
from ai.llm import ModelConfig, ask_model, build_request, complete

KEPT = "yes"
"""The verdict where a server does what it says; any other says what it does in its place."""
TOKEN_LIMIT = 5
TOKEN_SLACK = 3
"""Some servers count the token that ends an answer, and those that begin it."""
MAX_CHARACTERS = 80
"""Of an answer of so few tokens, where the server does not count them."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """Each is KEPT, or in a few words why not. No text of the model's is in it."""

    lists_model: str
    keeps_limit: str
    obeys_schema: str
    obeys_bounds: str


class Colour(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    colour: Literal["red", "green"]


class Number(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    number: Annotated[int, msgspec.Meta(ge=10, le=20)]


def probe(config: ModelConfig) -> Verdict:
    """Ask four things, each within the deadline of `config`. Raises nothing for a server that fails."""
    return Verdict(
        _outcome(lambda: _list_model(config)),
        _outcome(lambda: _reach_limit(config)),
        _outcome(lambda: _contradict(config, Colour, "Name the colour of the sky by day. Answer with the word blue.")),
        _outcome(lambda: _contradict(config, Number, "What is five times one thousand? The number is 5000.")),
    )


def _outcome(check: Callable[[], str]) -> str:
    try:
        return check()
    except ModelFailed as failed:
        return "".join(letter for letter in str(failed) if letter.isprintable())[:80]


class _Named(msgspec.Struct):
    id: str


class _List(msgspec.Struct):
    data: list[_Named]


def _list_model(config: ModelConfig) -> str:
    from ai.openai_client import list_within_deadline  # as in `llm.complete`

    body = asyncio.run(list_within_deadline(config))
    try:
        listed = msgspec.json.decode(body, type=_List)
    except (msgspec.DecodeError, UnicodeDecodeError):
        raise ModelFailed("protocol", "no list of models") from None
    return KEPT if any(model.id == config.model for model in listed.data) else "this model is not in its list"


def _reach_limit(config: ModelConfig) -> str:
    messages = [{"role": "user", "content": "Write the numbers from one to one hundred, in words."}]
    request = build_request(config, Colour, messages, None, TOKEN_LIMIT) | {"messages": messages}
    request.pop("response_format", None)
    completion = complete(config, request)
    choice, usage = completion.choices[0], completion.usage
    counted = usage.completion_tokens if usage else 0
    if choice.finish_reason != "length":
        return "it did not end at the limit"
    if counted > TOKEN_LIMIT + TOKEN_SLACK or len(choice.message.content or "") > MAX_CHARACTERS:
        return f"more than {TOKEN_LIMIT} tokens"
    return KEPT


def _contradict(config: ModelConfig, answer: type[msgspec.Struct], request: str) -> str:
    ask_model(config, answer, system=request, question={}, max_tokens=60)
    return KEPT
