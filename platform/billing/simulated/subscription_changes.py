"""Changes of a running subscription: another price now with proration, an end, a pause, a longer trial."""

from typing import Any

from billing.simulated import cards, invoices
from billing.simulated.exceptions import Refused
from billing.simulated.invoice_lines import make_line
from billing.simulated.objects import Object
from billing.simulated.parameters import Parameters, boolean, choice, integer, merge_metadata
from billing.simulated.periods import period_end, share_left
from billing.simulated.simulation import Simulation
from billing.simulated.subscription_status import change

PENDING_SECONDS = 23 * 3_600


def update(sim: Simulation, subscription: Object, params: Parameters) -> Object:
    """Do all that an update asks for. A change of price that is not paid for refuses or waits, as it says."""
    fields: dict[str, Any] = {"metadata": merge_metadata(subscription["metadata"], params)}
    if "cancel_at_period_end" in params:
        fields |= end_at_period(sim, subscription, boolean(params, "cancel_at_period_end"))
    if "cancel_at" in params:
        fields |= cancel_at(sim, subscription, params["cancel_at"])
    if "pause_collection" in params:
        fields["pause_collection"] = pause_of(sim, subscription, params["pause_collection"])
    for name in ("default_payment_method", "description"):
        if name in params:
            fields[name] = params[name] or None
    if given := params.get("cancellation_details"):
        before = subscription["cancellation_details"] or {"comment": None, "feedback": None, "reason": None}
        fields["cancellation_details"] = {**before, **given}
    change(sim, subscription, **fields)
    if params.get("items"):
        change_price(sim, subscription, params)
    return subscription


def cancel_at(sim: Simulation, subscription: Object, given: Any) -> dict[str, Any]:
    """The fields of a subscription that ends at a time, or that goes on after all."""
    at = int(given) if given else None
    if at:
        sim.schedule(at, "cancel_when_due", subscription["id"])
    return {"cancel_at": at, "cancel_at_period_end": False, "canceled_at": sim.now() if at else None}


def end_at_period(sim: Simulation, subscription: Object, ends: bool) -> dict[str, Any]:
    """The fields of a subscription that ends with its period, or that goes on after all."""
    until = subscription["items"]["data"][0]["current_period_end"]
    details = {"comment": None, "feedback": None, "reason": "cancellation_requested" if ends else None}
    return {
        "cancel_at_period_end": ends,
        "cancel_at": until if ends else None,
        "canceled_at": sim.now() if ends else None,
        "cancellation_details": details,
    }


def pause_of(sim: Simulation, subscription: Object, given: Any) -> Object | None:
    if not given:
        return None
    resumes = integer(given, "resumes_at", 0) or None
    if resumes:
        sim.schedule(resumes, "resume_collection", subscription["id"])
    return {"behavior": choice(given, "behavior", "keep_as_draft mark_uncollectible void"), "resumes_at": resumes}


def begin_period(sim: Simulation, subscription: Object, start: int) -> None:
    """Let all items begin a new period."""
    for item in subscription["items"]["data"]:
        item["current_period_start"] = start
        item["current_period_end"] = period_end(item["price"], start, subscription["billing_cycle_anchor"])
    sim.schedule(subscription["items"]["data"][0]["current_period_end"], "renew_subscription", subscription["id"])


def change_price(sim: Simulation, subscription: Object, params: Parameters) -> None:
    """Change the price of the subscription's item, and charge the difference as the request says."""
    old = subscription["items"]["data"][0]
    new = changed_item(sim, subscription, old, params["items"])
    proration = choice(params, "proration_behavior", "create_prorations always_invoice none", "create_prorations")
    if subscription["status"] == "trialing" or proration == "none":
        take_over(sim, subscription, new)
        return
    resets = new["price"]["recurring"] != old["price"]["recurring"]
    lines = proration_lines(sim, subscription, old, new, resets=resets)
    if proration == "create_prorations" and not resets:
        sim.store.put("_pending_lines", subscription["id"], {"lines": [*pending_lines(sim, subscription), *lines]})
        take_over(sim, subscription, new)
        return
    behavior = params.get("payment_behavior") or "allow_incomplete"
    charge_change(sim, subscription, new, lines, behavior)


