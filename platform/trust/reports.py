"""Report: a fan says what is wrong with something they received; staff look at it as it was shown."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import connection, transaction
from django.db.models import QuerySet
from django.db.models.functions import Now

from accounts.models import Person
from accounts.roles import NotAllowed
from audit import trail
from live import notices
from trust.models import MAX_NOTE_LENGTH, MAX_WORDS_LENGTH, Report
from worker import wake

WAKE_CHANNEL = "reports"
FANS_TO_STOP, WINDOW_DAYS = 3, 30  # so many fans within so many days stop a program; the artist's side carries it out


class ReportRefused(Exception):
    """It cannot be stored like this; the sentence says what to change."""


class AlreadyReported(Exception):
    """This fan has reported this thing. Nothing was changed."""

    def __init__(self, report: Report) -> None:
        super().__init__(f"You reported this on {_format_time(report.at)}. Once is enough: nothing was changed.")
        self.report = report


class AlreadyHandled(Exception):
    """Somebody of the staff was faster, or the same person clicked twice."""

    def __init__(self, who: str, when: datetime, state: str) -> None:
        super().__init__(f"Already {state} by {who} on {_format_time(when)}.")


def file_report(
    *, by: Person, subject: str, artist_id: int, program_id: int, reason: str, said: str, shown: dict[str, Any]
) -> Report:
    """A fan's report, once for each subject. Staff's open pages hear of it; a worker weighs the program."""
    said = _clean_words(reason, said)
    about = {"artist": artist_id, "program": program_id}
    with transaction.atomic():
        words = {"reason": reason, "said": said, "shown": shown}
        report, new = Report.objects.get_or_create(by=by, subject=subject, defaults=about | words)
        if not new:
            raise AlreadyReported(report)
        trail.record("report.filed", by=by.actor, subject=f"report:{report.pk}", about=subject, reason=reason, **about)
        staff = Person.objects.filter(is_staff=True, is_active=True).order_by("pk").values_list("pk", flat=True)
        notices.post([notices.NewNotice(person, "report.filed", f"report:{report.pk}") for person in staff])
        wake.notify(WAKE_CHANNEL)
    report.refresh_from_db()
    return report


def handle(report: Report, *, upheld: bool, note: str, by: Person) -> Report:
    """Staff say, once, whether the fan is right, and why; the fan's open pages hear of it.

    One that is upheld is weighed again, by itself.
    """
    if not Person.objects.filter(pk=by.pk, is_staff=True, is_active=True).exists():
        raise NotAllowed("Only staff handle reports.")
    note = " ".join(note.split())
    if not note:
        raise ReportRefused("Say in a sentence why: it is kept with the report.")
    if len(note) > MAX_NOTE_LENGTH:
        raise ReportRefused(f"Say it in {MAX_NOTE_LENGTH} characters.")
    state = Report.State.UPHELD if upheld else Report.State.DISMISSED
    with transaction.atomic():
        handled = Report.objects.filter(pk=report.pk, state=Report.State.OPEN).update(
            state=state, handled_by=by.actor, handled_at=Now(), note=note, to_weigh=upheld
        )
        report.refresh_from_db()
        if not handled:
            raise _already_handled(report)
        trail.record(f"report.{state}", by=by.actor, subject=f"report:{report.pk}", program=report.program)
        notices.post([notices.NewNotice(report.by_id, "report.handled", f"report:{report.pk}")])
        if upheld:
            wake.notify(WAKE_CHANNEL)
    return report


def list_open() -> QuerySet[Report]:
    """What waits for staff, oldest first."""
    return Report.objects.filter(state=Report.State.OPEN).select_related("by").order_by("at", "pk")


def list_handled() -> QuerySet[Report]:
    """What staff have handled, newest first."""
    return Report.objects.exclude(state=Report.State.OPEN).select_related("by").order_by("-handled_at", "-pk")


def find_report(person: Person, subject: str) -> Report | None:
    """What this person reported about it, if they did."""
    return Report.objects.filter(by=person, subject=subject).first()


def list_for_artist(artist_id: int, *, limit: int) -> list[tuple[int, str, str, datetime]]:
    """For the artist's side, newest first: program, reason, state, when. Not a word on who said it of what."""
    newest = Report.objects.filter(artist=artist_id).order_by("-at", "-pk")
    return list(newest.values_list("program", "reason", "state", "at")[:limit])


def claim_programs(limit: int) -> set[int]:
    """The programs about which there is something new. Taken once, if the caller's transaction commits."""
    waiting = Report.objects.filter(to_weigh=True).order_by("pk").select_for_update(skip_locked=True, no_key=True)
    taken = dict(waiting.values_list("pk", "program")[:limit])
    Report.objects.filter(pk__in=taken).update(to_weigh=False)
    return set(taken.values())


@dataclass(frozen=True, slots=True)
class ReportCounts:
    """What speaks against one program: how many fans, for which reasons; what staff upheld."""

    fans: int
    reasons: tuple[str, ...]
    upheld: tuple[str, ...]
    """The reasons of the reports that were upheld; empty when none was."""


# GREATEST passes over NULL. A report that staff uphold counts from then on, however old it is.
COUNT_SQL = """
SELECT program,
    count(DISTINCT by_id) FILTER (WHERE at > since),
    coalesce(array_agg(DISTINCT reason ORDER BY reason) FILTER (WHERE at > since), '{}'),
    coalesce(array_agg(DISTINCT reason ORDER BY reason) FILTER (WHERE state = 'upheld' AND handled_at > since), '{}')
FROM trust_report JOIN (
    SELECT program, greatest(since, statement_timestamp() - make_interval(days => %s))
    FROM unnest(%s::bigint[], %s::timestamptz[]) AS asked (program, since)
) AS asked (program, since) USING (program)
WHERE state <> 'dismissed' GROUP BY program
"""


def count_by_program(since: Mapping[int, datetime | None], *, days: int) -> dict[int, ReportCounts]:
    """Per program, what counts against it: of the last days, and after the given time where there is one."""
    with connection.cursor() as cursor:
        cursor.execute(COUNT_SQL, [days, list(since), list(since.values())])
        return {
            program: ReportCounts(fans, tuple(reasons), tuple(upheld))
            for program, fans, reasons, upheld in cursor.fetchall()
        }


def _clean_words(reason: str, said: str) -> str:
    said = said.strip()
    if reason not in Report.Reason.values:
        raise ReportRefused("Say what is wrong with it.")
    if len(said) > MAX_WORDS_LENGTH:
        raise ReportRefused(f"Say it in {MAX_WORDS_LENGTH:,} characters; these are {len(said):,}.")
    if "\0" in said:
        raise ReportRefused("There is a character in it that cannot be stored.")
    if reason == Report.Reason.OTHER and not said:
        raise ReportRefused("Say in a few words what it is: nobody can tell from “something else”.")
    return said


def _already_handled(report: Report) -> AlreadyHandled:
    person = Person.objects.filter(pk=(report.handled_by or "").removeprefix("person:")).first()
    assert report.handled_at is not None
    return AlreadyHandled((person and (person.name or person.handle)) or "somebody", report.handled_at, report.state)


def _format_time(at: datetime) -> str:
    return f"{at:%-d %B %Y} at {at:%H:%M} UTC"
