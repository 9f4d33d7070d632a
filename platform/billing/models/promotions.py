"""Promotions: tiers of an artist at a lower price at the beginning, for fans who have had none of this artist."""

from datetime import datetime
from typing import Self

from django.db import models
from django.db.models import Q
from django.db.models.functions import Now

from billing.models.tiers import Tier
from catalog.models import Artist

MIN_CODE, MAX_CODE = 4, 20
MAX_PERCENT, MAX_MONTHS, MAX_PLACES = 90, 12, 1_000_000


class PromotionQuerySet(models.QuerySet["Promotion"]):
    def running(self) -> Self:
        """Neither over nor ended. All places may be taken."""
        return self.filter(ended_at=None, redeem_by__gt=Now())


class Promotion(models.Model):
    """So many per cent off for the first months of a monthly price, or for the first year of a yearly one.

    A row never changes, but ending it sets `ended_at` once. Whoever ordered before keeps the lower price.
    """

    artist = models.ForeignKey(Artist, models.PROTECT, related_name="promotions")
    tier = models.ForeignKey(Tier, models.PROTECT, null=True, related_name="+", help_text="empty: all of the artist")
    percent = models.PositiveSmallIntegerField()
    months = models.PositiveSmallIntegerField(help_text="how many months of a monthly price are lower")
    code = models.CharField(
        max_length=MAX_CODE, blank=True, default="", db_default="", help_text="empty: shown to everybody"
    )
    places = models.PositiveIntegerField(null=True, help_text="how many fans can use it; empty: as many as like")
    redeem_by = models.DateTimeField(help_text="until when it can be ordered")
    by = models.CharField(max_length=80)
    ended_at = models.DateTimeField(null=True)
    created_at = models.DateTimeField(db_default=Now(), help_text="set by the database")

    objects = PromotionQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["id", "artist"], name="a_promotion_and_its_artist"),
            models.UniqueConstraint(
                fields=["artist", "code"], condition=~Q(code="") & Q(ended_at=None), name="a_code_of_one_promotion"
            ),
            models.CheckConstraint(
                condition=Q(percent__gte=1, percent__lte=MAX_PERCENT), name="a_promotion_leaves_something_to_pay"
            ),
            models.CheckConstraint(
                condition=Q(months__gte=1, months__lte=MAX_MONTHS), name="a_promotion_is_of_a_year_at_most"
            ),
            models.CheckConstraint(
                condition=Q(places=None) | Q(places__gte=1, places__lte=MAX_PLACES), name="a_promotion_has_a_place"
            ),
            models.CheckConstraint(condition=Q(code__regex=r"^([A-Z0-9]{4,20})?$"), name="a_code_can_be_typed"),
        ]

    def __str__(self) -> str:
        return f"promotion:{self.pk}"

    def is_over(self, now: datetime) -> bool:
        return self.ended_at is not None or self.redeem_by <= now
