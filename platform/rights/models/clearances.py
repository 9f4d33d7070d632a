"""Stored clearances and the grants behind them. They never change."""

from django.db import models
from django.db.models.functions import Now

from catalog.models import Artist
from rights.models.grants import Grant
from rights.models.uses import Use


class StoredClearance(models.Model):
    """A stored answer that every needed permission is there, with its grants and its end. Append-only."""

    use = models.CharField(max_length=24, choices=Use.choices)
    artist = models.ForeignKey(Artist, models.PROTECT, related_name="+")
    territory = models.CharField(max_length=2, blank=True)
    at = models.DateTimeField(db_default=Now())
    until = models.DateTimeField(null=True)
    grants = models.ManyToManyField(Grant, through="ClearanceGrant", related_name="+")

    class Meta:
        db_table = "rights_clearance"

    def __str__(self) -> str:
        return f"clearance:{self.pk}"


class ClearanceGrant(models.Model):
    """One of the grants behind a stored clearance."""

    clearance = models.ForeignKey(StoredClearance, models.PROTECT, related_name="+")
    grant = models.ForeignKey(Grant, models.PROTECT, related_name="+")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["clearance", "grant"], name="a_grant_once_a_clearance")]

    def __str__(self) -> str:
        return f"clearance:{self.clearance_id} on grant:{self.grant_id}"
