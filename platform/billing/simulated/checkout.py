"""Checkout sessions: open, then complete or expired. The hosted page calls `complete`."""

from billing.simulated import cards, payment_intents, subscriptions
from billing.simulated.catalogue import discounts_product, make_price
from billing.simulated.exceptions import Refused, unexpected_state
from billing.simulated.invoice_lines import basis_points, round_half_up
from billing.simulated.lists import paginate
from billing.simulated.objects import Object, list_of
from billing.simulated.parameters import Parameters, choice, integer, merge_metadata, required
from billing.simulated.routes import LISTED, action, route
from billing.simulated.simulation import Simulation

URL = "/v1/checkout/sessions"
MIN_SECONDS, MAX_SECONDS = 30 * 60, 24 * 3_600
CREATED = (
    "mode customer client_reference_id metadata success_url cancel_url expires_at line_items subscription_data "
    "payment_intent_data discounts allowed_payment_method_types automatic_tax locale payment_method_collection "
    "consent_collection custom_text submit_type ui_mode tax_id_collection customer_update"
)


@route("POST", URL, CREATED)
def create_session(sim: Simulation, params: Parameters) -> Object:
    mode = choice(params, "mode", "payment subscription")
    customer = sim.find("customer", required(params, "customer"), "customer")["id"]
    lines = make_lines(sim, params, mode, customer)
    subtotal = sum(line["amount_subtotal"] for line in lines)
    methods = params.get("allowed_payment_method_types") or ["card", "sepa_debit"]  # those of the dashboard
    coupons = [required(item, "coupon") for item in params.get("discounts") or []]
    off = sum(discount(sim.find("coupon", name, "coupon"), lines) for name in coupons)
    total = 0 if (params.get("subscription_data") or {}).get("trial_period_days") else max(subtotal - off, 0)
    session = sim.create(
        "checkout.session",
        amount_subtotal=subtotal,
        amount_total=total,
        currency=lines[0]["currency"],
        customer=customer,
        mode=mode,
        status="open",
        payment_status="unpaid" if total else "no_payment_required",
        expires_at=expiry(sim, params),
        metadata=merge_metadata({}, params),
        total_details={"amount_discount": off, "amount_shipping": 0, "amount_tax": 0},
        discounts=[{"coupon": name, "promotion_code": None} for name in coupons],
        success_url=required(params, "success_url"),
        payment_method_types=methods,
        ui_mode="hosted_page",
    )
    session |= {name: params.get(name) for name in ("client_reference_id", "cancel_url", "locale")}
    session["url"] = f"{sim.base_url}/pay/checkout/{session['id']}"
    _keep(sim, session, params, lines, coupons)
    return session


def _keep(sim: Simulation, session: Object, params: Parameters, lines: list[Object], coupons: list[str]) -> None:
    """Store what is used when the session is paid, and expire it when nobody pays."""
    kept = {name: params.get(name) or {} for name in ("subscription_data", "payment_intent_data", "automatic_tax")}
    sim.store.put("_session", session["id"], {"line_items": lines, "coupons": coupons, **kept})
    sim.schedule(session["expires_at"], "expire_when_due", session["id"])


def expiry(sim: Simulation, params: Parameters) -> int:
    """When a session expires: between 30 minutes and 24 hours from now. A few seconds may be lost on the way."""
    at = integer(params, "expires_at", sim.now() + MAX_SECONDS)
    if at < sim.now() + MIN_SECONDS - 60:
        at += sim.clock["offset"]  # the client's clock was not advanced with ours
    if not MIN_SECONDS - 60 <= at - sim.now() <= MAX_SECONDS:
        message = "The `expires_at` timestamp must be between 30 minutes and 24 hours from now."
        raise Refused(message, param="expires_at")
    return at


def make_lines(sim: Simulation, params: Parameters, mode: str, customer: str) -> list[Object]:
    """All lines of a session. A customer with a running subscription subscribes in its currency alone."""
    lines = [make_line(sim, item, mode) for item in required(params, "line_items")]
    if mode == "subscription":
        subscriptions.check_currency(sim, customer, lines[0]["currency"])
    return lines


def make_line(sim: Simulation, item: Parameters, mode: str) -> Object:
    """One line of a session, for a price that exists or that the request describes."""
    given = item.get("price_data")
    price = make_price(sim, given, told=False) if given else sim.find("price", required(item, "price"), "price")
    if not price["active"] and not given:
        raise Refused("The price specified is inactive. This field only accepts active prices.", param="line_items")
    if bool(price["recurring"]) != (mode == "subscription"):
        raise Refused(f"This price cannot be used in `{mode}` mode.", param="line_items")
    quantity = integer(item, "quantity", 1, least=1)
    amount = price["unit_amount"] * quantity
    line = {"id": sim.new_id("line_item").replace("il_", "li_"), "object": "item", "price": price}
    sums = {"amount_subtotal": amount, "amount_total": amount, "amount_discount": 0, "amount_tax": 0}
    product = sim.find("product", price["product"])
    return {**line, **sums, "quantity": quantity, "currency": price["currency"], "description": product["name"]}


