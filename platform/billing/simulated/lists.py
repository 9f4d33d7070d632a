"""Lists: newest first, in pages, filtered by equality and by time."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from billing.simulated.exceptions import Refused
from billing.simulated.objects import Object, list_of
from billing.simulated.parameters import Parameters, integer
from billing.simulated.store import OWNERS, owner_of

if TYPE_CHECKING:
    from billing.simulated.simulation import Simulation

COMPARISONS: dict[str, Callable[[int, int], bool]] = {
    "gt": lambda value, bound: value > bound,
    "gte": lambda value, bound: value >= bound,
    "lt": lambda value, bound: value < bound,
    "lte": lambda value, bound: value <= bound,
}


def paginate(
    sim: "Simulation",
    kind: str,
    url: str,
    params: Parameters,
    *,
    equal: str = "",
    fits: Callable[[Object], bool] | None = None,
) -> Object:
    """One page of all objects of a kind. `equal` names parameters that the field of the same name must equal."""
    limit = integer(params, "limit", 10, least=1)
    if limit > 100:
        raise Refused("This value must be less than or equal to 100.", code="parameter_invalid_integer", param="limit")
    wanted = {name: params[name] for name in equal.split() if params.get(name) is not None}
    indexed = next((name for name in wanted if name in OWNERS.get(kind, ())), None)
    everything = sim.store.belonging(kind, indexed, wanted[indexed])[::-1] if indexed else sim.store.newest_first(kind)
    found = [
        item
        for item in everything
        if all(as_text(owner_of(kind, name, item) or item.get(name)) == value for name, value in wanted.items())
        and is_within(item.get("created", 0), params.get("created"))
        and (fits is None or fits(item))
    ]
    return cut_page(found, url, params, limit)


def cut_page(found: list[Object], url: str, params: Parameters, limit: int) -> Object:
    """The page after or before the object that the parameters name."""
    ids = [item["id"] for item in found]
    if after := params.get("starting_after"):
        found = found[position(ids, after, "starting_after") + 1 :]
    elif before := params.get("ending_before"):
        found = found[: position(ids, before, "ending_before")]
        return list_of(found[-limit:], url, has_more=len(found) > limit)
    return list_of(found[:limit], url, has_more=len(found) > limit)


def position(ids: list[str], wanted: str, param: str) -> int:
    if wanted not in ids:
        raise Refused(f"No such object: '{wanted}'", code="resource_missing", param=param)
    return ids.index(wanted)


def as_text(value: Any) -> Any:
    """A field as a form would send it."""
    return str(value).lower() if isinstance(value, bool) else value


def is_within(value: int, bounds: Any) -> bool:
    """Whether a time fits a filter such as {"gte": "1767225600"}, or equals a single one."""
    if not bounds:
        return True
    if isinstance(bounds, str):
        return value == int(bounds)
    return all(COMPARISONS[name](value, int(bound)) for name, bound in bounds.items())
