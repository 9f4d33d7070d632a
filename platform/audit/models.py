"""The audit: who did what, and when. Actors and subjects are plain ids, so that this room depends on no other."""

from django.db import models
from django.db.models.functions import Now


class Entry(models.Model):
    """One action. Holds ids, versions and digests; never a text, a name or an address. Append-only."""

    at = models.DateTimeField(db_default=Now())
    actor = models.CharField(max_length=80, help_text="person:<uuid> or system:<process>")
    action = models.CharField(max_length=60, help_text="subject kind, a dot, the past participle: draft.approved")
    subject = models.CharField(max_length=80, help_text="kind:<id>")
    facts = models.JSONField(default=dict)

    class Meta:
        verbose_name_plural = "entries"
        indexes = [
            models.Index(fields=["subject", "id"], name="audit_by_subject"),
            models.Index(fields=["actor", "id"], name="audit_by_actor"),
        ]

    def __str__(self) -> str:
        return f"{self.action} {self.subject}"
