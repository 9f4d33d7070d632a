"""The program pages: list and create programs, write, preview, sign, pause and resume them."""

from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.views.decorators.http import require_safe

from accounts import reauthentication
from accounts.requests import AuthenticatedHttpRequest
from ai.wording import Wording
from artists import moderation, programs
from artists.artist_grants import find_obstacles
from artists.explanations import describe_program
from artists.models import Program, ProgramVersion, Suggestion
from artists.program_status import get_status
from artists.studio.access import USER_ERRORS, Studio, error_status, team_member_required
from artists.studio.forms.program import ProgramForm, ProgramNameForm
from artists.studio.forms.wording import WordingForm, language_choices
from artists.studio.overview import list_program_rows, list_programs
from artists.studio.previews import build_previews
from artists.studio.suggestions import list_marks, load_panel
from artists.studio.version_diff import list_versions
from artists.studio.views import remix_programs
from artists.studio.views.suggestions import find_suggestion
from artists.suggestions import asking
from fans.models import Mark
from web.decorators import post_only

TEMPLATE = "studio/program.html"


@team_member_required
def list_or_create_programs(request: AuthenticatedHttpRequest, studio: Studio) -> HttpResponse:
    """GET: list the programs and what fans reported. POST: create a program and open it."""
    form = ProgramNameForm(request.POST or None)
    problem, status = "", 422 if request.method == "POST" else 200
    if request.method == "POST" and form.is_valid():
        try:
            program = programs.create(studio.artist, by=request.user, **form.cleaned_data)
        except USER_ERRORS as error:
            problem, status = str(error), error_status(error)
        else:
            return redirect(studio.url("program", program_id=program.pk))
    listed = list(list_programs(studio))
    return studio.render(
        request,
        "studio/programs.html",
        status=status,
        programs=list_program_rows(listed, find_obstacles(studio.artist, listed)),
        form=form,
        problem=problem,
        reports=moderation.list_reports(studio.artist, limit=10),
    )


@team_member_required
def edit_program(request: AuthenticatedHttpRequest, studio: Studio, program_id: int) -> HttpResponse:
    """GET: show the newest version. POST: save a new version, or add or remove a row; typed text is kept."""
    editor = _load_editor(studio, program_id)
    if editor.newest and editor.newest.is_asked_for:
        return redirect(studio.url("studio-offer", program_id=program_id))
    if editor.program.kind == Program.Kind.REMIX:
        return remix_programs.edit(request, studio, editor.program, editor.newest)
    if request.method != "POST":
        return _render_editor(request, studio, editor)
    editor.read_post(request, studio)
    command = request.POST.get("do", "save")
    verb, _, key = command.partition("-")
    if verb in ("keep", "edit"):
        return _keep_suggestion(request, studio, editor, key, to_edit=verb == "edit")
    if command != "save":
        editor.wording = editor.wording.with_row_change(command)
        return _render_editor(request, studio, editor, part="#wording-fields" if request.htmx else "")
    return _save_version(request, studio, editor)


@post_only
@team_member_required
def preview_program(request: AuthenticatedHttpRequest, studio: Studio, program_id: int) -> HttpResponse:
    """Show the previews and the errors of the typed text. Nothing is stored. 404 for remixes, which have none."""
    editor = _load_editor(studio, program_id)
    if editor.program.kind == Program.Kind.REMIX:
        raise Http404
    editor.read_post(request, studio)
    return _render_editor(request, studio, editor, part="#preview-response")


@post_only
@team_member_required
def sign_version(request: AuthenticatedHttpRequest, studio: Studio, program_id: int, version: int) -> HttpResponse:
    """Sign this version as the artist. Asks for the password unless it was typed recently."""
    program = _get_program_or_404(studio, program_id)
    versions = ProgramVersion.objects.select_related("program__artist")
    signed = get_object_or_404(versions, program=program, version=version)
    try:
        programs.sign(signed, by=request.user, fresh=reauthentication.did_recently_authenticate(request))
    except USER_ERRORS as error:
        return _render_error(request, studio, program_id, error)
    messages.success(request, f"You signed version {version}. It is in use now.")
    return redirect(studio.url("program", program_id=program_id))


@post_only
@team_member_required
def pause_or_resume(request: AuthenticatedHttpRequest, studio: Studio, program_id: int) -> HttpResponse:
    """Pause the program, or with `do=resume` resume it."""
    program = _get_program_or_404(studio, program_id)
    change_state = programs.resume if request.POST.get("do") == "resume" else programs.pause
    try:
        change_state(program, by=request.user)
    except USER_ERRORS as error:
        return _render_error(request, studio, program_id, error)
    return redirect(studio.url("program", program_id=program_id))


@require_safe
@team_member_required
def show_version(request: AuthenticatedHttpRequest, studio: Studio, program_id: int, version: int) -> HttpResponse:
    """Show one version with its previews."""
    program = _get_program_or_404(studio, program_id)
    shown = get_object_or_404(program.versions.select_related("recording", "decision"), version=version)
    if program.kind == Program.Kind.REMIX and shown.is_asked_for:
        return redirect(studio.url("studio-offer", program_id=program_id))
    context: dict[str, Any] = {"program": program, "version": shown, "sentence": describe_program(shown)}
    if shown.wording:
        facts = None
        if not shown.is_asked_for:
            facts = ProgramForm.from_version(shown, artist=studio.artist).preview_facts()
        context["wording"] = WordingForm.from_version(shown)
        context["previews"] = build_previews(Wording.parse(shown.words), studio.artist, facts)
    return studio.render(request, "studio/program_version.html", section="programs", **context)


