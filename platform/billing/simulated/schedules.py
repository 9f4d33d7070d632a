"""Subscription schedules: another price from the next period on."""

from typing import Any

from billing.simulated.exceptions import Refused, unexpected_state
from billing.simulated.lists import paginate
from billing.simulated.objects import Object
from billing.simulated.parameters import Parameters, choice, integer, merge_metadata, required
from billing.simulated.periods import period_end
from billing.simulated.routes import LISTED, route
from billing.simulated.simulation import Simulation

URL = "/v1/subscription_schedules"
RUNNING = {"active", "not_started"}


def make_phase(currency: str, start: int, end: int, items: list[Object], metadata: Object | None = None) -> Object:
    phase: Object = {"add_invoice_items": [], "currency": currency, "discounts": [], "items": items}
    phase |= {"start_date": start, "end_date": end, "proration_behavior": "none", "metadata": metadata or {}}
    return phase


def discounts_of(names: list[str]) -> Object:
    """The discounts of a phase. Those that it does not name end with its beginning."""
    return {"discounts": [{"coupon": None, "discount": name, "promotion_code": None} for name in names]}


def take_discounts(sim: Simulation, subscription: Object, phase: Object) -> None:
    subscription["discounts"] = [given["discount"] for given in phase["discounts"]]
    sim.save(subscription)


def phase_item(price: str, quantity: int) -> Object:
    return {"price": price, "quantity": quantity, "discounts": [], "metadata": {}, "billing_thresholds": None}


@route("POST", URL, "from_subscription metadata")
def create_schedule(sim: Simulation, params: Parameters) -> Object:
    """Make a schedule whose first phase is the running period of a subscription."""
    subscription = sim.find("subscription", required(params, "from_subscription"), "from_subscription")
    if subscription["schedule"]:
        message = "You cannot migrate a subscription that is already attached to a schedule."
        raise Refused(message, param="from_subscription")
    item = subscription["items"]["data"][0]
    start, end = item["current_period_start"], item["current_period_end"]
    items = [phase_item(item["price"]["id"], item["quantity"]) for item in subscription["items"]["data"]]
    schedule = sim.create(
        "subscription_schedule",
        customer=subscription["customer"],
        subscription=subscription["id"],
        status="active",
        end_behavior="release",
        current_phase={"start_date": start, "end_date": end},
        phases=[make_phase(subscription["currency"], start, end, items) | discounts_of(subscription["discounts"])],
        metadata=merge_metadata({}, params),
    )
    subscription["schedule"] = schedule["id"]
    sim.emit("subscription_schedule.created", schedule)
    sim.emit("customer.subscription.updated", subscription, before={"schedule": None})
    return schedule


@route("GET", URL + "/{schedule}")
def retrieve_schedule(sim: Simulation, params: Parameters) -> Object:
    return sim.find("subscription_schedule", params["schedule"])


@route("GET", URL, f"{LISTED} customer")
def list_schedules(sim: Simulation, params: Parameters) -> Object:
    return paginate(sim, "subscription_schedule", URL, params, equal="customer")


@route("POST", URL + "/{schedule}", "phases end_behavior proration_behavior metadata")
def update_schedule(sim: Simulation, params: Parameters) -> Object:
    """Replace the phases. The first one must be the running one."""
    schedule = running_schedule(sim, params["schedule"])
    schedule["end_behavior"] = choice(params, "end_behavior", "cancel release", schedule["end_behavior"])
    schedule["metadata"] = merge_metadata(schedule["metadata"], params)
    if given := params.get("phases"):
        subscription = sim.find("subscription", schedule["subscription"])
        phases: list[Object] = []
        for phase in given:
            begins = phases[-1]["end_date"] if phases else schedule["current_phase"]["start_date"]
            phases.append(read_phase(sim, subscription, phase, begins))
        schedule["phases"] = phases
        take_discounts(sim, subscription, phases[0])
        schedule["current_phase"] = {name: phases[0][name] for name in ("start_date", "end_date")}
    sim.emit("subscription_schedule.updated", schedule)
    return schedule


def read_phase(sim: Simulation, subscription: Object, given: Parameters, begins: int) -> Object:
    items = []
    for item in required(given, "items"):
        price = sim.find("price", required(item, "price"), "price")
        if price["currency"] != subscription["currency"]:
            raise Refused("All prices of a subscription must use the same currency.", param="phases")
        items.append(phase_item(price["id"], integer(item, "quantity", 1, least=1)))
    start = integer(given, "start_date", begins)
    if start != begins:
        raise Refused("The phases must follow each other.", param="phases")
    price = sim.find("price", items[0]["price"])
    end = integer(given, "end_date", period_end(price, start, start))
    names = [sim.find("discount", required(each, "discount"))["id"] for each in given.get("discounts") or []]
    return make_phase(subscription["currency"], start, end, items, merge_metadata({}, given)) | discounts_of(names)


@route("POST", URL + "/{schedule}/release", "preserve_cancel_date")
def release_schedule(sim: Simulation, params: Parameters) -> Object:
    schedule = running_schedule(sim, params["schedule"])
    release(sim, schedule)
    return schedule


def running_schedule(sim: Simulation, identifier: str) -> Object:
    schedule = sim.find("subscription_schedule", identifier)
    if schedule["status"] not in RUNNING:
        raise unexpected_state("subscription schedule", schedule["status"], "change")
    return schedule


def release(sim: Simulation, schedule: Object) -> None:
    """Let the subscription go on without the schedule, as it is now."""
    subscription = sim.find("subscription", schedule["subscription"])
    fields: dict[str, Any] = {"released_subscription": schedule["subscription"], "subscription": None}
    schedule |= {**fields, "status": "released", "released_at": sim.now(), "current_phase": None}
    subscription["schedule"] = None
    sim.emit("subscription_schedule.released", schedule)
    sim.emit("customer.subscription.updated", subscription, before={"schedule": schedule["id"]})


def enter_phase(sim: Simulation, subscription: Object) -> None:
    """At the end of a period, give the subscription the prices of the phase that begins now."""
    if not subscription["schedule"]:
        return
    schedule = sim.find("subscription_schedule", subscription["schedule"])
    phase = next((phase for phase in schedule["phases"] if phase["start_date"] <= sim.now() < phase["end_date"]), None)
    if phase is None:
        release(sim, schedule)
        return
    for item, wanted in zip(subscription["items"]["data"], phase["items"], strict=False):
        item |= {"price": dict(sim.find("price", wanted["price"])), "quantity": wanted["quantity"]}
    subscription["metadata"] |= phase["metadata"]
    still = set(subscription["discounts"])  # one whose months are over does not come back
    subscription["discounts"] = [each["discount"] for each in phase["discounts"] if each["discount"] in still]
    schedule["current_phase"] = {name: phase[name] for name in ("start_date", "end_date")}
    sim.emit("subscription_schedule.updated", schedule)
    if phase is schedule["phases"][-1]:
        release(sim, schedule)
