"""Entitlements: until when a fan has a tier of an artist. Each is a lease from what was paid, and ends by itself."""

from django.db import models
from django.db.models import F, Q, Value
from django.db.models.functions import Cast, Concat, Now

from accounts.models import Person
from billing.models.subscriptions import Subscription
from billing.models.tiers import Tier, TierVersion
from catalog.models import Artist
from ledger.models import Book


class Entitlement(models.Model):
    """What a fan has of an artist from one source. It ends at `valid_until`, whatever we hear or do not hear.

    The database refuses one that lasts longer than what was paid gives (migration 0002).
    """

    person = models.ForeignKey(Person, models.PROTECT, db_index=False, related_name="entitlements")
    artist = models.ForeignKey(Artist, models.PROTECT, related_name="+")
    tier = models.ForeignKey(Tier, models.PROTECT, related_name="+")
    version = models.ForeignKey(TierVersion, models.PROTECT, related_name="+", help_text="the terms that were bought")
    book = models.CharField(max_length=9, choices=Book.choices)
    source = models.CharField(max_length=40, db_collation="C")
    subscription = models.OneToOneField(Subscription, models.PROTECT, related_name="entitlement")
    valid_from = models.DateTimeField()
    valid_until = models.DateTimeField()
    may_generate = models.BooleanField(help_text="not while a payment is disputed: what was delivered can be read")
    reason = models.CharField(max_length=20)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["person", "artist", "source"], name="one_entitlement_a_source"),
            models.UniqueConstraint(fields=["id", "person", "artist"], name="an_entitlement_and_whose_it_is"),
            models.CheckConstraint(condition=Q(book__in=Book.values), name="an_entitlement_is_in_a_book"),
            models.CheckConstraint(
                condition=Q(source=Concat(Value("subscription:"), Cast("subscription", models.CharField()))),
                name="an_entitlement_names_its_source",
            ),
            models.CheckConstraint(
                condition=Q(valid_until__gte=F("valid_from")), name="an_entitlement_ends_after_it_begins"
            ),
        ]

    def __str__(self) -> str:
        return f"entitlement:{self.pk}"


class EntitlementLog(models.Model):
    """What an entitlement was after each change. The database writes it."""

    entitlement = models.ForeignKey(Entitlement, models.PROTECT, related_name="log")
    tier = models.ForeignKey(Tier, models.PROTECT, db_index=False, related_name="+")
    version = models.ForeignKey(TierVersion, models.PROTECT, db_index=False, related_name="+")
    valid_from = models.DateTimeField()
    valid_until = models.DateTimeField()
    may_generate = models.BooleanField()
    reason = models.CharField(max_length=20)
    at = models.DateTimeField(db_default=Now(), help_text="set by the database")

    class Meta:
        verbose_name = "entitlement log entry"
        verbose_name_plural = "entitlement log"

    def __str__(self) -> str:
        return f"{self.entitlement_id} until {self.valid_until}"
