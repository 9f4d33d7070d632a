"""The pages on which staff read and handle reports of fans."""

from django.conf import settings
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from accounts.decorators import staff_required
from accounts.requests import AuthenticatedHttpRequest
from trust import counts, reports, reports_by_program
from trust.exceptions import AlreadyHandled
from trust.forms import VerdictForm
from trust.models import Report
from web.decorators import post_only

REPORTS_PER_PAGE = 50


@require_safe
@never_cache
@staff_required
def report_list(request: AuthenticatedHttpRequest) -> HttpResponse:
    """Show the open reports, oldest first; with ?handled those that were handled, newest first."""
    return _render_reports(request)


@post_only
@staff_required
def handle_report(request: AuthenticatedHttpRequest, pk: int) -> HttpResponse:
    """Uphold or dismiss one report. An invalid form comes back with 422, a report that is already handled with 409."""
    report = get_object_or_404(Report, pk=pk)
    form = _verdict_form(report, request)
    if not form.is_valid():
        return _render_reports(request, invalid_forms={pk: form}, status=422)
    try:
        verdict, note = form.cleaned_data["verdict"], form.cleaned_data["note"]
        reports.handle(report, upheld=verdict == "uphold", note=note, by=request.user)
    except AlreadyHandled as error:
        return _render_reports(request, problem=str(error), status=409)
    return _render_reports(request) if request.htmx else redirect("staff-reports")


def _verdict_form(report: Report, request: AuthenticatedHttpRequest | None = None) -> VerdictForm:
    return VerdictForm(request.POST if request else None, auto_id=f"report-{report.pk}-%s")


def _render_reports(
    request: AuthenticatedHttpRequest,
    *,
    invalid_forms: dict[int, VerdictForm] | None = None,
    problem: str = "",
    status: int = 200,
) -> HttpResponse:
    """Render the list, grouped by program; for htmx only the part that changes.

    `invalid_forms` holds, by the id of the report, the form to show again as it was sent.
    """
    past = "handled" in request.GET
    page = list((reports.list_handled() if past else reports.list_open())[:REPORTS_PER_PAGE])
    forms = {report.pk: _verdict_form(report) for report in page} | (invalid_forms or {})
    facts = {} if past else counts.list_facts(page)
    context = {
        "past": past,
        "problem": problem,
        "waiting": reports.list_open().count(),
        "cases": [
            (case, [(report, forms[report.pk], facts.get(report.pk)) for report in case.reports])
            for case in reports_by_program.group_by_program(page)
        ],
        "days": settings.REPORT_DAYS,
    }
    template = "trust/reports.html#reports" if request.htmx else "trust/reports.html"
    return render(request, template, context, status=status)
