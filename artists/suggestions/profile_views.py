"""The staff's page of model servers: what each was found to do, which one is asked, and a form for the next."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from accounts.decorators import staff_required
from accounts.reauthentication import require_recent_password
from accounts.requests import AuthenticatedHttpRequest
from artists.exceptions import Refused, Stale
from artists.models import ModelProfile
from artists.suggestions import profiles
from artists.suggestions.profile_form import ProfileForm
from web.decorators import post_only
from web.parsers import parse_integer


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
@staff_required
def model_profiles(request: AuthenticatedHttpRequest) -> HttpResponse:
    """GET: the servers, and a form, with ?from=<id> filled in. POST: save a server, with a recent password."""
    if request.method != "POST":
        chosen = ModelProfile.objects.filter(pk=parse_integer(request.GET.get("from", "")) or 0).first()
        return _render(request, ProfileForm.after(chosen))
    form = ProfileForm(request.POST)
    if not form.is_valid():
        return _render(request, form, status=422)
    require_recent_password(request)
    profile = profiles.save(**form.profile_fields, by=request.user)
    messages.success(request, f"Saved. {profile.name} is being probed now; this page shows what is found.")
    return redirect("staff-models")


@post_only
@staff_required
def change_model_profile(request: AuthenticatedHttpRequest, pk: int) -> HttpResponse:
    """Use this server from now on, or with `do=end` end it. Asks for a recent password."""
    profile = get_object_or_404(ModelProfile, pk=pk)
    require_recent_password(request)
    change = profiles.end if request.POST.get("do") == "end" else profiles.use
    try:
        change(profile, by=request.user)
    except Stale as error:
        return _render(request, ProfileForm(), problem=error, status=409)
    return redirect("staff-models")


def _render(
    request: AuthenticatedHttpRequest, form: ProfileForm, *, problem: Refused | None = None, status: int = 200
) -> HttpResponse:
    context = {"form": form, "problem": problem, "profiles": list(ModelProfile.objects.current())}
    return render(request, "suggestions/models.html", context, status=status)
