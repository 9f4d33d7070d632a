"""Ask a language model one question, over OpenAI's chat completions API.

The answer is checked against our own type. Whatever goes wrong becomes ModelFailed, and the caller does without.
"""

import asyncio
import hashlib
import hmac
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Annotated, Any, Literal

import msgspec

from ai.exceptions import ModelFailed
from ai.model_address import LOOPBACK, check_address

MAX_TOKENS = 400

type TokenParameter = Literal["max_completion_tokens", "max_tokens"]
type Structured = Literal["json_schema", "json_object", "none"]
"""How a server is asked for an object: by its schema; for any object, with the schema in words; or in words alone."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelConfig:
    """Where a model answers. Nothing of it is read from the environment of the process."""

    base_url: str
    model: str
    api_key: str = field(default="", repr=False)
    hosts: frozenset[str] = frozenset()
    """Hosts that may be asked over https."""
    internal_hosts: frozenset[str] = LOOPBACK
    """Hosts that may be asked over plain http too, and may be inside our own network."""
    public_only: bool = False
    """Whether one of `hosts` is refused where its name leads into our own network. No operator vouches for it then."""
    timeout_seconds: float = 30.0
    """For everything together: connecting, all tries and the pauses between them."""
    is_openai: bool = False
    """Whether this is OpenAI itself. It is told not to store, and gets a pseudonym. Other servers lack these fields."""
    token_parameter: TokenParameter = "max_completion_tokens"  # noqa: S105 - the name of a parameter
    structured: Structured = "json_schema"

    def __post_init__(self) -> None:
        check_address(self.base_url, self.hosts, self.internal_hosts)


@dataclass(frozen=True, slots=True)
class ModelAnswer[T]:
    value: T
    text: str
    """As it came."""
    prompt_tokens: int = 0
    answer_tokens: int = 0
    """As the server counts them; 0 where it does not say."""


def ask_model[T: msgspec.Struct](
    config: ModelConfig,
    answer: type[T],
    *,
    system: str,
    question: Mapping[str, Any],
    person: str | None = None,
    max_tokens: int = MAX_TOKENS,
) -> ModelAnswer[T]:
    """Ask one question, and read the answer as one object of the type `answer`. Raises ModelFailed.

    The type is flat and has `forbid_unknown_fields`. `person` is a pseudonym, which only OpenAI itself is sent.
    """
    asked = msgspec.json.encode(question).decode()
    messages = [{"role": "system", "content": system}, {"role": "user", "content": asked}]
    request = build_request(config, answer, messages, person, max_tokens)
    return _parse_answer(complete(config, request), answer)


def pseudonym(key: bytes, of: str) -> str:
    """A name that lets a provider tell two people apart, but not who they are. `of` is what it stands for."""
    return hmac.new(key, of.encode(), hashlib.sha256).hexdigest()


def complete(config: ModelConfig, request: Mapping[str, Any]) -> "Completion":
    """Send one request, and read the answer as a completion with one choice. Raises ModelFailed."""
    # Not at the top: the openai package takes a third of the time in which a process starts, and few ask a model.
    from ai.openai_client import post_within_deadline

    body = asyncio.run(post_within_deadline(config, dict(request)))
    try:
        completion = msgspec.json.decode(body, type=Completion)
    except (msgspec.DecodeError, UnicodeDecodeError):
        raise ModelFailed("protocol", "no chat completion") from None
    if len(completion.choices) != 1:
        raise ModelFailed("protocol", f"{len(completion.choices)} choices")
    return completion


def build_request(
    config: ModelConfig,
    answer: type[msgspec.Struct],
    messages: list[dict[str, str]],
    person: str | None,
    max_tokens: int = MAX_TOKENS,
) -> dict[str, Any]:
    """The body of a request for one object of the type `answer`."""
    schema = strict_schema(answer)
    request: dict[str, Any] = {"model": config.model, "messages": messages, config.token_parameter: max_tokens}
    if config.structured == "json_schema":
        # Both levels are needed: a server that finds no inner object answers 200 with any JSON it likes.
        named = {"name": answer.__name__.lower(), "strict": True, "schema": schema}
        request["response_format"] = {"type": "json_schema", "json_schema": named}
    else:
        words = f"Answer with one JSON object of this schema, and nothing else: {msgspec.json.encode(schema).decode()}"
        request["messages"] = [*messages, {"role": "system", "content": words}]
    if config.structured == "json_object":
        request["response_format"] = {"type": "json_object"}
    if config.is_openai:
        request |= {"store": False} | ({"safety_identifier": person} if person else {})
    return request


def strict_schema(answer: type[msgspec.Struct]) -> dict[str, Any]:
    """A JSON schema as strict mode wants it: without $ref, every property required, and no other property."""
    _, components = msgspec.json.schema_components([answer])
    schema: dict[str, Any] = components[answer.__name__]
    return schema | {"required": sorted(schema["properties"]), "additionalProperties": False}


class Message(msgspec.Struct):
    content: str | None = None
    refusal: str | None = None


class Choice(msgspec.Struct):
    message: Message
    finish_reason: str | None = None


_Count = Annotated[int, msgspec.Meta(ge=0, le=10_000_000)]


class Usage(msgspec.Struct):
    """The tokens of one request, as its server counts them."""

    prompt_tokens: _Count = 0
    completion_tokens: _Count = 0


class Completion(msgspec.Struct):
    """What we read of a chat completion."""

    choices: list[Choice]
    usage: Usage | None = None


def _parse_answer[T: msgspec.Struct](completion: Completion, answer: type[T]) -> ModelAnswer[T]:
    choice, usage = completion.choices[0], completion.usage or Usage()
    text = choice.message.content or ""
    if choice.message.refusal:
        raise ModelFailed("refused")
    if choice.finish_reason != "stop":
        raise ModelFailed("unfinished", str(choice.finish_reason)[:20], answer=text)
    try:
        value = msgspec.json.decode(text, type=answer)
    except (msgspec.DecodeError, UnicodeDecodeError):
        raise ModelFailed("schema", f"no {answer.__name__}", answer=text) from None
    return ModelAnswer(value, text, usage.prompt_tokens, usage.completion_tokens)
