"""Handle: staff look at what fans reported, as it was shown to them, and say who is right."""

from django import forms
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from accounts.decorators import login_required
from accounts.requests import AuthenticatedHttpRequest
from trust import cases, reports
from trust.models import MAX_NOTE_LENGTH, Report
from web.decorators import post_only

REPORTS_PER_PAGE = 50


class VerdictForm(forms.Form):
    """Each button is a verdict; the note says why."""

    verdict = forms.ChoiceField(choices=[("uphold", "Uphold"), ("dismiss", "Dismiss")])
    note = forms.CharField(
        label="Why, in a sentence",
        max_length=MAX_NOTE_LENGTH,
        widget=forms.TextInput(attrs={"dir": "auto"}),
    )


@require_safe
@never_cache
@login_required
def report_list(request: AuthenticatedHttpRequest) -> HttpResponse:
    """What waits, oldest first; with ?handled, what was handled last."""
    _require_staff(request)
    return _render_reports(request)


@post_only
@login_required
def handle_report(request: AuthenticatedHttpRequest, pk: int) -> HttpResponse:
    """Uphold or dismiss one. What cannot be stored comes back as it was typed, with what to change."""
    _require_staff(request)
    report = get_object_or_404(Report, pk=pk)
    form = _verdict_form(report, request)
    if not form.is_valid():
        return _render_reports(request, sent={pk: form}, status=422)
    try:
        verdict, note = form.cleaned_data["verdict"], form.cleaned_data["note"]
        reports.handle(report, upheld=verdict == "uphold", note=note, by=request.user)
    except reports.AlreadyHandled as problem:
        return _render_reports(request, problem=str(problem), status=409)
    return _render_reports(request) if request.htmx else redirect("staff-reports")


def _require_staff(request: AuthenticatedHttpRequest) -> None:
    """To everyone else there is no desk."""
    if not request.user.is_staff:
        raise Http404


def _verdict_form(report: Report, request: AuthenticatedHttpRequest | None = None) -> VerdictForm:
    return VerdictForm(request.POST if request else None, auto_id=f"report-{report.pk}-%s")


def _render_reports(
    request: AuthenticatedHttpRequest,
    *,
    sent: dict[int, VerdictForm] | None = None,
    problem: str = "",
    status: int = 200,
) -> HttpResponse:
    """By program; `sent` is the form of one report as it came. To htmx the part alone."""
    past = "handled" in request.GET
    found = list((reports.list_handled() if past else reports.list_open())[:REPORTS_PER_PAGE])
    context = {
        "past": past,
        "problem": problem,
        "waiting": reports.list_open().count(),
        "cases": [
            (case, [(report, (sent or {}).get(report.pk) or _verdict_form(report)) for report in case.reports])
            for case in cases.group_by_program(found)
        ],
        "fans": reports.FANS_TO_STOP,
        "days": reports.WINDOW_DAYS,
    }
    template = "trust/reports.html#reports" if request.htmx else "trust/reports.html"
    return render(request, template, context, status=status)
