"""Report: a fan says what is wrong with something they received. What they saw is frozen, whatever becomes of it."""

from typing import Any

from accounts.models import Person
from fans import experiences
from fans.models import Experience
from trust import reports
from trust.models import Report


class NotTheirs(Exception):
    """There is no such thing, or somebody else received it: both read the same."""


def report_experience(experience: Experience, *, by: Person, reason: str, said: str = "") -> Report:
    """Only of what this person received, and once. Raises NotTheirs, and what `trust.reports.file_report` raises."""
    own = experiences.received_by(by).select_related("artist").filter(pk=experience.pk).first()
    if own is None:
        raise NotTheirs("There is nothing here that you received.")
    return reports.file_report(
        by=by,
        subject=str(own),
        artist_id=own.artist_id,
        program_id=own.receipt["program"]["id"],
        reason=reason,
        words=said,
        shown=_freeze_shown(own),
    )


def find_report(experience: Experience, *, by: Person) -> Report | None:
    """What this person said about it before, if they did."""
    return reports.find_report(by, str(experience))


def _freeze_shown(experience: Experience) -> dict[str, Any]:
    """In the words of the page. What was erased before is not there any more."""
    return {
        "artist": experience.artist.name,
        "text": experience.text,
        "mark": experience.mark_words,
        "made": experience.mark,
        "why": experience.why["sentence"] if experience.why else None,
        "program": experience.why.get("program") if experience.why else None,
        "delivered_at": experience.delivered_at.isoformat(timespec="seconds"),
    }
