"""Strict schemas of answers, made of Stripe's official OpenAPI: fields that it does not name are refused."""

import functools
from typing import Any

import jsonschema_rs

from tests.billing.stripe_spec import load_spec

ENDIVE_FIELDS: dict[str, set[str]] = {}
"""Fields of answers that came after the version of the OpenAPI (2026-05-27.dahlia), by object: FakeStripe has none."""


def strict(schema: Any, *, name: str = "") -> Any:
    """A schema of OpenAPI 3.0 as JSON schema: null where it is nullable, and no fields but those it names."""
    if isinstance(schema, list):
        return [strict(item) for item in schema]
    if not isinstance(schema, dict):
        return schema
    dropped = {"nullable", "description", "x-expansionResources", "x-expandableFields", "x-stripeBypassValidation"}
    made = {key: strict(value) for key, value in schema.items() if key not in dropped}
    if "properties" in schema and isinstance(schema["properties"], dict):
        extra = {field: {} for field in ENDIVE_FIELDS.get(name, ())}
        made["properties"] = {key: strict(value) for key, value in schema["properties"].items()} | extra
        made.setdefault("additionalProperties", False)
    if made.get("format"):
        del made["format"]
    return {"anyOf": [made, {"type": "null"}]} if schema.get("nullable") is True else made


@functools.cache
def components() -> dict[str, Any]:
    return {name: strict(schema, name=name) for name, schema in load_spec()["components"]["schemas"].items()}


@functools.cache
def response_validator(kind: str) -> Any:
    """Validates an object such as `checkout.session`, and everything that it holds."""
    schema = {"$ref": f"#/components/schemas/{kind}", "components": {"schemas": reachable(kind)}}
    return jsonschema_rs.validator_for(schema)


def reachable(kind: str) -> dict[str, Any]:
    """The schemas that one refers to, directly or not."""
    found: dict[str, Any] = {}
    waiting = [kind]
    while waiting:
        if (name := waiting.pop()) not in found:
            found[name] = components()[name]
            waiting += references(found[name])
    return found


def references(schema: Any) -> list[str]:
    if isinstance(schema, list):
        return [name for item in schema for name in references(item)]
    if not isinstance(schema, dict):
        return []
    own = [schema["$ref"].rpartition("/")[2]] if isinstance(schema.get("$ref"), str) else []
    return own + [name for value in schema.values() for name in references(value)]


def problems(body: Any, kind: str = "") -> list[str]:
    """What the official schema says against an answer of FakeStripe."""
    kind = kind or body["object"]
    if kind == "list":
        return [problem for item in body["data"] for problem in problems(item)]
    if body.get("deleted"):
        kind = f"deleted_{kind}"
    found = [
        f"{kind}.{'.'.join(map(str, error.instance_path))}: {error.message[:200]}"
        for error in response_validator(kind).iter_errors(body)
    ]
    if kind == "event":
        found += problems(body["data"]["object"])
    return found
