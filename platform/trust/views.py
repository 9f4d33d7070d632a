"""The pages on which staff read and handle reports of fans, and lower an age."""

from django.conf import settings
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from accounts import ages as account_ages
from accounts.decorators import staff_required
from accounts.exceptions import NotAllowed
from accounts.models import AgeChange, Person
from accounts.reauthentication import require_recent_password
from accounts.requests import AuthenticatedHttpRequest
from trust import counts, reports, reports_by_program
from trust.exceptions import AlreadyHandled
from trust.forms import AgeForm, VerdictForm
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


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
@staff_required
def ages(request: AuthenticatedHttpRequest) -> HttpResponse:
    """GET: the form, and the newest changes. POST: lower an age, with a recent password."""
    if request.method != "POST":
        return _render_ages(request, AgeForm())
    form = AgeForm(request.POST)
    if not form.is_valid():
        return _render_ages(request, form, status=422)
    require_recent_password(request)
    chosen = form.cleaned_data
    person = Person.objects.filter(email=chosen["email"].lower(), is_active=True).first()
    if person is None:
        form.add_error("email", "Nobody with this address has an account.")
        return _render_ages(request, form, status=422)
    try:
        account_ages.lower(person, chosen["age_band"], by=request.user, reason=chosen["reason"])
    except NotAllowed as error:
        form.add_error(None, str(error))
        return _render_ages(request, form, status=409)
    messages.success(request, "Lowered. What they pay for ends, and the open period is paid back.")
    return redirect("staff-ages")


def _render_ages(request: AuthenticatedHttpRequest, form: AgeForm, *, status: int = 200) -> HttpResponse:
    changes = AgeChange.objects.exclude(reason="").select_related("person").order_by("-pk")[:REPORTS_PER_PAGE]
    return render(request, "trust/ages.html", {"form": form, "changes": list(changes)}, status=status)


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
