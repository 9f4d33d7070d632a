"""Events: their list, and which of them are still to be delivered to the endpoint."""

import hashlib
import hmac
import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from billing.simulated.lists import paginate
from billing.simulated.objects import API_VERSION, Object
from billing.simulated.parameters import Parameters
from billing.simulated.routes import LISTED, route

if TYPE_CHECKING:
    from billing.simulated.simulation import Simulation

RETRY_SECONDS = (10, 60, 600, 3_600, 4 * 3_600, 24 * 3_600)
"""How long after each failed delivery the next one is tried. After the last, the event stays undelivered."""
KEPT_SECONDS = 30 * 86_400  # for how long events are listed


@dataclass(frozen=True)
class Delivery:
    """One posting of an event: its body and the header that signs it."""

    id: str
    event_type: str
    body: bytes

    def signature(self, secret: str, at: int) -> str:
        """The header `Stripe-Signature` of a posting at this time."""
        signed = hmac.new(secret.encode(), f"{at}.".encode() + self.body, hashlib.sha256).hexdigest()
        return f"t={at},v1={signed}"


def record(
    sim: "Simulation", event_type: str, about: Object, *, account: str | None = None, before: Object | None = None
) -> None:
    """Store an event, and queue its deliveries as the knobs say: none, one or two, at once or later."""
    event = sim.create("event", type=event_type, api_version=API_VERSION, data={"object": about}, pending_webhooks=1)
    if before is not None:
        event["data"]["previous_attributes"] = before
    if account:
        event["account"] = account
    event["request"] = dict(sim.request)
    knobs = sim.knobs
    if sim.random.random() * 100 < knobs.get("drop", 0):
        return
    for _ in range(2 if sim.random.random() * 100 < knobs.get("duplicate", 0) else 1):
        delay = sim.random.randint(0, knobs["delay"]) if knobs.get("delay") else 0
        queue(sim, event["id"], sim.now() + delay, attempt=0)


def queue(sim: "Simulation", event_id: str, at: int, *, attempt: int) -> None:
    number = f"{sim.next_number():012d}"
    sim.store.put("_delivery", number, {"id": number, "event": event_id, "at": at, "attempt": attempt})


def due_deliveries(sim: "Simulation", limit: int = 100) -> list[Delivery]:
    """What is to be posted now, oldest first, or in any order where the knob `reorder` says so.

    A delivery stays queued until `delivered` or `failed`.
    """
    due = [row for row in sim.store.all("_delivery") if row["at"] <= sim.now()]
    if sim.knobs.get("reorder"):
        sim.random.shuffle(due)
    return [as_delivery(sim, row) for row in due[:limit]]


def as_delivery(sim: "Simulation", row: Object) -> Delivery:
    event = sim.find("event", row["event"])
    return Delivery(row["id"], event["type"], json.dumps(event, separators=(",", ":")).encode())


def delivered(sim: "Simulation", delivery: Delivery) -> None:
    """Note that the endpoint took an event."""
    if row := sim.store.get("_delivery", delivery.id):
        sim.store.remove("_delivery", delivery.id)
        event = sim.find("event", row["event"])
        event["pending_webhooks"] = 0
        sim.save(event)


def failed(sim: "Simulation", delivery: Delivery) -> None:
    """Queue the next attempt, or give up after the last."""
    if row := sim.store.get("_delivery", delivery.id):
        sim.store.remove("_delivery", delivery.id)
        if row["attempt"] < len(RETRY_SECONDS):
            queue(sim, row["event"], sim.now() + RETRY_SECONDS[row["attempt"]], attempt=row["attempt"] + 1)


def fits(event: Object, params: Parameters, now: int) -> bool:
    if event["created"] < now - KEPT_SECONDS:
        return False
    wanted: Any = params.get("types")
    if (one := params.get("type")) and event["type"] != one and not matches(event["type"], one):
        return False
    if "delivery_success" in params and (params["delivery_success"] == "true") == bool(event["pending_webhooks"]):
        return False
    return wanted is None or event["type"] in wanted


def matches(event_type: str, pattern: str) -> bool:
    """Whether a type fits `customer.*`."""
    return bool(pattern.endswith("*")) and event_type.startswith(pattern[:-1])


@route("GET", "/v1/events", f"{LISTED} type types delivery_success")
def list_events(sim: "Simulation", params: Parameters) -> Object:
    return paginate(sim, "event", "/v1/events", params, fits=lambda event: fits(event, params, sim.now()))


@route("GET", "/v1/events/{event}")
def retrieve_event(sim: "Simulation", params: Parameters) -> Object:
    return sim.find("event", params["event"])
