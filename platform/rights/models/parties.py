"""Parties: everybody whose permission is needed."""

from django.db import models
from django.db.models import Q

from catalog.models import Artist


class Party(models.Model):
    """Somebody whose permission is needed.

    For voice, likeness and personal words that is always the artist. Labels and publishers follow with agreements.
    """

    class Kind(models.TextChoices):
        ARTIST = "artist", "Artist"

    kind = models.CharField(max_length=12, choices=Kind.choices)
    name = models.CharField(max_length=120)
    artist = models.OneToOneField(Artist, models.PROTECT, null=True, related_name="party")

    class Meta:
        constraints = [
            models.CheckConstraint(condition=~Q(kind="artist") | Q(artist__isnull=False), name="an_artist_party_is_one")
        ]

    def __str__(self) -> str:
        return f"{self.name} ({self.get_kind_display().lower()})"
