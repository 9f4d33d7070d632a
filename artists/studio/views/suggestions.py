"""Ask a model for wordings from the program page, and drop what is not wanted. Keeping is a change of the form."""

from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect

from accounts.requests import AuthenticatedHttpRequest
from artists.models import Program, Suggestion
from artists.studio.access import USER_ERRORS, Studio, error_status, team_member_required
from artists.studio.forms.wording import LANGUAGE_TAGS, WordingForm
from artists.studio.suggestions import load_panel
from artists.suggestions import asking
from web.decorators import post_only
from web.parsers import parse_integer


@post_only
@team_member_required
def suggest(request: AuthenticatedHttpRequest, studio: Studio, program_id: int) -> HttpResponse:
    """Ask for wordings; with `like`, for more like one that came. The answer comes to the page later."""
    program = _get_program(studio, program_id)
    like = find_suggestion(program, request.POST.get("like", "")) if "like" in request.POST else None
    newest = program.versions.order_by("-version").first()
    locale = request.POST.get("locale") or WordingForm.from_version(newest).locale
    if locale not in LANGUAGE_TAGS:
        raise Http404
    try:
        asking.ask(program, by=request.user, line=request.POST.get("line", ""), like=like, locale=locale)
    except USER_ERRORS as error:
        return _answer(request, studio, program, str(error), error_status(error))
    return _answer(request, studio, program)


@post_only
@team_member_required
def drop(request: AuthenticatedHttpRequest, studio: Studio, program_id: int, suggestion_id: int) -> HttpResponse:
    """Show this suggestion no more."""
    program = _get_program(studio, program_id)
    try:
        asking.decide(find_suggestion(program, str(suggestion_id)), Suggestion.State.DROPPED, by=request.user)
    except USER_ERRORS as error:
        return _answer(request, studio, program, str(error), error_status(error))
    return _answer(request, studio, program)


def find_suggestion(program: Program, key: str) -> Suggestion:
    """One of this program. Raises Http404."""
    of_program = Suggestion.objects.filter(call__program=program).select_related("call__program__artist")
    return get_object_or_404(of_program, pk=parse_integer(key) or 0)


def _get_program(studio: Studio, program_id: int) -> Program:
    messages = Program.objects.filter(artist=studio.artist, kind=Program.Kind.MESSAGE).select_related("artist")
    return get_object_or_404(messages, pk=program_id)


def _answer(
    request: AuthenticatedHttpRequest, studio: Studio, program: Program, problem: str = "", status: int = 200
) -> HttpResponse:
    """The part with the suggestions where htmx asked, else the program's page."""
    if not request.htmx and not problem:
        return redirect(f"{studio.url('program', program_id=program.pk)}#suggestions")
    panel = load_panel(program, problem)
    context = {"section": "programs", "program": program, "suggestions": panel}
    template = "studio/_suggestions.html" if request.htmx else "studio/suggestions.html"
    return studio.render(request, template, status=status, **context)
