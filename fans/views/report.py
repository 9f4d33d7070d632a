"""Show: where a fan says what is wrong with something they received."""

from uuid import UUID

from django import forms
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from accounts.decorators import login_required
from accounts.requests import AuthenticatedHttpRequest
from fans import experiences, reports
from fans.models import Experience
from trust.exceptions import AlreadyReported, ReportRefused
from trust.models import MAX_WORDS_LENGTH, Report


class Said(forms.Form):
    reason = forms.ChoiceField(
        label="What is it?",
        choices=Report.Reason.choices,
        widget=forms.RadioSelect,
        error_messages={"invalid_choice": "Choose one of these."},
    )
    said = forms.CharField(
        label="In your words",
        help_text="People at Fanfare read it. The artist’s team does not, and does not learn who you are.",
        max_length=MAX_WORDS_LENGTH,
        required=False,
        widget=forms.Textarea(attrs={"rows": 5, "dir": "auto"}),
        error_messages={"max_length": f"Say it in {MAX_WORDS_LENGTH:,} characters."},
    )


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
@login_required
def report_experience(request: AuthenticatedHttpRequest, pk: UUID) -> HttpResponse:
    """The form; once it was sent, what was said. To anybody but its fan there is no such experience."""
    experience = get_object_or_404(experiences.received_by(request.user).select_related("artist"), pk=pk)
    if request.method == "POST":
        return _file_report(request, experience)
    return _render_report(request, experience, reported=reports.find_report(experience, by=request.user))


def _file_report(request: AuthenticatedHttpRequest, experience: Experience) -> HttpResponse:
    form = Said(request.POST)
    if not form.is_valid():
        return _render_report(request, experience, form=form, status=422)
    try:
        report = reports.report_experience(experience, by=request.user, **form.cleaned_data)
    except ReportRefused as problem:
        form.add_error("said", str(problem))
        return _render_report(request, experience, form=form, status=422)
    except AlreadyReported as problem:
        return _render_report(request, experience, reported=problem.report, problem=str(problem), status=409)
    if request.htmx:
        return _render_report(request, experience, reported=report)
    return redirect("experience-report", experience.pk)


def _render_report(
    request: AuthenticatedHttpRequest,
    experience: Experience,
    *,
    form: Said | None = None,
    reported: Report | None = None,
    problem: str = "",
    status: int = 200,
) -> HttpResponse:
    """To htmx the part alone."""
    context = {"experience": experience, "form": form or Said(), "reported": reported, "problem": problem}
    template = "fans/report.html#report" if request.htmx else "fans/report.html"
    return render(request, template, context, status=status)
