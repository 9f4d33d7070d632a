"""Which function answers which method and path, and which parameters it accepts."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

from billing.simulated.exceptions import Refused
from billing.simulated.objects import Object
from billing.simulated.parameters import Parameters

if TYPE_CHECKING:
    from billing.simulated.simulation import Simulation

type View = Callable[[Simulation, Parameters], Object]
type Action = Callable[[Simulation, str], None]


@dataclass(frozen=True)
class Route:
    method: str
    path: str
    pattern: re.Pattern[str]
    accepts: frozenset[str]
    view: View


ROUTES: list[Route] = []
ACTIONS: dict[str, Action] = {}
"""What happens by itself at a time: name -> function of the simulation and an object's id."""
PAGED = "limit starting_after ending_before"
LISTED = f"{PAGED} created"


def route(method: str, path: str, accepts: str = "") -> Callable[[View], View]:
    """Let a function answer a path such as `/v1/customers/{customer}`. It gets the ids among the parameters."""

    def register(view: View) -> View:
        pattern = re.compile(re.sub(r"{(\w+)}", r"(?P<\1>[^/]+)", path) + "$")
        given = frozenset(accepts.split()) | (frozenset() if method == "DELETE" else {"expand"})
        ROUTES.append(Route(method, path, pattern, given, view))
        return view

    return register


def action(view: Action) -> Action:
    """Let a function be scheduled by its name."""
    ACTIONS[view.__name__] = view
    return view


@cache
def _list_routes(method: str, slashes: int) -> list[Route]:
    """Those that can fit. Modules have registered all of them before the first request."""
    return [route for route in ROUTES if route.method == method and route.path.count("/") == slashes]


def find_route(method: str, path: str, params: Parameters) -> tuple[Route, Parameters]:
    """The route of a request, and its parameters with the ids of its path. Refuses unknown paths and parameters."""
    for route in _list_routes(method, path.count("/")):
        if match := route.pattern.match(path):
            if unknown := sorted(params.keys() - route.accepts):
                message = f"Received unknown parameter: {unknown[0]}"
                raise Refused(message, code="parameter_unknown", param=unknown[0])
            return route, {**params, **match.groupdict()}
    raise Refused(f"Unrecognized request URL ({method}: {path}).", status=404)
