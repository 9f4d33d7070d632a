"""Stored clearances, with their recordings and the grants behind them. They never change."""

from django.db import models
from django.db.models import Q
from django.db.models.functions import Now

from catalog.models import Artist, Recording
from rights.models.grants import Grant
from rights.models.uses import Use


class StoredClearance(models.Model):
    """What was true at one time: everybody who had to say yes to this question had done so. Append-only.

    Migration 0002 refuses a clearance that lacks somebody's yes, or that holds another grant than those that count.
    """

    use = models.CharField(max_length=24, choices=Use.choices)
    tier_class = models.CharField(max_length=40, blank=True, default="", db_default="")
    artist = models.ForeignKey(Artist, models.PROTECT, related_name="+")
    territory = models.CharField(max_length=2, blank=True, help_text="a country; blank: every country at once")
    at = models.DateTimeField(db_default=Now(), help_text="set by the database")
    until = models.DateTimeField(null=True, help_text="when the first of its grants ends by itself")
    digest = models.BinaryField(max_length=32, help_text="over the question and the grants, to find it again")
    grants = models.ManyToManyField(Grant, through="ClearanceGrant", related_name="+")
    recordings = models.ManyToManyField(Recording, through="ClearanceRecording", related_name="+")

    class Meta:
        db_table = "rights_clearance"
        constraints = [
            models.UniqueConstraint(fields=["id", "artist", "use"], name="a_clearance_of_an_artist_and_use"),
            models.CheckConstraint(condition=Q(use__in=Use.values), name="a_clearance_is_for_a_known_use"),
        ]
        indexes = [models.Index(fields=["digest"], name="clearance_by_digest")]

    def __str__(self) -> str:
        return f"clearance:{self.pk}"


class ClearanceRecording(models.Model):
    """One of the recordings that a clearance is about."""

    clearance = models.ForeignKey(StoredClearance, models.PROTECT, db_index=False, related_name="+")
    recording = models.ForeignKey(Recording, models.PROTECT, related_name="+")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["clearance", "recording"], name="a_recording_once_a_clearance")]

    def __str__(self) -> str:
        return f"clearance:{self.clearance_id} for recording:{self.recording_id}"


class ClearanceGrant(models.Model):
    """One of the grants behind a stored clearance."""

    clearance = models.ForeignKey(StoredClearance, models.PROTECT, db_index=False, related_name="+")
    grant = models.ForeignKey(Grant, models.PROTECT, related_name="+")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["clearance", "grant"], name="a_grant_once_a_clearance")]

    def __str__(self) -> str:
        return f"clearance:{self.clearance_id} on grant:{self.grant_id}"
