"""The customer portal: subscriptions to cancel, resume or change, the card, and invoices."""

from typing import Any

from django.http import HttpRequest, HttpResponse

from billing.simulated import cards, control, subscription_changes
from billing.simulated.exceptions import Refused
from billing.simulated.objects import Object
from billing.simulated.pages import money, page, redirect_out, render_page, rhythm
from billing.simulated.portal import SESSION_SECONDS
from billing.simulated.simulation import Simulation
from billing.simulated.subscription_status import ENDED, end


@page
def portal_page(request: HttpRequest, sim: Simulation, session: str) -> HttpResponse:
    """Show a customer's subscriptions and invoices, or the one change that the session is for."""
    found = sim.find("billing_portal.session", session)
    expired = found["created"] + SESSION_SECONDS < sim.now()
    error = ""
    if request.method == "POST" and not expired:
        try:
            answer = act(sim, found, request.POST.get("do", ""), request.POST.get("about", ""))
        except Refused as refused:
            error = str(refused)
        else:
            return answer or show(request, sim, found)
    return show(request, sim, found, expired=expired, error=error)


def act(sim: Simulation, session: Object, do: str, about: str) -> HttpResponse | None:
    """Do what was pressed. Returns where to go, or nothing where the page stays."""
    if do == "card":
        control.choose_card(sim, customer=session["customer"], card=about)
        return None
    if do == "confirm" and session["flow"]:
        return confirm(sim, session)
    subscription = own_subscription(sim, session, about)
    if do in {"cancel", "resume"} and allowed(sim, session, "subscription_cancel")["enabled"]:
        ends = allowed(sim, session, "subscription_cancel")["mode"] == "at_period_end"
        if do == "cancel" and not ends:
            end(sim, subscription, reason="cancellation_requested")
        else:
            subscription_changes.update(sim, subscription, {"cancel_at_period_end": str(do == "cancel").lower()})
    if session["flow"]:
        return redirect_out(after(session))
    return None


def confirm(sim: Simulation, session: Object) -> HttpResponse:
    """Do the change of price that the session is for. If it has to be paid first, the invoice's page follows."""
    asked = session["flow"]["subscription_update_confirm"]
    subscription = own_subscription(sim, session, asked["subscription"])
    subscription_changes.update(sim, subscription, change_of(sim, session, asked))
    if subscription["pending_update"]:
        return redirect_out(sim.find("invoice", subscription["latest_invoice"])["hosted_invoice_url"])
    return redirect_out(after(session))


def change_of(sim: Simulation, session: Object, asked: Object) -> dict[str, Any]:
    items = [{name: str(value) for name, value in item.items()} for item in asked["items"]]
    behavior = allowed(sim, session, "subscription_update")["proration_behavior"]
    return {"items": items, "proration_behavior": behavior, "payment_behavior": "pending_if_incomplete"}


def allowed(sim: Simulation, session: Object, feature: str) -> Object:
    """What the configuration of a session says about a feature."""
    found: Object = sim.find("billing_portal.configuration", session["configuration"])["features"][feature]
    return found


def own_subscription(sim: Simulation, session: Object, name: str) -> Object:
    subscription = sim.find("subscription", name)
    if subscription["customer"] != session["customer"]:
        raise Refused(f"No such subscription: '{name}'", status=404)
    return subscription


def after(session: Object) -> str:
    """Where a customer goes when the one change is done."""
    redirect = (session["flow"] or {}).get("after_completion", {}).get("redirect")
    return str(redirect["return_url"] if redirect else session["return_url"])


def show(
    request: HttpRequest, sim: Simulation, session: Object, *, expired: bool = False, error: str = ""
) -> HttpResponse:
    customer = session["customer"]
    running = sim.store.belonging("subscription", "customer", customer)[::-1]
    billed = sim.store.belonging("invoice", "customer", customer)[::-1]
    method = cards.default_method(sim, customer)
    context = {
        "session": session,
        "expired": expired,
        "error": error,
        "flow": (session["flow"] or {}).get("type"),
        "change": preview(sim, session) if not expired else None,
        "subscriptions": [describe(sim, item) for item in running if item["status"] not in ENDED],
        "invoices": [{"invoice": item, "total": money(item["total"], item["currency"])} for item in billed[:12]],
        "card": cards.card_of(sim, method).name if method else "",
        "cards": list(cards.CARDS),
        "may_cancel": allowed(sim, session, "subscription_cancel")["enabled"],
        "may_change_card": allowed(sim, session, "payment_method_update")["enabled"],
    }
    return render_page(request, "portal.html", context, leads_to=after(session), status=402 if error else 200)


def describe(sim: Simulation, subscription: Object) -> dict[str, Any]:
    """A subscription as its customer reads it."""
    item = subscription["items"]["data"][0]
    price = item["price"]
    return {
        "subscription": subscription,
        "name": sim.find("product", price["product"])["name"],
        "price": f"{money(price['unit_amount'], price['currency'])} {rhythm(price)}",
    }


def preview(sim: Simulation, session: Object) -> dict[str, str] | None:
    """What the change of price that the session is for costs now and later."""
    asked = (session["flow"] or {}).get("subscription_update_confirm")
    if not asked:
        return None
    subscription = own_subscription(sim, session, asked["subscription"])
    old = subscription["items"]["data"][0]
    items = change_of(sim, session, asked)["items"]
    new = subscription_changes.changed_item(sim, subscription, old, items)
    resets = new["price"]["recurring"] != old["price"]["recurring"]
    lines = subscription_changes.proration_lines(sim, subscription, old, new, resets=resets)
    price = new["price"]
    return {
        "name": sim.find("product", price["product"])["name"],
        "later": f"{money(price['unit_amount'], price['currency'])} {rhythm(price)}",
        "now": money(max(sum(line["amount"] for line in lines), 0), price["currency"]),
    }
