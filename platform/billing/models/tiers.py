"""Tiers of artists: the versions of their terms, which a principal signs, and the prices at which they are sold."""

from typing import Self

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now

from catalog.models import Artist
from ledger.models import Book
from rights.models import Decision

MAX_NAME = 40


class Interval(models.TextChoices):
    """How often a tier is paid."""

    MONTH = "month", "a month"
    YEAR = "year", "a year"


class Tier(models.Model):
    """What fans pay an artist for, month after month. `current` is the signed version that is on sale.

    An archived tier is sold to nobody. Who has it keeps what was bought.
    """

    artist = models.ForeignKey(Artist, models.PROTECT, related_name="tiers")
    position = models.PositiveSmallIntegerField(default=0, db_default=0, help_text="the order on the page, 0 first")
    tier_class = models.CharField(
        max_length=40, blank=True, default="", db_default="", help_text="what agreements about some tiers call it"
    )
    current = models.OneToOneField("TierVersion", models.PROTECT, null=True, related_name="+")
    archived_at = models.DateTimeField(null=True)
    created_at = models.DateTimeField(db_default=Now(), help_text="set by the database")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["id", "artist"], name="a_tier_and_its_artist")]

    def __str__(self) -> str:
        return f"tier:{self.pk}"


class TierVersion(models.Model):
    """The terms of a tier after one edit. A row never changes, but signing sets `decision` once."""

    tier = models.ForeignKey(Tier, models.PROTECT, related_name="versions")
    artist = models.ForeignKey(Artist, models.PROTECT, related_name="+")
    version = models.PositiveIntegerField()
    name = models.CharField(max_length=MAX_NAME)
    requests_a_month = models.PositiveSmallIntegerField(help_text="how many requests are included each month")
    has_downloads = models.BooleanField(help_text="downloads are included, where the artist allows them")
    trial_days = models.PositiveSmallIntegerField(
        default=0, db_default=0, help_text="free at the start, for each fan once of all tiers of the artist"
    )
    programs = models.JSONField(help_text="the programs of the tier as [{id, name}], named as they were then")
    lines = models.JSONField(help_text="what else is included, in the artist's words: a list of texts")
    prices = models.JSONField(help_text="what it costs, as [{interval, currency, amount}] in minor units")
    terms_hash = models.CharField(max_length=64, blank=True, help_text="SHA-256 of all of this, by the database")
    decision = models.OneToOneField(Decision, models.PROTECT, null=True, related_name="+")
    by = models.CharField(max_length=80)
    created_at = models.DateTimeField(db_default=Now(), help_text="set by the database")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["tier", "version"], name="one_tier_version"),
            models.UniqueConstraint(fields=["id", "tier"], name="a_version_and_its_tier"),
            models.UniqueConstraint(fields=["id", "artist"], name="a_tier_version_and_its_artist"),
            models.CheckConstraint(condition=~Q(name="") & ~Q(name__contains="\n"), name="a_tier_has_a_name"),
            models.CheckConstraint(condition=Q(requests_a_month__lte=31), name="a_tier_includes_few_requests"),
            models.CheckConstraint(condition=Q(trial_days__lte=90), name="a_trial_is_of_three_months_at_most"),
        ]

    def __str__(self) -> str:
        return f"tier:{self.tier_id} v{self.version}"


class TierPriceQuerySet(models.QuerySet["TierPrice"]):
    def on_sale(self) -> Self:
        """What fans can buy now, of the money that the site runs on. With its version and tier."""
        prices = self.filter(book=settings.PAYMENTS, closed_at=None, version__tier__archived_at=None)
        return prices.select_related("version__tier__artist")


class TierPrice(models.Model):
    """A price of a signed version, as the provider has it. It never changes; closed, it is sold to nobody new."""

    version = models.ForeignKey(TierVersion, models.PROTECT, related_name="sold_prices")
    artist = models.ForeignKey(Artist, models.PROTECT, related_name="+")
    book = models.CharField(max_length=9, choices=Book.choices)
    interval = models.CharField(max_length=5, choices=Interval.choices)
    currency = models.CharField(max_length=3)
    amount = models.BigIntegerField(help_text="in minor units, tax included")
    provider_product = models.CharField(max_length=255)
    provider_price = models.CharField(max_length=255)
    closed_at = models.DateTimeField(null=True)
    created_at = models.DateTimeField(db_default=Now(), help_text="set by the database")

    objects = TierPriceQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["version", "interval", "currency", "book"], name="one_price_of_a_kind"),
            models.UniqueConstraint(fields=["provider_price", "book"], name="a_provider_price_once"),
            models.UniqueConstraint(fields=["id", "artist"], name="a_price_and_its_artist"),
            # Checkouts point to it.
            models.UniqueConstraint(fields=["id", "artist", "book", "currency"], name="a_price_and_what_it_is_in"),
            models.CheckConstraint(condition=Q(book__in=Book.values), name="a_price_is_in_a_book"),
            models.CheckConstraint(condition=Q(interval__in=Interval.values), name="a_price_is_paid_at_an_interval"),
            models.CheckConstraint(condition=Q(currency__regex="^[A-Z]{3}$"), name="a_price_has_a_currency"),
            models.CheckConstraint(condition=Q(amount__gte=1, amount__lt=100_000_000), name="a_price_is_an_amount"),
            models.CheckConstraint(
                condition=~Q(provider_product="") & ~Q(provider_price=""), name="the_provider_knows_a_price"
            ),
        ]
        indexes = [models.Index(fields=["artist"], condition=Q(closed_at=None), name="tier_prices_on_sale")]

    def __str__(self) -> str:
        return f"tier_price:{self.pk}"