@dataclass
class ProgramEditor:
    """One program with the forms on its page."""

    program: Program
    newest: ProgramVersion | None
    saved_form: ProgramForm
    saved_wording: WordingForm
    form: ProgramForm
    wording: WordingForm
    problem: str = ""
    focused_row: int | None = None
    """The template that somebody wants to change."""

    def read_post(self, request: AuthenticatedHttpRequest, studio: Studio) -> None:
        """Replace the saved content by what was typed."""
        self.form = ProgramForm(request.POST, artist=studio.artist)
        self.wording = WordingForm.from_post(request.POST)

    @property
    def has_unsaved_changes(self) -> bool:
        """Whether the forms differ from the newest version."""
        return _content(self.form, self.wording) != _content(self.saved_form, self.saved_wording)

    @property
    def unsigned_version(self) -> ProgramVersion | None:
        """The newest version if it waits for a signature."""
        return self.newest if self.newest and self.newest.decision_id is None else None

    @property
    def errors(self) -> dict[str, str]:
        """The first error of each field, by its name."""
        return {**self.wording.errors, **self.form.first_errors}


def _content(form: ProgramForm, wording: WordingForm) -> tuple[object, object]:
    """What a version would store, or the fields as they were typed while they are invalid."""
    if not form.is_valid() or wording.errors:
        return form.data, wording
    return form.version_fields(), (wording.wording.canonical(), wording.unread)


def _get_program_or_404(studio: Studio, program_id: int) -> Program:
    programs_of_artist = Program.objects.select_related("artist", "current__recording").filter(artist=studio.artist)
    return get_object_or_404(programs_of_artist, pk=program_id)


def _load_editor(studio: Studio, program_id: int, *, problem: str = "") -> ProgramEditor:
    program = _get_program_or_404(studio, program_id)
    newest = program.versions.select_related("recording").order_by("-version").first()
    form, wording = ProgramForm.from_version(newest, artist=studio.artist), WordingForm.from_version(newest)
    return ProgramEditor(program, newest, form, wording, form, wording, problem)


def _save_version(request: AuthenticatedHttpRequest, studio: Studio, editor: ProgramEditor) -> HttpResponse:
    if editor.errors:
        editor.problem = "Not saved yet. Fix the marked fields; everything you typed is still here."
        return _render_editor(request, studio, editor, status=422)
    program_url = studio.url("program", program_id=editor.program.pk)
    if editor.newest and not editor.has_unsaved_changes:
        messages.info(request, f"Nothing changed: this is version {editor.newest.version}.")
        return redirect(program_url)
    fields = editor.form.version_fields() | {"wording": editor.wording.to_dict()}
    try:
        version = programs.edit(editor.program, by=request.user, **fields)
    except USER_ERRORS as error:
        editor.problem = str(error)
        return _render_editor(request, studio, editor, status=error_status(error))
    messages.success(request, f"Version {version.version} is saved. It sends nothing until it is signed.")
    return redirect(program_url)


def _keep_suggestion(
    request: AuthenticatedHttpRequest, studio: Studio, editor: ProgramEditor, key: str, *, to_edit: bool
) -> HttpResponse:
    """Add what a model suggested to what was typed. It is in use once a version with it is signed."""
    suggestion = find_suggestion(editor.program, key)
    try:
        asking.decide(suggestion, Suggestion.State.KEPT, by=request.user)
    except USER_ERRORS as error:
        editor.problem = str(error)
        return _render_editor(request, studio, editor, status=error_status(error))
    editor.wording = editor.wording.with_template(suggestion.text)
    if to_edit and suggestion.text in editor.wording.templates:
        editor.focused_row = editor.wording.templates.index(suggestion.text)
    return _render_editor(request, studio, editor)


def _render_error(request: AuthenticatedHttpRequest, studio: Studio, program_id: int, error: Exception) -> HttpResponse:
    editor = _load_editor(studio, program_id, problem=str(error))
    if editor.program.kind == Program.Kind.REMIX:
        return remix_programs.show_error(request, studio, editor.program, editor.newest, error)
    return _render_editor(request, studio, editor, status=error_status(error))


def _render_editor(
    request: AuthenticatedHttpRequest, studio: Studio, editor: ProgramEditor, *, part: str = "", status: int = 200
) -> HttpResponse:
    """Render the page, or the part of it that htmx asked for."""
    previews = None
    if not editor.wording.errors:
        previews = build_previews(editor.wording.wording, studio.artist, editor.form.preview_facts())
    context: dict[str, Any] = {
        "section": "programs",
        "editor": editor,
        "program": editor.program,
        "program_status": get_status(editor.program, find_obstacles(studio.artist, [editor.program])),
        "errors": editor.errors,
        "previews": previews,
        "languages": language_choices(),
        "template_marks": list_marks(editor.program, editor.wording, studio.artist.name),
        "filled_mark_text": Mark.FILLED.text(studio.artist.name),
    }
    if not part:
        context["version_history"] = list_versions(editor.program)
        context["suggestions"] = load_panel(editor.program)
    return studio.render(request, f"{TEMPLATE}{part}", status=status, **context)
