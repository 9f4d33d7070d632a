"""Parameters of a request: decoded from a form as Stripe nests them, and read with their types."""

import re
from typing import Any
from urllib.parse import parse_qsl

from billing.simulated.exceptions import Refused

type Parameters = dict[str, Any]

PARTS = re.compile(r"[^\[\]]+|\[\]")


def decode_form(encoded: str) -> Parameters:
    """Decode `items[0][price]=x&expand[]=y` into dictionaries and lists."""
    tree: Parameters = {}
    for name, value in parse_qsl(encoded, keep_blank_values=True):
        parts = PARTS.findall(name)
        node = tree
        for part in parts[:-1]:
            node = node.setdefault(key_in(node, part), {})
        node[key_in(node, parts[-1])] = value
    return {name: with_lists(value) for name, value in tree.items()}


def key_in(node: Parameters, part: str) -> str:
    """`[]` is the next number of its list."""
    return str(len(node)) if part == "[]" else part


def with_lists(value: Any) -> Any:
    """Turn dictionaries whose keys are all numbers into lists."""
    if not isinstance(value, dict):
        return value
    if value and all(key.isdecimal() for key in value):
        return [with_lists(value[key]) for key in sorted(value, key=int)]
    return {key: with_lists(inner) for key, inner in value.items()}


def required(params: Parameters, name: str) -> Any:
    value = params.get(name)
    if value is None or value == "":
        raise Refused(f"Missing required param: {name}.", code="parameter_missing", param=name)
    return value


def integer(params: Parameters, name: str, default: int | None = None, *, least: int | None = None) -> int:
    """A whole number. Without a default it must be there."""
    value = params.get(name)
    if value is None and default is not None:
        return default
    try:
        number = int(required(params, name))
    except (TypeError, ValueError):
        message = f"Invalid integer: {value}"
        raise Refused(message, code="parameter_invalid_integer", param=name) from None
    if least is not None and number < least:
        raise Refused(f"This value must be greater than or equal to {least}.", code="parameter_invalid", param=name)
    return number


def boolean(params: Parameters, name: str, *, default: bool = False) -> bool:
    value = params.get(name)
    if value is None:
        return default
    if value not in {"true", "false"}:
        raise Refused(f"Invalid boolean: {value}", param=name)
    return bool(value == "true")


def choice(params: Parameters, name: str, choices: str, default: str | None = None) -> str:
    """One of the words in `choices`. Without a default it must be there."""
    value = params.get(name) or default or required(params, name)
    if value not in choices.split():
        raise Refused(f"Invalid {name}: must be one of {choices.replace(' ', ', ')}", param=name)
    return str(value)


def merge_metadata(before: dict[str, str] | None, params: Parameters) -> dict[str, str]:
    """Metadata after an update: an empty value removes its key, an empty whole removes all."""
    given = params.get("metadata")
    if given is None:
        return dict(before or {})
    merged = {**(before or {}), **given} if given else {}
    return {key: str(value) for key, value in merged.items() if value != ""}
