"""Disputes: the bank takes the money back at once, and the platform wins it again or loses it."""

from billing.simulated import balance
from billing.simulated.exceptions import Refused, unexpected_state
from billing.simulated.lists import paginate
from billing.simulated.objects import Object
from billing.simulated.parameters import Parameters, merge_metadata
from billing.simulated.routes import LISTED, action, route
from billing.simulated.simulation import Simulation

URL = "/v1/disputes"
FEE = 2_000
EVIDENCE_SECONDS = 9 * 86_400
OPEN = {"needs_response", "under_review"}


def open_dispute(sim: Simulation, charge_id: str, amount: int | None = None, reason: str = "fraudulent") -> Object:
    """The customer's bank disputes what is left of a charge, or another part. That and a fee leave the balance."""
    charge = sim.find("charge", charge_id)
    left = charge["amount_captured"] - charge["amount_refunded"]
    wanted = min(amount or left, charge["amount_captured"])
    if charge["status"] != "succeeded" or not charge["captured"] or charge["disputed"] or wanted <= 0:
        raise Refused("Only what was captured, and neither refunded nor disputed, can be disputed.")
    dispute = sim.create(
        "dispute",
        amount=wanted,
        charge=charge["id"],
        payment_intent=charge["payment_intent"],
        currency=charge["currency"],
        reason=reason,
        status="needs_response",
        metadata={},
    )
    dispute["evidence_details"] |= {"due_by": sim.now() + EVIDENCE_SECONDS}
    card = {"brand": "visa", "case_type": "chargeback", "network_reason_code": "10"}
    dispute["payment_method_details"] = {"type": "card", "card": card}
    moved = balance.move(sim, dispute, -dispute["amount"], category="dispute", kind="adjustment", fee=FEE)
    dispute["balance_transactions"] = [moved]
    charge["disputed"] = True
    sim.save(charge)
    sim.emit("charge.dispute.created", dispute)
    sim.emit("charge.dispute.funds_withdrawn", dispute)
    sim.schedule(sim.now() + EVIDENCE_SECONDS, "lose_by_silence", dispute["id"])
    return dispute


def close_dispute(sim: Simulation, dispute_id: str, *, won: bool) -> Object:
    """Let the bank decide. What is won comes back to the balance; the fee does not."""
    dispute = sim.find("dispute", dispute_id)
    if dispute["status"] not in OPEN:
        raise unexpected_state("dispute", dispute["status"], "close")
    dispute["status"] = "won" if won else "lost"
    if won:
        moved = balance.move(sim, dispute, dispute["amount"], category="dispute_reversal", kind="adjustment")
        dispute["balance_transactions"] = [*dispute["balance_transactions"], moved]
        sim.emit("charge.dispute.funds_reinstated", dispute)
    sim.emit("charge.dispute.closed", dispute)
    return dispute


@action
def dispute_charge(sim: Simulation, charge_id: str) -> None:
    """What the card named "disputes" does after it paid."""
    charge = sim.find("charge", charge_id)
    if not charge["disputed"] and charge["amount_refunded"] < charge["amount_captured"]:
        open_dispute(sim, charge_id)


@action
def lose_by_silence(sim: Simulation, dispute_id: str) -> None:
    """A dispute that nobody answered in time is lost."""
    if sim.find("dispute", dispute_id)["status"] == "needs_response":
        close_dispute(sim, dispute_id, won=False)


@route("GET", URL + "/{dispute}")
def retrieve_dispute(sim: Simulation, params: Parameters) -> Object:
    return sim.find("dispute", params["dispute"])


@route("POST", URL + "/{dispute}", "evidence submit metadata")
def update_dispute(sim: Simulation, params: Parameters) -> Object:
    dispute = sim.find("dispute", params["dispute"])
    dispute["metadata"] = merge_metadata(dispute["metadata"], params)
    if given := params.get("evidence"):
        if dispute["status"] != "needs_response":
            raise unexpected_state("dispute", dispute["status"], "answer")
        dispute["evidence"] |= given
        dispute["evidence_details"] |= {"has_evidence": True}
    if params.get("submit") != "false" and params.get("evidence"):
        dispute["evidence_details"]["submission_count"] += 1
        dispute["status"] = "under_review"
    sim.emit("charge.dispute.updated", dispute)
    return dispute


@route("POST", URL + "/{dispute}/close")
def concede_dispute(sim: Simulation, params: Parameters) -> Object:
    return close_dispute(sim, params["dispute"], won=False)


@route("GET", URL, f"{LISTED} charge payment_intent")
def list_disputes(sim: Simulation, params: Parameters) -> Object:
    return paginate(sim, "dispute", URL, params, equal="charge payment_intent")