def discount(coupon: Object, lines: list[Object]) -> int:
    """How much a coupon takes off the lines of a session."""
    amount: int = sum(line["amount_total"] for line in lines if discounts_product(coupon, line["price"]["product"]))
    if coupon["amount_off"]:
        return min(int(coupon["amount_off"]), amount)
    return round_half_up(amount * basis_points(coupon), 10_000)


def complete(sim: Simulation, session: Object, card: str, *, authenticated: bool = False) -> Object:
    """Pay an open session with the named card, as its customer does on the hosted page.

    Raises Refused where the card is declined: the session stays open. A card that needs authentication leaves it open
    too, until `authenticated`.
    """
    if session["status"] != "open":
        raise unexpected_state("checkout session", session["status"], "complete")
    customer = sim.find("customer", session["customer"])
    chosen = cards.CARDS.get(card)
    if chosen and chosen.present == "authentication" and not authenticated and session["amount_total"]:
        raise cards.authentication_required()
    if chosen and chosen.present == "declined" and session["mode"] == "subscription":
        raise cards.declined()
    method = cards.attach(sim, customer, card)
    if session["mode"] == "payment":
        pay_once(sim, session, method["id"], authenticated=authenticated)
    else:
        subscribe(sim, session, method["id"], authenticated=authenticated)
    details = {"email": customer["email"], "name": customer["name"], "phone": None, "address": None}
    session["customer_details"] = {**details, "tax_exempt": "none", "tax_ids": [], "business_name": None}
    session["customer_details"]["individual_name"] = None
    session |= {"status": "complete", "url": None}
    sim.emit("checkout.session.completed", session)
    return session


def pay_once(sim: Simulation, session: Object, method: str, *, authenticated: bool) -> None:
    """Pay a session of mode `payment`, or hold its amount. A second try uses the same payment intent."""
    data = kept(sim, session)["payment_intent_data"]
    if session["payment_intent"]:
        intent = sim.find("payment_intent", session["payment_intent"])
    else:
        intent = payment_intents.make_intent(
            sim,
            session["amount_total"],
            session["currency"],
            session["customer"],
            capture_method=choice(data, "capture_method", "automatic automatic_async manual", "automatic_async"),
            metadata=merge_metadata({}, data),
            description=data.get("description"),
            transfer_group=data.get("transfer_group"),
        )
        session["payment_intent"] = intent["id"]
        sim.save(session)
    payment_intents.confirm_intent(sim, intent, method, present=True, authenticated=authenticated)
    session["payment_status"] = "paid" if intent["status"] == "succeeded" else "unpaid"


def subscribe(sim: Simulation, session: Object, method: str, *, authenticated: bool) -> None:
    """Make the subscription of a session and pay its first invoice."""
    saved = kept(sim, session)
    data = saved["subscription_data"]
    order = subscriptions.Order(
        session["customer"],
        [(line["price"]["id"], line["quantity"]) for line in saved["line_items"]],
        merge_metadata({}, data),
        subscriptions.trial_end_of(sim, data),
        data.get("trial_settings"),
        saved["coupons"],
        saved["automatic_tax"].get("enabled") == "true",
        data.get("description"),
    )
    made = subscriptions.start(sim, order, method, present=True, authenticated=authenticated)
    made["default_payment_method"] = method
    sim.save(made)
    paid = "paid" if session["amount_total"] else "no_payment_required"
    session |= {"subscription": made["id"], "invoice": made["latest_invoice"], "payment_status": paid}


def kept(sim: Simulation, session: Object) -> Object:
    """What a session's request said and its answer does not show."""
    return sim.store.get("_session", session["id"]) or {}


def expire(sim: Simulation, session: Object) -> Object:
    session |= {"status": "expired", "url": None}
    if session["payment_intent"]:
        payment_intents.cancel_intent(sim, sim.find("payment_intent", session["payment_intent"]), "abandoned")
    sim.emit("checkout.session.expired", session)
    return session


@action
def expire_when_due(sim: Simulation, session_id: str) -> None:
    session = sim.find("checkout.session", session_id)
    if session["status"] == "open":
        expire(sim, session)


@route("GET", URL + "/{session}")
def retrieve_session(sim: Simulation, params: Parameters) -> Object:
    return sim.find("checkout.session", params["session"])


@route("GET", URL + "/{session}/line_items", "limit")
def list_session_lines(sim: Simulation, params: Parameters) -> Object:
    session = sim.find("checkout.session", params["session"])
    return list_of(kept(sim, session)["line_items"], f"{URL}/{session['id']}/line_items")


@route("POST", URL + "/{session}/expire")
def expire_session(sim: Simulation, params: Parameters) -> Object:
    session = sim.find("checkout.session", params["session"])
    if session["status"] != "open":
        raise unexpected_state("checkout session", session["status"], "expire")
    return expire(sim, session)


@route("GET", URL, f"{LISTED} customer payment_intent subscription status")
def list_sessions(sim: Simulation, params: Parameters) -> Object:
    return paginate(sim, "checkout.session", URL, params, equal="customer payment_intent subscription status")
