"""The status of a subscription: what payments, failures and ends make of it."""

from typing import Any

from billing.simulated.objects import Object
from billing.simulated.simulation import Simulation
from billing.simulated.store import owner_of

ENDED = {"canceled", "incomplete_expired"}
MAX_ATTEMPTS = 4  # of charging one renewal


def subscription_of(sim: Simulation, invoice: Object) -> Object:
    """The subscription that an invoice is for."""
    return sim.find("subscription", owner_of("invoice", "subscription", invoice))


def change(sim: Simulation, subscription: Object, **fields: Any) -> None:
    """Set fields and tell it, with the values before."""
    before = {name: subscription[name] for name, value in fields.items() if subscription[name] != value}
    subscription |= fields
    sim.emit("customer.subscription.updated", subscription, before=before)


def end(sim: Simulation, subscription: Object, *, reason: str, status: str = "canceled") -> None:
    """End a subscription at once. Open invoices stay, but are not charged any more."""
    subscription |= {"status": status, "ended_at": sim.now(), "pending_update": None}
    if status == "canceled":
        subscription["canceled_at"] = subscription["canceled_at"] or sim.now()
        subscription["cancellation_details"] = {"comment": None, "feedback": None, "reason": reason}
    for invoice in sim.store.belonging("invoice", "subscription", subscription["id"]):
        if invoice["status"] in {"draft", "open"}:
            invoice |= {"auto_advance": False, "next_payment_attempt": None}
            sim.save(invoice)
    deleted = status == "canceled"
    sim.emit("customer.subscription.deleted" if deleted else "customer.subscription.updated", subscription)


def after_payment(sim: Simulation, invoice: Object) -> None:
    """Let a paid invoice start, restore or change its subscription."""
    subscription = subscription_of(sim, invoice)
    if subscription["status"] in ENDED or subscription["latest_invoice"] != invoice["id"]:
        return
    if subscription["pending_update"] and invoice["billing_reason"] == "subscription_update":
        apply_pending_update(sim, subscription)
    if subscription["status"] == "incomplete":
        in_trial = (subscription["trial_end"] or 0) > sim.now()
        change(sim, subscription, status="trialing" if in_trial else "active")
    elif subscription["status"] in {"past_due", "unpaid"}:
        change(sim, subscription, status="active")


def apply_pending_update(sim: Simulation, subscription: Object) -> None:
    """Take over the items that waited for a payment."""
    items = subscription["pending_update"]["subscription_items"]
    subscription["pending_update"] = None
    subscription["items"]["data"] = items
    sim.emit("customer.subscription.pending_update_applied", subscription)
    sim.emit("customer.subscription.updated", subscription, before={"pending_update": {}})


def after_failure(sim: Simulation, invoice: Object) -> None:
    """Let a failed charge of a renewal, or of a change that did not wait, make the subscription past due."""
    subscription = subscription_of(sim, invoice)
    if subscription["status"] in ENDED | {"incomplete"} or invoice["id"] != subscription["latest_invoice"]:
        return
    if invoice["billing_reason"] == "subscription_update" and subscription["pending_update"]:
        return
    if invoice["attempt_count"] < MAX_ATTEMPTS:
        if subscription["status"] != "past_due":
            change(sim, subscription, status="past_due")
        return
    after_last_attempt(sim, subscription)


def after_last_attempt(sim: Simulation, subscription: Object) -> None:
    """Cancel, or what the knob `after_retries` says: unpaid or past_due."""
    wanted = sim.knobs.get("after_retries", "cancel")
    if wanted == "cancel":
        end(sim, subscription, reason="payment_failed")
    elif subscription["status"] != wanted:
        change(sim, subscription, status=wanted)


def after_closing(sim: Simulation, invoice: Object) -> None:
    """A subscription whose newest invoice was voided or given up is active again, or never began."""
    subscription = subscription_of(sim, invoice)
    if subscription["latest_invoice"] != invoice["id"]:
        return
    if subscription["status"] == "incomplete":
        end(sim, subscription, reason="payment_failed", status="incomplete_expired")
    elif subscription["status"] in {"past_due", "unpaid"}:
        change(sim, subscription, status="active")
