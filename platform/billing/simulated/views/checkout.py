"""The hosted pages where a customer pays: a Checkout session, and an invoice that is still open."""

from django.http import HttpRequest, HttpResponse

from billing.simulated import cards, checkout, invoices
from billing.simulated.exceptions import Refused
from billing.simulated.objects import Object
from billing.simulated.pages import money, page, redirect_out, render_page, rhythm
from billing.simulated.simulation import Simulation

BANK_REFUSED = "The bank did not confirm that it was you. Nothing was paid."


@page
def checkout_page(request: HttpRequest, sim: Simulation, session: str) -> HttpResponse:
    """Show what a session costs, and pay it with the card that was chosen."""
    found = sim.find("checkout.session", session)
    if request.method != "POST" or found["status"] != "open":
        return show_session(request, sim, found)
    card, bank = request.POST.get("card", ""), request.POST.get("bank")
    if bank == "no":
        return show_session(request, sim, found, error=BANK_REFUSED)
    try:
        checkout.complete(sim, found, card, authenticated=bank == "yes")
    except Refused as refused:
        if refused.details.get("code") == "authentication_required":
            return show_bank(request, found["success_url"], card)
        return show_session(request, sim, found, error=str(refused))
    return redirect_out(success_url(found))


def success_url(session: Object) -> str:
    return str(session["success_url"]).replace("{CHECKOUT_SESSION_ID}", session["id"])


def show_session(request: HttpRequest, sim: Simulation, session: Object, error: str = "") -> HttpResponse:
    kept = checkout.kept(sim, session)
    currency = session["currency"]
    lines = [
        {
            "name": line["description"],
            "amount": money(line["amount_total"], currency),
            "rhythm": rhythm(line["price"]),
        }
        for line in kept["line_items"]
    ]
    off = session["total_details"]["amount_discount"]
    context = {
        "session": session,
        "lines": lines,
        "total": money(session["amount_total"], currency),
        "discount": money(off, currency) if off else "",
        "trial_days": kept["subscription_data"].get("trial_period_days"),
        "is_hold": kept["payment_intent_data"].get("capture_method") == "manual",
        "cards": list(cards.CARDS),
        "success_url": success_url(session),
        "error": error,
    }
    return render_page(request, "checkout.html", context, leads_to=session["success_url"], status=402 if error else 200)


def show_bank(request: HttpRequest, leads_to: str, card: str) -> HttpResponse:
    """The step of a bank that wants to hear from the customer."""
    return render_page(request, "bank.html", {"card": card}, leads_to=leads_to)


@page
def invoice_page(request: HttpRequest, sim: Simulation, invoice: str) -> HttpResponse:
    """Show an invoice, and pay it if it is open."""
    found = sim.find("invoice", invoice)
    error = ""
    if request.method == "POST" and found["status"] == "open":
        card, bank = request.POST.get("card", ""), request.POST.get("bank")
        if bank is None and card in cards.CARDS and cards.CARDS[card].present == "authentication":
            return show_bank(request, "", card)
        error = BANK_REFUSED if bank == "no" else pay_invoice(sim, found, card)
    context = {
        "invoice": found,
        "lines": [
            {"name": line["description"], "amount": money(line["amount"], line["currency"])}
            for line in found["lines"]["data"]
        ],
        "due": money(found["amount_due"], found["currency"]),
        "cards": list(cards.CARDS),
        "error": error,
    }
    return render_page(request, "invoice.html", context, status=402 if error else 200)


def pay_invoice(sim: Simulation, invoice: Object, card: str) -> str:
    """Pay an open invoice with a card, which becomes the customer's. Returns what went wrong."""
    try:
        method = cards.attach(sim, sim.find("customer", invoice["customer"]), card)
        invoices.pay(sim, invoice, method["id"], present=True, authenticated=True)
    except Refused as refused:
        return str(refused)
    return ""
