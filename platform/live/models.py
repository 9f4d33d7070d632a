"""Notices, which tell the open pages of a person what to look at: a number, a kind and a reference, but no text."""

from django.db import models
from django.db.models.functions import Now

from accounts.models import Person


class Counter(models.Model):
    """The newest sequence number of one person. Several counters are locked in the order of persons."""

    person = models.OneToOneField(Person, models.PROTECT, primary_key=True, related_name="+")
    newest = models.BigIntegerField(default=0)

    def __str__(self) -> str:
        return f"{self.person_id}: {self.newest}"


class Notice(models.Model):
    """One thing that the open pages of one person should look at."""

    person = models.ForeignKey(Person, models.PROTECT, related_name="+")
    sequence = models.BigIntegerField()
    kind = models.CharField(max_length=40, help_text="e.g. experience.delivered, draft.pending")
    reference = models.CharField(max_length=80, help_text="kind:<id> of what to fetch")
    at = models.DateTimeField(db_default=Now())

    class Meta:
        constraints = [models.UniqueConstraint(fields=["person", "sequence"], name="one_notice_a_sequence")]

    def __str__(self) -> str:
        return f"{self.person_id} {self.sequence}: {self.kind}"
