"""What is sold: products, prices whose amounts never change, and coupons."""

from billing.simulated.exceptions import Refused
from billing.simulated.lists import paginate
from billing.simulated.objects import Object
from billing.simulated.parameters import Parameters, boolean, choice, integer, merge_metadata, required
from billing.simulated.routes import LISTED, route
from billing.simulated.simulation import Simulation

INTERVALS = "day week month year"
MAX_AMOUNT = 99_999_999  # eight digits
THREE_DECIMALS = {"bhd", "jod", "kwd", "omr", "tnd"}


def currency_of(params: Parameters) -> str:
    """The currency of a request, in lower case as answers give it."""
    code = str(required(params, "currency")).lower()
    if len(code) != 3 or not code.isalpha():
        raise Refused(f"Invalid currency: {code}", param="currency")
    return code


def amount_of(params: Parameters, name: str, currency: str, *, least: int = 0) -> int:
    """An amount in the smallest unit, as Stripe limits it."""
    amount = integer(params, name, least=least)
    if amount > MAX_AMOUNT:
        raise Refused("Amount must be no more than 99999999.", code="amount_too_large", param=name)
    if currency in THREE_DECIMALS and amount % 10:
        raise Refused("The last digit of this amount must be 0.", code="parameter_invalid_integer", param=name)
    return amount


@route("POST", "/v1/products", "id name description active metadata statement_descriptor tax_code url")
def create_product(sim: Simulation, params: Parameters) -> Object:
    product = sim.create("product", name=required(params, "name"), active=boolean(params, "active", default=True))
    product |= {name: params.get(name) for name in ("description", "statement_descriptor", "tax_code", "url")}
    product |= {"metadata": merge_metadata({}, params), "updated": sim.now()}
    sim.emit("product.created", product)
    return product


@route("GET", "/v1/products/{product}")
def retrieve_product(sim: Simulation, params: Parameters) -> Object:
    return sim.find("product", params["product"])


@route("POST", "/v1/products/{product}", "name description active metadata")
def update_product(sim: Simulation, params: Parameters) -> Object:
    product = sim.find("product", params["product"])
    product |= {name: params[name] for name in ("name", "description") if name in params}
    product["active"] = boolean(params, "active", default=product["active"])
    product |= {"metadata": merge_metadata(product["metadata"], params), "updated": sim.now()}
    sim.emit("product.updated", product)
    return product


@route("GET", "/v1/products", f"{LISTED} active")
def list_products(sim: Simulation, params: Parameters) -> Object:
    return paginate(sim, "product", "/v1/products", params, equal="active")


PRICE = "currency unit_amount product recurring metadata nickname lookup_key active tax_behavior product_data"


@route("POST", "/v1/prices", PRICE)
def create_price(sim: Simulation, params: Parameters) -> Object:
    return make_price(sim, params)


def make_price(sim: Simulation, params: Parameters, *, told: bool = True) -> Object:
    """Make a price, also for a Checkout session that describes one itself."""
    currency = currency_of(params)
    amount = amount_of(params, "unit_amount", currency)
    if given := params.get("product_data"):
        product = create_product(sim, given)
    else:
        product = sim.find("product", required(params, "product"), "product")
    recurring = recurring_of(params.get("recurring"))
    price = sim.create(
        "price",
        active=boolean(params, "active", default=True),
        currency=currency,
        unit_amount=amount,
        unit_amount_decimal=str(amount),
        product=product["id"],
        type="recurring" if recurring else "one_time",
        recurring=recurring,
        nickname=params.get("nickname"),
        lookup_key=params.get("lookup_key"),
        tax_behavior=params.get("tax_behavior", "unspecified"),
        metadata=merge_metadata({}, params),
    )
    if told:
        sim.emit("price.created", price)
    return price


def recurring_of(given: Parameters | None) -> Object | None:
    if not given:
        return None
    return {
        "interval": choice(given, "interval", INTERVALS),
        "interval_count": integer(given, "interval_count", 1, least=1),
        "meter": None,
        "usage_type": "licensed",
    }


@route("GET", "/v1/prices/{price}")
def retrieve_price(sim: Simulation, params: Parameters) -> Object:
    return sim.find("price", params["price"])


@route("POST", "/v1/prices/{price}", "active metadata nickname lookup_key")
def update_price(sim: Simulation, params: Parameters) -> Object:
    """Change what may change of a price. Its amount, currency and interval may not."""
    price = sim.find("price", params["price"])
    price |= {name: params[name] or None for name in ("nickname", "lookup_key") if name in params}
    price["active"] = boolean(params, "active", default=price["active"])
    price["metadata"] = merge_metadata(price["metadata"], params)
    sim.emit("price.updated", price)
    return price


@route("GET", "/v1/prices", f"{LISTED} active currency product type lookup_keys")
def list_prices(sim: Simulation, params: Parameters) -> Object:
    keys = params.get("lookup_keys")
    return paginate(
        sim,
        "price",
        "/v1/prices",
        params,
        equal="active currency product type",
        fits=lambda price: keys is None or price["lookup_key"] in keys,
    )


COUPON = (
    "id name percent_off amount_off currency duration duration_in_months max_redemptions redeem_by metadata applies_to"
)


@route("POST", "/v1/coupons", COUPON)
def create_coupon(sim: Simulation, params: Parameters) -> Object:
    duration = choice(params, "duration", "once repeating forever", "once")
    percent, amount = params.get("percent_off"), params.get("amount_off")
    if (percent is None) == (amount is None):
        raise Refused("Say either percent_off or amount_off.", param="percent_off")
    if params.get("id") and sim.store.get("coupon", params["id"]):
        raise Refused("Coupon already exists.", code="resource_already_exists", param="id")
    coupon = sim.create(
        "coupon",
        id=params.get("id"),
        name=params.get("name"),
        duration=duration,
        duration_in_months=integer(params, "duration_in_months", least=1) if duration == "repeating" else None,
        percent_off=float(percent) if percent is not None else None,
        amount_off=integer(params, "amount_off", least=1) if amount is not None else None,
        currency=currency_of(params) if amount is not None else None,
        metadata=merge_metadata({}, params),
        valid=True,
    )
    if products := (params.get("applies_to") or {}).get("products"):
        coupon["applies_to"] = {"products": [sim.find("product", name, "applies_to")["id"] for name in products]}
    sim.emit("coupon.created", coupon)
    return coupon


def discounts_product(coupon: Object, product: str) -> bool:
    """Whether a coupon lowers prices of this product."""
    return "applies_to" not in coupon or product in coupon["applies_to"]["products"]


@route("GET", "/v1/coupons/{coupon}")
def retrieve_coupon(sim: Simulation, params: Parameters) -> Object:
    return sim.find("coupon", params["coupon"])


@route("GET", "/v1/coupons", LISTED)
def list_coupons(sim: Simulation, params: Parameters) -> Object:
    return paginate(sim, "coupon", "/v1/coupons", params)


@route("DELETE", "/v1/coupons/{coupon}")
def delete_coupon(sim: Simulation, params: Parameters) -> Object:
    coupon = sim.find("coupon", params["coupon"])
    sim.emit("coupon.deleted", coupon)
    sim.store.remove("coupon", coupon["id"])
    return {"id": coupon["id"], "object": "coupon", "deleted": True}
