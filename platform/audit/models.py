"""The audit: who did what, and when. Actors and subjects are plain ids, so that this room depends on no other."""

from django.db import models
from django.db.models import Q
from django.db.models.functions import Now

from audit.actors import SystemActor


class Entry(models.Model):
    """One action. Holds ids, versions and digests; never a text, a name or an address. Append-only."""

    at = models.DateTimeField(db_default=Now())
    actor = models.CharField(max_length=80, help_text="person:<uuid>, or a SystemActor")
    action = models.CharField(max_length=60, help_text="subject kind, a dot, the past participle: draft.approved")
    subject = models.CharField(max_length=80, help_text="kind:<id>")
    facts = models.JSONField(default=dict)

    class Meta:
        verbose_name_plural = "entries"
        indexes = [
            models.Index(fields=["subject", "id"], name="audit_by_subject"),
            models.Index(fields=["actor", "id"], name="audit_by_actor"),
        ]
        constraints = [
            # That the person exists is checked by a trigger of accounts.
            models.CheckConstraint(
                condition=Q(actor__startswith="person:") | Q(actor__in=[actor.value for actor in SystemActor]),
                name="an_actor_is_known",
            )
        ]

    def __str__(self) -> str:
        return f"{self.action} {self.subject}"
