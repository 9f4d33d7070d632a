"""File reports of fans, handle them as staff, and list them."""

from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from django.conf import settings
from django.db import transaction
from django.db.models import QuerySet
from django.db.models.functions import Now

from accounts import roles
from accounts.exceptions import NotAllowed
from accounts.models import Person
from accounts.people import display_names
from audit import trail
from live import notices
from trust.exceptions import AlreadyHandled, AlreadyReported, ReportRefused
from trust.models import MAX_NOTE_LENGTH, MAX_WORDS_LENGTH, Report
from worker import wake

WAKE_CHANNEL = "reports"
"""Wakes the worker that counts reports (artists/moderation.py)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class NewReport:
    """A report, ready to be filed."""

    subject: str
    """experience:<uuid>, or shelf:<id> of a remix that another fan shared"""
    artist: int
    program: int | None
    """None of a shelf."""
    listens: int
    """How often the fan has listened to the artist."""
    audience: int | None
    """How many fans have received something of the program; None of a shelf."""
    reason: str
    words: str
    shown: dict[str, Any]
    """What the fan saw."""


def file_report(new: NewReport, *, by: Person) -> Report:
    """Store a fan's report, notify staff, and let a worker look at what it means.

    Raises ReportRefused or AlreadyReported.
    """
    fields = asdict(new) | {
        "words": _clean_words(new.reason, new.words),
        "listens": min(new.listens, settings.REPORT_FULL_LISTENS),
    }
    with transaction.atomic():
        report, created = Report.objects.get_or_create(by=by, subject=new.subject, defaults=fields)
        if not created:
            raise AlreadyReported(report)
        facts = {"about": new.subject, "reason": new.reason, "artist": new.artist, "program": new.program}
        trail.record("report.filed", by=by.actor, subject=f"report:{report.pk}", **facts)
        staff = Person.objects.filter(is_staff=True, is_active=True).order_by("pk").values_list("pk", flat=True)
        notices.post([notices.NewNotice(person, "report.filed", f"report:{report.pk}") for person in staff])
        wake.notify(WAKE_CHANNEL)
    report.refresh_from_db()
    return report


def handle(report: Report, *, upheld: bool, note: str, by: Person) -> Report:
    """Uphold or dismiss an open report with a note, and notify the fan who filed it.

    An upheld report is counted again, and so are other reports of its fan, which may weigh more now.
    Raises NotAllowed, ReportRefused or AlreadyHandled.
    """
    if not roles.is_staff(by):
        raise NotAllowed("Only staff handle reports.")
    note = _clean_note(note)
    state = Report.State.UPHELD if upheld else Report.State.DISMISSED
    with transaction.atomic():
        handled = Report.objects.filter(pk=report.pk, state=Report.State.OPEN).update(
            state=state, handled_by=by.actor, handled_at=Now(), note=note, to_count=upheld
        )
        report.refresh_from_db()
        if not handled:
            raise _already_handled(report)
        trail.record(f"report.{state}", by=by.actor, subject=f"report:{report.pk}", program=report.program)
        notices.post([notices.NewNotice(report.by_id, "report.handled", f"report:{report.pk}")])
        if upheld:
            Report.objects.filter(by=report.by_id, state=Report.State.OPEN).update(to_count=True)
            wake.notify(WAKE_CHANNEL)
    return report


def list_open() -> QuerySet[Report]:
    """The reports that wait for staff, oldest first, each with its fan."""
    return Report.objects.filter(state=Report.State.OPEN).select_related("by").order_by("at", "pk")


def list_handled() -> QuerySet[Report]:
    """The reports that staff handled, newest first, each with its fan."""
    return Report.objects.exclude(state=Report.State.OPEN).select_related("by").order_by("-handled_at", "-pk")


def find_report(person: Person, subject: str) -> Report | None:
    """This person's report on the subject (`experience:<uuid>` or `shelf:<id>`), or None."""
    return Report.objects.filter(by=person, subject=subject).first()


def count_reasons(artist_id: int, subjects: Iterable[str]) -> dict[str, Counter[str]]:
    """For each of these subjects of the artist how many fans gave which reason, without what staff dismissed."""
    found: dict[str, Counter[str]] = defaultdict(Counter)
    about = Report.objects.filter(artist=artist_id, subject__in=list(subjects)).exclude(state=Report.State.DISMISSED)
    for subject, reason in about.order_by("pk").values_list("subject", "reason"):
        found[subject][reason] += 1
    return found


def list_open_on_shelf(artist_id: int) -> list[str]:
    """The entries of this artist's shelf (shelf:<id>) on which reports wait for staff."""
    waiting = Report.objects.filter(artist=artist_id, program=None, state=Report.State.OPEN)
    return list(waiting.values_list("subject", flat=True).distinct())


def erase_shown(artist_id: int, subjects: Iterable[str]) -> None:
    """Erase what was shown of these subjects, because it names somebody whose words are erased."""
    Report.objects.filter(artist=artist_id, subject__in=list(subjects)).update(shown=None)


def list_for_artist(artist_id: int, *, limit: int) -> list[tuple[int | None, str, str, datetime]]:
    """Program, reason, state and time of the newest reports. The artist's team must not learn who reported what."""
    newest = Report.objects.filter(artist=artist_id).order_by("-at", "-pk")
    return list(newest.values_list("program", "reason", "state", "at")[:limit])


def _clean_words(reason: str, words: str) -> str:
    words = words.strip()
    if reason not in Report.Reason.values:
        raise ReportRefused("Say what is wrong with it.")
    if len(words) > MAX_WORDS_LENGTH:
        raise ReportRefused(f"Say it in {MAX_WORDS_LENGTH:,} characters; these are {len(words):,}.")
    if "\0" in words:
        raise ReportRefused("There is a character in it that cannot be stored.")
    if reason == Report.Reason.OTHER and not words:
        raise ReportRefused("Say in a few words what it is: nobody can tell from “something else”.")
    return words


def _clean_note(note: str) -> str:
    note = " ".join(note.split())
    if not note:
        raise ReportRefused("Say in a sentence why: it is kept with the report.")
    if len(note) > MAX_NOTE_LENGTH:
        raise ReportRefused(f"Say it in {MAX_NOTE_LENGTH} characters.")
    return note


def _already_handled(report: Report) -> AlreadyHandled:
    assert report.handled_by is not None
    assert report.handled_at is not None
    name = display_names([report.handled_by]).get(report.handled_by, "somebody")
    return AlreadyHandled(name, report.handled_at, report.state)
