"""The provider's own page, with DEBUG on: its clock, its knobs, and what banks can do."""

from datetime import UTC, datetime
from typing import Any

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse

from billing.simulated import control, disputes, events
from billing.simulated.exceptions import Refused
from billing.simulated.objects import Object
from billing.simulated.pages import money, page, redirect_out, render_page
from billing.simulated.simulation import Simulation

MAX_DAYS = 400
SHOWN = 15  # newest payments


@page
def panel_page(request: HttpRequest, sim: Simulation) -> HttpResponse:
    """Show what the provider knows, and let its operator move it."""
    if not settings.DEBUG:
        raise Http404
    error = ""
    if request.method == "POST":
        try:
            act(sim, request.POST.dict())
        except (Refused, ValueError) as refused:
            error = str(refused)
        else:
            return redirect_out("/")
    context = {
        "error": error,
        "now": datetime.fromtimestamp(sim.now(), UTC),
        "knobs": {"drop": 0, "duplicate": 0, "delay": 0, "reorder": False, **sim.knobs},
        "refund_outcomes": ["succeed", "pending", "fail"],
        "waiting": len(sim.store.all("_delivery")),
        "undelivered": sum(1 for event in sim.store.all("event") if event["pending_webhooks"]),
        "due": len(events.due_deliveries(sim)),
        "payments": [describe(item) for item in list(sim.store.newest_first("charge"))[:SHOWN]],
        "disputes": [item for item in sim.store.newest_first("dispute") if item["status"] in disputes.OPEN],
    }
    return render_page(request, "panel.html", context, status=400 if error else 200)


def describe(charge: Object) -> dict[str, Any]:
    return {
        "charge": charge,
        "amount": money(charge["amount"], charge["currency"]),
        "held": charge["status"] == "succeeded" and not charge["captured"] and not charge["refunded"],
        "disputable": charge["captured"] and not charge["disputed"] and not charge["refunded"],
    }


def act(sim: Simulation, given: dict[str, str]) -> None:
    """Do what was pressed on the page."""
    do, about = given.get("do", ""), given.get("about", "")
    if do == "advance":
        sim.advance(min(int(given["days"]), MAX_DAYS) * 86_400)
    elif do == "knobs":
        numbers = {name: int(given.get(name) or 0) for name in ("drop", "duplicate", "delay")}
        words = {name: given[name] for name in ("refunds", "after_retries") if name in given}
        control.set_knobs(sim, reorder="reorder" in given, **numbers, **words)
    elif do == "drop-hold":
        control.drop_hold(sim, payment_intent=about)
    elif do == "dispute":
        disputes.open_dispute(sim, about)
    elif do in {"won", "lost"}:
        disputes.close_dispute(sim, about, won=do == "won")
