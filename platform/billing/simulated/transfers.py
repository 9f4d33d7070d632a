"""Transfers to payees, and their reversals."""

from billing.simulated import accounts, balance
from billing.simulated.catalogue import amount_of, currency_of
from billing.simulated.exceptions import Refused
from billing.simulated.lists import paginate
from billing.simulated.objects import Object
from billing.simulated.parameters import Parameters, merge_metadata, required
from billing.simulated.routes import LISTED, route
from billing.simulated.simulation import Simulation

URL = "/v1/transfers"


@route("POST", URL, "amount currency destination source_transaction transfer_group description metadata")
def create_transfer(sim: Simulation, params: Parameters) -> Object:
    """Move money from the balance to a payee: from a charge, or from what is available."""
    currency = currency_of(params)
    amount = amount_of(params, "amount", currency, least=1)
    account = sim.find("account", required(params, "destination"), "destination")
    if (account.get("capabilities") or {}).get("transfers") != "active":
        message = "Your destination account needs to have at least one of the following capabilities enabled: transfers"
        raise Refused(message, code="insufficient_capabilities_for_transfer")
    source = params.get("source_transaction")
    available_on = from_charge(sim, source, amount, currency) if source else from_balance(sim, amount, currency)
    transfer = sim.create(
        "transfer",
        amount=amount,
        currency=currency,
        destination=account["id"],
        source_transaction=source,
        source_type="card",
        transfer_group=params.get("transfer_group") or group_of(sim, source),
        description=params.get("description"),
        metadata=merge_metadata({}, params),
    )
    transfer["destination_payment"] = transfer["id"].replace("tr_", "py_")
    transfer["reversals"]["url"] = f"{URL}/{transfer['id']}/reversals"
    moved = balance.move(sim, transfer, -amount, category="transfer", kind="transfer", available_on=available_on)
    transfer["balance_transaction"] = moved["id"]
    accounts.add_money(sim, account["id"], currency, amount)
    sim.emit("transfer.created", transfer)
    return transfer


def from_charge(sim: Simulation, charge_id: str, amount: int, currency: str) -> int:
    """When the money of a charge is available. Refuses more than the charge has left for transfers."""
    charge = sim.find("charge", charge_id, "source_transaction")
    if not charge["captured"] or charge["currency"] != currency:
        raise Refused("The source transaction must be a captured charge of this currency.", param="source_transaction")
    sent = sum(
        transfer["amount"] - transfer["amount_reversed"]
        for transfer in sim.store.belonging("transfer", "source_transaction", charge_id)
    )
    left = charge["amount_captured"] - sent
    if amount > left:
        message = f"Cannot transfer more than the source transaction has left ({left})."
        raise Refused(message, code="transfer_source_balance_insufficient", param="amount")
    return int(sim.find("balance_transaction", charge["balance_transaction"])["available_on"])


def from_balance(sim: Simulation, amount: int, currency: str) -> int:
    if balance.available(sim, currency) < amount:
        raise Refused("You have insufficient available funds in your Stripe account.", code="balance_insufficient")
    return sim.now()


def group_of(sim: Simulation, charge_id: str | None) -> str | None:
    return sim.find("charge", charge_id)["transfer_group"] if charge_id else None


@route("GET", URL + "/{transfer}")
def retrieve_transfer(sim: Simulation, params: Parameters) -> Object:
    return sim.find("transfer", params["transfer"])


@route("POST", URL + "/{transfer}", "metadata description")
def update_transfer(sim: Simulation, params: Parameters) -> Object:
    transfer = sim.find("transfer", params["transfer"])
    transfer["metadata"] = merge_metadata(transfer["metadata"], params)
    transfer["description"] = params.get("description", transfer["description"])
    sim.emit("transfer.updated", transfer)
    return transfer


@route("GET", URL, f"{LISTED} destination transfer_group")
def list_transfers(sim: Simulation, params: Parameters) -> Object:
    return paginate(sim, "transfer", URL, params, equal="destination transfer_group")


@route("POST", URL + "/{transfer}/reversals", "amount metadata description refund_application_fee")
def create_reversal(sim: Simulation, params: Parameters) -> Object:
    """Take back a part of a transfer, as long as the payee's account still has it."""
    transfer = sim.find("transfer", params["transfer"])
    left = transfer["amount"] - transfer["amount_reversed"]
    currency = transfer["currency"]
    amount = amount_of(params, "amount", currency, least=1) if params.get("amount") else left
    if left <= 0 or amount > left:
        message = f"Cannot reverse more than the transfer has left ({left})."
        raise Refused(message, code="amount_too_large", param="amount")
    accounts.take_money(sim, transfer["destination"], currency, amount)
    reversal = sim.create(
        "transfer_reversal",
        amount=amount,
        currency=currency,
        transfer=transfer["id"],
        metadata=merge_metadata({}, params),
        destination_payment_refund=None,
    )
    moved = balance.move(sim, reversal, amount, category="transfer_reversal", kind="transfer_refund")
    reversal["balance_transaction"] = moved["id"]
    transfer["amount_reversed"] += amount
    transfer["reversed"] = transfer["amount_reversed"] == transfer["amount"]
    transfer["reversals"]["data"] = [reversal, *transfer["reversals"]["data"]][:10]
    sim.emit("transfer.reversed", transfer)
    return reversal


@route("GET", URL + "/{transfer}/reversals", "limit starting_after ending_before")
def list_reversals(sim: Simulation, params: Parameters) -> Object:
    transfer = sim.find("transfer", params["transfer"])["id"]
    url = f"{URL}/{transfer}/reversals"
    return paginate(sim, "transfer_reversal", url, params, fits=lambda item: item["transfer"] == transfer)


@route("GET", URL + "/{transfer}/reversals/{reversal}")
def retrieve_reversal(sim: Simulation, params: Parameters) -> Object:
    return sim.find("transfer_reversal", params["reversal"])
