"""What a fan pays: the tiers they have, with everything that can be done to them, and the receipts."""

from collections.abc import Callable

from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from accounts import consents
from accounts.decorators import login_required
from accounts.models import Person
from accounts.requests import AuthenticatedHttpRequest
from billing import caps, gifts, own, portal, subscription_changes, terms, where_it_went
from billing.exceptions import BillingError
from billing.models import Subscription, TierPrice
from billing.subscription_changes import Choice
from fans.payment_refusals import describe_refusal
from fans.receipt_list import list_receipts
from fans.spending_limit import Bar, LimitForm
from web.decorators import post_only
from web.redirects import SeeOther
from web.site_links import site_link

PAGE = "subscriptions"


@require_safe
@never_cache
@login_required
def own_subscriptions(request: AuthenticatedHttpRequest) -> HttpResponse:
    """All that the fan has and paid. It is fetched again when something of it changes."""
    return _render(request)


@post_only
@login_required
def cancel(request: AuthenticatedHttpRequest, pk: int) -> HttpResponse:
    """Let it end with what is paid; one that was not paid ends now."""
    return _do(request, pk, lambda row, by: subscription_changes.set_ending(row, ends=True, by=by))


@post_only
@login_required
def resume(request: AuthenticatedHttpRequest, pk: int) -> HttpResponse:
    return _do(request, pk, lambda row, by: subscription_changes.set_ending(row, ends=False, by=by))


@post_only
@login_required
def keep(request: AuthenticatedHttpRequest, pk: int) -> HttpResponse:
    """What was planned for the next period does not happen."""
    return _do(request, pk, lambda row, by: subscription_changes.keep(row, by=by))


@post_only
@login_required
def open_portal(request: AuthenticatedHttpRequest) -> HttpResponse:
    """On to the provider's page with the card and its invoices."""
    try:
        return SeeOther(portal.card_page(request.user, site_link(reverse(PAGE))))
    except BillingError as error:
        return _render(request, problem=describe_refusal(error), status=409)


@post_only
@login_required
def change_limit(request: AuthenticatedHttpRequest) -> HttpResponse:
    """Set the monthly limit. A lower one counts at once, a higher one from tomorrow."""
    cap = caps.read(request.user)
    if cap is None:
        return redirect(PAGE)
    form = LimitForm(request.POST, cap=cap)
    if not form.is_valid():
        return _render(request, limit_form=form, status=422)
    caps.change(request.user, form.cleaned_data["limit"], by=request.user)
    return redirect(PAGE)


@require_safe
@never_cache
@login_required
def choose_price(request: AuthenticatedHttpRequest, pk: int) -> HttpResponse:
    """The other prices that a fan can take in place of the one they have."""
    row = _get(request, pk)
    choices = subscription_changes.list_choices(row)
    context = {
        "row": row,
        "artist": row.artist,
        "now": row.price and terms.write_price(row.price),
        "choices": [(choice, terms.write_price(choice.price)) for choice in choices],
        "refusal": subscription_changes.find_problem(row),
        "section": PAGE,
    }
    return render(request, "fans/subscription.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
@login_required
def change_price(request: AuthenticatedHttpRequest, pk: int, price_id: int) -> HttpResponse:
    """GET: the terms of another price. POST: take it with the next period, or go on to where it is confirmed."""
    row = _get(request, pk)
    choice = next((each for each in subscription_changes.list_choices(row) if each.price.pk == price_id), None)
    if choice is None:
        raise Http404
    if request.method != "POST":
        return _render_change(request, row, choice)
    words_hash, starts = request.POST.get("words_hash", ""), request.POST.get("start") == "now"
    try:
        if choice.is_later:
            subscription_changes.plan(row, price_id, words_hash=words_hash, by=request.user)
            return redirect(PAGE)
        back = site_link(reverse(PAGE))
        page = subscription_changes.start_upgrade(
            row, price_id, agreed=starts, words_hash=words_hash, by=request.user, return_url=back
        )
        return SeeOther(page)
    except BillingError as error:
        return _render_change(request, row, choice, problem=describe_refusal(error), status=409)


@require_safe
@never_cache
@login_required
def payment(request: AuthenticatedHttpRequest, pk: int) -> HttpResponse:
    """The receipt of one payment."""
    found = own.find_paid(request.user, pk)
    if found is None:
        raise Http404
    went = where_it_went.describe(found.invoice)
    context = {"paid": found, "artist": found.invoice.subscription.artist, "section": PAGE, "went": went}
    return render(request, "fans/payment.html", context)


def _do(request: AuthenticatedHttpRequest, pk: int, change: Callable[[Subscription, Person], object]) -> HttpResponse:
    row = _get(request, pk)
    try:
        change(row, request.user)
    except BillingError as error:
        return _render(request, problem=describe_refusal(error), status=409)
    return redirect(PAGE)


def _get(request: AuthenticatedHttpRequest, pk: int) -> Subscription:
    try:
        return subscription_changes.find_own(request.user, pk)
    except Subscription.DoesNotExist:
        raise Http404 from None


def _render(
    request: AuthenticatedHttpRequest, *, problem: str = "", limit_form: LimitForm | None = None, status: int = 200
) -> HttpResponse:
    cap = caps.read(request.user)
    context = {
        "cap": cap,
        "bar": cap and Bar.of(cap),
        "limit_form": limit_form or (cap and LimitForm(cap=cap)),
        "own": own.list_own(request.user),
        "receipts": list_receipts(request.user),
        "given": gifts.list_given(request.user),
        "problem": problem,
        "section": PAGE,
    }
    return render(request, "fans/subscriptions.html", context, status=status)


def _render_change(
    request: AuthenticatedHttpRequest, row: Subscription, choice: Choice, *, problem: str = "", status: int = 200
) -> HttpResponse:
    price: TierPrice = choice.price
    assert row.price
    context = {
        "row": row,
        "artist": row.artist,
        "price": price,
        "price_in_words": terms.write_price(price),
        "is_later": choice.is_later,
        "terms": subscription_changes.list_terms(row, choice),
        "immediate_start": terms.IMMEDIATE_START,
        "words_hash": consents.digest(subscription_changes.write_paper(row, price)),
        "refusal": subscription_changes.find_problem(row),
        "problem": problem,
        "section": PAGE,
    }
    return render(request, "fans/subscription_change.html", context, status=status)
