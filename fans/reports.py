"""A fan's report about an experience they received, or about a remix that another fan shared."""

from typing import Any

from django.db import transaction

from accounts.models import Person
from fans import engagement, experiences, remixes, shelf
from fans.models import Experience, ShelfEntry
from fans.remixes import Remix
from trust import reports
from trust.exceptions import ReportRefused
from trust.models import Report
from web import rate_limits

REPORTS_A_DAY, DAY_SECONDS = 30, 24 * 60 * 60


def report_experience(experience: Experience, *, by: Person, reason: str, said: str = "") -> Report:
    """File a report, once for each experience. What the fan saw is stored with it, and what it weighs by.

    Raise Experience.DoesNotExist if this person did not receive it, and what `trust.reports.file_report` raises.
    """
    own = experiences.received_by(by).select_related("artist").get(pk=experience.pk)
    audience = experiences.count_audience(own.program)
    return _file(own, _freeze_shown(own), by=by, reason=reason, said=said, program=own.program, audience=audience)


def report_entry(entry: ShelfEntry, *, by: Person, reason: str, said: str = "") -> Report:
    """The same about what this person can hear on a shelf, or its name. It counts for no program.

    Raises what `trust.reports.file_report` raises, and ReportRefused for what cannot be heard any more, or where this
    person reported many within a day: one can hear, and report, all shelves.
    """
    if not rate_limits.hit(f"shelf-reports:{by.pk}", REPORTS_A_DAY, DAY_SECONDS).allowed:
        raise ReportRefused("You reported many within a day. Nothing was sent: report it tomorrow.")
    with transaction.atomic():
        # Who erases it waits, and finds the name in the report; or was first, and nothing is stored of it.
        Experience.objects.select_for_update(no_key=True).get(pk=entry.experience_id)
        heard = shelf.find_reportable(by, entry.pk)
        if heard is None:
            raise ReportRefused("It cannot be heard here any more. Nothing was sent.")
        return _file(heard, _freeze_entry(heard), by=by, reason=reason, said=said)


def find_report(experience: Experience, *, by: Person) -> Report | None:
    """This person's report about it, if there is one."""
    return reports.find_report(by, str(experience))


def _file(
    about: Experience | ShelfEntry,
    shown: dict[str, Any],
    *,
    by: Person,
    reason: str,
    said: str,
    program: int | None = None,
    audience: int | None = None,
) -> Report:
    """Only what a program made has `program` and `audience`."""
    counted = engagement.find_engagement(by, about.artist)
    new = reports.NewReport(
        subject=str(about),
        artist=about.artist_id,
        program=program,
        listens=counted.listens if counted else 0,
        audience=audience,
        reason=reason,
        words=said,
        shown=shown,
    )
    return reports.file_report(new, by=by)


def _freeze_shown(experience: Experience) -> dict[str, Any]:
    """What the page shows now, for staff to read later. Erased words are None."""
    return {
        "artist": experience.artist.name,
        "text": _write_shown(experience),
        "mark": experience.mark_words,
        "made": experience.mark,
        "why": experience.reason_sentence or None,
        "program": experience.why.get("program") if experience.why else None,
        "delivered_at": experience.delivered_at.isoformat(timespec="seconds"),
    }


def _freeze_entry(entry: ShelfEntry) -> dict[str, Any]:
    """The same of an entry of a shelf. Its maker's name is erased from it with the entry."""
    return {
        "artist": entry.artist.name,
        "text": _describe(shelf.open_remix(entry)),
        "mark": entry.mark_words,
        "made": entry.mark,
        "why": None,
        "program": f"{entry.recording.title}, remix by {entry.maker or 'a fan'}",
        "delivered_at": entry.decided_at.isoformat(timespec="seconds") if entry.decided_at else None,
    }


def _write_shown(experience: Experience) -> str | None:
    """Its words, or of a remix what it is."""
    remix = remixes.find_remix(experience.maker, experience.text)
    return experience.text if remix is None else _describe(remix)


def _describe(remix: Remix) -> str:
    """What a remix is: staff find its sound by the number of its render."""
    changes = "; ".join(f"{what}: {how}" for what, how in remix.changes) or "nothing was changed"
    return f"A remix of {remix.render.recording.title}, {remix.length} long. {changes}. Render {remix.render.pk}."
