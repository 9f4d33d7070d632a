"""Cards that are known by a name only, and what each of them does."""

from dataclasses import dataclass

from billing.simulated.exceptions import Refused, card_error
from billing.simulated.objects import Object
from billing.simulated.simulation import Simulation


@dataclass(frozen=True)
class Card:
    """What a card does: when the customer is present, on renewal, and after it paid."""

    name: str
    last4: str
    present: str = "paid"  # paid, declined or authentication
    renewal: str = "paid"
    disputes: bool = False
    drops_hold: bool = False


CARDS = {
    card.name: card
    for card in (
        Card("succeeds", "4242"),
        Card("needs authentication", "3184", present="authentication", renewal="authentication"),
        Card("fails on renewal", "0341", renewal="declined"),
        Card("declined", "0002", present="declined", renewal="declined"),
        Card("disputes", "0259", disputes=True),
        Card("hold dropped silently", "6975", drops_hold=True),
    )
}
"""Every card that can be chosen, by its name."""


def attach(sim: Simulation, customer: Object, name: str) -> Object:
    """Make a payment method of the named card and let it be the customer's default."""
    if name not in CARDS:
        raise Refused(f"No such card: '{name}'. Choose one of {', '.join(CARDS)}.", param="card")
    details = {"brand": "visa", "exp_month": 12, "exp_year": 2040, "funding": "credit", "last4": CARDS[name].last4}
    method = sim.create(
        "payment_method", type="card", card=details, customer=customer["id"], metadata={"simulated_card": name}
    )
    method["billing_details"] = {"email": customer["email"], "name": customer["name"]}
    customer["invoice_settings"] = {"default_payment_method": method["id"]}
    sim.emit("payment_method.attached", method)
    sim.emit("customer.updated", customer)
    return method


def card_of(sim: Simulation, payment_method: str) -> Card:
    method = sim.find("payment_method", payment_method, "payment_method")
    return CARDS[method["metadata"]["simulated_card"]]


def default_method(sim: Simulation, customer_id: str) -> str | None:
    """The payment method that renewals of this customer are charged to."""
    customer = sim.find("customer", customer_id, "customer")
    found: str | None = (customer.get("invoice_settings") or {}).get("default_payment_method")
    return found


def declined(**details: str) -> Refused:
    return card_error("card_declined", "generic_decline", "Your card was declined.", **details)


def authentication_required() -> Refused:
    return card_error(
        "authentication_required", "authentication_required", "Your card was declined. It requires authentication."
    )
