"""The balance: movements of money, what is available and what is pending."""

from collections import defaultdict

from billing.simulated.lists import paginate
from billing.simulated.objects import Object
from billing.simulated.parameters import Parameters
from billing.simulated.routes import LISTED, route
from billing.simulated.simulation import Simulation

AVAILABLE_AFTER = 7 * 86_400  # seconds until the money of a charge is available
PERCENT, FIXED_FEE = 2, 25  # of a charge


def fee_of(amount: int) -> int:
    """What the provider keeps of a charge."""
    return min(amount, amount * PERCENT // 100 + FIXED_FEE)


def move(
    sim: Simulation, source: Object, amount: int, *, category: str, kind: str, fee: int = 0, available_on: int = 0
) -> Object:
    """Record a movement of the balance: what came in is positive. Returns the balance transaction.

    The knob `rates` says how many of 10,000 units of a currency are those of the balance, which is in euros then.
    """
    currency, rate = source["currency"], sim.knobs.get("rates", {}).get(source["currency"])
    if rate:
        currency, amount, fee = "eur", amount * rate // 10_000, fee * rate // 10_000
    details = [{"amount": fee, "application": None, "currency": currency, "description": None}]
    at = max(sim.now(), available_on)
    return sim.create(
        "balance_transaction",
        amount=amount,
        fee=fee,
        net=amount - fee,
        currency=currency,
        exchange_rate=rate / 10_000 if rate else None,
        source=source["id"],
        type=kind,
        reporting_category=category,
        fee_details=[{**item, "type": "stripe_fee"} for item in details if fee],
        available_on=at,
        balance_type="payments",
        status=status_at(at, sim.now()),
        description=None,
    )


def status_at(available_on: int, now: int) -> str:
    return "available" if available_on <= now else "pending"


def with_status(sim: Simulation, moved: Object) -> Object:
    """A movement with its status as it is now."""
    moved["status"] = status_at(moved["available_on"], sim.now())
    return moved


def available(sim: Simulation, currency: str) -> int:
    """What can be transferred now."""
    return sum(
        moved["net"]
        for moved in sim.store.all("balance_transaction")
        if moved["currency"] == currency and moved["available_on"] <= sim.now()
    )


@route("GET", "/v1/balance")
def retrieve_balance(sim: Simulation, params: Parameters) -> Object:
    sums = {"available": defaultdict[str, int](int), "pending": defaultdict[str, int](int)}
    for moved in sim.store.all("balance_transaction"):
        for status, total in sums.items():
            total[moved["currency"]] += moved["net"] if with_status(sim, moved)["status"] == status else 0
    amounts = {
        status: [{"amount": amount, "currency": currency, "source_types": {"card": amount}} for currency, amount in of]
        for status, of in ((status, sorted(total.items())) for status, total in sums.items())
    }
    return {"object": "balance", "livemode": False, **amounts}


@route("GET", "/v1/balance_transactions/{transaction}")
def retrieve_balance_transaction(sim: Simulation, params: Parameters) -> Object:
    return with_status(sim, sim.find("balance_transaction", params["transaction"]))


@route("GET", "/v1/balance_transactions", f"{LISTED} currency type source payout")
def list_balance_transactions(sim: Simulation, params: Parameters) -> Object:
    for moved in sim.store.all("balance_transaction"):
        with_status(sim, moved)
    return paginate(sim, "balance_transaction", "/v1/balance_transactions", params, equal="currency type source payout")
