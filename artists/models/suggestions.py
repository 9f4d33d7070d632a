"""Calls to a model for wordings of a program, and what it suggested."""

from django.db import models
from django.db.models import F, GeneratedField, Q
from django.db.models.functions import Coalesce, Now

from artists.models.model_profiles import ModelProfile
from artists.models.programs import Program
from catalog.models import Artist


class SuggestionCall(models.Model):
    """One call to a model. It is answered, or fails, once. What it may cost is reserved before it is made."""

    class State(models.TextChoices):
        ASKED = "asked"
        ANSWERED = "answered"
        FAILED = "failed"

    program = models.ForeignKey(Program, models.PROTECT, related_name="suggestion_calls")
    artist = models.ForeignKey(Artist, models.PROTECT, related_name="+")
    profile = models.ForeignKey(ModelProfile, models.PROTECT, related_name="+")
    locale = models.CharField(max_length=35)
    question = models.JSONField(help_text="what the model is told; no fan is in it")
    prompt_version = models.PositiveIntegerField()
    reserved_tokens = models.PositiveIntegerField()
    by = models.CharField(max_length=80)
    asked_at = models.DateTimeField(db_default=Now())
    state = models.CharField(max_length=8, choices=State.choices, default=State.ASKED, db_default=State.ASKED)
    reason = models.CharField(max_length=200, blank=True, default="", db_default="", help_text="why it failed")
    answer = models.TextField(blank=True, default="", db_default="", help_text="as it came")
    refused = models.JSONField(default=list, db_default=[], help_text="the code of each suggestion not shown")
    counted_tokens = models.PositiveIntegerField(null=True, help_text="as the server counts them")
    answered_at = models.DateTimeField(null=True)
    spent_tokens = GeneratedField(
        expression=Coalesce(F("counted_tokens"), F("reserved_tokens")),
        output_field=models.PositiveIntegerField(),
        db_persist=True,
        help_text="what counts against the budget of the day",
    )

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["program"], condition=Q(state="asked"), name="one_call_at_a_time"),
            models.CheckConstraint(
                condition=Q(state="asked", answered_at=None, reason="", counted_tokens=None)
                | Q(state="answered", answered_at__isnull=False, reason="")
                | Q(state="failed", answered_at__isnull=False) & ~Q(reason=""),
                name="a_call_is_answered_or_fails",
            ),
        ]
        indexes = [models.Index(fields=["artist", "asked_at"], name="calls_of_a_day")]

    def __str__(self) -> str:
        return f"call:{self.pk}"


class Suggestion(models.Model):
    """One template that a model suggested and in which the guard found nothing hard. Its text never changes."""

    class State(models.TextChoices):
        OFFERED = "offered"
        KEPT = "kept"
        DROPPED = "dropped"

    call = models.ForeignKey(SuggestionCall, models.PROTECT, related_name="suggestions")
    number = models.PositiveIntegerField()
    text = models.CharField(max_length=400)
    state = models.CharField(max_length=7, choices=State.choices, default=State.OFFERED, db_default=State.OFFERED)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["call", "number"], name="one_suggestion_a_number"),
            models.CheckConstraint(condition=Q(number__gte=1, number__lte=10), name="at_most_ten_suggestions_a_call"),
            models.CheckConstraint(
                condition=Q(state__in=["offered", "kept", "dropped"]), name="a_suggestion_is_kept_or_dropped"
            ),
        ]

    def __str__(self) -> str:
        return f"suggestion:{self.pk}"
