"""Send one request to a model's server. The only file that knows the openai package."""

import asyncio
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from typing import Any

import httpx2
import openai

from ai.exceptions import ModelFailed
from ai.llm import ModelConfig
from ai.model_address import is_listed, require_public

type _Call = Callable[[openai.AsyncOpenAI], AbstractAsyncContextManager[Any]]

MAX_RESPONSE_BYTES = 64 * 1024
"""Of a whole response. More is not read."""
MAX_RETRIES = 2
_LOCAL_KEY = "local"
_ALLOWED_HEADERS = frozenset(
    {"host", "accept", "accept-encoding", "connection", "content-type", "content-length", "user-agent", "authorization"}
)
_RAW_RESPONSE_HEADER = "x-stainless-raw-response"
"""With this header the client marks a request whose body we read ourselves."""


async def post_within_deadline(config: ModelConfig, request: dict[str, Any]) -> bytes:
    """The body of the answer to a request for a chat completion. Raises ModelFailed."""
    return await _within_deadline(
        config, lambda client: client.chat.completions.with_streaming_response.create(**request)
    )


async def list_within_deadline(config: ModelConfig) -> bytes:
    """The body of the answer to the question which models there are. Raises ModelFailed."""
    return await _within_deadline(config, lambda client: client.models.with_streaming_response.list())


async def _within_deadline(config: ModelConfig, call: _Call) -> bytes:
    # We cancel from outside, because the client's own timeout begins again with each try and each piece of the body.
    try:
        return await asyncio.wait_for(_call(config, call), config.timeout_seconds)
    except TimeoutError:
        raise ModelFailed("timeout", f"no answer in {config.timeout_seconds:g} s") from None
    except openai.APITimeoutError:
        raise ModelFailed("timeout") from None
    except openai.APIStatusError as error:
        raise ModelFailed("status", str(error.status_code)) from None
    except (openai.OpenAIError, httpx2.HTTPError) as error:
        raise ModelFailed("connection", type(error).__name__) from None


async def _call(config: ModelConfig, call: _Call) -> bytes:
    if config.public_only and not is_listed(config.base_url, config.internal_hosts):
        await require_public(config.base_url)
    async with _http_client(config) as http, _openai_client(config, http) as client, call(client) as response:
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
