"""Report something that is wrong with an experience."""

from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from accounts.decorators import login_required
from accounts.requests import AuthenticatedHttpRequest
from fans import experiences, reports
from fans.forms import ReportForm
from fans.models import Experience
from trust.exceptions import AlreadyReported, ReportRefused
from trust.models import Report


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
@login_required
def report_experience(request: AuthenticatedHttpRequest, pk: UUID) -> HttpResponse:
    """The form, or the report that was sent. 404 for anybody but the fan of the experience."""
    experience = get_object_or_404(experiences.received_by(request.user).select_related("artist"), pk=pk)
    if request.method == "POST":
        return _file_report(request, experience)
    return _render_report(request, experience, report=reports.find_report(experience, by=request.user))


def _file_report(request: AuthenticatedHttpRequest, experience: Experience) -> HttpResponse:
    form = ReportForm(request.POST)
    if not form.is_valid():
        return _render_report(request, experience, form=form, status=422)
    try:
        report = reports.report_experience(experience, by=request.user, **form.cleaned_data)
    except ReportRefused as problem:
        form.add_error("said", str(problem))
        return _render_report(request, experience, form=form, status=422)
    except AlreadyReported as problem:
        return _render_report(request, experience, report=problem.report, problem=str(problem), status=409)
    if request.htmx:
        return _render_report(request, experience, report=report)
    return redirect("experience-report", experience.pk)


def _render_report(
    request: AuthenticatedHttpRequest,
    experience: Experience,
    *,
    form: ReportForm | None = None,
    report: Report | None = None,
    problem: str = "",
    status: int = 200,
) -> HttpResponse:
    """The page; to htmx only the part with the form or the report."""
    context = {"experience": experience, "form": form or ReportForm(), "report": report, "problem": problem}
    template = "fans/report.html#report" if request.htmx else "fans/report.html"
    return render(request, template, context, status=status)
