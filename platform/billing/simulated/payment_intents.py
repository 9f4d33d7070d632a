"""Payment intents: paying at once, or holding an amount that is captured or released later."""

from typing import Any

from billing.simulated import cards, charges
from billing.simulated.catalogue import amount_of, currency_of
from billing.simulated.exceptions import Refused, unexpected_state
from billing.simulated.lists import paginate
from billing.simulated.objects import Object
from billing.simulated.parameters import Parameters, boolean, choice, integer, merge_metadata, required
from billing.simulated.routes import LISTED, action, route
from billing.simulated.simulation import Simulation

URL = "/v1/payment_intents"
REASONS = "duplicate fraudulent requested_by_customer abandoned"
OPEN = {"requires_payment_method", "requires_confirmation", "requires_action", "requires_capture", "processing"}
CREATED = (
    "amount currency customer capture_method payment_method payment_method_types confirm off_session metadata "
    "description transfer_group receipt_email return_url"
)


def make_intent(sim: Simulation, amount: int, currency: str, customer: str | None, **fields: Any) -> Object:
    intent = sim.create(
        "payment_intent",
        amount=amount,
        amount_capturable=0,
        amount_received=0,
        amount_details={"tip": {}},
        currency=currency,
        customer=customer,
        capture_method="automatic_async",
        confirmation_method="automatic",
        metadata={},
        payment_method_types=["card"],
        payment_method_options={"card": {"request_three_d_secure": "automatic"}},
        status="requires_payment_method",
    )
    intent |= {**fields, "client_secret": f"{intent['id']}_secret_simulated"}
    sim.emit("payment_intent.created", intent)
    return intent


def confirm_intent(
    sim: Simulation, intent: Object, method: str, *, present: bool, authenticated: bool = False
) -> Object:
    """Try to pay or hold with a card.

    Raises Refused where the bank declines, or where it wants to hear from a customer who is not there. Where the
    customer is present, the intent waits in `requires_action` until `authenticated`.
    """
    card = cards.card_of(sim, method)
    does = card.present if present else card.renewal
    intent |= {"payment_method": method, "next_action": None, "last_payment_error": None}
    if does == "authentication" and not authenticated:
        return ask_for_authentication(sim, intent, card, present=present)
    if does == "declined":
        decline(sim, intent, card, cards.declined(), "requires_payment_method")
    manual = intent["capture_method"] == "manual"
    charge = charges.make_charge(sim, intent, card, captured=not manual, present=present)
    if manual:
        intent |= {"status": "requires_capture", "amount_capturable": intent["amount"]}
        before = charge["payment_method_details"]["card"]["capture_before"]
        sim.schedule(before, "expire_hold", intent["id"])
        sim.emit("payment_intent.amount_capturable_updated", intent)
    else:
        succeed(sim, intent, intent["amount"])
    return intent


def succeed(sim: Simulation, intent: Object, amount: int) -> None:
    intent |= {"status": "succeeded", "amount_received": amount, "amount_capturable": 0}
    sim.emit("payment_intent.succeeded", intent)
    if cards.card_of(sim, intent["payment_method"]).disputes:
        sim.schedule(sim.now() + 60, "dispute_charge", intent["latest_charge"])


def ask_for_authentication(sim: Simulation, intent: Object, card: cards.Card, *, present: bool) -> Object:
    """Let the intent wait for the customer. Raises Refused where nobody is there."""
    if not present:
        decline(sim, intent, card, cards.authentication_required(), "requires_action")
    intent |= {"status": "requires_action", "next_action": {"type": "use_stripe_sdk", "use_stripe_sdk": {}}}
    sim.emit("payment_intent.requires_action", intent)
    return intent


def decline(sim: Simulation, intent: Object, card: cards.Card, refused: Refused, status: str) -> None:
    """Record a refusal of the bank, and raise it."""
    details = refused.details
    charge = charges.fail_charge(sim, intent, card, details["code"], details["message"])
    error = {name: details[name] for name in ("type", "code", "decline_code", "message")}
    intent |= {"status": status, "last_payment_error": {**error, "charge": charge["id"]}}
    if status == "requires_action":
        intent["next_action"] = {"type": "use_stripe_sdk", "use_stripe_sdk": {}}
        sim.emit("payment_intent.requires_action", intent)
    sim.emit("payment_intent.payment_failed", intent)
    refused.details |= {"charge": charge["id"], "payment_intent": dict(intent)}
    raise refused


def capture_intent(sim: Simulation, intent: Object, amount: int) -> Object:
    """Take what was held, or a part of it. The rest is released; more is not possible."""
    charge = sim.find("charge", intent["latest_charge"])
    if cards.card_of(sim, intent["payment_method"]).drops_hold or sim.store.get("_dropped_hold", intent["id"]):
        refused = cards.declined(charge=charge["id"])
        error = {name: refused.details[name] for name in ("type", "code", "decline_code", "message")}
        cancel_intent(sim, intent, "automatic", error=error)
        raise refused
    charges.book(sim, charge, amount)
    release(sim, charge, charge["amount"] - amount, "requested_by_customer")
    sim.emit("charge.captured", charge)
    succeed(sim, intent, amount)
    return intent