def changed_item(sim: Simulation, subscription: Object, old: Object, items: list[Parameters]) -> Object:
    """The item as it will be."""
    given = items[0]
    if len(items) != 1 or given.get("id") not in {None, old["id"]}:
        raise Refused("Change the one item of the subscription, named by its id.", param="items")
    price = sim.find("price", given.get("price") or old["price"]["id"], "items[0][price]")
    if not price["active"] or not price["recurring"] or price["currency"] != subscription["currency"]:
        raise Refused("The price must be active, recurring and of the same currency.", param="items[0][price]")
    new = {**old, "price": dict(price), "quantity": integer(given, "quantity", old["quantity"], least=1)}
    if price["recurring"] != old["price"]["recurring"]:
        new["current_period_start"] = sim.now()
        new["current_period_end"] = period_end(price, sim.now(), sim.now())
    return new


def take_over(sim: Simulation, subscription: Object, new: Object) -> None:
    """Let the subscription have the new item. A new interval begins a new period."""
    old = subscription["items"]["data"][0]
    before = {"items": {"data": [old]}}
    subscription["items"]["data"] = [new]
    if new["current_period_start"] != old["current_period_start"]:
        subscription["billing_cycle_anchor"] = new["current_period_start"]
        sim.schedule(new["current_period_end"], "renew_subscription", subscription["id"])
    sim.emit("customer.subscription.updated", subscription, before=before)


def proration_lines(sim: Simulation, subscription: Object, old: Object, new: Object, *, resets: bool) -> list[Object]:
    """Credit for what is left of the old price, and the new price for the rest, or for a whole new period."""
    start, end, now = old["current_period_start"], old["current_period_end"], sim.now()
    rest = {"start": now, "end": end}
    unused = share_left(find_paid(sim, subscription, old), start, end, now)
    credit = make_line(sim, subscription, old, amount=-unused, period=rest, proration=True, description="Unused time")
    if resets:
        return [credit, make_line(sim, subscription, new)]
    cost = share_left(new["price"]["unit_amount"] * new["quantity"], start, end, now)
    return [credit, make_line(sim, subscription, new, amount=cost, period=rest, proration=True, description="Rest")]


def find_paid(sim: Simulation, subscription: Object, item: Object) -> int:
    """What was paid for this period of an item, after discounts. What nobody paid for gives no credit."""
    invoice = sim.find("invoice", subscription["latest_invoice"])
    if invoice["status"] != "paid":
        return 0
    paid: int = item["price"]["unit_amount"] * item["quantity"]
    for line in invoice["lines"]["data"]:
        is_whole = not line["parent"]["subscription_item_details"]["proration"]
        if is_whole and line["pricing"]["price_details"]["price"] == item["price"]["id"]:
            paid = line["amount"] - sum(part["amount"] for part in line["discount_amounts"])
    return paid


def pending_lines(sim: Simulation, subscription: Object) -> list[Object]:
    """Prorations that wait for the next invoice."""
    waiting = sim.store.get("_pending_lines", subscription["id"])
    return list(waiting["lines"]) if waiting else []


def charge_change(sim: Simulation, subscription: Object, new: Object, lines: list[Object], behavior: str) -> None:
    """Invoice a change at once. Where it must be paid first, the new item waits or is refused."""
    newest = subscription["latest_invoice"]
    waits = behavior in {"pending_if_incomplete", "error_if_incomplete"}
    if waits:
        until = sim.now() + PENDING_SECONDS
        pending = {"expires_at": until, "subscription_items": [new], "trial_end": None, "trial_from_plan": None}
        subscription["pending_update"] = {**pending, "billing_cycle_anchor": None}
        sim.schedule(until, "expire_pending_update", subscription["id"])
    else:
        take_over(sim, subscription, new)
    invoice = invoices.make_invoice(sim, subscription, "subscription_update", lines)
    sim.save(subscription)
    method = subscription["default_payment_method"] or cards.default_method(sim, subscription["customer"])
    invoices.finalize(sim, invoice)
    if invoice["status"] != "open":
        return
    try:
        invoices.pay(sim, invoice, method, present=False)
    except Refused:
        if behavior == "error_if_incomplete":
            subscription |= {"pending_update": None, "latest_invoice": newest}
            invoices.close_unpaid(sim, invoice, "void")
            sim.save(subscription)
            raise
