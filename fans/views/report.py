"""Report something that is wrong with an experience, or with a remix that another fan shared."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from uuid import UUID

from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from accounts.decorators import login_required
from accounts.requests import AuthenticatedHttpRequest
from fans import experiences, reports, shelf
from fans.forms import ReportForm
from fans.models import Experience, ShelfEntry
from trust.exceptions import AlreadyReported, ReportRefused
from trust.models import Report
from trust.reports import find_report


@dataclass(frozen=True, slots=True)
class Reported:
    """What a report is about, and how it is filed. `entry` and `file` are None where it cannot be heard any more."""

    url: str
    report: Report | None
    file: Callable[..., Report] | None
    experience: Experience | None = None
    entry: ShelfEntry | None = None


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
@login_required
def report_experience(request: AuthenticatedHttpRequest, pk: UUID) -> HttpResponse:
    """The form, or the report that was sent. 404 for anybody but the fan of the experience."""
    experience = get_object_or_404(experiences.received_by(request.user).select_related("artist"), pk=pk)
    reported = Reported(
        url=reverse("experience-report", args=[pk]),
        report=reports.find_report(experience, by=request.user),
        file=partial(reports.report_experience, experience, by=request.user),
        experience=experience,
    )
    return _respond(request, reported)


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
@login_required
def report_entry(request: AuthenticatedHttpRequest, pk: int) -> HttpResponse:
    """The same of a remix on a shelf. 404 for who cannot hear it and never reported it, and for its maker."""
    entry = shelf.find_reportable(request.user, pk)
    report = find_report(request.user, f"shelf:{pk}")
    if entry is None and report is None:
        raise Http404
    file = partial(reports.report_entry, entry, by=request.user) if entry else None
    return _respond(request, Reported(reverse("shelf-report", args=[pk]), report, file, entry=entry))


def _respond(request: AuthenticatedHttpRequest, reported: Reported) -> HttpResponse:
    if request.method != "POST" or reported.file is None:
        return _render(request, reported, report=reported.report)
    form = ReportForm(request.POST)
    if not form.is_valid():
        return _render(request, reported, form=form, status=422)
    try:
        report = reported.file(**form.cleaned_data)
    except ReportRefused as problem:
        form.add_error("said", str(problem))
        return _render(request, reported, form=form, status=422)
    except AlreadyReported as problem:
        return _render(request, reported, report=problem.report, problem=str(problem), status=409)
    if request.htmx:
        return _render(request, reported, report=report)
    return redirect(reported.url)


def _render(
    request: AuthenticatedHttpRequest,
    reported: Reported,
    *,
    form: ReportForm | None = None,
    report: Report | None = None,
    problem: str = "",
    status: int = 200,
) -> HttpResponse:
    """The page; to htmx only the part with the form or the report."""
    context = {
        "experience": reported.experience,
        "entry": reported.entry,
        "url": reported.url,
        "form": form or ReportForm(),
        "report": report,
        "problem": problem,
    }
    template = "fans/report.html#report" if request.htmx else "fans/report.html"
    return render(request, template, context, status=status)
