"""List what waits for a person of a rightsholder, for the top of its first page."""

from artists.label.access import Label
from artists.label.claims import on_claimed_by
from artists.studio.overview import Task
from rights.claims import DISPUTED, LIVE
from rights.models import Claim


def list_tasks(label: Label) -> list[Task]:
    """Claims that wait and open disputes: one query besides the count that the navigation shows."""
    tasks, url = [], label.url("label-claims")
    if proposed := label.waiting_agreements:
        title = f"{proposed} agreement{'s' * (proposed > 1)} wait{'s' * (proposed == 1)} for your yes"
        tasks.append(Task(title, "read and answer", label.url("label-agreements")))
    if waiting := label.waiting_claims:
        hint = "yes, or not yours" if label.may_sign else "whoever signs confirms"
        tasks.append(Task(f"{waiting} claim{'s' * (waiting > 1)} to confirm", hint, url))
    if disputed := Claim.objects.filter(LIVE, DISPUTED, on_claimed_by(label.party)).count():
        title = f"{disputed} share{'s' * (disputed > 1)} of yours {'are' if disputed > 1 else 'is'} disputed"
        tasks.append(Task(title, "our staff settle it", url))
    return tasks
