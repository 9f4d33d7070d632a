"""Refunds: pending, then succeeded, failed or canceled. Transfers stay as they are."""

from billing.simulated import balance
from billing.simulated.catalogue import amount_of
from billing.simulated.exceptions import Refused, unexpected_state
from billing.simulated.lists import paginate
from billing.simulated.objects import Object
from billing.simulated.parameters import Parameters, choice, merge_metadata, required
from billing.simulated.routes import LISTED, action, route
from billing.simulated.simulation import Simulation

URL = "/v1/refunds"
REASONS = "duplicate fraudulent requested_by_customer"
PENDING_SECONDS = 3_600


@route("POST", URL, "charge payment_intent amount reason metadata")
def create_refund(sim: Simulation, params: Parameters) -> Object:
    """Give back a part of a charge. The knob `refunds` lets it wait, and then succeed or fail."""
    charge = find_charge(sim, params)
    left = charge["amount"] - charge["amount_refunded"]
    amount = amount_of(params, "amount", charge["currency"], least=1) if params.get("amount") else left
    check(charge, amount, left)
    refund = sim.create(
        "refund",
        amount=amount,
        charge=charge["id"],
        currency=charge["currency"],
        payment_intent=charge["payment_intent"],
        reason=choice(params, "reason", REASONS) if params.get("reason") else None,
        metadata=merge_metadata({}, params),
        status="succeeded",
    )
    refund["destination_details"] = {"type": "card", "card": {"type": "refund", "reference_status": "pending"}}
    refund["balance_transaction"] = balance.move(sim, refund, -amount, category="refund", kind="refund")["id"]
    outcome = sim.knobs.get("refunds", "succeed")
    if outcome != "succeed":
        refund |= {"status": "pending", "pending_reason": "processing"}
        sim.schedule(sim.now() + PENDING_SECONDS, "settle_refund", refund["id"])
    give_back(sim, charge, amount)
    sim.emit("refund.created", refund)
    sim.emit("charge.refunded", charge)
    return refund


def find_charge(sim: Simulation, params: Parameters) -> Object:
    if identifier := params.get("charge"):
        return sim.find("charge", identifier, "charge")
    intent = sim.find("payment_intent", required(params, "payment_intent"), "payment_intent")
    if intent["status"] not in {"succeeded", "requires_capture"} or not intent["latest_charge"]:
        message = "This PaymentIntent does not have a successful charge to refund."
        raise Refused(message, code="payment_intent_unexpected_state", param="payment_intent")
    return sim.find("charge", intent["latest_charge"])


def check(charge: Object, amount: int, left: int) -> None:
    """Refuse a refund of what was not paid, is disputed or was given back already."""
    if charge["status"] != "succeeded" or not charge["captured"]:
        raise Refused("This charge was not captured: cancel its payment intent.", code="charge_not_refundable")
    if charge["disputed"]:
        raise Refused(f"Charge {charge['id']} has been charged back; cannot issue a refund.", code="charge_disputed")
    if left <= 0:
        message = f"Charge {charge['id']} has already been refunded."
        raise Refused(message, code="charge_already_refunded")
    if amount > left:
        message = f"Refund amount ({amount}) is greater than unrefunded amount on charge ({left})"
        raise Refused(message, code="amount_too_large", param="amount")


def give_back(sim: Simulation, charge: Object, amount: int) -> None:
    charge["amount_refunded"] += amount
    charge["refunded"] = charge["amount_refunded"] == charge["amount"]
    sim.save(charge)


def undo(sim: Simulation, refund: Object, status: str) -> None:
    """A refund that did not reach the customer returns to the balance."""
    charge = sim.find("charge", refund["charge"])
    give_back(sim, charge, -refund["amount"])
    moved = balance.move(sim, refund, refund["amount"], category="refund_failure", kind="refund_failure")
    refund |= {"status": status, "failure_balance_transaction": moved["id"]}
    refund.pop("pending_reason", None)
    if status == "failed":
        refund["failure_reason"] = "expired_or_canceled_card"
    sim.emit("refund.updated", refund)
    if status == "failed":
        sim.emit("refund.failed", refund)
    sim.emit("charge.refund.updated", refund)


@action
def settle_refund(sim: Simulation, refund_id: str) -> None:
    """Let a pending refund succeed, or fail where the knob `refunds` said so."""
    refund = sim.find("refund", refund_id)
    if refund["status"] != "pending":
        return
    if sim.knobs.get("refunds") == "fail":
        undo(sim, refund, "failed")
        return
    refund["status"] = "succeeded"
    refund.pop("pending_reason", None)
    sim.emit("refund.updated", refund)


def fail_refund(sim: Simulation, refund_id: str) -> Object:
    """Let a refund fail that had succeeded: the bank sends the money back."""
    refund = sim.find("refund", refund_id)
    if refund["status"] not in {"pending", "succeeded"} or not refund["balance_transaction"]:
        raise unexpected_state("refund", refund["status"], "fail")
    undo(sim, refund, "failed")
    return refund


@route("GET", URL + "/{refund}")
def retrieve_refund(sim: Simulation, params: Parameters) -> Object:
    return sim.find("refund", params["refund"])


@route("POST", URL + "/{refund}", "metadata")
def update_refund(sim: Simulation, params: Parameters) -> Object:
    refund = sim.find("refund", params["refund"])
    refund["metadata"] = merge_metadata(refund["metadata"], params)
    sim.emit("refund.updated", refund)
    return refund


@route("POST", URL + "/{refund}/cancel")
def cancel_refund(sim: Simulation, params: Parameters) -> Object:
    refund = sim.find("refund", params["refund"])
    if refund["status"] != "pending":
        raise unexpected_state("refund", refund["status"], "cancel")
    undo(sim, refund, "canceled")
    return refund


@route("GET", URL, f"{LISTED} charge payment_intent")
def list_refunds(sim: Simulation, params: Parameters) -> Object:
    return paginate(sim, "refund", URL, params, equal="charge payment_intent")
