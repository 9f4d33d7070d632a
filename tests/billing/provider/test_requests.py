"""Every request of the adapter is one that the pinned version of Stripe's API knows, down to each key and value."""

import inspect
import sys
from collections.abc import Mapping
from dataclasses import fields
from functools import cache
from typing import Any

import jsonschema
import pytest
import stripe
from pydantic import ConfigDict, TypeAdapter, ValidationError
from typing_extensions import is_typeddict

from billing.provider import Provider
from billing.provider.subscriptions import Subscriptions
from tests.billing.provider.calls import CALLS, run
from tests.billing.provider.requests import record
from tests.billing.stripe_spec import load_spec

NEWER_PARAMETERS = {("post", "/v1/checkout/sessions"): {"allowed_payment_method_types"}}
"""What 2026-10-28.endive takes and the description of 2026-05-27.dahlia does not know."""


class Unused:
    """Stands for the package's own objects in its annotations: we send dictionaries, and pydantic knows no others."""

    def __class_getitem__(cls, item: type) -> type[None]:
        return type(None)


@cache
def strict(params: type) -> TypeAdapter[Any]:
    """A validator that refuses unknown keys and other types, also further inside."""
    module = vars(sys.modules[params.__module__])
    for nested in filter(is_typeddict, list(module.values())):
        nested.__pydantic_config__ = ConfigDict(extra="forbid", strict=True)
    # Names that the annotations use and that the package imports elsewhere, or for type checkers alone.
    module.update({"Mapping": Mapping, "StripeContext": str, "UntypedStripeObject": Unused})
    return TypeAdapter(params)


@cache
def described(method: str, path: str) -> dict[str, Any]:
    """The schema of a request in the official description. Its nested objects take no unknown keys either."""
    paths = load_spec()["paths"]
    operation = next(paths[known][method] for known in paths if matches(known, path) and method in paths[known])
    if method == "get":
        parameters = [each for each in operation["parameters"] if each["in"] == "query"]
        return closed({"type": "object", "properties": {each["name"]: each["schema"] for each in parameters}})
    return closed(operation["requestBody"]["content"]["application/x-www-form-urlencoded"]["schema"])


def matches(template: str, path: str) -> bool:
    parts, names = path.split("/"), template.split("/")
    return len(parts) == len(names) and all(
        name == part or name.startswith("{") for name, part in zip(names, parts, strict=True)
    )


def closed(schema: Any) -> Any:
    if isinstance(schema, list):
        return [closed(each) for each in schema]
    if not isinstance(schema, dict):
        return schema
    inner = {name: closed(value) for name, value in schema.items()}
    return {"additionalProperties": False, **inner} if isinstance(schema.get("properties"), dict) else inner


def test_every_method_of_the_adapter_is_called() -> None:
    methods = {
        f"{field.name}.{name}"
        for field in fields(Provider)
        for name, value in vars(sys.modules["billing.provider.provider"].__dict__[field.type.__name__]).items()
        if inspect.isfunction(value) and not name.startswith("_")
    }

    assert {name.partition(" ")[0] for name in CALLS} == methods


@pytest.mark.parametrize("name", CALLS)
def test_a_request_is_what_the_pinned_package_takes(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    provider, requests = record(monkeypatch)

    run(name, provider)

    assert requests
    for request in requests:
        strict(request.types).validate_python(dict(request.params))


@pytest.mark.parametrize("name", CALLS)
def test_a_request_is_what_the_official_description_takes(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    provider, requests = record(monkeypatch)

    run(name, provider)

    assert requests
    for request in requests:
        newer = NEWER_PARAMETERS.get((request.method, request.path), set())
        known = {key: value for key, value in request.params.items() if key not in newer}
        jsonschema.validate(known, described(request.method, request.path))


def test_what_the_description_does_not_know_is_written_down_and_no_more(monkeypatch: pytest.MonkeyPatch) -> None:
    provider, requests = record(monkeypatch)

    for name in CALLS:
        run(name, provider)

    unknown: dict[tuple[str, str], set[str]] = {}
    for request in requests:
        keys = request.params.keys() - described(request.method, request.path)["properties"].keys()
        if keys:
            unknown.setdefault((request.method, request.path), set()).update(keys)
    assert unknown == NEWER_PARAMETERS


@pytest.mark.parametrize(
    "params", [{"mode": "payment", "payment_method_typos": ["card"]}, {"subscription_data": {"trial": 7}}]
)
def test_a_wrong_request_would_be_noticed(params: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        strict(stripe.params.checkout.SessionCreateParams).validate_python(params)
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate(params, described("post", "/v1/checkout/sessions"))


def test_whatever_moves_money_or_makes_something_is_sent_with_its_key(monkeypatch: pytest.MonkeyPatch) -> None:
    provider, requests = record(monkeypatch)

    for name in CALLS:
        run(name, provider)

    without_key = {request.path for request in requests if request.method == "post" and not request.key}
    assert without_key == {"/v1/billing_portal/sessions", "/v1/account_links"}


def test_the_second_request_of_a_downgrade_has_a_key_of_its_own(monkeypatch: pytest.MonkeyPatch) -> None:
    provider, requests = record(monkeypatch)

    Subscriptions.downgrade(provider.subscriptions, "sub_1", "price_0", key="downgrade:7")

    assert [request.key for request in requests if request.method == "post"] == ["downgrade:7:phases"]


def test_a_downgrade_takes_nothing_else_away(monkeypatch: pytest.MonkeyPatch) -> None:
    provider, requests = record(monkeypatch)

    run("subscriptions.downgrade", provider)

    [phases] = [request.params["phases"] for request in requests if "phases" in request.params]
    kept = {"metadata": {"checkout": "1"}, "discounts": [{"discount": "di_1"}]}
    assert phases == [
        {"items": [{"price": "price_1", "quantity": 1}], "start_date": 1, "end_date": 2, "trial_end": 2, **kept},
        {"items": [{"price": "price_0", "quantity": 1}], "start_date": 2, **kept},
    ]
