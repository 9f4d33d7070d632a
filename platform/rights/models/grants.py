"""Grants: what a party permits. A grant is never edited; it only ends."""

from django.db import models
from django.db.models import Q
from django.db.models.functions import Now

from catalog.models import Artist
from rights.models.parties import Party
from rights.models.uses import Use


class Grant(models.Model):
    """One party's permission for one use of one artist. A new version ends the version before.

    Of a stored grant only the end is ever written. No page sets territories or an end yet; agreements will.
    """

    party = models.ForeignKey(Party, models.PROTECT, related_name="grants")
    artist = models.ForeignKey(Artist, models.PROTECT, related_name="grants")
    use = models.CharField(max_length=24, choices=Use.choices)
    version = models.PositiveIntegerField()
    territories = models.CharField(max_length=400, blank=True, help_text="ISO 3166 codes, commas between; blank: all")
    by = models.CharField(max_length=80, help_text="the person who said yes, a plain id")
    live_from = models.DateTimeField(db_default=Now())
    live_until = models.DateTimeField(null=True, help_text="ends by itself then")
    ended_at = models.DateTimeField(null=True)
    ended_by = models.CharField(max_length=80, null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["party", "artist", "use", "version"], name="one_grant_a_version"),
            models.UniqueConstraint(
                fields=["party", "artist", "use"], condition=Q(ended_at=None), name="one_live_grant_a_use"
            ),
            models.CheckConstraint(
                condition=Q(ended_at=None, ended_by=None) | Q(ended_at__isnull=False, ended_by__isnull=False),
                name="somebody_ended_a_grant",
            ),
        ]

    def __str__(self) -> str:
        return f"grant:{self.pk} v{self.version}"
