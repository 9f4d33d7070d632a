"""The hosted page where the owner of an account says who they are."""

from django.http import HttpRequest, HttpResponse

from billing.simulated import accounts
from billing.simulated.exceptions import missing
from billing.simulated.pages import page, redirect_out, render_page
from billing.simulated.simulation import Simulation

HALF = ["individual.verification.document"]


@page
def onboarding_page(request: HttpRequest, sim: Simulation, token: str) -> HttpResponse:
    """Let the owner fill in everything, or leave a document out. An old link leads to where a new one is made."""
    link = sim.store.get("_account_link", token)
    if link is None:
        raise missing("account_link", token)
    if link["until"] < sim.now():
        return redirect_out(link["refresh_url"])
    account = sim.find("account", link["account"])
    if request.method == "POST":
        accounts.set_requirements(sim, account["id"], HALF if request.POST.get("answer") == "half" else [])
        return redirect_out(link["return_url"])
    context = {"account": account, "return_url": link["return_url"]}
    return render_page(request, "onboarding.html", context, leads_to=link["return_url"])
