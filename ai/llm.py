"""Ask a language model one question, over OpenAI's chat completions API. The only file that knows the openai package.

The answer is checked against our own type. Whatever goes wrong becomes ModelFailed, and the caller does without.
"""

import asyncio
import ipaddress
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

import httpx2
import msgspec
import openai

from ai.exceptions import ModelFailed

MAX_RESPONSE_BYTES = 64 * 1024
"""Of a whole response. More is not read."""
MAX_TOKENS = 400
MAX_RETRIES = 2
_LOCAL_KEY = "local"
_ALLOWED_HEADERS = frozenset(
    {"host", "accept", "accept-encoding", "connection", "content-type", "content-length", "user-agent", "authorization"}
)
_RAW_RESPONSE_HEADER = "x-stainless-raw-response"
"""With this header the client marks a request whose body we read ourselves."""


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
    body = asyncio.run(_post_within_deadline(config, _build_request(config, answer, messages, person)))
    return _parse_response(body, answer)


async def _post_within_deadline(config: ModelConfig, request: dict[str, Any]) -> bytes:
    # We cancel from outside, because the client's own timeout begins again with each try and each piece of the body.
    try:
        return await asyncio.wait_for(_post(config, request), config.timeout_seconds)
    except TimeoutError:
        raise ModelFailed("timeout", f"no answer in {config.timeout_seconds:g} s") from None
    except openai.APITimeoutError:
        raise ModelFailed("timeout") from None
    except openai.APIStatusError as error:
        raise ModelFailed("status", str(error.status_code)) from None
    except (openai.OpenAIError, httpx2.HTTPError) as error:
        raise ModelFailed("connection", type(error).__name__) from None


async def _post(config: ModelConfig, request: dict[str, Any]) -> bytes:
    async with _http_client(config) as http, _openai_client(config, http) as client:
        raw = client.chat.completions.with_streaming_response
        async with raw.create(**request) as response:
            body = bytearray()
            async for chunk in response.iter_bytes():
                body += chunk
                if len(body) > MAX_RESPONSE_BYTES:
                    raise ModelFailed("oversize", f"more than {MAX_RESPONSE_BYTES} bytes")
            if response.status_code != 200:
                raise ModelFailed("status", str(response.status_code))
            return bytes(body)


def _openai_client(config: ModelConfig, http: httpx2.AsyncClient) -> openai.AsyncOpenAI:
    """Sets everything, because the client looks into the environment for whatever is left out."""
    return openai.AsyncOpenAI(
        base_url=config.base_url,
        api_key=config.api_key or _LOCAL_KEY,
        organization="",
        project="",
        webhook_secret="",
        max_retries=MAX_RETRIES,
        timeout=config.timeout_seconds,
        http_client=http,
    )


def _http_client(config: ModelConfig) -> httpx2.AsyncClient:
    """Uses no proxy from the environment, follows no redirect, and sends only our headers to our host."""
    ours, key = httpx2.URL(config.base_url), config.api_key or _LOCAL_KEY

    async def check_request(request: httpx2.Request) -> None:
        if (request.url.scheme, request.url.netloc) != (ours.scheme, ours.netloc):
            raise ModelFailed("address", "the request left its host")
        for name in list(request.headers):
            if name.lower() not in _ALLOWED_HEADERS | {_RAW_RESPONSE_HEADER}:
                del request.headers[name]
        request.headers["Authorization"] = f"Bearer {key}"

    return httpx2.AsyncClient(
        trust_env=False,
        follow_redirects=False,
        timeout=httpx2.Timeout(config.timeout_seconds, connect=min(3.0, config.timeout_seconds)),
        event_hooks={"request": [check_request]},
    )


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
