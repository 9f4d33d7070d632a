"""Invoices: draft, then open and charged, then paid, void or uncollectible."""

from collections.abc import Sequence

from billing.simulated import cards, subscription_status
from billing.simulated.exceptions import Refused, unexpected_state
from billing.simulated.invoice_lines import add_up
from billing.simulated.lists import paginate
from billing.simulated.objects import Object, list_of
from billing.simulated.parameters import Parameters, merge_metadata
from billing.simulated.payment_intents import cancel_intent, confirm_intent, make_intent
from billing.simulated.routes import LISTED, action, route
from billing.simulated.simulation import Simulation

URL = "/v1/invoices"
DRAFT_SECONDS = 3_600
RETRY_DAYS = (3, 5, 7)  # days after a failed attempt until the next one


def make_invoice(sim: Simulation, subscription: Object, reason: str, lines: Sequence[Object]) -> Object:
    """Make a draft for a subscription. Its period is the one that ended; the lines carry their own."""
    item = subscription["items"]["data"][0]
    customer = sim.find("customer", subscription["customer"])
    invoice = sim.create(
        "invoice",
        customer=customer["id"],
        customer_email=customer.get("email"),
        customer_name=customer.get("name"),
        currency=subscription["currency"],
        billing_reason=reason,
        status="draft",
        auto_advance=True,
        collection_method="charge_automatically",
        period_start=item["current_period_start"],
        period_end=item["current_period_end"],
    )
    owner = {"metadata": dict(subscription["metadata"]), "subscription": subscription["id"]}
    invoice["parent"] = {"type": "subscription_details", "quote_details": None, "subscription_details": owner}
    invoice["status_transitions"] = dict.fromkeys(("finalized_at", "marked_uncollectible_at", "paid_at", "voided_at"))
    invoice["automatic_tax"] |= {"enabled": subscription["automatic_tax"]["enabled"]}
    invoice["lines"] = list_of(list(lines), f"{URL}/{invoice['id']}/lines")
    add_up(sim, invoice, subscription["discounts"], with_tax=subscription["automatic_tax"]["enabled"])
    subscription["latest_invoice"] = invoice["id"]
    sim.emit("invoice.created", invoice)
    return invoice


def finalize(sim: Simulation, invoice: Object) -> None:
    """Open a draft: it gets a number, the customer's balance is used, and a payment intent waits."""
    invoice["number"] = f"SIM-{sim.next_number():06d}"
    invoice["hosted_invoice_url"] = f"{sim.base_url}/pay/invoices/{invoice['id']}"
    invoice["status_transitions"]["finalized_at"] = invoice["effective_at"] = sim.now()
    invoice |= {"status": "open", "automatically_finalizes_at": None}
    use_customer_balance(sim, invoice)
    if invoice["amount_due"]:
        intent = make_intent(
            sim, invoice["amount_due"], invoice["currency"], invoice["customer"], description="Subscription"
        )
        sim.create(
            "invoice_payment",
            invoice=invoice["id"],
            amount_requested=invoice["amount_due"],
            currency=invoice["currency"],
            is_default=True,
            payment={"type": "payment_intent", "payment_intent": intent["id"]},
            status="open",
            status_transitions={"canceled_at": None, "paid_at": None},
        )
    sim.emit("invoice.finalized", invoice)
    if not invoice["amount_due"]:
        mark_paid(sim, invoice)


def use_customer_balance(sim: Simulation, invoice: Object) -> None:
    """Subtract the customer's credit, or keep what a negative total owes as credit."""
    customer = sim.find("customer", invoice["customer"])
    if customer.get("deleted"):
        return
    invoice["starting_balance"] = customer["balance"]
    due = invoice["total"] + customer["balance"]
    customer["balance"] = invoice["ending_balance"] = min(due, 0)
    invoice["amount_due"] = invoice["amount_remaining"] = max(due, 0)
    sim.save(customer)


def payment_of(sim: Simulation, invoice: Object) -> Object:
    """The open or paid payment of an invoice that is not free."""
    return sim.store.belonging("invoice_payment", "invoice", invoice["id"])[-1]


def pay(sim: Simulation, invoice: Object, method: str | None, *, present: bool, authenticated: bool = False) -> Object:
    """Try to charge an open invoice. Raises Refused where the card does not pay."""
    if invoice["status"] != "open":
        raise Refused("Invoice is already paid" if invoice["status"] == "paid" else "This invoice is not open.")
    invoice |= {"attempted": True, "attempt_count": invoice["attempt_count"] + 1, "next_payment_attempt": None}
    intent = sim.find("payment_intent", payment_of(sim, invoice)["payment"]["payment_intent"])
    try:
        if method is None:
            raise Refused("This customer has no payment method.", code="invoice_payment_intent_requires_action")
        confirm_intent(sim, intent, method, present=present, authenticated=authenticated)
    except Refused as refused:
        note_failure(sim, invoice, intent)
        raise refused from None
    if intent["status"] == "succeeded":
        mark_paid(sim, invoice)
    else:
        sim.emit("invoice.payment_action_required", invoice)
    return invoice


def note_failure(sim: Simulation, invoice: Object, intent: Object) -> None:
    """Plan the next attempt of a renewal, and tell what failed."""
    attempts = invoice["attempt_count"]
    if invoice["billing_reason"] == "subscription_cycle" and attempts <= len(RETRY_DAYS):
        invoice["next_payment_attempt"] = sim.now() + RETRY_DAYS[attempts - 1] * 86_400
        sim.schedule(invoice["next_payment_attempt"], "retry_invoice", invoice["id"])
    if intent["status"] == "requires_action":
        sim.emit("invoice.payment_action_required", invoice)
    sim.emit("invoice.payment_failed", invoice)
    subscription_status.after_failure(sim, invoice)


