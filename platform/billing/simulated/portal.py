"""The customer portal: what its customers may change, and sessions that lead there."""

from typing import Any

from billing.simulated.exceptions import Refused
from billing.simulated.lists import paginate
from billing.simulated.objects import Object
from billing.simulated.parameters import Parameters, boolean, choice, merge_metadata, required
from billing.simulated.routes import PAGED, route
from billing.simulated.simulation import Simulation

CONFIGURATIONS, SESSIONS = "/v1/billing_portal/configurations", "/v1/billing_portal/sessions"
FLOWS = "payment_method_update subscription_cancel subscription_update subscription_update_confirm"
WRITTEN = "features business_profile metadata default_return_url name login_page"
SESSION_SECONDS = 3_600


def typed(given: Any) -> Any:
    """Truth values of a form as JSON has them."""
    if isinstance(given, dict):
        return {name: typed(value) for name, value in given.items()}
    if isinstance(given, list):
        return [typed(value) for value in given]
    return {"true": True, "false": False}.get(given, given)


def write(sim: Simulation, configuration: Object, params: Parameters) -> Object:
    """Take over what a request says about a configuration."""
    features = configuration["features"]
    for name, given in (params.get("features") or {}).items():
        if name not in features:
            raise Refused(f"Received unknown parameter: features[{name}]", code="parameter_unknown", param="features")
        merge(features[name], typed(given))
    for product in features["subscription_update"].get("products") or []:
        product.setdefault("adjustable_quantity", {"enabled": False, "maximum": None, "minimum": 1})
    merge(configuration["business_profile"], params.get("business_profile") or {})
    configuration["active"] = boolean(params, "active", default=True)
    configuration["metadata"] = merge_metadata(configuration["metadata"], params)
    if "default_return_url" in params:
        configuration["default_return_url"] = params["default_return_url"] or None
    configuration["updated"] = sim.now()
    sim.save(configuration)
    return configuration


def merge(before: Object, given: Object) -> None:
    for name, value in given.items():
        if isinstance(value, dict) and isinstance(before.get(name), dict):
            merge(before[name], value)
        else:
            before[name] = value


@route("POST", CONFIGURATIONS, WRITTEN)
def create_configuration(sim: Simulation, params: Parameters) -> Object:
    profile = {"headline": None, "privacy_policy_url": None, "terms_of_service_url": None}
    made = sim.create("billing_portal.configuration", business_profile=profile)
    made["login_page"] = {"enabled": False, "url": None}
    made["features"]["subscription_update"]["products"] = None
    made["is_default"] = len(sim.store.all("billing_portal.configuration")) == 1
    return write(sim, made, params)


@route("POST", CONFIGURATIONS + "/{configuration}", f"{WRITTEN} active")
def update_configuration(sim: Simulation, params: Parameters) -> Object:
    return write(sim, sim.find("billing_portal.configuration", params["configuration"]), params)


@route("GET", CONFIGURATIONS + "/{configuration}")
def retrieve_configuration(sim: Simulation, params: Parameters) -> Object:
    return sim.find("billing_portal.configuration", params["configuration"])


@route("GET", CONFIGURATIONS, f"{PAGED} active is_default")
def list_configurations(sim: Simulation, params: Parameters) -> Object:
    return paginate(sim, "billing_portal.configuration", CONFIGURATIONS, params, equal="active is_default")


@route("POST", SESSIONS, "customer return_url configuration flow_data locale")
def create_portal_session(sim: Simulation, params: Parameters) -> Object:
    """Make the address of a customer's portal page, perhaps with one thing to do there."""
    customer = sim.find("customer", required(params, "customer"), "customer")
    session = sim.create(
        "billing_portal.session",
        configuration=configuration_of(sim, params)["id"],
        customer=customer["id"],
        return_url=params.get("return_url"),
        locale=params.get("locale"),
        flow=flow_of(sim, customer, params.get("flow_data")),
    )
    session["url"] = f"{sim.base_url}/pay/portal/{session['id']}"
    return session


def configuration_of(sim: Simulation, params: Parameters) -> Object:
    if name := params.get("configuration"):
        return sim.find("billing_portal.configuration", name, "configuration")
    for configuration in sim.store.all("billing_portal.configuration"):
        if configuration["is_default"]:
            return configuration
    raise Refused("No configuration provided, and your default has not been created.")


def flow_of(sim: Simulation, customer: Object, given: Parameters | None) -> Object | None:
    """What a session is for, in the shape that its answer has. Its subscription must be the customer's."""
    if not given:
        return None
    kind = choice(given, "type", FLOWS)
    flow: Object = {"type": kind, **dict.fromkeys(FLOWS.split()[1:])}
    flow["after_completion"] = after_completion(given.get("after_completion"))
    if kind == "payment_method_update":
        return flow
    asked = required(given, kind)
    subscription = sim.find("subscription", required(asked, "subscription"), "subscription")
    if subscription["customer"] != customer["id"]:
        raise Refused(f"No such subscription: '{subscription['id']}'", code="resource_missing", param="flow_data")
    flow[kind] = {"subscription": subscription["id"]}
    if kind == "subscription_cancel":
        flow[kind]["retention"] = None
    if kind == "subscription_update_confirm":
        items = required(asked, "items")
        flow[kind] |= {"items": [confirmed_item(sim, item) for item in items], "discounts": None}
    return flow


def confirmed_item(sim: Simulation, item: Parameters) -> Object:
    price = sim.find("price", required(item, "price"), "price")
    return {"id": required(item, "id"), "price": price["id"], "quantity": int(item.get("quantity", 1))}


def after_completion(given: Parameters | None) -> Object:
    kind = (given or {}).get("type", "portal_homepage")
    return {
        "type": kind,
        "redirect": (given or {}).get("redirect") if kind == "redirect" else None,
        "hosted_confirmation": {"custom_message": None} if kind == "hosted_confirmation" else None,
    }
