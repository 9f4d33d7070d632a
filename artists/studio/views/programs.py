"""Offer: what the programs say and when, written by an editor and signed by the artist in person."""

import json
from dataclasses import dataclass
from typing import Any

from babel import Locale
from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.views.decorators.http import require_safe

from accounts import reauthentication
from accounts.requests import AuthenticatedHttpRequest
from ai.wording import Wording
from artists import moderation, programs
from artists.models import Program, ProgramVersion
from artists.program_status import get_status
from artists.studio import overview
from artists.studio.access import USER_ERRORS, Studio, error_status, team_member_required
from artists.studio.forms.program import LISTEN_COUNTS, ProgramForm
from artists.studio.forms.wording import LANGUAGE_TAGS, WordingForm
from artists.studio.messages import sentence
from artists.studio.previews import build_previews
from artists.studio.version_diff import list_versions
from fans.models import Mark
from rights.exceptions import ReauthenticationRequired
from web.decorators import post_only

TEMPLATE = "studio/program.html"
LANGUAGES = [(tag, Locale.parse(tag).get_display_name("en")) for tag in LANGUAGE_TAGS]


class NameForm(forms.Form):
    name = forms.CharField(label="What your team calls it", max_length=120)


@team_member_required
def list_or_create_programs(request: AuthenticatedHttpRequest, studio: Studio) -> HttpResponse:
    """GET: what is offered. POST: a new one, which opens at once."""
    form = NameForm(request.POST or None)
    problem, status = "", 422 if request.method == "POST" else 200
    if request.method == "POST" and form.is_valid():
        try:
            made = programs.create(studio.artist, name=form.cleaned_data["name"], by=request.user)
        except USER_ERRORS as error:
            problem, status = str(error), error_status(error)
        else:
            return redirect(studio.url("program", pk=made.pk))
    shown = overview.list_program_rows(studio, overview.list_programs(studio))
    told = moderation.list_reports(studio.artist, limit=10)
    return studio.show(
        request, "studio/programs.html", status=status, programs=shown, form=form, problem=problem, told=told
    )


@team_member_required
def edit_program(request: AuthenticatedHttpRequest, studio: Studio, pk: int) -> HttpResponse:
    """GET: the newest version. POST: another row, or a new version; what was typed stays in any case."""
    desk = _load_editor(studio, pk)
    if request.method != "POST":
        return _render_editor(request, studio, desk)
    desk.words, desk.terms = WordingForm.typed(request.POST), ProgramForm.typed(request.POST)
    do = request.POST.get("do", "save")
    if do != "save":
        desk.words = desk.words.after(do)
        return _render_editor(request, studio, desk, part="#rows" if request.htmx else "")
    return _save_version(request, studio, desk)


@post_only
@team_member_required
def preview_program(request: AuthenticatedHttpRequest, studio: Studio, pk: int) -> HttpResponse:
    """Every shape of what is typed, and what is wrong with it. Nothing is stored."""
    desk = _load_editor(studio, pk)
    desk.words, desk.terms = WordingForm.typed(request.POST), ProgramForm.typed(request.POST)
    return _render_editor(request, studio, desk, part="#preview")


@post_only
@team_member_required
def sign_version(request: AuthenticatedHttpRequest, studio: Studio, pk: int, version: int) -> HttpResponse:
    """The artist in person, who typed the password a moment ago, says yes to exactly this version."""
    program = _get_program_or_404(studio, pk)
    signed = get_object_or_404(
        ProgramVersion.objects.select_related("program__artist"), program=program, version=version
    )
    try:
        programs.sign(signed, by=request.user, fresh=reauthentication.did_recently_authenticate(request))
    except ReauthenticationRequired:
        return reauthentication.redirect_to_reauthentication(studio.url("program", pk=pk) + "#sign")
    except USER_ERRORS as error:
        return _render_editor(request, studio, _load_editor(studio, pk, problem=str(error)), status=error_status(error))
    messages.success(request, f"You signed version {version}. It answers from now on.")
    return redirect(studio.url("program", pk=pk))


@post_only
@team_member_required
def pause_or_resume(request: AuthenticatedHttpRequest, studio: Studio, pk: int) -> HttpResponse:
    """Pause it at once, or let it go on."""
    program = _get_program_or_404(studio, pk)
    act = programs.resume if request.POST.get("do") == "resume" else programs.pause
    try:
        act(program, by=request.user)
    except USER_ERRORS as error:
        return _render_editor(request, studio, _load_editor(studio, pk, problem=str(error)), status=error_status(error))
    return redirect(studio.url("program", pk=pk))


