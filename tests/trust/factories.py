"""Reports, filed as the page of the fan files them."""

from typing import Any

from accounts.models import Person
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
    fields = {"subject": f"experience:00000000-0000-7000-8000-{number:012}", "artist_id": 1, "program_id": 7}
    return reports.file_report(
        by=by, **{**fields, "reason": "hurtful", "words": "It mocks me.", "shown": SHOWN_TO_FAN, **changes}
    )
