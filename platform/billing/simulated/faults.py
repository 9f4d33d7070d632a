"""Faults that were asked for: an error, a lost connection or a timeout, before or after a request took effect."""

from dataclasses import dataclass
from typing import Any

from billing.simulated.exceptions import Refused
from billing.simulated.objects import Object
from billing.simulated.simulation import Simulation

STATUSES: dict[str, int | None] = {"500": 500, "503": 503, "429": 429, "409": 409, "reset": None, "timeout": None}


@dataclass(frozen=True)
class Fault:
    """What happens to one request instead of its answer."""

    kind: str
    before: bool

    @property
    def status(self) -> int | None:
        return STATUSES[self.kind]


def add(
    sim: Simulation, kind: str, *, before: bool = False, times: int = 1, method: str = "POST", path: str = "/v1/"
) -> None:
    """Let the next requests to this path fail: after they took effect, or before."""
    if kind not in STATUSES:
        raise Refused(f"No such fault: '{kind}'. Choose one of {', '.join(STATUSES)}.")
    before = before or kind in {"429", "409"}  # Stripe answers these without doing anything
    fault = {"kind": kind, "before": before, "times": times, "method": method, "path": path}
    sim.knobs.setdefault("faults", []).append(fault)
    sim.store.changed.add(("_knobs", ""))


def take(sim: Simulation, method: str, path: str) -> Fault | None:
    """The fault of this request, if one was asked for."""
    for fault in sim.knobs.get("faults", []):
        if fault["method"] == method and path.startswith(fault["path"]):
            fault["times"] -= 1
            if not fault["times"]:
                sim.knobs["faults"].remove(fault)
            sim.store.changed.add(("_knobs", ""))
            return Fault(fault["kind"], fault["before"])
    return None


def as_saved(fault: Fault | None, status: int, body: Object) -> tuple[int, Object]:
    """What an idempotency key keeps: the error of a 500, as Stripe does, and else the true answer.

    A 503 stands for a gateway between us, which Stripe knows nothing of.
    """
    if fault and fault.status == 500:
        return fault.status, error_body(fault.status)
    return status, body


def error_body(status: int) -> dict[str, Any]:
    if status == 429:
        return {"error": {"type": "invalid_request_error", "code": "rate_limit", "message": "Too many requests."}}
    return {"error": {"type": "api_error", "message": "An error was asked for: this is a simulation."}}
