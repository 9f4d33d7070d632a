"""Ask a language model one question, over OpenAI's chat completions API. The only file that knows the openai package.

The answer is checked against our own type. Whatever goes wrong becomes ModelFailed, and the caller does without.
"""

import asyncio
import ipaddress
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal
from urllib.parse import urlsplit

import httpx2
import msgspec
import openai

from ai.exceptions import ModelFailed

MAX_RESPONSE_BYTES = 64 * 1024
"""Bytes of a whole response; more is not read."""
MAX_TOKENS = 400
MAX_RETRIES = 2
_LOCAL_KEY = "local"
_ALLOWED_HEADERS = frozenset(
    {"host", "accept", "accept-encoding", "connection", "content-type", "content-length", "user-agent", "authorization"}
)
_RAW_RESPONSE_HEADER = "x-stainless-raw-response"
"""How the client marks a request whose body it leaves for us to read."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelConfig:
    """Where a model answers and what it understands. Nothing of it comes from the environment of the process."""

    base_url: str
    model: str
    api_key: str = field(default="", repr=False)
    hosts: frozenset[str] = frozenset()
    """Hosts that may be asked over https; loopback may always be, in plain http too."""
    timeout_seconds: float = 30.0
    """For everything together: connecting, all tries, and the pauses between them."""
    token_param: Literal["max_completion_tokens", "max_tokens"] = "max_completion_tokens"  # noqa: S105  # a parameter's name
    structured: Literal["json_schema", "json_object", "none"] = "json_schema"
    is_openai: bool = False
    """OpenAI itself: told not to store, and given a hash to tell people apart by. Others would not know the fields."""

    def __post_init__(self) -> None:
        check_address(self.base_url, self.hosts)


@dataclass(frozen=True, slots=True)
class Answer[T]:
    value: T
    model: str
    """What the server says answered; ours to record, not to trust."""


def check_address(base_url: str, hosts: frozenset[str]) -> None:
    """Raises ModelFailed unless it is loopback, or https at a host that the settings name."""
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
    profile: ModelConfig, answer: type[T], *, system: str, question: Mapping[str, Any], person: str | None = None
) -> Answer[T]:
    """One JSON object of type `answer` (flat, `forbid_unknown_fields`). `person` is a hash, sent to OpenAI only."""
    messages = [
        {"role": "system", "content": system + _schema_in_words(profile, answer)},
        {"role": "user", "content": msgspec.json.encode(question).decode()},
    ]
    body = asyncio.run(_post_within_deadline(profile, _build_request(profile, answer, messages, person)))
    return _parse_response(body, answer)


async def _post_within_deadline(profile: ModelConfig, request: dict[str, Any]) -> bytes:
    # Cancelled from outside: a timeout of the client counts each try, each pause and each drop of a dripping body anew.
    try:
        return await asyncio.wait_for(_post(profile, request), profile.timeout_seconds)
    except TimeoutError:
        raise ModelFailed("timeout", f"no answer in {profile.timeout_seconds:g} s") from None
    except openai.APITimeoutError:
        raise ModelFailed("timeout") from None
    except openai.APIStatusError as problem:
        raise ModelFailed("status", str(problem.status_code)) from None
    except (openai.OpenAIError, httpx2.HTTPError) as problem:
        raise ModelFailed("connection", type(problem).__name__) from None


async def _post(profile: ModelConfig, request: dict[str, Any]) -> bytes:
    async with _http_client(profile) as http, _openai_client(profile, http) as client:
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


def _openai_client(profile: ModelConfig, http: httpx2.AsyncClient) -> openai.AsyncOpenAI:
    """Everything explicit, because each thing left out is looked for in the environment."""
    return openai.AsyncOpenAI(
        base_url=profile.base_url,
        api_key=profile.api_key or _LOCAL_KEY,
        organization="",
        project="",
        webhook_secret="",
        max_retries=MAX_RETRIES,
        timeout=profile.timeout_seconds,
        http_client=http,
    )


def _http_client(profile: ModelConfig) -> httpx2.AsyncClient:
    """No proxies from the environment, no redirects, and only the headers and the host that are ours."""
    ours, key = httpx2.URL(profile.base_url), profile.api_key or _LOCAL_KEY

    async def only_ours(request: httpx2.Request) -> None:
        if (request.url.scheme, request.url.netloc) != (ours.scheme, ours.netloc):
            raise ModelFailed("address", "the request left its host")
        for name in list(request.headers):
            if name.lower() not in _ALLOWED_HEADERS | {_RAW_RESPONSE_HEADER}:
                del request.headers[name]
        request.headers["Authorization"] = f"Bearer {key}"

    return httpx2.AsyncClient(
        trust_env=False,
        follow_redirects=False,
        timeout=httpx2.Timeout(profile.timeout_seconds, connect=min(3.0, profile.timeout_seconds)),
        event_hooks={"request": [only_ours]},
    )


def _build_request(
    profile: ModelConfig, answer: type[msgspec.Struct], messages: list[dict[str, str]], person: str | None
) -> dict[str, Any]:
    request: dict[str, Any] = {"model": profile.model, "messages": messages, profile.token_param: MAX_TOKENS}
    if profile.structured == "json_schema":
        # The inner object is not optional: a server that finds none there answers 200 with any JSON it likes.
        schema = {"name": answer.__name__.lower(), "strict": True, "schema": strict_schema(answer)}
        request["response_format"] = {"type": "json_schema", "json_schema": schema}
    elif profile.structured == "json_object":
        request["response_format"] = {"type": "json_object"}
    if profile.is_openai:
        request |= {"store": False} | ({"safety_identifier": person} if person else {})
    return request


def strict_schema(answer: type[msgspec.Struct]) -> dict[str, Any]:
    """Without $ref, every property required, nothing else allowed: what strict mode asks for."""
    _, components = msgspec.json.schema_components([answer])
    schema: dict[str, Any] = components[answer.__name__]
    return schema | {"required": sorted(schema["properties"]), "additionalProperties": False}


def _schema_in_words(profile: ModelConfig, answer: type[msgspec.Struct]) -> str:
    if profile.structured == "json_schema":
        return ""
    schema = msgspec.json.encode(strict_schema(answer)).decode()
    return f"\nAnswer with one JSON object of this schema and nothing else: {schema}"


class _Message(msgspec.Struct):
    content: str | None = None
    refusal: str | None = None


class _Choice(msgspec.Struct):
    message: _Message
    finish_reason: str | None = None


class _Completion(msgspec.Struct):
    choices: list[_Choice]
    model: str = ""


def _parse_response[T: msgspec.Struct](body: bytes, answer: type[T]) -> Answer[T]:
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
        return Answer(msgspec.json.decode(choice.message.content or "", type=answer), completion.model[:80])
    except (msgspec.DecodeError, UnicodeDecodeError):
        raise ModelFailed("schema", f"no {answer.__name__}") from None


def _is_loopback(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
