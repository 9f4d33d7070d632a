"""Age bands, and the history of their changes. `accounts.models` has the models."""

from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now


class AgeBand(models.TextChoices):
    UNDER_13 = "under_13", "Under 13"
    FROM_13 = "13_15", "13 to 15"
    FROM_16 = "16_17", "16 or 17"
    ADULT = "18_plus", "18 or older"


class AgeChange(models.Model):
    """A change of somebody's age band: raised by themselves, once in two years, or lowered by staff. Append-only.

    Inserting a row changes the band; nothing else can (migration 0002).
    """

    person = models.ForeignKey("accounts.Person", models.PROTECT, related_name="age_changes")
    before = models.CharField(max_length=8, choices=AgeBand.choices)
    after = models.CharField(max_length=8, choices=AgeBand.choices)
    actor = models.CharField(max_length=80)
    reason = models.CharField(max_length=200, blank=True)
    at = models.DateTimeField(db_default=Now(), help_text="set by the database")

    class Meta:
        constraints = [
            models.CheckConstraint(condition=~Q(before=F("after")), name="an_age_changes_to_another"),
            models.CheckConstraint(
                condition=Q(after__in=["13_15", "16_17", "18_plus"]), name="nobody_becomes_younger_than_13"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.after} of person:{self.person_id}"
