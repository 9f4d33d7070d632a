"""Charges: attempts to take money from a card, and when the provider's balance gets it."""

from billing.simulated import balance
from billing.simulated.cards import Card
from billing.simulated.lists import paginate
from billing.simulated.objects import Object
from billing.simulated.parameters import Parameters, merge_metadata
from billing.simulated.routes import LISTED, route
from billing.simulated.simulation import Simulation

HOLD_SECONDS = {True: 7 * 86_400, False: 4 * 86_400 + 18 * 3_600}
"""For how long a card is held: with the customer present, and without."""


def make_charge(sim: Simulation, intent: Object, card: Card, *, captured: bool, present: bool) -> Object:
    """Charge or hold the amount of a payment intent."""
    charge = start_charge(sim, intent, card)
    charge |= {"paid": True, "status": "succeeded", "captured": captured}
    charge["outcome"] = {
        "network_status": "approved_by_network",
        "reason": None,
        "risk_level": "normal",
        "seller_message": "Payment complete.",
        "type": "authorized",
    }
    if captured:
        book(sim, charge, intent["amount"])
    else:
        details = charge["payment_method_details"]["card"]
        details["capture_before"] = sim.now() + HOLD_SECONDS[present]
    sim.emit("charge.succeeded", charge)
    return charge


def start_charge(sim: Simulation, intent: Object, card: Card) -> Object:
    details = {"brand": "visa", "country": "DE", "exp_month": 12, "exp_year": 2040, "last4": card.last4}
    charge = sim.create(
        "charge",
        amount=intent["amount"],
        currency=intent["currency"],
        customer=intent["customer"],
        description=intent["description"],
        metadata=dict(intent["metadata"]),
        payment_intent=intent["id"],
        payment_method=intent["payment_method"],
        payment_method_details={"type": "card", "card": {**details, "funding": "credit", "network": "visa"}},
        transfer_group=intent["transfer_group"],
        calculated_statement_descriptor="SIMULATED",
    )
    charge["billing_details"] = {"address": None, "email": None, "name": None, "phone": None, "tax_id": None}
    intent["latest_charge"] = charge["id"]
    return charge


def fail_charge(sim: Simulation, intent: Object, card: Card, code: str, message: str) -> Object:
    """Record an attempt that the card's bank refused."""
    charge = start_charge(sim, intent, card)
    charge |= {"status": "failed", "failure_code": code, "failure_message": message}
    charge["outcome"] = {
        "network_status": "declined_by_network",
        "reason": "generic_decline",
        "risk_level": "normal",
        "seller_message": "The bank did not return any further details with this decline.",
        "type": "issuer_declined",
    }
    sim.emit("charge.failed", charge)
    return charge


def book(sim: Simulation, charge: Object, amount: int) -> None:
    """Let the balance get what a charge captured, less the fee."""
    moved = balance.move(
        sim,
        charge,
        amount,
        category="charge",
        kind="charge",
        fee=balance.fee_of(amount),
        available_on=sim.now() + balance.AVAILABLE_AFTER,
    )
    charge |= {"balance_transaction": moved["id"], "amount_captured": amount, "captured": True}


@route("GET", "/v1/charges/{charge}")
def retrieve_charge(sim: Simulation, params: Parameters) -> Object:
    return sim.find("charge", params["charge"])


@route("POST", "/v1/charges/{charge}", "metadata description transfer_group")
def update_charge(sim: Simulation, params: Parameters) -> Object:
    charge = sim.find("charge", params["charge"])
    charge["metadata"] = merge_metadata(charge["metadata"], params)
    charge |= {name: params[name] or None for name in ("description", "transfer_group") if name in params}
    sim.emit("charge.updated", charge)
    return charge


@route("GET", "/v1/charges", f"{LISTED} customer payment_intent transfer_group")
def list_charges(sim: Simulation, params: Parameters) -> Object:
    return paginate(sim, "charge", "/v1/charges", params, equal="customer payment_intent transfer_group")
