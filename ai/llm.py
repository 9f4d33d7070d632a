"""Ask a language model one question, over OpenAI's chat completions API.

The answer is checked against our own type. Whatever goes wrong becomes ModelFailed, and the caller does without.
"""

import asyncio
import ipaddress
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

import msgspec

from ai.exceptions import ModelFailed

MAX_TOKENS = 400


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelConfig:
    """Where a model answers. Nothing of it is read from the environment of the process."""

    base_url: str
    model: str
    api_key: str = field(default="", repr=False)
    hosts: frozenset[str] = frozenset()
    """Hosts that may be asked over https. Loopback is always allowed, also over plain http."""
    timeout_seconds: float = 30.0
    """For everything together: connecting, all tries and the pauses between them."""
    is_openai: bool = False
    """Whether this is OpenAI itself. It is told not to store, and gets a pseudonym. Other servers lack these fields."""

    def __post_init__(self) -> None:
        check_address(self.base_url, self.hosts)


def check_address(base_url: str, hosts: frozenset[str]) -> None:
    """Raise ModelFailed unless the URL is loopback, or https at a host that the settings name."""
    try:
        parts = urlsplit(base_url)
        host, _ = parts.hostname or "", parts.port
    except ValueError:
        raise ModelFailed("address", "not an address") from None
    if parts.scheme not in ("http", "https") or not host:
        raise ModelFailed("address", "not an http address")
    if parts.username or parts.password or parts.query or parts.fragment:
        raise ModelFailed("address", "an address with a user, a query or a fragment")
    if not _is_loopback(host) and (parts.scheme != "https" or host not in hosts):
        raise ModelFailed("address", f"{host} is neither loopback nor https at a host that the settings name")


def ask_model[T: msgspec.Struct](
    config: ModelConfig, answer: type[T], *, system: str, question: Mapping[str, Any], person: str | None = None
) -> T:
    """Ask one question, and read the answer as one object of the type `answer`. Raises ModelFailed.

    The type is flat and has `forbid_unknown_fields`. `person` is a pseudonym, which only OpenAI itself is sent.
    """
    messages = [
        {"role": "system", "content": system},
        {"role": "user", "content": msgspec.json.encode(question).decode()},
    ]
    # Not at the top: the openai package takes a third of the time in which a process starts, and few ask a model.
    from ai.openai_client import post_within_deadline

    body = asyncio.run(post_within_deadline(config, _build_request(config, answer, messages, person)))
    return _parse_response(body, answer)


def _build_request(
    config: ModelConfig, answer: type[msgspec.Struct], messages: list[dict[str, str]], person: str | None
) -> dict[str, Any]:
    # Both levels of the format are needed: a server that finds no inner object answers 200 with any JSON it likes.
    schema = {"name": answer.__name__.lower(), "strict": True, "schema": strict_schema(answer)}
    request: dict[str, Any] = {
        "model": config.model,
        "messages": messages,
        "max_completion_tokens": MAX_TOKENS,
        "response_format": {"type": "json_schema", "json_schema": schema},
    }
    if config.is_openai:
        request |= {"store": False} | ({"safety_identifier": person} if person else {})
    return request


def strict_schema(answer: type[msgspec.Struct]) -> dict[str, Any]:
    """A JSON schema as strict mode wants it: without $ref, every property required, and no other property."""
    _, components = msgspec.json.schema_components([answer])
    schema: dict[str, Any] = components[answer.__name__]
    return schema | {"required": sorted(schema["properties"]), "additionalProperties": False}


class _Message(msgspec.Struct):
    content: str | None = None
    refusal: str | None = None


class _Choice(msgspec.Struct):
    message: _Message
    finish_reason: str | None = None


class _Completion(msgspec.Struct):
    choices: list[_Choice]


def _parse_response[T: msgspec.Struct](body: bytes, answer: type[T]) -> T:
    try:
        completion = msgspec.json.decode(body, type=_Completion)
    except (msgspec.DecodeError, UnicodeDecodeError):
        raise ModelFailed("protocol", "no chat completion") from None
    if len(completion.choices) != 1:
        raise ModelFailed("protocol", f"{len(completion.choices)} choices")
    choice = completion.choices[0]
    if choice.message.refusal:
        raise ModelFailed("refused")
    if choice.finish_reason != "stop":
        raise ModelFailed("unfinished", str(choice.finish_reason)[:20])
    try:
        return msgspec.json.decode(choice.message.content or "", type=answer)
    except (msgspec.DecodeError, UnicodeDecodeError):
        raise ModelFailed("schema", f"no {answer.__name__}") from None


def _is_loopback(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
