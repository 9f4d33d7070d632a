"""Subscriptions: begin, list, cancel, resume. What happens at the end of a period is in subscription_cycle.py."""

from dataclasses import dataclass, field

from billing.simulated import cards, invoices, subscription_changes
from billing.simulated.exceptions import Refused, unexpected_state
from billing.simulated.invoice_lines import make_discount, make_line
from billing.simulated.lists import paginate
from billing.simulated.objects import Object, list_of
from billing.simulated.parameters import Parameters, boolean, choice, integer, merge_metadata, required
from billing.simulated.periods import add_months, period_end
from billing.simulated.routes import LISTED, route
from billing.simulated.simulation import Simulation
from billing.simulated.subscription_status import ENDED, change, end

URL = "/v1/subscriptions"
INCOMPLETE_SECONDS = 23 * 3_600
STATUSES = "active past_due unpaid canceled incomplete incomplete_expired trialing paused ended all"
BEHAVIORS = "allow_incomplete default_incomplete error_if_incomplete pending_if_incomplete"
CREATED = (
    "customer items metadata trial_period_days trial_end trial_settings discounts payment_behavior automatic_tax "
    "default_payment_method off_session cancel_at_period_end description payment_settings collection_method"
)
UPDATED = (
    "items metadata cancel_at_period_end cancel_at proration_behavior payment_behavior pause_collection trial_end "
    "default_payment_method discounts description cancellation_details off_session proration_date"
)


@dataclass
class Order:
    """What a new subscription is for, whether it comes from a request or from Checkout."""

    customer: str
    prices: list[tuple[str, int]]  # id and quantity
    metadata: dict[str, str] = field(default_factory=dict)
    trial_end: int = 0
    trial_settings: Object | None = None
    coupons: list[str] = field(default_factory=list)
    with_tax: bool = False
    description: str | None = None


def start(sim: Simulation, order: Order, method: str | None, *, present: bool, authenticated: bool = False) -> Object:
    """Make a subscription and charge its first invoice. It is incomplete until that is paid."""
    subscription = make_subscription(sim, order)
    sim.schedule(subscription["items"]["data"][0]["current_period_end"], "renew_subscription", subscription["id"])
    lines = [first_line(sim, subscription, item) for item in subscription["items"]["data"]]
    invoice = invoices.make_invoice(sim, subscription, "subscription_create", lines)
    sim.save(subscription)
    drop_used_discounts(sim, subscription)
    invoices.finalize(sim, invoice)
    if invoice["status"] == "open":
        sim.schedule(sim.now() + INCOMPLETE_SECONDS, "expire_incomplete", subscription["id"])
        if method:
            invoices.pay(sim, invoice, method, present=present, authenticated=authenticated)
    return subscription


def make_subscription(sim: Simulation, order: Order) -> Object:
    """The subscription itself, with its items, told as created."""
    prices = [(find_recurring_price(sim, name), quantity) for name, quantity in order.prices]
    if len({price["currency"] for price, _ in prices}) != 1:
        raise Refused("All prices of a subscription must use the same currency.", param="items")
    check_currency(sim, order.customer, prices[0][0]["currency"])
    now = sim.now()
    subscription = sim.create(
        "subscription",
        billing_cycle_anchor=order.trial_end or now,
        currency=prices[0][0]["currency"],
        customer=order.customer,
        metadata=order.metadata,
        status="incomplete",
        start_date=now,
        description=order.description,
        payment_settings={"payment_method_options": None, "payment_method_types": None},
        trial_settings=order.trial_settings or {"end_behavior": {"missing_payment_method": "create_invoice"}},
    )
    if order.trial_end:
        subscription |= {"trial_start": now, "trial_end": order.trial_end}
        sim.schedule(order.trial_end - 3 * 86_400, "tell_trial_end", subscription["id"])
    subscription["automatic_tax"] = {"enabled": order.with_tax, "disabled_reason": None, "liability": None}
    made = [make_item(sim, subscription, price, quantity) for price, quantity in prices]
    subscription["items"] = list_of(made, f"/v1/subscription_items?subscription={subscription['id']}")
    subscription["discounts"] = [discount_of(sim, subscription, coupon) for coupon in order.coupons]
    sim.emit("customer.subscription.created", subscription)
    return subscription


def check_currency(sim: Simulation, customer: str, currency: str) -> None:
    """Refuse a second currency while a subscription of the customer runs in another one."""
    for subscription in sim.store.belonging("subscription", "customer", customer):
        if subscription["status"] not in ENDED and subscription["currency"] != currency:
            message = f"You cannot combine currencies on a single customer: it pays in {subscription['currency']}."
            raise Refused(message, param="currency")


def make_item(sim: Simulation, subscription: Object, price: Object, quantity: int) -> Object:
    anchor = subscription["billing_cycle_anchor"]
    item = sim.create(
        "subscription_item",
        subscription=subscription["id"],
        price=dict(price),
        quantity=quantity,
        current_period_start=sim.now(),
        current_period_end=subscription["trial_end"] or period_end(price, sim.now(), anchor),
    )
    sim.store.remove("subscription_item", item["id"])  # items live in their subscription
    return item


def first_line(sim: Simulation, subscription: Object, item: Object) -> Object:
    free = {"amount": 0, "subtotal": 0} if subscription["trial_end"] else {}
    return make_line(sim, subscription, item, **free)


