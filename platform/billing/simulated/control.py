"""What tests and the demo may do besides Stripe's API: let time pass, ask for faults, act for a bank or a customer."""

import json
from collections.abc import Callable, Mapping
from typing import Any

from billing.simulated import accounts, cards, checkout, disputes, faults, refunds
from billing.simulated.exceptions import Refused
from billing.simulated.server import Answer, FakeStripe
from billing.simulated.simulation import Simulation

KNOBS = {"drop", "duplicate", "reorder", "delay", "refunds", "after_retries", "rates"}
"""Percent, percent, yes or no, seconds; succeed, pending or fail; cancel, unpaid or past_due; rates by currency."""


def set_knobs(sim: Simulation, **wanted: Any) -> Any:
    """Set how events are delivered, how refunds go and what follows the last failed charge."""
    if unknown := wanted.keys() - KNOBS:
        raise Refused(f"No such knob: {', '.join(sorted(unknown))}.")
    sim.knobs |= wanted
    sim.store.changed.add(("_knobs", ""))
    return sim.knobs


def advance(sim: Simulation, *, seconds: int) -> Any:
    if seconds < 0:
        raise Refused("Time only passes forward.")
    sim.advance(seconds)
    return {"now": sim.now()}


def add_fault(sim: Simulation, *, kind: str, **options: Any) -> Any:
    faults.add(sim, kind, **options)
    return sim.knobs


def complete_session(sim: Simulation, *, session: str, card: str, authenticated: bool = False) -> Any:
    """Pay a Checkout session as its customer would."""
    return checkout.complete(sim, sim.find("checkout.session", session), card, authenticated=authenticated)


def choose_card(sim: Simulation, *, customer: str, card: str) -> Any:
    """Give a customer another card, for all that it pays from now on."""
    method = cards.attach(sim, sim.find("customer", customer), card)
    for subscription in sim.store.belonging("subscription", "customer", customer):
        if subscription["default_payment_method"]:
            subscription["default_payment_method"] = method["id"]
            sim.save(subscription)
    return method


def drop_hold(sim: Simulation, *, payment_intent: str) -> Any:
    """Let the bank drop a hold and say nothing: only the capture will tell."""
    intent = sim.find("payment_intent", payment_intent)
    sim.store.put("_dropped_hold", intent["id"], {"at": sim.now()})
    return intent


ACTIONS: dict[str, Callable[..., Any]] = {
    "advance": advance,
    "knobs": set_knobs,
    "fault": add_fault,
    "complete": complete_session,
    "card": choose_card,
    "drop-hold": drop_hold,
    "dispute": lambda sim, *, charge, amount=None: disputes.open_dispute(sim, charge, amount),
    "close-dispute": lambda sim, *, dispute, won: disputes.close_dispute(sim, dispute, won=won),
    "fail-refund": lambda sim, *, refund: refunds.fail_refund(sim, refund),
    "requirements": lambda sim, *, account, fields: accounts.set_requirements(sim, account, fields),
    "pay-out-account": lambda sim, *, account: accounts.pay_out(sim, account),
}
"""`POST /control/<name>` with these arguments as JSON."""


def answer(fake: FakeStripe, method: str, path: str, headers: Mapping[str, str], body: str) -> Answer:
    """Do one thing, for whoever has the key of the API."""
    name = path.removeprefix("/control/")
    try:
        fake.authenticate({key.lower(): value for key, value in headers.items()})
        if method != "POST" or name not in ACTIONS:
            raise Refused(f"No such control: {method} {path}.", status=404)
        return Answer(200, {"result": ACTIONS[name](fake.simulation, **json.loads(body or "{}"))})
    except Refused as refused:
        return Answer(refused.status, refused.body())
    except (TypeError, ValueError) as error:
        return Answer(400, Refused(f"{path}: {error}").body())
