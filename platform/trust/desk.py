"""Handle: staff look at what fans reported, as it was shown to them, and say who is right."""

from django import forms
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from accounts.requests import Request
from trust import reports
from trust.models import Report

AT_ONCE = 50


class Verdict(forms.Form):
    """Each button is a verdict; the note says why."""

    verdict = forms.ChoiceField(choices=[("uphold", "Uphold"), ("dismiss", "Dismiss")])
    note = forms.CharField(max_length=500, error_messages={"required": "Say in a sentence why: it is kept with it."})


@require_safe
@never_cache
@login_required
def page(request: Request) -> HttpResponse:
    """What waits, oldest first; with ?handled, what was handled last."""
    _staff_only(request)
    return _shown(request)


@require_POST
@login_required
def handle(request: Request, pk: int) -> HttpResponse:
    """Uphold or dismiss one. What cannot be stored comes back as it was typed, with what to change."""
    _staff_only(request)
    report = get_object_or_404(Report, pk=pk)
    form = Verdict(request.POST)
    if not form.is_valid():
        return _shown(request, pk, form)
    upheld, note = form.cleaned_data["verdict"] == "uphold", form.cleaned_data["note"]
    try:
        reports.handle(report, upheld=upheld, note=note, by=request.user)
    except reports.AlreadyHandled as problem:
        return _shown(request, problem=str(problem))
    return _shown(request) if request.htmx else redirect("desk-reports")


def _staff_only(request: Request) -> None:
    """To everyone else there is no desk."""
    if not request.user.is_staff:
        raise Http404


def _shown(request: Request, pk: int | None = None, form: Verdict | None = None, problem: str = "") -> HttpResponse:
    """The list, with the form of one report as it was sent; to htmx the list alone, which swaps only a 200."""
    past = "handled" in request.GET
    found = list((reports.handled() if past else reports.open_())[:AT_ONCE])
    context = {
        "past": past,
        "problem": problem,
        "waiting": reports.open_().count(),
        "reports": [(report, form if report.pk == pk else None) for report in found],
    }
    wrong = bool(form) or bool(problem)
    template = "trust/desk.html#reports" if request.htmx else "trust/desk.html"
    status = 200 if request.htmx or not wrong else (409 if problem else 422)
    return render(request, template, context, status=status)
