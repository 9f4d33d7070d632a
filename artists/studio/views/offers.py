"""What fans can ask an artist for, in the studio: list, create and edit offers. They are signed as programs are."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.views.decorators.http import require_http_methods

from accounts.requests import AuthenticatedHttpRequest
from ai.wording import Wording
from artists import programs
from artists.models import Program, ProgramVersion
from artists.requests import consent_text
from artists.requests.forms import OfferForm, OfferNameForm
from artists.requests.terms import load_terms
from artists.studio.access import USER_ERRORS, Studio, error_status, team_member_required
from artists.studio.previews import build_previews

STATES = {Program.State.DRAFT: "not offered yet", Program.State.LIVE: "open", Program.State.PAUSED: "closed"}


@require_http_methods(["GET", "HEAD", "POST"])
@team_member_required
def list_or_create_offers(request: AuthenticatedHttpRequest, studio: Studio) -> HttpResponse:
    """GET: the offers. POST: name a new one, and open it."""
    form = OfferNameForm(request.POST or None)
    problem, status = "", 422 if request.method == "POST" else 200
    if request.method == "POST" and form.is_valid():
        try:
            program = programs.create(studio.artist, name=form.cleaned_data["name"], by=request.user)
        except USER_ERRORS as error:
            problem, status = str(error), error_status(error)
        else:
            return redirect(studio.url("studio-offer", program_id=program.pk))
    offered = (
        studio.artist.programs.filter(versions__moment=ProgramVersion.MomentKind.REQUEST).distinct().order_by("pk")
    )
    rows = [(program, STATES[Program.State(program.state)]) for program in offered]
    return studio.render(
        request, "studio/offers.html", status=status, section="studio-offers", rows=rows, form=form, problem=problem
    )


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
    form = OfferForm(request.POST)
    if not form.is_valid():
        return _render(request, studio, program, newest, form=form, status=422)
    try:
        version = programs.edit(program, by=request.user, **form.fields_of_version())
    except USER_ERRORS as error:
        return _render(request, studio, program, newest, form=form, problem=str(error), status=error_status(error))
    messages.success(request, f"Version {version.version} is saved. Nobody can ask for it until it is signed.")
    return redirect(studio.url("studio-offer", program_id=program.pk))


def _render(
    request: AuthenticatedHttpRequest,
    studio: Studio,
    program: Program,
    newest: ProgramVersion | None,
    *,
    form: OfferForm | None = None,
    problem: str = "",
    status: int = 200,
) -> HttpResponse:
    return studio.render(
        request,
        "studio/offer.html",
        status=status,
        section="studio-offers",
        program=program,
        newest=newest,
        form=form or (OfferForm.of_version(newest) if newest else OfferForm()),
        problem=problem,
        waits=newest is not None and newest.pk != program.current_id,
        is_open=program.state == Program.State.LIVE,
        terms_lines=load_terms(newest.terms).list_lines() if newest else [],
        days=consent_text.find_days(newest) if newest else 0,
        previews=build_previews(Wording.parse(newest.words), studio.artist, None) if newest else None,
    )
