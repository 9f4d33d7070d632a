"""Gifts: the terms with the button that pays one, the giver's page of it, and the page that redeems it."""

from uuid import UUID

from django.conf import settings
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from accounts import consents
from accounts.decorators import login_required
from accounts.requests import AuthenticatedHttpRequest
from billing import gift_terms, gifts
from billing.exceptions import BillingError, NotAgreed, Refused
from billing.models import Gift, TierPrice
from billing.models.gifts import MONTHS
from fans import gift_links, wrong_codes
from fans.payment_refusals import describe_refusal
from rights.money import format_money
from web.decorators import post_only
from web.redirects import SeeOther


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
@login_required
def give_tier(request: AuthenticatedHttpRequest, slug: str, price_id: int) -> HttpResponse:
    """GET: the terms of a gift of some months. POST: go on to where it is paid."""
    prices = TierPrice.objects.filter(artist__slug=slug, book=settings.PAYMENTS, interval="month")
    price = get_object_or_404(prices.select_related("version__tier__artist"), pk=price_id)
    sent = request.POST if request.method == "POST" else request.GET
    months = int(sent["months"]) if sent.get("months") in {str(number) for number in MONTHS} else MONTHS[1]
    if request.method != "POST":
        return _render_terms(request, price, months)
    agreed, words_hash = request.POST.get("agree") == "yes", request.POST.get("words_hash", "")
    try:
        session = gift_links.start(request.user, price, months, agreed=agreed, words_hash=words_hash)
    except NotAgreed as error:
        return _render_terms(request, price, months, problem=str(error), status=422)
    except BillingError as error:
        return _render_terms(request, price, months, problem=describe_refusal(error), status=409)
    return SeeOther(session.url)


@require_safe
@never_cache
@login_required
def own_gift(request: AuthenticatedHttpRequest, pk: UUID) -> HttpResponse:
    """What became of a gift, and its link. It changes nothing, and asks again by itself while it is not paid."""
    return _render_gift(request, _get_own(request, pk))


@post_only
@login_required
def take_back(request: AuthenticatedHttpRequest, pk: UUID) -> HttpResponse:
    """Pay it back to its giver. Nobody can redeem it any more."""
    gift = _get_own(request, pk)
    try:
        gifts.take_back(gift, by=request.user)
    except BillingError as error:
        return _render_gift(request, _get_own(request, pk), problem=describe_refusal(error), status=409)
    return redirect("gift", gift.pk)


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
@login_required
def redeem_gift(request: AuthenticatedHttpRequest, token: str) -> HttpResponse:
    """GET: what somebody gives to whoever has this link. POST: take it."""
    if wrong_codes.is_blocked(request.user):
        return HttpResponse(wrong_codes.SAID_TOO_MANY, status=429, content_type="text/plain; charset=utf-8")
    gift = wrong_codes.get_gift_or_404(request.user, token)
    problem, status = "", 200
    if request.method == "POST":
        try:
            gifts.redeem(gift, request.user)
        except Refused as error:
            problem, status = str(error), 409
        else:
            return redirect("subscriptions")
    context = {
        "gift": gift,
        "artist": gift.artist,
        "length": gift_terms.write_months(gift.months),
        "included": gift_terms.list_included(gift.price),
        "problem": problem or gifts.find_problem(gift, request.user),
        "token": token,
        "section": "artists",
    }
    return render(request, "fans/gift_redeem.html", context, status=status)


def _get_own(request: AuthenticatedHttpRequest, pk: UUID) -> Gift:
    return get_object_or_404(gifts.find_given(request.user), pk=pk)


def _render_gift(
    request: AuthenticatedHttpRequest, gift: Gift, *, problem: str = "", status: int = 200
) -> HttpResponse:
    context = {
        "gift": gift,
        "artist": gift.artist,
        "length": gift_terms.write_months(gift.months),
        "link": gift_links.link_redemption(gift),
        "problem": problem,
        "section": "subscriptions",
    }
    return render(request, "fans/gift.html", context, status=status)


def _render_terms(
    request: AuthenticatedHttpRequest, price: TierPrice, months: int, *, problem: str = "", status: int = 200
) -> HttpResponse:
    refusal = ""
    try:
        gifts.find_price(request.user, price.pk, artist_id=price.artist_id)
    except Refused as error:
        refusal = str(error)
    context = {
        "artist": price.version.tier.artist,
        "price": price,
        "months": months,
        "choices": [(number, gift_terms.write_months(number)) for number in MONTHS],
        "amount": format_money(price.amount * months, price.currency),
        "terms": gift_terms.list_terms(price, months),
        "words_hash": consents.digest(gift_terms.write_paper(price, months)),
        "consent": gift_terms.CONSENT,
        "refusal": refusal,
        "problem": "" if problem == refusal else problem,
        "section": "artists",
    }
    return render(request, "fans/gift_new.html", context, status=status)
