"""What fans can ask an artist for, in the studio: list, create and edit offers. They are signed as programs are."""

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.views.decorators.http import require_http_methods

from accounts.models import Person
from accounts.requests import AuthenticatedHttpRequest
from ai.wording import Wording
from artists import programs
from artists.models import Program, ProgramVersion
from artists.remixes import offers
from artists.requests import consent_text
from artists.requests.forms import OfferForm, OfferNameForm, PaymentForm
from artists.requests.terms import load_payment, load_terms
from artists.studio.access import USER_ERRORS, Studio, error_status, team_member_required
from artists.studio.previews import build_previews

STATES = {Program.State.DRAFT: "not offered yet", Program.State.LIVE: "open", Program.State.PAUSED: "closed"}


@require_http_methods(["GET", "HEAD", "POST"])
@team_member_required
def list_or_create_offers(request: AuthenticatedHttpRequest, studio: Studio) -> HttpResponse:
    """GET: the offers. POST: name a new one of messages, or with `kind=remix` offer remixes, and open it."""
    is_remix = request.POST.get("kind") == Program.Kind.REMIX
    form = OfferNameForm(None if is_remix else request.POST or None)
    problem, status = "", 422 if request.method == "POST" else 200
    if is_remix or (request.method == "POST" and form.is_valid()):
        try:
            if is_remix:
                program = offers.create(studio.artist, by=request.user)
            else:
                program = programs.create(studio.artist, name=form.cleaned_data["name"], by=request.user)
        except USER_ERRORS as error:
            problem, status = str(error), error_status(error)
        else:
            return redirect(studio.url("studio-offer", program_id=program.pk))
    context = {"rows": _list_rows(studio), "offers_remixes": offers.find_program(studio.artist) is not None}
    return studio.render(
        request, "studio/offers.html", status=status, section="studio-offers", form=form, problem=problem, **context
    )


def _list_rows(studio: Studio) -> list[tuple[Program, str]]:
    """The offers with their states. Each is listed once it has a version."""
    asked_for = studio.artist.programs.filter(versions__moment=ProgramVersion.MomentKind.REQUEST)
    return [(program, STATES[Program.State(program.state)]) for program in asked_for.distinct().order_by("pk")]


@require_http_methods(["GET", "HEAD", "POST"])
@team_member_required
def edit_offer(request: AuthenticatedHttpRequest, studio: Studio, program_id: int) -> HttpResponse:
    """GET: the newest version with its form. POST: save a new version, which nobody can ask for yet."""
    program = get_object_or_404(Program.objects.select_related("artist"), artist=studio.artist, pk=program_id)
    newest = program.versions.order_by("-version").first()
    if newest is not None and not newest.is_asked_for:
        return redirect(studio.url("program", program_id=program_id))
    if request.method != "POST":
        return _render(request, studio, program, newest)
    form = _form_of(program)(request.POST)
    if not form.is_valid():
        return _render(request, studio, program, newest, form=form, status=422)
    try:
        version = _save(program, form, by=request.user)
    except USER_ERRORS as error:
        return _render(request, studio, program, newest, form=form, problem=str(error), status=error_status(error))
    messages.success(request, f"Version {version.version} is saved. Nobody can ask for it until it is signed.")
    return redirect(studio.url("studio-offer", program_id=program.pk))


def _form_of(program: Program) -> type[PaymentForm]:
    """Of remixes an offer says what is paid and when an answer comes. The rest is in the limits of each song."""
    return PaymentForm if program.kind == Program.Kind.REMIX else OfferForm


def _save(program: Program, form: PaymentForm, *, by: Person) -> ProgramVersion:
    if isinstance(form, OfferForm):
        return programs.edit(program, by=by, **form.fields_of_version())
    return offers.save(program, by=by, terms=form.payment_terms(), review_seconds=form.review_seconds)


def _render(
    request: AuthenticatedHttpRequest,
    studio: Studio,
    program: Program,
    newest: ProgramVersion | None,
    *,
    form: PaymentForm | None = None,
    problem: str = "",
    status: int = 200,
) -> HttpResponse:
    kind = _form_of(program)
    return studio.render(
        request,
        "studio/offer.html",
        status=status,
        section="studio-offers",
        program=program,
        newest=newest,
        form=form or (kind.of_version(newest) if newest else kind()),
        problem=problem,
        waits=newest is not None and newest.pk != program.current_id,
        is_open=program.state == Program.State.LIVE,
        days=consent_text.find_days(newest) if newest else 0,
        **(_describe(studio, newest) if newest else {}),
    )


def _describe(studio: Studio, version: ProgramVersion) -> dict[str, Any]:
    """What is signed, and of messages what fans may read."""
    if not version.wording:
        lines = load_payment(version.terms).list_payment_lines()
        return {"terms_lines": lines, "failed": offers.list_failed(version.program)}
    previews = build_previews(Wording.parse(version.words), studio.artist, None)
    return {"terms_lines": load_terms(version.terms).list_lines(), "previews": previews}
