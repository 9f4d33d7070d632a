"""Read from the environment which language models may be asked, with which keys, and how much a day."""

import os
from typing import NamedTuple

from config import env

KEY_PREFIX = "LLM_KEY_"
"""A profile names its key by one of these variables. No other variable can be read by naming it in a profile."""


class ModelServer(NamedTuple):
    """The one server that writes drafts. Without an address the composer writes everything."""

    base_url: str
    api_key: str
    model: str
    timeout_seconds: int


class ProfileLimits(NamedTuple):
    """What a profile of a model server may name."""

    hosts: frozenset[str]
    """Public hosts, which are asked over https."""
    internal_hosts: frozenset[str]
    """Hosts of our own network, which may be asked over plain http: `host` or `host:port`."""
    keys: dict[str, str]
    """By the name of the variable. Django's error pages hide settings whose name has KEY."""


def read_server() -> ModelServer:
    timeout = env.integer("LLM_TIMEOUT_SECONDS", 30, least=1)
    return ModelServer(env.text("LLM_BASE_URL"), env.text("LLM_API_KEY"), env.text("LLM_MODEL"), timeout)


def read_profile_limits(*, debug: bool) -> ProfileLimits:
    """On a developer's machine the servers of this machine may be asked."""
    return ProfileLimits(
        frozenset(env.comma_separated("LLM_HOSTS", "api.openai.com")),
        frozenset(env.comma_separated("LLM_INTERNAL_HOSTS", "localhost,127.0.0.1,::1" if debug else "")),
        {name: value for name, value in os.environ.items() if name.startswith(KEY_PREFIX) and value},
    )


class Budget(NamedTuple):
    """What one artist's team may ask of models in 24 hours."""

    calls: int
    tokens: int


def read_budget() -> Budget:
    calls, tokens = env.integer("LLM_CALLS_PER_DAY", 20), env.integer("LLM_TOKENS_PER_DAY", 100_000)
    return Budget(calls, tokens)