def mark_paid(sim: Simulation, invoice: Object) -> None:
    """Close an invoice as paid, and tell its subscription."""
    invoice |= {"status": "paid", "amount_paid": invoice["amount_due"], "amount_remaining": 0, "attempted": True}
    invoice |= {"next_payment_attempt": None, "auto_advance": False}
    invoice["status_transitions"]["paid_at"] = sim.now()
    if invoice["amount_due"]:
        payment = payment_of(sim, invoice)
        payment |= {"status": "paid", "amount_paid": invoice["amount_due"]}
        payment["status_transitions"]["paid_at"] = sim.now()
        sim.emit("invoice_payment.paid", payment)
    sim.emit("invoice.paid", invoice)
    sim.emit("invoice.payment_succeeded", invoice)
    subscription_status.after_payment(sim, invoice)


def close_unpaid(sim: Simulation, invoice: Object, status: str) -> None:
    """Void an invoice or give it up. Nobody can pay a void one."""
    moment = "voided_at" if status == "void" else "marked_uncollectible_at"
    invoice["status_transitions"][moment] = sim.now()
    invoice |= {"status": status, "auto_advance": False, "next_payment_attempt": None}
    if status == "void":
        cancel_payment(sim, invoice)
    sim.emit("invoice.voided" if status == "void" else "invoice.marked_uncollectible", invoice)


def cancel_payment(sim: Simulation, invoice: Object) -> None:
    for payment in sim.store.belonging("invoice_payment", "invoice", invoice["id"]):
        cancel_intent(sim, sim.find("payment_intent", payment["payment"]["payment_intent"]), "void_invoice")
        payment["status"], payment["status_transitions"]["canceled_at"] = "canceled", sim.now()
        sim.save(payment)


@action
def finalize_invoice(sim: Simulation, invoice_id: str) -> None:
    """Open a renewal's draft after its hour, and charge it."""
    invoice = sim.find("invoice", invoice_id)
    if invoice["status"] == "draft" and invoice["auto_advance"]:
        finalize(sim, invoice)
        retry_invoice(sim, invoice_id)


@action
def retry_invoice(sim: Simulation, invoice_id: str) -> None:
    """Charge an open invoice without the customer."""
    invoice = sim.find("invoice", invoice_id)
    if invoice["status"] != "open" or not invoice["auto_advance"]:
        return
    try:
        pay(sim, invoice, cards.default_method(sim, invoice["customer"]), present=False)
    except Refused:
        return  # note_failure has stored it


@route("GET", URL + "/{invoice}")
def retrieve_invoice(sim: Simulation, params: Parameters) -> Object:
    return sim.find("invoice", params["invoice"])


@route("POST", URL + "/{invoice}", "metadata auto_advance description")
def update_invoice(sim: Simulation, params: Parameters) -> Object:
    invoice = sim.find("invoice", params["invoice"])
    invoice["metadata"] = merge_metadata(invoice["metadata"], params)
    if "auto_advance" in params:
        invoice["auto_advance"] = params["auto_advance"] == "true"
    sim.emit("invoice.updated", invoice)
    return invoice


@route("POST", URL + "/{invoice}/finalize", "auto_advance")
def finalize_now(sim: Simulation, params: Parameters) -> Object:
    invoice = sim.find("invoice", params["invoice"])
    if invoice["status"] != "draft":
        raise unexpected_state("invoice", invoice["status"], "finalize")
    finalize(sim, invoice)
    return invoice


@route("POST", URL + "/{invoice}/pay", "payment_method off_session")
def pay_invoice(sim: Simulation, params: Parameters) -> Object:
    invoice = sim.find("invoice", params["invoice"])
    method = params.get("payment_method") or cards.default_method(sim, invoice["customer"])
    return pay(sim, invoice, method, present=params.get("off_session") == "false")


@route("POST", URL + "/{invoice}/void")
def void_invoice(sim: Simulation, params: Parameters) -> Object:
    return close_by_request(sim, params["invoice"], "void")


@route("POST", URL + "/{invoice}/mark_uncollectible")
def mark_uncollectible(sim: Simulation, params: Parameters) -> Object:
    return close_by_request(sim, params["invoice"], "uncollectible")


def close_by_request(sim: Simulation, invoice_id: str, status: str) -> Object:
    invoice = sim.find("invoice", invoice_id)
    if invoice["status"] not in {"open", "uncollectible"}:
        raise unexpected_state("invoice", invoice["status"], "close")
    close_unpaid(sim, invoice, status)
    subscription_status.after_closing(sim, invoice)
    return invoice


@route("GET", URL + "/{invoice}/lines", "limit")
def list_lines(sim: Simulation, params: Parameters) -> Object:
    lines: Object = sim.find("invoice", params["invoice"])["lines"]
    return lines


@route("GET", URL, f"{LISTED} customer subscription status collection_method")
def list_invoices(sim: Simulation, params: Parameters) -> Object:
    return paginate(sim, "invoice", URL, params, equal="subscription customer status collection_method")


@route("GET", "/v1/invoice_payments", f"{LISTED} invoice status payment")
def list_invoice_payments(sim: Simulation, params: Parameters) -> Object:
    wanted = (params.get("payment") or {}).get("payment_intent")
    return paginate(
        sim,
        "invoice_payment",
        "/v1/invoice_payments",
        params,
        equal="invoice status",
        fits=lambda item: wanted is None or item["payment"].get("payment_intent") == wanted,
    )
