"""List what waits for a person of a rightsholder, for the top of its first page."""

from artists.label.access import Label
from artists.label.claims import disputes_of
from artists.studio.overview import Task


def list_tasks(label: Label) -> list[Task]:
    """Claims that wait and open disputes: one query besides the count that the navigation shows."""
    tasks, url = [], label.url("label-claims")
    if proposed := label.waiting_agreements:
        title = f"{proposed} agreement{'s' * (proposed > 1)} wait{'s' * (proposed == 1)} for your yes"
        tasks.append(Task(title, "read and answer", label.url("label-agreements")))
    if waiting := label.waiting_claims:
        hint = "yes, or not yours" if label.may_sign else "whoever signs confirms"
        tasks.append(Task(f"{waiting} claim{'s' * (waiting > 1)} to confirm", hint, url))
    if disputed := disputes_of(label.party).count():
        tasks.append(Task(f"{disputed} disputed share{'s' * (disputed > 1)}", "our staff settle it", url))
    return tasks
