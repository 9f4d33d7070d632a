"""Customers and their payment methods."""

from billing.simulated.exceptions import missing
from billing.simulated.lists import paginate
from billing.simulated.objects import Object, list_of
from billing.simulated.parameters import Parameters, merge_metadata
from billing.simulated.routes import LISTED, route
from billing.simulated.simulation import Simulation
from billing.simulated.subscription_status import ENDED, end

URL = "/v1/customers"
TEXTS = "email name description phone"
WRITTEN = f"{TEXTS} metadata invoice_settings preferred_locales address"


def write(customer: Object, params: Parameters) -> None:
    """Take over what a request says about a customer."""
    for name in TEXTS.split():
        if name in params:
            customer[name] = params[name] or None
    for name in ("preferred_locales", "address"):
        if name in params:
            customer[name] = params[name] or None
    customer["metadata"] = merge_metadata(customer.get("metadata"), params)


@route("POST", URL, WRITTEN)
def create_customer(sim: Simulation, params: Parameters) -> Object:
    customer = sim.create("customer", balance=0, delinquent=False, invoice_settings={"default_payment_method": None})
    write(customer, params)
    customer["tax_exempt"] = "none"
    sim.emit("customer.created", customer)
    return customer


def find_customer(sim: Simulation, identifier: str) -> Object:
    """A customer that was not deleted."""
    customer = sim.find("customer", identifier, "customer")
    if customer.get("deleted"):
        raise missing("customer", identifier, "customer")
    return customer


@route("GET", URL + "/{customer}")
def retrieve_customer(sim: Simulation, params: Parameters) -> Object:
    return sim.find("customer", params["customer"])


@route("POST", URL + "/{customer}", WRITTEN)
def update_customer(sim: Simulation, params: Parameters) -> Object:
    customer = find_customer(sim, params["customer"])
    write(customer, params)
    chosen = (params.get("invoice_settings") or {}).get("default_payment_method")
    if chosen:
        customer["invoice_settings"] = {"default_payment_method": sim.find("payment_method", chosen)["id"]}
    sim.emit("customer.updated", customer)
    return customer


@route("DELETE", URL + "/{customer}")
def delete_customer(sim: Simulation, params: Parameters) -> Object:
    """Delete a customer, and cancel its subscriptions at once. What it paid stays."""
    customer = find_customer(sim, params["customer"])
    for subscription in sim.store.belonging("subscription", "customer", customer["id"]):
        if subscription["status"] not in ENDED:
            end(sim, subscription, reason="cancellation_requested")
    sim.emit("customer.deleted", customer)
    deleted = {"id": customer["id"], "object": "customer", "deleted": True}
    sim.store.put("customer", customer["id"], deleted)
    return deleted


@route("GET", URL, f"{LISTED} email")
def list_customers(sim: Simulation, params: Parameters) -> Object:
    return paginate(sim, "customer", URL, params, equal="email", fits=lambda item: not item.get("deleted"))


@route("GET", URL + "/{customer}/payment_methods", "limit type")
def list_payment_methods(sim: Simulation, params: Parameters) -> Object:
    customer = find_customer(sim, params["customer"])["id"]
    found = [item for item in sim.store.newest_first("payment_method") if item["customer"] == customer]
    return list_of(found, f"{URL}/{customer}/payment_methods")
