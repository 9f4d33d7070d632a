"""Expand ids into objects, and lists that an answer holds only when they are asked for."""

from collections.abc import Callable
from typing import Any

from billing.simulated.exceptions import Refused
from billing.simulated.objects import Object, find_kind, list_of
from billing.simulated.parameters import Parameters
from billing.simulated.simulation import Simulation

MAX_DEPTH = 4


def children(kind: str, field: str, url: str) -> Callable[[Simulation, Object], Object]:
    """A list of the objects of a kind that name their owner in `field`."""

    def listed(sim: Simulation, owner: Object) -> Object:
        found = sim.store.belonging(kind, field, owner["id"])[::-1]
        return list_of(found[:10], f"{url}?{field}={owner['id']}", has_more=len(found) > 10)

    return listed


def line_items(sim: Simulation, session: Object) -> Object:
    saved = sim.store.get("_session", session["id"]) or {}
    return list_of(saved.get("line_items", []), f"/v1/checkout/sessions/{session['id']}/line_items")


INCLUDABLE: dict[tuple[str, str], Callable[[Simulation, Object], Any]] = {
    ("invoice", "payments"): children("invoice_payment", "invoice", "/v1/invoice_payments"),
    ("charge", "refunds"): children("refund", "charge", "/v1/refunds"),
    ("customer", "subscriptions"): children("subscription", "customer", "/v1/subscriptions"),
    ("checkout.session", "line_items"): line_items,
}

OPTIONAL = {("refund", "failure_balance_transaction")}
"""Fields that an object may lack, and that can be asked for all the same."""


def expand(sim: Simulation, answer: Object, params: Parameters) -> Object:
    """A copy of the answer with every path of `expand` followed. The stored objects stay as they are."""
    for path in params.get("expand") or []:
        if len(parts := path.split(".")) > MAX_DEPTH + (parts[0] == "data"):
            raise Refused(f"You cannot expand more than {MAX_DEPTH} levels of a property: {path}", param="expand")
        answer = follow(sim, answer, parts, path)
    return answer


def follow(sim: Simulation, value: Any, parts: list[str], path: str) -> Any:
    """The value with the object at the end of this path in place of its id."""
    if isinstance(value, list):
        return [follow(sim, item, parts, path) for item in value]
    if isinstance(value, str) and (kind := find_kind(value)):
        value = sim.find(kind, value)
    if not parts or not isinstance(value, dict):
        return value
    name, *rest = parts
    kind = value.get("object", "")
    if name not in value and (include := INCLUDABLE.get((kind, name))):
        value = {**value, name: include(sim, value)}
    if (kind, name) in OPTIONAL and name not in value:
        return value
    if name not in value:
        raise Refused(f"This property cannot be expanded ({path}).", param="expand")
    return {**value, name: follow(sim, value[name], rest, path)}
