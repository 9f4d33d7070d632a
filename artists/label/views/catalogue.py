"""The catalogue of a rightsholder: bring a file, see the verdict on each line, and import the good ones."""

from collections.abc import Callable

from django.contrib import messages
from django.http import Http404, HttpResponse, StreamingHttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.views.decorators.http import require_safe

from accounts import reauthentication
from accounts.exceptions import NotAllowed
from accounts.requests import AuthenticatedHttpRequest
from artists.label.access import Label, label_member_required
from artists.label.catalogue import MAX_NUMBER, ImportPage, list_sample_rows, list_verdict_rows
from artists.label.forms.catalogue import CatalogueForm
from rights.imports import uploads
from rights.imports.exceptions import ImportRefused
from rights.models import CatalogImport, ImportLine
from web.csv_cells import csv_response
from web.decorators import post_only

LISTED = 20


@label_member_required
def manage_catalogue(request: AuthenticatedHttpRequest, label: Label) -> HttpResponse:
    """GET: list the files. POST: bring one, which is then read in the background."""
    if request.method != "POST":
        return _render_catalogue(request, label)
    form = CatalogueForm(request.POST, request.FILES)
    if not label.may_edit:
        return _render_catalogue(request, label, problem="Only people who edit bring a catalogue.", status=409)
    if not form.is_valid():
        return _render_catalogue(request, label, form=form, status=422)
    file = form.cleaned_data["catalogue"]
    try:
        content = file.read(uploads.MAX_BYTES + 1)
        stored = uploads.upload(label.party, file.name, content, by=request.user)
    except ImportRefused as error:
        form.add_error("catalogue", str(error))
        return _render_catalogue(request, label, form=form, status=422)
    return redirect(label.url("label-import", import_id=stored.pk))


@require_safe
@label_member_required
def show_import(request: AuthenticatedHttpRequest, label: Label, import_id: int) -> HttpResponse:
    """Show how far a file is, and the verdicts on its lines."""
    return _render_import(request, label, _get_import(label, import_id))


@post_only
@label_member_required
def start_import(request: AuthenticatedHttpRequest, label: Label, import_id: int) -> HttpResponse:
    """Ask for the good lines to come in, after a recent password. To ask again changes nothing."""

    def ask(stored: CatalogImport) -> None:
        is_fresh = reauthentication.did_recently_authenticate(request)
        uploads.request_import(stored, by=request.user, fresh=is_fresh)

    return _change(request, label, import_id, ask)


@post_only
@label_member_required
def remove_import(request: AuthenticatedHttpRequest, label: Label, import_id: int) -> HttpResponse:
    """Delete a file that was not imported, with its verdicts."""
    return _change(request, label, import_id, lambda stored: uploads.remove(stored, by=request.user))


@require_safe
@label_member_required
def download_verdicts(request: AuthenticatedHttpRequest, label: Label, import_id: int) -> StreamingHttpResponse:
    """All verdicts of a file as CSV. Formulas in it are neutralised."""
    stored = _get_import(label, import_id)
    return csv_response(request, list_verdict_rows(stored), f"verdicts-{stored.pk}.csv")


@require_safe
@label_member_required
def download_sample(request: AuthenticatedHttpRequest, label: Label) -> StreamingHttpResponse:
    """A catalogue of two songs, with every column that is read."""
    return csv_response(request, iter(list_sample_rows(label.party)), "catalogue-sample.csv")


def _get_import(label: Label, import_id: int) -> CatalogImport:
    return get_object_or_404(CatalogImport.objects.select_related("party"), pk=import_id, party=label.party)


def _change(
    request: AuthenticatedHttpRequest, label: Label, import_id: int, change: Callable[[CatalogImport], None]
) -> HttpResponse:
    stored = _get_import(label, import_id)
    try:
        change(stored)
    except (NotAllowed, ImportRefused) as error:
        return _render_import(request, label, stored, problem=str(error), status=409)
    if CatalogImport.objects.filter(pk=import_id).exists():
        return redirect(label.url("label-import", import_id=import_id))
    messages.success(request, f"{stored.file_name} is removed.")
    return redirect(label.url("label-catalogue"))


def _render_catalogue(
    request: AuthenticatedHttpRequest,
    label: Label,
    *,
    form: CatalogueForm | None = None,
    problem: str = "",
    status: int = 200,
) -> HttpResponse:
    imports = label.party.imports.order_by("-pk")[:LISTED]
    context = {"form": form or CatalogueForm(), "imports": imports, "problem": problem}
    return label.render(request, "label/catalogue.html", status=status, **context)


def _render_import(
    request: AuthenticatedHttpRequest, label: Label, stored: CatalogImport, *, problem: str = "", status: int = 200
) -> HttpResponse:
    shown, after = request.GET.get("show", ""), request.GET.get("after", "0")
    if (shown and shown not in ImportLine.Verdict) or not (after.isascii() and after.isdigit()):
        raise Http404
    page = ImportPage(stored, shown, min(int(after[:10]), MAX_NUMBER))
    context = {"page": page, "stored": stored, "own_url": label.url("label-import", import_id=stored.pk)}
    return label.render(request, "label/import.html", status=status, problem=problem, **context)
