"""Which remixes were paid back because they stopped, and when somebody has to look for such ones."""

from django.db import models
from django.db.models import Q
from django.db.models.functions import Now


class RemixRefund(models.Model):
    """What paid for a remix goes back, because the remix stopped soon after it was delivered. Each once at most.

    The database sets `by`, `stopped_at` and `at`. It refuses one for what still plays, and another amount than is left
    (`artists.migrations._refunds`).
    """

    class PaidBy(models.TextChoices):
        CARD = "card"
        CREDIT = "credit", "a request of the fan's tier"

    experience = models.OneToOneField(
        "fans.Experience", models.PROTECT, primary_key=True, related_name="refund", help_text="what stopped"
    )
    request = models.BigIntegerField(unique=True, help_text="a plain id: this app cannot import requests")
    paid_by = models.CharField(max_length=6, choices=PaidBy.choices)
    amount = models.BigIntegerField(null=True, help_text="what goes back to a card, in minor units")
    currency = models.CharField(max_length=3, blank=True, default="", db_default="")
    by = models.CharField(
        max_length=200, blank=True, default="", db_default="", help_text="whose yes ended; empty where nobody knows"
    )
    stopped_at = models.DateTimeField(db_default=Now())
    at = models.DateTimeField(db_default=Now())
    told_at = models.DateTimeField(null=True, help_text="when the fan was mailed")

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(paid_by="card", amount__gt=0, currency__regex="^[A-Z]{3}$")
                | Q(paid_by="credit", amount=None, currency=""),
                name="a_refund_is_of_what_paid",
            ),
        ]
        indexes = [models.Index(fields=["at"], condition=Q(told_at=None), name="refunds_to_mail_about")]

    def __str__(self) -> str:
        return f"refund of {self.experience_id}"


class StopCheck(models.Model):
    """From `due_at` on somebody has to look which remixes stopped. Triggers leave one for each change of rights.

    `artists.remixes.refunds` deletes them and leaves the one of the next day.
    """

    due_at = models.DateTimeField(db_default=Now())

    class Meta:
        indexes = [models.Index(fields=["due_at"], name="stop_checks_by_time")]

    def __str__(self) -> str:
        return f"stop_check:{self.pk}"
