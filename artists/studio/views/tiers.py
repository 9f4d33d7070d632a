"""The tiers of an artist in the studio: write, sign and sell, and archive them."""

from django.conf import settings
from django.contrib import messages
from django.db.models import Count, Q
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.views.decorators.http import require_http_methods

from accounts import reauthentication
from accounts.requests import AuthenticatedHttpRequest
from artists.studio.access import USER_ERRORS, Studio, error_status, team_member_required
from artists.studio.forms.tier import TierForm
from billing import tiers
from billing.exceptions import BillingError, ProviderError, Refused
from billing.models import Checkout, Tier, TierVersion
from billing.tier_terms import TierTerms
from web.decorators import post_only

SAID_NO_ANSWER = "It is signed, but the payment service does not answer. Press again in a minute."


@require_http_methods(["GET", "HEAD", "POST"])
@team_member_required
def list_or_create_tiers(request: AuthenticatedHttpRequest, studio: Studio) -> HttpResponse:
    """GET: the tiers, and a form for another one. POST: write a new tier, which nobody can buy yet."""
    form = TierForm(request.POST or None, artist=studio.artist)
    problem, status = "", 422 if request.method == "POST" else 200
    if request.method == "POST" and form.is_valid():
        try:
            version = tiers.create(studio.artist, form.terms(), by=request.user)
        except (*USER_ERRORS, Refused) as error:
            problem, status = str(error), _status(error)
        else:
            messages.success(request, f"{version.name} is saved. Nobody can buy it until it is signed.")
            return redirect(studio.url("studio-tier", tier_id=version.tier_id))
    listed = tiers.list_newest(studio.artist)
    return studio.render(
        request, "studio/tiers.html", status=status, section="studio-tiers", form=form, problem=problem,
        rows=[_describe(tier, newest) for tier, newest in listed],
        may_add=studio.may_edit and len(listed) < tiers.MAX_TIERS,
    )  # fmt: skip


@require_http_methods(["GET", "HEAD", "POST"])
@team_member_required
def edit_tier(request: AuthenticatedHttpRequest, studio: Studio, tier_id: int) -> HttpResponse:
    """GET: the newest version with its form, and who pays for which one. POST: save a new version."""
    tier = _get_tier_or_404(studio, tier_id)
    if request.method != "POST":
        return _render_tier(request, studio, tier)
    form = TierForm(request.POST, artist=studio.artist)
    if not form.is_valid():
        return _render_tier(request, studio, tier, form=form, status=422)
    newest = tier.versions.order_by("-version")[0]
    if TierTerms.of(newest).columns() == form.terms().columns():
        messages.info(request, f"Nothing changed: this is version {newest.version}.")
        return redirect(studio.url("studio-tier", tier_id=tier.pk))
    try:
        version = tiers.edit(tier, form.terms(), by=request.user)
    except (*USER_ERRORS, Refused) as error:
        return _render_tier(request, studio, tier, form=form, problem=str(error), status=_status(error))
    messages.success(request, f"Version {version.version} is saved. What is on sale stays so until it is signed.")
    return redirect(studio.url("studio-tier", tier_id=tier.pk))


@post_only
@team_member_required
def sell_version(request: AuthenticatedHttpRequest, studio: Studio, tier_id: int, version: int) -> HttpResponse:
    """Sign this version and put it on sale. Asks for the password unless it was typed recently."""
    tier = _get_tier_or_404(studio, tier_id)
    signed = get_object_or_404(TierVersion.objects.select_related("tier__artist"), tier=tier, version=version)
    try:
        tiers.put_on_sale(signed, by=request.user, fresh=reauthentication.did_recently_authenticate(request))
    except (*USER_ERRORS, BillingError) as error:
        problem = SAID_NO_ANSWER if isinstance(error, ProviderError) else str(error)
        return _render_tier(request, studio, tier, problem=problem, status=_status(error))
    messages.success(request, f"Version {version} is on sale.")
    return redirect(studio.url("studio-tier", tier_id=tier.pk))


@post_only
@team_member_required
def archive_tier(request: AuthenticatedHttpRequest, studio: Studio, tier_id: int) -> HttpResponse:
    """Sell it to nobody any more."""
    tier = _get_tier_or_404(studio, tier_id)
    try:
        tiers.archive(tier, by=request.user)
    except USER_ERRORS as error:
        return _render_tier(request, studio, tier, problem=str(error), status=_status(error))
    messages.success(request, "Nobody can buy it any more. Fans who have it keep it.")
    return redirect(studio.url("studio-tiers"))


def _get_tier_or_404(studio: Studio, tier_id: int) -> Tier:
    return get_object_or_404(tiers.find_tiers(studio.artist), pk=tier_id)


def _describe(tier: Tier, newest: TierVersion) -> dict[str, object]:
    """A row of the list: the version on sale, or the newest one where none is."""
    shown = tier.current or newest
    return {"tier": tier, "version": shown, "terms": TierTerms.of(shown)}


def _status(error: Exception) -> int:
    return 422 if isinstance(error, Refused) else error_status(error)


def _render_tier(
    request: AuthenticatedHttpRequest,
    studio: Studio,
    tier: Tier,
    *,
    form: TierForm | None = None,
    problem: str = "",
    status: int = 200,
) -> HttpResponse:
    paid = Q(sold_prices__checkouts__status=Checkout.Status.PAID, sold_prices__checkouts__book=settings.PAYMENTS)
    versions = list(
        tier.versions.annotate(payers=Count("sold_prices__checkouts", filter=paid, distinct=True)).order_by("-version")
    )
    newest = versions[0]
    is_sold = tiers.is_sold(tier)
    return studio.render(
        request, "studio/tier.html", status=status, section="studio-tiers", tier=tier, newest=newest,
        form=form or TierForm.of_version(newest, artist=studio.artist), problem=problem, is_sold=is_sold,
        versions=[(version, TierTerms.of(version)) for version in versions], terms=TierTerms.of(newest),
        waits=not is_sold or newest.pk != tier.current_id, missing=tiers.find_missing(tier),
    )  # fmt: skip
