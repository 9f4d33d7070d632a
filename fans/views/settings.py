"""The fan's settings: name, time zone, tokens, opt-ins, paused programs, AI messages, and every consent they gave."""

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from accounts import ages, people, tokens
from accounts.decorators import login_required
from accounts.exceptions import NotAllowed, TokenRefused
from accounts.models import Consent, Person, Token
from accounts.people import normalise_name
from accounts.reauthentication import require_recent_password
from accounts.requests import AuthenticatedHttpRequest
from ai.names import safe_name
from catalog.models import Artist
from fans import mutes, opt_ins, preferences, scrobblers
from fans.forms import NameForm, TimeZoneForm, TokenForm
from fans.models import Mute
from web.decorators import post_only

CONSENTS_SHOWN = 50


@require_safe
@never_cache
@login_required
def fan_settings(request: AuthenticatedHttpRequest) -> HttpResponse:
    return _render_settings(request)


@post_only
@login_required
def change_name(request: AuthenticatedHttpRequest) -> HttpResponse:
    form = NameForm(request.POST)
    if not form.is_valid():
        return _render_settings(request, name_form=form, status=422)
    Person.objects.filter(pk=request.user.pk).update(name=form.cleaned_data["name"])
    messages.success(request, "Your name is changed. What was sent before keeps the old one.")
    return redirect("settings")


@post_only
@login_required
def name_note(request: AuthenticatedHttpRequest) -> HttpResponse:
    """Whether messages would leave out the name that is being typed. Nothing is stored."""
    return render(request, "fans/settings.html#name-note", {"is_name_left_out": _is_left_out(request.POST.get("name"))})


@post_only
@login_required
def change_time_zone(request: AuthenticatedHttpRequest) -> HttpResponse:
    """Store the time zone that the person chose, or with from=browser the browser's where there is none yet."""
    if request.POST.get("from") == "browser":
        people.adopt_browser_zone(request.user, request.POST.get("time_zone", ""))
        return HttpResponse(status=204)
    form = TimeZoneForm(request.POST)
    if not form.is_valid():
        return _render_settings(request, time_zone_form=form, status=422)
    Person.objects.filter(pk=request.user.pk).update(time_zone=form.cleaned_data["time_zone"])
    messages.success(request, "Your time zone is changed.")
    return redirect("settings")


@post_only
@never_cache
@login_required
def make_token(request: AuthenticatedHttpRequest) -> HttpResponse:
    """Make a token, after a recent password. Its secret is shown in this response only."""
    form = TokenForm(request.POST)
    if not form.is_valid():
        return _render_settings(request, token_form=form, status=422)
    require_recent_password(request)
    scrobbler = scrobblers.find_scrobbler(form.cleaned_data["scrobbler"])
    try:
        token, secret = tokens.create(request.user, form.cleaned_data["label"] or scrobbler.name, by=request.user)
    except TokenRefused as problem:
        form.add_error(None, str(problem))
        return _render_settings(request, token_form=form, status=422)
    fields = scrobblers.fill_in_settings(scrobbler, request.user.handle, secret)
    new_token = {"token": token, "scrobbler": scrobbler, "fields": fields}
    return _render_settings(request, new_token=new_token)


@post_only
@login_required
def raise_age(request: AuthenticatedHttpRequest) -> HttpResponse:
    """The person is older now, after a recent password. It can be said once in two years."""
    require_recent_password(request)
    try:
        ages.raise_own(request.user, request.POST.get("age_band", ""))
    except NotAllowed as problem:
        messages.error(request, str(problem))
    else:
        messages.success(request, "Your age is changed.")
    return redirect("settings")


@post_only
@login_required
def revoke_token(request: AuthenticatedHttpRequest, pk: int) -> HttpResponse:
    token = get_object_or_404(Token, pk=pk, person=request.user)
    tokens.revoke(token, by=request.user)
    messages.success(request, f"“{token.name}” no longer works.")
    return redirect("settings")


@post_only
@login_required
def resume_program(request: AuthenticatedHttpRequest, pk: int) -> HttpResponse:
    mute = get_object_or_404(Mute, pk=pk, person=request.user)
    mutes.resume(request.user, mute.program)
    return redirect("settings")


def _render_settings(
    request: AuthenticatedHttpRequest,
    *,
    name_form: NameForm | None = None,
    time_zone_form: TimeZoneForm | None = None,
    token_form: TokenForm | None = None,
    new_token: dict[str, Any] | None = None,
    status: int = 200,
) -> HttpResponse:
    person = request.user
    context = {
        "is_name_left_out": _is_left_out(person.name),
        "name_form": name_form or NameForm(initial={"name": person.name}),
        "time_zone_form": time_zone_form or TimeZoneForm(initial={"time_zone": person.zone.key}),
        "token_form": token_form or TokenForm(),
        "new_token": new_token,
        "tokens": Token.objects.usable().filter(person=person).order_by("-pk"),
        "opt_ins": opt_ins.active_opt_ins(person).select_related("artist", "consent"),
        "paused_programs": mutes.active_mutes(person),
        "hide_ai": preferences.hides_ai(person),
        "consents": _consent_history(person),
        "higher_ages": ages.list_higher(person),
        "section": "settings",
    }
    return render(request, "fans/settings.html", context, status=status)


def _is_left_out(name: str | None) -> bool:
    """Whether messages go without this name, because a greeting must not repeat it."""
    name = normalise_name(name or "")
    return bool(name) and safe_name(name) is None


def _consent_history(person: Person) -> list[dict[str, Any]]:
    """The newest consents, each with the name of the artist it is about, in two queries."""
    consents = list(Consent.objects.filter(person=person).order_by("-pk")[:CONSENTS_SHOWN])
    ids = {int(consent.about.removeprefix("artist:")) for consent in consents if consent.about.startswith("artist:")}
    names = {f"artist:{pk}": name for pk, name in Artist.objects.filter(pk__in=ids).values_list("pk", "name")}
    return [{"consent": consent, "about": names.get(consent.about) or _name_subject(consent)} for consent in consents]


def _name_subject(consent: Consent) -> str:
    return "a remix that you offered" if consent.about.startswith("shelf:") else consent.about
