"""The promotions of an artist in the studio: list, make and end them."""

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from accounts.requests import AuthenticatedHttpRequest
from artists.studio.access import USER_ERRORS, Studio, error_status, team_member_required
from artists.studio.forms.promotion import PromotionForm
from billing import offers, promotions, terms
from billing.exceptions import Refused
from billing.introductory_prices import IntroductoryPrice
from billing.models import Promotion
from web.decorators import post_only


@require_http_methods(["GET", "HEAD", "POST"])
@team_member_required
def list_or_create_promotions(request: AuthenticatedHttpRequest, studio: Studio) -> HttpResponse:
    """GET: all promotions there ever were, and a form for another one. POST: make one, which begins at once."""
    form = PromotionForm(request.POST or None, artist=studio.artist)
    if request.method != "POST":
        return _render(request, studio, form)
    if not form.is_valid():
        return _render(request, studio, form, status=422)
    try:
        promotions.create(studio.artist, **form.content(), by=request.user)
    except (*USER_ERRORS, Refused) as error:
        status = 422 if isinstance(error, Refused) else error_status(error)
        return _render(request, studio, form, problem=str(error), status=status)
    messages.success(request, "The promotion has begun.")
    return redirect(studio.url("studio-promotions"))


@post_only
@team_member_required
def end_promotion(request: AuthenticatedHttpRequest, studio: Studio, promotion_id: int) -> HttpResponse:
    """Let nobody order with it any more."""
    promotion = get_object_or_404(studio.artist.promotions.select_related("artist"), pk=promotion_id)
    try:
        promotions.end(promotion, by=request.user)
    except USER_ERRORS as error:
        form = PromotionForm(artist=studio.artist)
        return _render(request, studio, form, problem=str(error), status=error_status(error))
    messages.success(request, "It has ended. Who ordered before keeps the lower price.")
    return redirect(studio.url("studio-promotions"))


def _render(
    request: AuthenticatedHttpRequest, studio: Studio, form: PromotionForm, *, problem: str = "", status: int = 200
) -> HttpResponse:
    now = timezone.now()
    prices = offers.list_prices(studio.artist)
    rows: list[tuple[Promotion, dict[str, Any]]] = [
        (
            promotion,
            {
                "is_over": promotion.is_over(now),
                "prices": [
                    (price, terms.write_price(price, IntroductoryPrice(promotion=promotion)))
                    for price in prices
                    if promotions.fits(promotion, price)
                ],
            },
        )
        for promotion in promotions.list_all(studio.artist)
    ]
    return studio.render(
        request, "studio/promotions.html", status=status, section="studio-tiers", rows=rows, form=form, problem=problem
    )
