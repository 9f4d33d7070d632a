"""What all pages of the provider share: the lock, refusals, money in words, and where their forms may lead."""

from collections.abc import Callable
from decimal import Decimal
from functools import wraps
from typing import Any
from urllib.parse import urlsplit

from babel.numbers import format_currency, get_currency_precision
from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils.csp import CSP
from django.views.decorators.csp import csp_override
from django.views.decorators.http import require_http_methods

from billing.simulated.exceptions import Refused
from billing.simulated.objects import Object
from billing.simulated.runtime import get_runtime

type View = Callable[..., HttpResponse]
SAME_SITE = {"same-origin", "none"}
TEMPLATES = "simulated_payments"


def page(view: View) -> View:
    """Call a view with the simulation, alone. What is not there is a 404; another site's form is refused."""

    @require_http_methods(["GET", "HEAD", "POST"])
    @wraps(view)
    def answer(request: HttpRequest, **names: str) -> HttpResponse:
        if request.method == "POST" and request.headers.get("Sec-Fetch-Site", "none") not in SAME_SITE:
            return HttpResponse("This form belongs to another site.", status=403, content_type="text/plain")
        with get_runtime().locked() as fake:
            try:
                response = view(request, fake.simulation, **names)
            except Refused as refused:
                raise Http404(str(refused)) from refused
        response["Cache-Control"] = "no-store"
        return response

    return answer


def render_page(
    request: HttpRequest, template: str, context: dict[str, Any], *, leads_to: str | None = None, status: int = 200
) -> HttpResponse:
    """A page whose forms lead here, and where its process ends: a browser asks the policy about redirects too."""
    parts = urlsplit(leads_to or "")
    allowed = [CSP.SELF, *([f"{parts.scheme}://{parts.netloc}"] if parts.netloc else [])]

    def rendered(request: HttpRequest) -> HttpResponse:
        return render(request, f"{TEMPLATES}/{template}", context, status=status)

    site_policy: dict[str, Any] = settings.SECURE_CSP
    policy = csp_override({**site_policy, "form-action": allowed})
    response: HttpResponse = policy(rendered)(request)
    return response


def redirect_out(url: str) -> HttpResponse:
    """Back to the site that sent the customer here."""
    response = HttpResponseRedirect(url)
    response.status_code = 303
    return response


def money(amount: int, currency: str) -> str:
    """An amount in the smallest unit as a person reads it."""
    code = currency.upper()
    value = Decimal(amount).scaleb(-get_currency_precision(code))
    return str(format_currency(value, code, locale="en", format="¤¤ #,##0.00", currency_digits=True))


def rhythm(price: Object) -> str:
    """How often a price is paid."""
    recurring = price["recurring"]
    if not recurring:
        return "once"
    count, interval = recurring["interval_count"], recurring["interval"]
    return f"every {interval}" if count == 1 else f"every {count} {interval}s"
