"""The staff's page of split schemes: how income from each use is split, in versions that are never edited."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby

from django.contrib import messages
from django.db.models import Count, QuerySet
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache

from accounts.decorators import staff_required
from accounts.reauthentication import require_recent_password
from accounts.requests import AuthenticatedHttpRequest
from artists.agreement_split import SplitBar, draw_scheme
from artists.label.forms.split_scheme import SplitSchemeForm
from rights import agreement_versions
from rights import split_schemes as schemes_of_rights
from rights.exceptions import RightsError
from rights.models import SplitScheme
from rights.refusals import write_income
from web.parsers import parse_integer


@dataclass(frozen=True, slots=True)
class SchemeGroup:
    """The versions of the split for one use and class of tiers, newest first."""

    versions: Sequence[SplitScheme]
    bar: SplitBar
    """Of the newest."""

    @property
    def newest(self) -> SplitScheme:
        return self.versions[0]

    @property
    def income(self) -> str:
        return write_income(self.newest.use)


@never_cache
@staff_required
def split_schemes(request: AuthenticatedHttpRequest) -> HttpResponse:
    """GET: every version by use, and the form for the next one. POST: store it, with a recent password."""
    if request.method != "POST":
        return _render(request, SplitSchemeForm.after(_find_scheme(request.GET.get("from", ""))))
    form = SplitSchemeForm(request.POST)
    if not form.is_valid():
        return _render(request, form, status=422)
    require_recent_password(request)
    use, tier_class = form.cleaned_data["use"], form.cleaned_data["tier_class"]
    try:
        scheme = schemes_of_rights.add_scheme(
            use, form.shares, by=request.user, tier_class=tier_class, fee_bearer=form.cleaned_data["fee_bearer"]
        )
    except RightsError as error:
        form.add_error(None, str(error))
        return _render(request, form, status=409)
    messages.success(request, f"Stored: version {scheme.version} of the split of {write_income(use)}.")
    return redirect("staff-splits")


def _render(request: AuthenticatedHttpRequest, form: SplitSchemeForm, *, status: int = 200) -> HttpResponse:
    schemes = _list_schemes().order_by("use", "tier_class", "-version")
    grouped = [list(versions) for _, versions in groupby(schemes, key=lambda one: (one.use, one.tier_class))]
    groups = [SchemeGroup(versions, draw_scheme(versions[0])) for versions in grouped]
    used = agreement_versions.list_live().filter(scheme__isnull=False).order_by()
    in_force = dict(used.values_list("scheme").annotate(Count("pk")))
    for scheme in schemes:
        scheme.in_force = in_force.get(scheme.pk, 0)  # type: ignore[attr-defined]
    return render(request, "label/split_schemes.html", {"groups": groups, "form": form}, status=status)


def _list_schemes() -> QuerySet[SplitScheme]:
    return SplitScheme.objects.prefetch_related("lines")


def _find_scheme(text: str) -> SplitScheme | None:
    return _list_schemes().filter(pk=parse_integer(text) or 0).first()
