"""What artists allow fans to make of a recording, in versions, and the corners that are heard before one is signed."""

from typing import Self

from django.db import models
from django.db.models import CharField, F, GeneratedField, Q
from django.db.models.functions import Now

from catalog.models import Artist, Recording, RecordingSource
from fans.models import Render
from rights.models import Decision, EnvelopeHash


class RemixEnvelopeQuerySet(models.QuerySet["RemixEnvelope"]):
    def in_force(self) -> Self:
        """Those that hold now: signed, not ended and not expired."""
        return self.filter(in_force_from__isnull=False, ended_at=None, expires_at__gt=Now())


class RemixEnvelope(models.Model):
    """The bounds of remixes of one recording after one edit. A row never changes, but it is signed and ends, once each.

    It is in force once a principal signed it and, where it allows more than the version that was in force last, a
    second person too. Migration 0002 compares the two.
    """

    artist = models.ForeignKey(Artist, models.PROTECT, related_name="+")
    recording = models.ForeignKey(Recording, models.PROTECT, related_name="envelopes")
    version = models.PositiveIntegerField()
    source = models.ForeignKey(RecordingSource, models.PROTECT, related_name="+")
    content = models.TextField(help_text="canonical JSON of ai.remix.envelope.Envelope")
    envelope_hash = GeneratedField(
        expression=EnvelopeHash(F("recording"), F("version"), F("content")),
        output_field=CharField(max_length=64),
        db_persist=True,
    )
    decision = models.OneToOneField(Decision, models.PROTECT, null=True, related_name="+")
    second = models.OneToOneField(
        Decision, models.PROTECT, null=True, related_name="+", help_text="the second signature, where it is wider"
    )
    expires_at = models.DateTimeField(help_text="the end of the day that the content names, in UTC, by the database")
    in_force_from = models.DateTimeField(null=True, help_text="set by the database")
    ended_at = models.DateTimeField(null=True, help_text="set by the database")
    ended_by = models.CharField(max_length=80, null=True)
    by = models.CharField(max_length=80)
    created_at = models.DateTimeField(db_default=Now(), help_text="set by the database")

    objects = RemixEnvelopeQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["recording", "version"], name="one_envelope_a_version"),
            models.UniqueConstraint(
                fields=["recording"],
                condition=Q(in_force_from__isnull=False, ended_at=None),
                name="one_envelope_in_force_a_recording",
            ),
            models.CheckConstraint(
                condition=Q(second=None) | Q(decision__isnull=False), name="a_second_signature_follows_a_first"
            ),
            models.CheckConstraint(
                condition=Q(in_force_from=None) | Q(decision__isnull=False), name="an_envelope_in_force_is_signed"
            ),
            models.CheckConstraint(
                condition=Q(ended_at=None, ended_by=None)
                | Q(in_force_from__isnull=False, ended_at__isnull=False, ended_by__isnull=False),
                name="somebody_ended_an_envelope",
            ),
        ]

    def __str__(self) -> str:
        return f"envelope:{self.pk}"


class EnvelopeCorner(models.Model):
    """One of the furthest remixes of an envelope. `render` is its sound, made anew where an older one was deleted."""

    envelope = models.ForeignKey(RemixEnvelope, models.PROTECT, related_name="corners")
    position = models.PositiveSmallIntegerField()
    name = models.SlugField(max_length=60, help_text="as ai.remix.corners names it")
    recipe = models.TextField(help_text="canonical JSON of ai.remix.recipe.Recipe")
    render = models.ForeignKey(Render, models.SET_NULL, null=True, related_name="+")

    class Meta:
        ordering = ["position"]
        constraints = [
            models.UniqueConstraint(fields=["envelope", "name"], name="a_corner_once_an_envelope"),
            models.UniqueConstraint(fields=["envelope", "position"], name="corners_have_an_order"),
        ]

    def __str__(self) -> str:
        return f"{self.envelope_id}:{self.name}"


class CornerHearing(models.Model):
    """Somebody of the team heard a corner: when its sound was first sent to them, and when they had heard it."""

    corner = models.ForeignKey(EnvelopeCorner, models.PROTECT, related_name="hearings")
    by = models.CharField(max_length=80)
    opened_at = models.DateTimeField(db_default=Now())
    heard_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["corner", "by"], name="one_hearing_a_person"),
            models.CheckConstraint(
                condition=Q(heard_at=None) | Q(heard_at__gt=F("opened_at")), name="a_corner_is_heard_after_it_was_sent"
            ),
        ]

    def __str__(self) -> str:
        return f"corner:{self.corner_id} by {self.by}"
