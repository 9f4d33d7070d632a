"""Handle: staff look at what fans reported, as it was shown to them, and say who is right."""

from django import forms
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from accounts.entrance import posted, signed_in
from accounts.requests import Request
from trust import cases, reports
from trust.models import NOTE, Report

AT_ONCE = 50


class Verdict(forms.Form):
    """Each button is a verdict; the note says why."""

    verdict = forms.ChoiceField(choices=[("uphold", "Uphold"), ("dismiss", "Dismiss")])
    note = forms.CharField(
        label="Why, in a sentence",
        max_length=NOTE,
        widget=forms.TextInput(attrs={"dir": "auto"}),
    )


@require_safe
@never_cache
@signed_in
def page(request: Request) -> HttpResponse:
    """What waits, oldest first; with ?handled, what was handled last."""
    _staff_only(request)
    return _shown(request)


@posted
@signed_in
def handle(request: Request, pk: int) -> HttpResponse:
    """Uphold or dismiss one. What cannot be stored comes back as it was typed, with what to change."""
    _staff_only(request)
    report = get_object_or_404(Report, pk=pk)
    form = _form(report, request)
    if not form.is_valid():
        return _shown(request, sent={pk: form}, status=422)
    try:
        verdict, note = form.cleaned_data["verdict"], form.cleaned_data["note"]
        reports.handle(report, upheld=verdict == "uphold", note=note, by=request.user)
    except reports.AlreadyHandled as problem:
        return _shown(request, problem=str(problem), status=409)
    return _shown(request) if request.htmx else redirect("desk-reports")


def _staff_only(request: Request) -> None:
    """To everyone else there is no desk."""
    if not request.user.is_staff:
        raise Http404


def _form(report: Report, request: Request | None = None) -> Verdict:
    return Verdict(request.POST if request else None, auto_id=f"report-{report.pk}-%s")


def _shown(
    request: Request, *, sent: dict[int, Verdict] | None = None, problem: str = "", status: int = 200
) -> HttpResponse:
    """By program; `sent` is the form of one report as it came. To htmx the part alone."""
    past = "handled" in request.GET
    found = list((reports.handled() if past else reports.open_())[:AT_ONCE])
    context = {
        "past": past,
        "problem": problem,
        "waiting": reports.open_().count(),
        "cases": [
            (case, [(report, (sent or {}).get(report.pk) or _form(report)) for report in case.reports])
            for case in cases.gather(found)
        ],
        "fans": reports.FANS,
        "days": reports.DAYS,
    }
    template = "trust/desk.html#reports" if request.htmx else "trust/desk.html"
    return render(request, template, context, status=status)
