"""The tiers of an artist, the terms of one with the button that orders it, and the page of an order."""

from uuid import UUID

from django.conf import settings
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from accounts import consents
from accounts.decorators import login_required
from accounts.models import AgeBand, Person
from accounts.requests import AuthenticatedHttpRequest
from billing import checkouts, introductory_prices, leases, offers, promotions, shares, subscription_changes, terms
from billing.exceptions import BillingError, NotAgreed, Refused
from billing.models import Checkout, TierPrice
from catalog.models import Artist
from fans import orders, wrong_codes
from fans.payment_refusals import describe_refusal
from web.decorators import post_only
from web.redirects import SeeOther

SAID_UNKNOWN = "No promotion with this code is open to you."


@require_safe
@never_cache
@login_required
def artist_tiers(request: AuthenticatedHttpRequest, slug: str) -> HttpResponse:
    """The tiers on sale. `currency` is the one to show prices in, `code` is of a promotion."""
    artist = get_object_or_404(Artist, slug=slug)
    sent = request.GET.get("code", "")
    code = wrong_codes.read_code(request.user, artist.pk, sent)
    found = offers.find_offers(artist, request.user, currency=request.GET.get("currency", ""), code=code)
    context = {
        "artist": artist,
        "offers": found,
        "code": promotions.clean_code(sent),
        "code_problem": _find_code_problem(request.user, found.introductory_prices) if sent else "",
        "section": "artists",
    }
    return render(request, "fans/tiers.html", context)


def _find_code_problem(person: Person, found: introductory_prices.IntroductoryPrices) -> str:
    if any(promotion.code for promotion in found.usable):
        return ""
    return wrong_codes.SAID_TOO_MANY if wrong_codes.is_blocked(person) else SAID_UNKNOWN


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
@login_required
def artist_tier(request: AuthenticatedHttpRequest, slug: str, price_id: int) -> HttpResponse:
    """GET: the terms of a tier at one price. POST: order it, and go on to where it is paid."""
    prices = TierPrice.objects.filter(artist__slug=slug, book=settings.PAYMENTS)
    price = get_object_or_404(prices.select_related("version__tier__artist"), pk=price_id)
    sent = request.POST if request.method == "POST" else request.GET
    code = wrong_codes.read_code(request.user, price.artist_id, sent.get("code", ""))
    if request.method != "POST":
        return _render_terms(request, price, code=code)
    agreed, words_hash = request.POST.get("start") == "now", request.POST.get("words_hash", "")
    try:
        return SeeOther(orders.start(request.user, price, agreed=agreed, words_hash=words_hash, code=code).url)
    except NotAgreed as error:
        return _render_terms(request, price, code=code, problem=str(error), status=422)
    except BillingError as error:
        return _render_terms(request, price, code=code, problem=describe_refusal(error), status=409)


@require_safe
@never_cache
@login_required
def order(request: AuthenticatedHttpRequest, pk: UUID) -> HttpResponse:
    """What became of an order. The provider sends the fan back to it; it changes nothing and asks again by itself."""
    return _render_order(request, _get_order(request, pk))


@post_only
@login_required
def cancel_order(request: AuthenticatedHttpRequest, pk: UUID) -> HttpResponse:
    """Let what was bought end with what is paid."""
    return _set_ending(request, pk, ends=True)


@post_only
@login_required
def resume_order(request: AuthenticatedHttpRequest, pk: UUID) -> HttpResponse:
    """Let what was canceled go on, until it has ended."""
    return _set_ending(request, pk, ends=False)


def _set_ending(request: AuthenticatedHttpRequest, pk: UUID, *, ends: bool) -> HttpResponse:
    found = _get_order(request, pk)
    try:
        subscription_changes.set_order_ending(found, ends=ends, by=request.user)
    except BillingError as error:
        return _render_order(request, found, problem=describe_refusal(error), status=409)
    return redirect("order", found.pk)


def _get_order(request: AuthenticatedHttpRequest, pk: UUID) -> Checkout:
    own = Checkout.objects.filter(person=request.user).select_related("price__version__tier", "artist", "promotion")
    return get_object_or_404(own, pk=pk)


def _render_order(
    request: AuthenticatedHttpRequest, order: Checkout, *, problem: str = "", status: int = 200
) -> HttpResponse:
    context = {
        "order": order,
        "artist": order.artist,
        "price": terms.write_price(order.price, introductory_prices.read_order(order)),
        "running": subscription_changes.find_running(order) if order.status == Checkout.Status.PAID else None,
        "has_access": leases.has_access(request.user.pk, order.artist_id),
        "problem": problem,
        "section": "artists",
    }
    return render(request, "fans/order.html", context, status=status)


def _render_terms(
    request: AuthenticatedHttpRequest, price: TierPrice, *, code: str, problem: str = "", status: int = 200
) -> HttpResponse:
    introductory = introductory_prices.find(request.user, price, code=code)
    first_amount = introductory.compute_first_amount(price)
    refusal, listed = "", []
    try:
        _, sale = checkouts.find_sold_price(request.user, price.pk, artist_id=price.artist_id)
    except Refused as error:
        refusal = str(error)
    else:
        listed = shares.list_shares(first_amount, price.currency, price.version.tier.artist, sale)
    context = {
        "artist": price.version.tier.artist,
        "price": price,
        "price_in_words": terms.write_price(price, introductory),
        "first_amount": first_amount,
        "terms": terms.list_terms(price, introductory),
        "code": code,
        "trial_days": introductory.trial_days,
        "words_hash": consents.digest(terms.write_paper(price, introductory)),
        "immediate_start": terms.IMMEDIATE_START,
        "shares": listed,
        "is_adult": request.user.age_band == AgeBand.ADULT,
        "refusal": refusal,
        "problem": "" if problem == refusal else problem,
        "section": "artists",
    }
    return render(request, "fans/tier.html", context, status=status)