@require_safe
@team_member_required
def show_version(request: AuthenticatedHttpRequest, studio: Studio, pk: int, version: int) -> HttpResponse:
    """One older version as it was written, with every shape of it."""
    program = _get_program_or_404(studio, pk)
    found = get_object_or_404(program.versions.select_related("recording", "decision"), version=version)
    every = build_previews(Wording.parse(found.words), studio.artist, ProgramForm.of(found).answers(studio.artist))
    facts: dict[str, Any] = {"program": program, "version": found, "sentence": sentence(found), "shapes": every}
    return studio.show(request, "studio/program_version.html", section="programs", words=WordingForm.of(found), **facts)


@dataclass
class ProgramEditor:
    """One program being written."""

    program: Program
    newest: ProgramVersion | None
    words: WordingForm
    terms: ProgramForm
    problem: str = ""

    @property
    def unsaved(self) -> bool:
        """Whether what stands in the fields is another than the newest version."""
        return (self.words.data(), self.terms) != (WordingForm.of(self.newest).data(), ProgramForm.of(self.newest))

    @property
    def unsigned(self) -> ProgramVersion | None:
        """What waits for a signature: the newest, unless it is signed."""
        return self.newest if self.newest and self.newest.decision_id is None else None


def _get_program_or_404(studio: Studio, pk: int) -> Program:
    return get_object_or_404(
        Program.objects.select_related("artist", "current__recording"), pk=pk, artist=studio.artist
    )


def _load_editor(studio: Studio, pk: int, *, problem: str = "") -> ProgramEditor:
    program = _get_program_or_404(studio, pk)
    newest = program.versions.select_related("recording").order_by("-version").first()
    return ProgramEditor(program, newest, WordingForm.of(newest), ProgramForm.of(newest), problem)


def _save_version(request: AuthenticatedHttpRequest, studio: Studio, desk: ProgramEditor) -> HttpResponse:
    if desk.words.problems or desk.terms.problems:
        desk.problem = "It is not saved yet: look at what is marked below. Everything you typed is still here."
        return _render_editor(request, studio, desk, status=422)
    chosen = desk.terms.chosen(studio.artist) | {"wording": desk.words.data()}
    if desk.newest and _is_unchanged(desk.newest, chosen):
        messages.info(request, f"Nothing changed: this is version {desk.newest.version}.")
        return redirect(studio.url("program", pk=desk.program.pk))
    try:
        saved = programs.edit(desk.program, by=request.user, **chosen)
    except USER_ERRORS as error:
        desk.problem = str(error)
        return _render_editor(request, studio, desk, status=error_status(error))
    messages.success(request, f"Version {saved.version} is saved. It answers nobody until it is signed.")
    return redirect(studio.url("program", pk=desk.program.pk))


def _is_unchanged(version: ProgramVersion, chosen: dict[str, Any]) -> bool:
    words = Wording.parse(chosen["wording"]).canonical()
    own = (version.nth, version.recording, version.review_seconds, json.loads(version.wording))
    return own == (chosen["nth"], chosen["recording"], chosen["review_seconds"], json.loads(words))


def _render_editor(
    request: AuthenticatedHttpRequest, studio: Studio, desk: ProgramEditor, *, part: str = "", status: int = 200
) -> HttpResponse:
    wrong = desk.words.problems
    facts: dict[str, Any] = {
        "section": "programs",
        "desk": desk,
        "program": desk.program,
        "standing": get_status(desk.program, studio.allowed),
        "wrong": {**wrong, **desk.terms.problems},
        "shapes": None
        if wrong
        else build_previews(desk.words.wording, studio.artist, desk.terms.answers(studio.artist)),
        "languages": LANGUAGES,
        "times": LISTEN_COUNTS,
        "filled_words": Mark.FILLED.words(studio.artist.name),
    }
    if not part:
        facts |= {"editions": list_versions(desk.program)}
    if part != "#preview":
        facts |= {"recordings": studio.artist.recordings.order_by("title", "pk")[:500]}
    return studio.show(request, f"{TEMPLATE}{part}", status=status, **facts)
