"""Erase the words of an experience in both places that hold them, the experience and its draft, and its files."""

from datetime import timedelta
from uuid import UUID

from django.db import transaction

from artists.models import Draft, Moment
from artists.remixes import refunds
from fans import experiences, renders
from fans.models import Experience


def erase_experience(experience_id: UUID, *, by: str, reason: str) -> Experience:
    """Remove the words from the experience and from its draft, in one transaction. The files of a remix go after it.

    What was paid for a remix that stopped goes back first. Raise what `fans.experiences.erase` raises. A report by the
    fan keeps its own copy as evidence.
    """
    with transaction.atomic():
        refunds.refund_before_erasure(experience_id)
        experience = experiences.erase(experience_id, by=by, reason=reason)
        erased = dict.fromkeys(("salt", "text", "original_text", "facts", "why"))
        Draft.objects.filter(pk=experience.draft).update(**erased)
        rendered = Moment.objects.filter(drafts=experience.draft).exclude(render=None)
        renders.let_go(rendered.values_list("render", flat=True), kept=timedelta(0))
    return experience
