"""Settle: one's name, tokens, opt-ins, pauses and wishes, on one page; and every yes one ever gave."""

from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from accounts import tokens
from accounts.decorators import login_required
from accounts.exceptions import TokenRefused
from accounts.models import Consent, Person, Token
from accounts.people import normalise_name
from accounts.requests import AuthenticatedHttpRequest
from catalog.models import Artist
from fans import mutes, opt_ins, preferences, scrobblers
from fans.models import Mute
from web.decorators import post_only

CONSENTS_SHOWN = 50


class Name(forms.Form):
    name = forms.CharField(
        label="Name",
        max_length=80,
        required=False,
        help_text="As artists may greet you.",
        error_messages={"max_length": "Use at most %(limit_value)d characters; these are %(show_value)d."},
        widget=forms.TextInput(attrs={"autocomplete": "name", "dir": "auto"}),
    )

    def clean_name(self) -> str:
        return normalise_name(self.cleaned_data["name"])


class NewToken(forms.Form):
    scrobbler = forms.ChoiceField(label="For", choices=[(each.key, each.name) for each in scrobblers.SCROBBLERS])
    label = forms.CharField(
        label="Call it",
        max_length=80,
        required=False,
        help_text="So that you know later which one to revoke, for example: my phone.",
        error_messages={"max_length": "Use at most %(limit_value)d characters; these are %(show_value)d."},
        widget=forms.TextInput(attrs={"autocomplete": "off", "dir": "auto"}),
    )

    def clean_label(self) -> str:
        return normalise_name(self.cleaned_data["label"])


@require_safe
@never_cache
@login_required
def fan_settings(request: AuthenticatedHttpRequest) -> HttpResponse:
    return _render_settings(request)


@post_only
@login_required
def change_name(request: AuthenticatedHttpRequest) -> HttpResponse:
    form = Name(request.POST)
    if not form.is_valid():
        return _render_settings(request, name_form=form, status=422)
    Person.objects.filter(pk=request.user.pk).update(name=form.cleaned_data["name"])
    messages.success(request, "Your name is changed. What was sent before keeps the old one.")
    return redirect("settings")


@post_only
@never_cache
@login_required
def make_token(request: AuthenticatedHttpRequest) -> HttpResponse:
    """Shown in the answer to this very form, and nowhere ever again."""
    form = NewToken(request.POST)
    if not form.is_valid():
        return _render_settings(request, token_form=form, status=422)
    chosen = scrobblers.find_scrobbler(form.cleaned_data["scrobbler"])
    try:
        made, secret = tokens.create(request.user, form.cleaned_data["label"] or chosen.name, by=request.user)
    except TokenRefused as problem:
        form.add_error(None, str(problem))
        return _render_settings(request, token_form=form, status=422)
    filled = scrobblers.fill_in_settings(chosen, request.user.handle, secret)
    return _render_settings(request, made={"token": made, "chosen": chosen, "filled": filled})


@post_only
@login_required
def revoke_token(request: AuthenticatedHttpRequest, pk: int) -> HttpResponse:
    token = get_object_or_404(Token, pk=pk, person=request.user)
    tokens.revoke(token, by=request.user)
    messages.success(request, f"“{token.name}” opens nothing any more.")
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
    name_form: Name | None = None,
    token_form: NewToken | None = None,
    made: dict[str, Any] | None = None,
    status: int = 200,
) -> HttpResponse:
    person = request.user
    context = {
        "name_form": name_form or Name(initial={"name": person.name}),
        "token_form": token_form or NewToken(),
        "made": made,
        "tokens": Token.objects.usable().filter(person=person).order_by("-pk"),
        "opt_ins": opt_ins.active_opt_ins(person).select_related("artist", "consent"),
        "mutes": mutes.active_mutes(person),
        "human_only": preferences.wants_human_only(person),
        "consents": _consent_history(person),
        "section": "settings",
    }
    return render(request, "fans/settings.html", context, status=status)


def _consent_history(person: Person) -> list[dict[str, Any]]:
    """Newest first, each with the name of what it is about; in two queries."""
    rows = list(Consent.objects.filter(person=person).order_by("-pk")[:CONSENTS_SHOWN])
    ids = {int(row.about.removeprefix("artist:")) for row in rows if row.about.startswith("artist:")}
    names = {f"artist:{pk}": name for pk, name in Artist.objects.filter(pk__in=ids).values_list("pk", "name")}
    return [{"row": row, "about": names.get(row.about, row.about)} for row in rows]
