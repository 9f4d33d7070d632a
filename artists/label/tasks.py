"""List what waits for a person of a rightsholder, for the top of its first page."""

from artists.label.access import Label
from artists.label.claims import disputes_of
from artists.studio.overview import Task


def list_tasks(label: Label) -> list[Task]:
    """Drafts, agreements and claims that wait, and disputes: one query besides the counts that the navigation shows."""
    tasks, url = [], label.url("label-claims")
    if drafts := label.waiting_approvals:
        title = f"{drafts} draft{'s' * (drafts > 1)} wait{'s' * (drafts == 1)} for your yes"
        hint = "approve or decline" if label.may_sign else "whoever signs decides"
        tasks.append(Task(title, hint, label.url("label-approvals")))
    if proposed := label.waiting_agreements:
        title = f"{proposed} agreement{'s' * (proposed > 1)} wait{'s' * (proposed == 1)} for your yes"
        tasks.append(Task(title, "read and answer", label.url("label-agreements")))
    if waiting := label.waiting_claims:
        hint = "or say that it is not yours" if label.may_sign else "whoever signs confirms"
        tasks.append(Task(f"{waiting} claim{'s' * (waiting > 1)} to confirm", hint, url))
    if disputed := disputes_of(label.party).count():
        tasks.append(Task(f"{disputed} disputed share{'s' * (disputed > 1)}", "our staff settle it", url))
    return tasks
