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

from accounts import freshness
from accounts.entrance import posted
from accounts.requests import Request
from ai.wording import Wording
from artists import moderation, programs
from artists.models import Program, ProgramVersion
from artists.program_status import get_status
from artists.studio import overview
from artists.studio.changes import editions
from artists.studio.entrance import REFUSALS, Studio, entered, password_first, status_of
from artists.studio.sentence import sentence
from artists.studio.shapes import shapes
from artists.studio.terms_form import TIMES, Terms
from artists.studio.words_form import LOCALES, Words
from fans.models import Mark
from rights.signing import SignInAgain

PAGE = "studio/program.html"
LANGUAGES = [(tag, Locale.parse(tag).get_display_name("en")) for tag in LOCALES]


class NameForm(forms.Form):
    name = forms.CharField(label="What your team calls it", max_length=120)


@entered
def index(request: Request, studio: Studio) -> HttpResponse:
    """GET: what is offered. POST: a new one, which opens at once."""
    form = NameForm(request.POST or None)
    problem, status = "", 422 if request.method == "POST" else 200
    if request.method == "POST" and form.is_valid():
        try:
            made = programs.create(studio.artist, name=form.cleaned_data["name"], by=request.user)
        except REFUSALS as error:
            problem, status = str(error), status_of(error)
        else:
            return redirect(studio.url("program", pk=made.pk))
    shown = overview.told(studio, overview.programs(studio))
    told = moderation.list_reports(studio.artist, limit=10)
    return studio.show(
        request, "studio/programs.html", status=status, programs=shown, form=form, problem=problem, told=told
    )


@entered
def page(request: Request, studio: Studio, pk: int) -> HttpResponse:
    """GET: the newest version. POST: another row, or a new version; what was typed stays in any case."""
    desk = _desk(studio, pk)
    if request.method != "POST":
        return _show(request, studio, desk)
    desk.words, desk.terms = Words.typed(request.POST), Terms.typed(request.POST)
    do = request.POST.get("do", "save")
    if do != "save":
        desk.words = desk.words.after(do)
        return _show(request, studio, desk, part="#rows" if request.htmx else "")
    return _save(request, studio, desk)


@posted
@entered
def preview(request: Request, studio: Studio, pk: int) -> HttpResponse:
    """Every shape of what is typed, and what is wrong with it. Nothing is stored."""
    desk = _desk(studio, pk)
    desk.words, desk.terms = Words.typed(request.POST), Terms.typed(request.POST)
    return _show(request, studio, desk, part="#preview")


@posted
@entered
def sign(request: Request, studio: Studio, pk: int, version: int) -> HttpResponse:
    """The artist in person, who typed the password a moment ago, says yes to exactly this version."""
    program = _program(studio, pk)
    signed = get_object_or_404(
        ProgramVersion.objects.select_related("program__artist"), program=program, version=version
    )
    try:
        programs.sign(signed, by=request.user, fresh=freshness.fresh(request))
    except SignInAgain:
        return password_first(studio.url("program", pk=pk) + "#sign")
    except REFUSALS as error:
        return _show(request, studio, _desk(studio, pk, problem=str(error)), status=status_of(error))
    messages.success(request, f"You signed version {version}. It answers from now on.")
    return redirect(studio.url("program", pk=pk))


@posted
@entered
def turn(request: Request, studio: Studio, pk: int) -> HttpResponse:
    """Pause it at once, or let it go on."""
    program = _program(studio, pk)
    act = programs.resume if request.POST.get("do") == "resume" else programs.pause
    try:
        act(program, by=request.user)
    except REFUSALS as error:
        return _show(request, studio, _desk(studio, pk, problem=str(error)), status=status_of(error))
    return redirect(studio.url("program", pk=pk))


@require_safe
@entered
def text(request: Request, studio: Studio, pk: int, version: int) -> HttpResponse:
    """One older version as it was written, with every shape of it."""
    program = _program(studio, pk)
    found = get_object_or_404(program.versions.select_related("recording", "decision"), version=version)
    every = shapes(Wording.parse(found.words), studio.artist, Terms.of(found).answers(studio.artist))
    facts: dict[str, Any] = {"program": program, "version": found, "sentence": sentence(found), "shapes": every}
    return studio.show(request, "studio/version.html", section="programs", words=Words.of(found), **facts)


@dataclass
class Desk:
    """One program being written."""

    program: Program
    newest: ProgramVersion | None
    words: Words
    terms: Terms
    problem: str = ""

    @property
    def unsaved(self) -> bool:
        """Whether what stands in the fields is another than the newest version."""
        return (self.words.data(), self.terms) != (Words.of(self.newest).data(), Terms.of(self.newest))

    @property
    def unsigned(self) -> ProgramVersion | None:
        """What waits for a signature: the newest, unless it is signed."""
        return self.newest if self.newest and self.newest.decision_id is None else None


def _program(studio: Studio, pk: int) -> Program:
    return get_object_or_404(
        Program.objects.select_related("artist", "current__recording"), pk=pk, artist=studio.artist
    )


def _desk(studio: Studio, pk: int, *, problem: str = "") -> Desk:
    program = _program(studio, pk)
    newest = program.versions.select_related("recording").order_by("-version").first()
    return Desk(program, newest, Words.of(newest), Terms.of(newest), problem)


def _save(request: Request, studio: Studio, desk: Desk) -> HttpResponse:
    if desk.words.problems or desk.terms.problems:
        desk.problem = "It is not saved yet: look at what is marked below. Everything you typed is still here."
        return _show(request, studio, desk, status=422)
    chosen = desk.terms.chosen(studio.artist) | {"wording": desk.words.data()}
    if desk.newest and _same(desk.newest, chosen):
        messages.info(request, f"Nothing changed: this is version {desk.newest.version}.")
        return redirect(studio.url("program", pk=desk.program.pk))
    try:
        saved = programs.edit(desk.program, by=request.user, **chosen)
    except REFUSALS as error:
        desk.problem = str(error)
        return _show(request, studio, desk, status=status_of(error))
    messages.success(request, f"Version {saved.version} is saved. It answers nobody until it is signed.")
    return redirect(studio.url("program", pk=desk.program.pk))


def _same(version: ProgramVersion, chosen: dict[str, Any]) -> bool:
    words = Wording.parse(chosen["wording"]).canonical()
    own = (version.nth, version.recording, version.review_seconds, json.loads(version.wording))
    return own == (chosen["nth"], chosen["recording"], chosen["review_seconds"], json.loads(words))


def _show(request: Request, studio: Studio, desk: Desk, *, part: str = "", status: int = 200) -> HttpResponse:
    wrong = desk.words.problems
    facts: dict[str, Any] = {
        "section": "programs",
        "desk": desk,
        "program": desk.program,
        "standing": get_status(desk.program, studio.allowed),
        "wrong": {**wrong, **desk.terms.problems},
        "shapes": None if wrong else shapes(desk.words.wording, studio.artist, desk.terms.answers(studio.artist)),
        "languages": LANGUAGES,
        "times": TIMES,
        "filled_words": Mark.FILLED.words(studio.artist.name),
    }
    if not part:
        facts |= {"editions": editions(desk.program)}
    if part != "#preview":
        facts |= {"recordings": studio.artist.recordings.order_by("title", "pk")[:500]}
    return studio.show(request, f"{PAGE}{part}", status=status, **facts)
