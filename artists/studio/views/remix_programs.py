"""The page of a program of remixes by moment: its song and its listen, its signature, and what could not be made."""

from dataclasses import dataclass

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect

from accounts.requests import AuthenticatedHttpRequest
from artists import programs
from artists.artist_grants import find_obstacles
from artists.models import Program, ProgramVersion
from artists.program_status import get_status
from artists.remixes import offers
from artists.studio.access import USER_ERRORS, Studio, error_status
from artists.studio.forms.program import RemixProgramForm
from artists.studio.version_diff import list_versions


@dataclass
class RemixProgramEditor:
    """One program with the form on its page."""

    program: Program
    newest: ProgramVersion | None
    form: RemixProgramForm
    problem: str = ""

    @property
    def unsigned_version(self) -> ProgramVersion | None:
        """The newest version if it waits for a signature."""
        return self.newest if self.newest and self.newest.decision_id is None else None


def edit(
    request: AuthenticatedHttpRequest, studio: Studio, program: Program, newest: ProgramVersion | None
) -> HttpResponse:
    """GET: show the newest version. POST: save a new one."""
    editor = _open_editor(studio, program, newest)
    if request.method != "POST":
        return _render(request, studio, editor)
    editor.form = RemixProgramForm(request.POST, artist=studio.artist)
    if not editor.form.is_valid():
        editor.problem = "Not saved yet. Fix the marked fields."
        return _render(request, studio, editor, status=422)
    fields = editor.form.version_fields()
    if newest and all(getattr(newest, name) == value for name, value in fields.items()):
        messages.info(request, f"Nothing changed: this is version {newest.version}.")
        return redirect(studio.url("program", program_id=program.pk))
    try:
        version = programs.edit(program, by=request.user, **fields)
    except USER_ERRORS as error:
        editor.problem = str(error)
        return _render(request, studio, editor, status=error_status(error))
    messages.success(request, f"Version {version.version} is saved. It sends nothing until it is signed.")
    return redirect(studio.url("program", program_id=program.pk))


def show_error(
    request: AuthenticatedHttpRequest,
    studio: Studio,
    program: Program,
    newest: ProgramVersion | None,
    error: Exception,
) -> HttpResponse:
    """Show the page with why it was not signed, paused or resumed."""
    editor = _open_editor(studio, program, newest)
    editor.problem = str(error)
    return _render(request, studio, editor, status=error_status(error))


def _open_editor(studio: Studio, program: Program, newest: ProgramVersion | None) -> RemixProgramEditor:
    return RemixProgramEditor(program, newest, RemixProgramForm.from_version(newest, artist=studio.artist))


def _render(
    request: AuthenticatedHttpRequest, studio: Studio, editor: RemixProgramEditor, *, status: int = 200
) -> HttpResponse:
    program = editor.program
    return studio.render(
        request,
        "studio/remix_program.html",
        status=status,
        section="programs",
        editor=editor,
        program=program,
        program_status=get_status(program, find_obstacles(studio.artist, [program])),
        errors=editor.form.first_errors if request.method == "POST" else {},
        version_history=list_versions(program),
        failed=offers.list_failed(program),
    )
