"""Orders of tiers, and in which currency a fan pays."""

import uuid
from typing import Self

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now

from accounts.models import Consent, Person
from billing.models.promotions import Promotion
from billing.models.tiers import TierPrice
from catalog.models import Artist
from ledger.models import Book


class SpendingSettings(models.Model):
    """How a fan pays. The currency is the one of the first order, and changes while nothing is ordered or bought.

    The cap is what the fan spends in a month at most, in this currency. A lower one counts at once, a higher one waits
    in `next_cap` until the next day of the fan.
    """

    person = models.ForeignKey(Person, models.PROTECT, related_name="spending_settings")
    book = models.CharField(max_length=9, choices=Book.choices)
    currency = models.CharField(max_length=3)
    monthly_cap = models.BigIntegerField(help_text="in minor units")
    next_cap = models.BigIntegerField(null=True)
    next_cap_from = models.DateTimeField(null=True)

    class Meta:
        verbose_name_plural = "spending settings"
        constraints = [
            models.UniqueConstraint(fields=["person", "book"], name="one_currency_a_fan"),
            models.CheckConstraint(condition=Q(book__in=Book.values), name="a_fan_pays_in_a_book"),
            models.CheckConstraint(condition=Q(currency__regex="^[A-Z]{3}$"), name="a_fan_pays_in_a_currency"),
            models.CheckConstraint(condition=Q(monthly_cap__gte=0), name="a_cap_is_an_amount"),
            models.CheckConstraint(
                condition=Q(next_cap=None, next_cap_from=None)
                | Q(next_cap__isnull=False, next_cap__gt=models.F("monthly_cap"), next_cap_from__isnull=False),
                name="only_a_higher_cap_waits",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.currency} of person:{self.person_id}"


class CheckoutQuerySet(models.QuerySet["Checkout"]):
    def open_or_paid(self) -> Self:
        """Of the money that the site runs on. A fan has one of an artist at most."""
        return self.filter(book=settings.PAYMENTS, status__in=[Checkout.Status.OPEN, Checkout.Status.PAID])


class Checkout(models.Model):
    """An order of a tier at one price. The provider alone says that it was paid; its row gives nobody anything.

    `id` is the provider's `client_reference_id`. `consent` holds the terms that were shown, word for word.
    """

    class Status(models.TextChoices):
        OPEN = "open"
        PAID = "paid"
        EXPIRED = "expired"
        ENDED = "ended"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    person = models.ForeignKey(Person, models.PROTECT, related_name="checkouts")
    artist = models.ForeignKey(Artist, models.PROTECT, related_name="+")
    price = models.ForeignKey(TierPrice, models.PROTECT, related_name="checkouts")
    book = models.CharField(max_length=9, choices=Book.choices)
    currency = models.CharField(max_length=3)
    session_id = models.CharField(max_length=255, blank=True, default="", db_default="")
    status = models.CharField(max_length=7, choices=Status.choices, default=Status.OPEN, db_default=Status.OPEN)
    trial_days = models.PositiveSmallIntegerField(default=0, db_default=0, help_text="that this order begins with")
    promotion = models.ForeignKey(Promotion, models.PROTECT, null=True, related_name="checkouts")
    first_amount = models.BigIntegerField(
        default=0, db_default=0, help_text="what is paid first, after the promotion; set by the database"
    )
    consent = models.OneToOneField(Consent, models.PROTECT, related_name="+")
    created_at = models.DateTimeField(db_default=Now(), help_text="set by the database")
    expires_at = models.DateTimeField()

    objects = CheckoutQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["person", "artist", "book"],
                condition=Q(status__in=["open", "paid"]),
                name="one_open_or_paid_checkout",
            ),
            models.UniqueConstraint(
                fields=["person", "artist", "book"],
                condition=Q(trial_days__gt=0) & ~Q(status="expired"),
                name="one_trial_of_an_artist",
            ),
            models.UniqueConstraint(
                fields=["person", "artist", "book"],
                condition=Q(promotion__isnull=False) & ~Q(status="expired"),
                name="one_promotion_of_an_artist",
            ),
            models.UniqueConstraint(
                fields=["session_id", "book"], condition=~Q(session_id=""), name="a_session_of_one_checkout"
            ),
            models.CheckConstraint(condition=Q(book__in=Book.values), name="a_checkout_is_in_a_book"),
            models.CheckConstraint(
                condition=Q(status__in=["open", "paid", "expired", "ended"]), name="a_checkout_is_in_a_known_state"
            ),
            models.CheckConstraint(
                condition=Q(status__in=["open", "expired"]) | ~Q(session_id=""), name="only_a_session_can_be_paid"
            ),
            models.CheckConstraint(condition=Q(promotion=None) | Q(trial_days=0), name="free_days_or_a_promotion"),
        ]
        indexes = [models.Index(fields=["expires_at"], condition=Q(status="open"), name="checkout_open_until")]

    def __str__(self) -> str:
        return f"checkout:{self.pk}"
