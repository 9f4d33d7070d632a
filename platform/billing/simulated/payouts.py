"""Payouts of the platform's own balance to its bank."""

from billing.simulated import balance
from billing.simulated.catalogue import amount_of, currency_of
from billing.simulated.exceptions import Refused
from billing.simulated.lists import paginate
from billing.simulated.objects import Object
from billing.simulated.parameters import Parameters, merge_metadata
from billing.simulated.routes import LISTED, action, route
from billing.simulated.simulation import Simulation

URL = "/v1/payouts"
ARRIVAL_SECONDS = 2 * 86_400


@route("POST", URL, "amount currency description metadata")
def create_payout(sim: Simulation, params: Parameters) -> Object:
    currency = currency_of(params)
    amount = amount_of(params, "amount", currency, least=1)
    if balance.available(sim, currency) < amount:
        raise Refused("You have insufficient funds in your Stripe account.", code="balance_insufficient")
    payout = sim.create(
        "payout",
        amount=amount,
        currency=currency,
        arrival_date=sim.now() + ARRIVAL_SECONDS,
        method="standard",
        reconciliation_status="not_applicable",
        source_type="card",
        status="pending",
        type="bank_account",
        description=params.get("description"),
        metadata=merge_metadata({}, params),
    )
    payout["balance_transaction"] = balance.move(sim, payout, -amount, category="payout", kind="payout")["id"]
    sim.schedule(payout["arrival_date"], "settle_payout", payout["id"])
    sim.emit("payout.created", payout)
    return payout


@action
def settle_payout(sim: Simulation, payout_id: str) -> None:
    payout = sim.find("payout", payout_id)
    payout["status"] = "paid"
    sim.emit("payout.paid", payout)


@route("GET", URL + "/{payout}")
def retrieve_payout(sim: Simulation, params: Parameters) -> Object:
    return sim.find("payout", params["payout"])


@route("GET", URL, f"{LISTED} status arrival_date")
def list_payouts(sim: Simulation, params: Parameters) -> Object:
    return paginate(sim, "payout", URL, params, equal="status")