def release(sim: Simulation, charge: Object, amount: int, reason: str) -> None:
    """Give back what was held. Stripe calls that a refund too, but it moves no balance."""
    if not amount:
        return
    charge["amount_refunded"] += amount
    charge["refunded"] = charge["amount_refunded"] == charge["amount"]
    sim.create(
        "refund",
        amount=amount,
        charge=charge["id"],
        currency=charge["currency"],
        payment_intent=charge["payment_intent"],
        reason=reason,
        metadata={},
        status="succeeded",
    )
    sim.emit("charge.refunded", charge)


def cancel_intent(sim: Simulation, intent: Object, reason: str | None, error: Object | None = None) -> Object:
    """End an intent that was not paid. What it holds is released."""
    if intent["status"] == "requires_capture":
        charge = sim.find("charge", intent["latest_charge"])
        expired = reason in {"automatic", "expired"}
        release(sim, charge, charge["amount"], "expired_uncaptured_charge" if expired else "requested_by_customer")
        if expired:
            sim.emit("charge.expired", charge)
    intent |= {"status": "canceled", "canceled_at": sim.now(), "cancellation_reason": reason, "next_action": None}
    intent |= {"amount_capturable": 0, "last_payment_error": error}
    if error:
        sim.emit("payment_intent.payment_failed", intent)
    sim.emit("payment_intent.canceled", intent)
    return intent


@action
def expire_hold(sim: Simulation, intent_id: str) -> None:
    intent = sim.find("payment_intent", intent_id)
    if intent["status"] == "requires_capture":
        cancel_intent(sim, intent, "automatic")


@route("POST", URL, CREATED)
def create_payment_intent(sim: Simulation, params: Parameters) -> Object:
    currency = currency_of(params)
    intent = make_intent(
        sim,
        amount_of(params, "amount", currency, least=1),
        currency,
        sim.find("customer", params["customer"], "customer")["id"] if params.get("customer") else None,
        capture_method=choice(params, "capture_method", "automatic automatic_async manual", "automatic_async"),
        description=params.get("description"),
        transfer_group=params.get("transfer_group"),
        metadata=merge_metadata({}, params),
    )
    if boolean(params, "confirm"):
        method = required(params, "payment_method")
        confirm_intent(sim, intent, method, present=not boolean(params, "off_session"))
    return intent


@route("GET", URL + "/{intent}", "client_secret")
def retrieve_payment_intent(sim: Simulation, params: Parameters) -> Object:
    return sim.find("payment_intent", params["intent"])


@route("POST", URL + "/{intent}", "metadata description transfer_group")
def update_payment_intent(sim: Simulation, params: Parameters) -> Object:
    intent = sim.find("payment_intent", params["intent"])
    intent["metadata"] = merge_metadata(intent["metadata"], params)
    intent |= {name: params[name] or None for name in ("description", "transfer_group") if name in params}
    sim.save(intent)
    return intent


@route("POST", URL + "/{intent}/confirm", "payment_method off_session return_url")
def confirm_payment_intent(sim: Simulation, params: Parameters) -> Object:
    intent = sim.find("payment_intent", params["intent"])
    if intent["status"] not in {"requires_payment_method", "requires_confirmation", "requires_action"}:
        raise unexpected_state("payment intent", intent["status"], "confirm")
    method = params.get("payment_method") or required(intent, "payment_method")
    return confirm_intent(sim, intent, method, present=not boolean(params, "off_session"))


@route("POST", URL + "/{intent}/capture", "amount_to_capture metadata final_capture")
def capture_payment_intent(sim: Simulation, params: Parameters) -> Object:
    intent = sim.find("payment_intent", params["intent"])
    if intent["status"] != "requires_capture":
        raise unexpected_state("payment intent", intent["status"], "capture")
    amount = integer(params, "amount_to_capture", intent["amount_capturable"], least=1)
    if amount > intent["amount_capturable"]:
        message = "The amount_to_capture cannot be greater than the amount that was authorized."
        raise Refused(message, code="amount_too_large", param="amount_to_capture")
    intent["metadata"] = merge_metadata(intent["metadata"], params)
    return capture_intent(sim, intent, amount)


@route("POST", URL + "/{intent}/cancel", "cancellation_reason")
def cancel_payment_intent(sim: Simulation, params: Parameters) -> Object:
    intent = sim.find("payment_intent", params["intent"])
    if intent["status"] not in OPEN:
        raise unexpected_state("payment intent", intent["status"], "cancel")
    reason = choice(params, "cancellation_reason", REASONS) if params.get("cancellation_reason") else None
    return cancel_intent(sim, intent, reason)


@route("GET", URL, f"{LISTED} customer")
def list_payment_intents(sim: Simulation, params: Parameters) -> Object:
    return paginate(sim, "payment_intent", URL, params, equal="customer")
