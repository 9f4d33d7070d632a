"""Reports, filed as the page of the fan files them."""

from datetime import timedelta
from typing import Any

from django.utils import timezone

from accounts.models import Person
from catalog.models import Artist
from fans import engagement
from fans import reports as fan_reports
from tests import factories
from trust import reports
from trust.models import Report

SHOWN_TO_FAN = {
    "artist": "Mara Veil",
    "text": "Thank you, Ana. That was 100 listens.",
    "mark": "Mara Veil’s words, filled in for you",
    "made": "filled",
    "why": "You got this because you reached 100 listens of Mara Veil, and opted in.",
    "delivered_at": "2026-11-01T12:00:00+00:00",
}


def a_report(by: Person, *, number: int = 1, **changes: Any) -> Report:
    """A report by this fan on an experience whose id ends with `number`."""
    fields: dict[str, Any] = {
        "subject": f"experience:00000000-0000-7000-8000-{number:012}",
        "artist": 1,
        "program": 7,
        "listens": 10,
        "audience": 3,
        "reason": "hurtful",
        "words": "It mocks me.",
        "shown": SHOWN_TO_FAN,
    }
    return reports.file_report(reports.NewReport(**fields | changes), by=by)


def create_regular(name: str = "Ana", *, days: int = 30, **fields: Any) -> Person:
    """A person whose account is so many days old."""
    return factories.create_fan(name, joined_at=timezone.now() - timedelta(days=days), **fields)


def report_experience(
    artist: Artist, name: str = "Ana", *, reason: str = "hurtful", days: int = 30, listens: int = 10
) -> Report:
    """A fan, whose account is so old and who listened so often to the artist, reports an experience they received."""
    experience = factories.create_experience(artist, create_regular(name, days=days, opted_in=artist))
    engagement.record(factories.insert_listens(experience.person, artist, listens - 3))  # the third was answered
    return fan_reports.report_experience(experience, by=experience.person, reason=reason)
