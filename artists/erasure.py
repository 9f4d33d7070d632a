"""Erase the words of an experience in both places that hold them: the experience and its draft."""

from uuid import UUID

from django.db import transaction

from artists.models import Draft
from fans import experiences
from fans.models import Experience


def erase_experience(experience_id: UUID, *, by: str, reason: str) -> Experience:
    """Remove the words from the experience and from its draft, in one transaction.

    Raise what `fans.experiences.erase` raises. A report by the fan keeps its own copy as evidence.
    """
    with transaction.atomic():
        experience = experiences.erase(experience_id, by=by, reason=reason)
        erased = dict.fromkeys(("salt", "text", "original_text", "facts", "why"))
        Draft.objects.filter(pk=experience.draft).update(**erased)
    return experience
