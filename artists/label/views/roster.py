"""The entrance of rightsholders, and the roster of one."""

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from accounts import reauthentication
from accounts.decorators import login_required
from accounts.exceptions import NotAllowed
from accounts.requests import AuthenticatedHttpRequest
from artists.label.access import Label, label_member_required, list_parties
from artists.label.forms.roster import EndForm, ProposalForm
from artists.label.roster import list_roster
from artists.label.roster import propose as propose_artist
from artists.label.tasks import list_tasks
from rights import roster
from rights.models import RosterEntry
from web.decorators import post_only

TOO_LATE = "This ended or was answered in the meantime. The list below is as it is now."


@require_safe
@never_cache
@login_required
def choose_label(request: AuthenticatedHttpRequest) -> HttpResponse:
    """List the rightsholders whose team this person belongs to, or open the only one."""
    parties = list_parties(request.user)
    if len(parties) == 1:
        return redirect("label-roster", party_id=parties[0].pk)
    return render(request, "label/labels.html", {"parties": parties})


@label_member_required
def manage_roster(request: AuthenticatedHttpRequest, label: Label) -> HttpResponse:
    """GET: show the roster. POST: ask an artist to be on it, after a recent password."""
    if request.method != "POST":
        return _render_roster(request, label)
    form = ProposalForm(request.POST)
    if not form.is_valid():
        return _render_roster(request, label, form=form, status=422)
    artist = form.cleaned_data["artist"]

    def propose() -> str:
        is_fresh = reauthentication.did_recently_authenticate(request)
        propose_artist(label.party, artist, by=request.user, fresh=is_fresh)
        return f"{artist.name} is asked. It counts once they say yes."

    return _apply(request, label, propose, form=form)


@post_only
@label_member_required
def end_entry(request: AuthenticatedHttpRequest, label: Label, entry_id: int) -> HttpResponse:
    """End a tie from a day on, or take back a proposal."""
    entries = RosterEntry.objects.select_related("label", "artist")
    entry = get_object_or_404(entries, pk=entry_id, label=label.party)
    form = EndForm(request.POST)
    if not form.is_valid():
        return _render_roster(request, label, problem=str(form.errors["last_day"][0]), status=422)

    def end() -> str:
        return describe_end(entry, done=roster.end(entry, by=request.user, at=form.cleaned_data["last_day"]))

    return _apply(request, label, end)


def describe_end(entry: RosterEntry, *, done: bool) -> str:
    """What happened, for whoever ended it."""
    if not done:
        return TOO_LATE
    return "Taken back." if entry.accepted is None else "The end is set. What was permitted before stays as it is."


def _apply(
    request: AuthenticatedHttpRequest, label: Label, change: Callable[[], str], form: ProposalForm | None = None
) -> HttpResponse:
    try:
        message = change()
    except (NotAllowed, roster.AlreadyOnRoster) as error:
        return _render_roster(request, label, problem=str(error), form=form, status=409)
    messages.success(request, message)
    return redirect(label.url("label-roster"))


def _render_roster(
    request: AuthenticatedHttpRequest,
    label: Label,
    *,
    form: ProposalForm | None = None,
    problem: str = "",
    status: int = 200,
) -> HttpResponse:
    context: dict[str, Any] = {"roster": list_roster(label.party), "tasks": list_tasks(label)}
    context |= {"form": form or ProposalForm(), "problem": problem}
    return label.render(request, "label/roster.html", status=status, end_form=EndForm(), **context)
