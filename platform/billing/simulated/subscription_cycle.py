"""What happens to a subscription by itself: renewal, the end of a trial, expiry, ends and pauses that were planned."""

from billing.simulated import cards, invoices, schedules, subscription_changes
from billing.simulated.invoice_lines import make_line
from billing.simulated.objects import Object
from billing.simulated.routes import action
from billing.simulated.simulation import Simulation
from billing.simulated.subscription_status import ENDED, change, end
from billing.simulated.subscriptions import drop_used_discounts

STOPPED = ENDED | {"incomplete", "paused"}


@action
def renew_subscription(sim: Simulation, subscription_id: str) -> None:
    """Begin the next period with a draft invoice, or end what was to end."""
    subscription = sim.find("subscription", subscription_id)
    period_end = subscription["items"]["data"][0]["current_period_end"]
    if subscription["status"] in STOPPED or period_end > sim.now():
        return
    if subscription["cancel_at_period_end"]:
        end(sim, subscription, reason="cancellation_requested")
        return
    if subscription["status"] == "trialing" and not end_trial(sim, subscription):
        return
    schedules.enter_phase(sim, subscription)
    subscription_changes.begin_period(sim, subscription, period_end)
    lines = subscription_changes.pending_lines(sim, subscription)
    sim.store.remove("_pending_lines", subscription["id"])
    drop_ended_discounts(sim, subscription)
    lines += [make_line(sim, subscription, item) for item in subscription["items"]["data"]]
    invoice = invoices.make_invoice(sim, subscription, "subscription_cycle", lines)
    drop_used_discounts(sim, subscription)
    collect_later(sim, subscription, invoice)
    change(sim, subscription)


def drop_ended_discounts(sim: Simulation, subscription: Object) -> None:
    """Leave out discounts whose months were over before this period began."""
    ends = {name: sim.find("discount", name)["end"] for name in subscription["discounts"]}
    subscription["discounts"] = [name for name, until in ends.items() if until is None or until > sim.now()]


def end_trial(sim: Simulation, subscription: Object) -> bool:
    """Whether a trial goes over into paid time. Without a card it may pause or end instead."""
    method = subscription["default_payment_method"] or cards.default_method(sim, subscription["customer"])
    behavior = (subscription["trial_settings"] or {}).get("end_behavior", {}).get("missing_payment_method")
    if method or behavior == "create_invoice":
        change(sim, subscription, status="active")
        return True
    if behavior == "pause":
        subscription["status"] = "paused"
        sim.emit("customer.subscription.paused", subscription)
    else:
        end(sim, subscription, reason="payment_failed")
    return False


def collect_later(sim: Simulation, subscription: Object, invoice: Object) -> None:
    """Charge a renewal after its hour as a draft, unless collection is paused or the subscription unpaid."""
    pause = subscription["pause_collection"]
    if pause and pause["behavior"] != "keep_as_draft":
        invoices.finalize(sim, invoice)
        if invoice["status"] == "open":
            invoices.close_unpaid(sim, invoice, "void" if pause["behavior"] == "void" else "uncollectible")
        return
    if pause or subscription["status"] == "unpaid":
        invoice["auto_advance"] = False
        sim.save(invoice)
        return
    invoice["automatically_finalizes_at"] = sim.now() + invoices.DRAFT_SECONDS
    sim.save(invoice)
    sim.schedule(invoice["automatically_finalizes_at"], "finalize_invoice", invoice["id"])


@action
def expire_incomplete(sim: Simulation, subscription_id: str) -> None:
    """End a subscription whose first invoice was not paid within 23 hours."""
    subscription = sim.find("subscription", subscription_id)
    if subscription["status"] == "incomplete":
        invoice = sim.find("invoice", subscription["latest_invoice"])
        if invoice["status"] == "open":
            invoices.close_unpaid(sim, invoice, "void")
        end(sim, subscription, reason="payment_failed", status="incomplete_expired")


@action
def expire_pending_update(sim: Simulation, subscription_id: str) -> None:
    """Give up a change that was not paid for in time."""
    subscription = sim.find("subscription", subscription_id)
    pending = subscription["pending_update"]
    if not pending or pending["expires_at"] > sim.now():
        return
    invoice = sim.find("invoice", subscription["latest_invoice"])
    if invoice["billing_reason"] == "subscription_update" and invoice["status"] == "open":
        invoices.close_unpaid(sim, invoice, "void")
    subscription["pending_update"] = None
    sim.emit("customer.subscription.pending_update_expired", subscription)


@action
def cancel_when_due(sim: Simulation, subscription_id: str) -> None:
    subscription = sim.find("subscription", subscription_id)
    at = subscription["cancel_at"]
    if subscription["status"] not in ENDED and at and at <= sim.now() and not subscription["cancel_at_period_end"]:
        end(sim, subscription, reason="cancellation_requested")


@action
def tell_trial_end(sim: Simulation, subscription_id: str) -> None:
    subscription = sim.find("subscription", subscription_id)
    if subscription["status"] == "trialing":
        sim.emit("customer.subscription.trial_will_end", subscription)


@action
def resume_collection(sim: Simulation, subscription_id: str) -> None:
    subscription = sim.find("subscription", subscription_id)
    pause = subscription["pause_collection"]
    if pause and pause["resumes_at"] and pause["resumes_at"] <= sim.now():
        change(sim, subscription, pause_collection=None)