def find_recurring_price(sim: Simulation, name: str) -> Object:
    price = sim.find("price", name, "price")
    if not price["active"]:
        raise Refused("The price specified is inactive. This field only accepts active prices.", param="price")
    if not price["recurring"]:
        raise Refused("The price specified is set to `type=one_time`.", param="price")
    return price


def discount_of(sim: Simulation, subscription: Object, name: str) -> str:
    coupon = sim.find("coupon", name, "coupon")
    months = coupon["duration_in_months"]
    until = add_months(sim.now(), months) if months else None
    owner = {"subscription": subscription["id"], "customer": subscription["customer"]}
    return make_discount(sim, coupon, end=until, **owner)


def drop_used_discounts(sim: Simulation, subscription: Object) -> None:
    """Leave out discounts that were for one invoice, or whose months are over."""
    stay = []
    for name in subscription["discounts"]:
        discount = sim.find("discount", name)
        coupon = sim.store.get("coupon", discount["source"]["coupon"])
        over = discount["end"] is not None and discount["end"] <= sim.now()
        if coupon and coupon["duration"] != "once" and not over:
            stay.append(name)
    subscription["discounts"] = stay
    sim.save(subscription)


def trial_end_of(sim: Simulation, params: Parameters) -> int:
    if days := integer(params, "trial_period_days", 0):
        return sim.now() + days * 86_400
    until = integer(params, "trial_end", 0)
    if until and until <= sim.now():
        raise Refused("The trial end must be in the future.", param="trial_end")
    return until


@route("POST", URL, CREATED)
def create_subscription(sim: Simulation, params: Parameters) -> Object:
    customer = sim.find("customer", required(params, "customer"), "customer")
    items = params.get("items") or []
    if not items:
        raise Refused("Missing required param: items.", code="parameter_missing", param="items")
    order = Order(
        customer["id"],
        [(required(item, "price"), integer(item, "quantity", 1, least=1)) for item in items],
        merge_metadata({}, params),
        trial_end_of(sim, params),
        params.get("trial_settings"),
        [required(item, "coupon") for item in params.get("discounts") or []],
        (params.get("automatic_tax") or {}).get("enabled") == "true",
        params.get("description"),
    )
    method = params.get("default_payment_method") or cards.default_method(sim, customer["id"])
    behavior = choice(params, "payment_behavior", BEHAVIORS, "allow_incomplete")
    if behavior == "default_incomplete":
        method = None
    try:
        return start(sim, order, method, present=not boolean(params, "off_session", default=True))
    except Refused:
        if behavior == "error_if_incomplete":
            raise
        return next(sim.store.newest_first("subscription"))


@route("GET", URL + "/{subscription}")
def retrieve_subscription(sim: Simulation, params: Parameters) -> Object:
    return sim.find("subscription", params["subscription"])


@route("POST", URL + "/{subscription}", UPDATED)
def update_subscription(sim: Simulation, params: Parameters) -> Object:
    subscription = sim.find("subscription", params["subscription"])
    asked = params.keys() - {"subscription", "metadata", "cancellation_details", "expand"}
    if subscription["status"] in ENDED and asked:
        raise Refused("A canceled subscription can only update its cancellation_details and metadata.")
    return subscription_changes.update(sim, subscription, params)


@route("DELETE", URL + "/{subscription}", "invoice_now prorate cancellation_details expand")
def cancel_subscription(sim: Simulation, params: Parameters) -> Object:
    subscription = sim.find("subscription", params["subscription"])
    if subscription["status"] in ENDED:
        raise Refused(f"No such subscription: '{subscription['id']}'", status=404, code="resource_missing", param="id")
    end(sim, subscription, reason="cancellation_requested")
    return subscription


@route("POST", URL + "/{subscription}/resume", "billing_cycle_anchor proration_behavior")
def resume_subscription(sim: Simulation, params: Parameters) -> Object:
    """Resume a subscription that paused because its trial ended without a card: a new period begins now."""
    subscription = sim.find("subscription", params["subscription"])
    if subscription["status"] != "paused":
        raise unexpected_state("subscription", subscription["status"], "resume")
    subscription["billing_cycle_anchor"] = sim.now()
    subscription_changes.begin_period(sim, subscription, sim.now())
    lines = [make_line(sim, subscription, item) for item in subscription["items"]["data"]]
    invoice = invoices.make_invoice(sim, subscription, "subscription_cycle", lines)
    sim.schedule(sim.now() + invoices.DRAFT_SECONDS, "finalize_invoice", invoice["id"])
    subscription["status"] = "active"
    sim.emit("customer.subscription.resumed", subscription)
    change(sim, subscription)
    return subscription


@route("GET", URL, f"{LISTED} customer price status current_period_end current_period_start")
def list_subscriptions(sim: Simulation, params: Parameters) -> Object:
    """List subscriptions: without `status` those that did not end."""
    status = choice(params, "status", STATUSES, "running") if params.get("status") else "running"
    return paginate(sim, "subscription", URL, params, equal="customer", fits=lambda item: fits(item, status, params))


def fits(subscription: Object, status: str, params: Parameters) -> bool:
    items = subscription["items"]["data"]
    if (price := params.get("price")) and all(item["price"]["id"] != price for item in items):
        return False
    state = subscription["status"]
    groups: dict[str, bool] = {"all": True, "running": state != "canceled", "ended": state in ENDED}
    return groups.get(status, bool(state == status))
