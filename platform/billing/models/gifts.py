"""Gifts: a tier for some months, which an adult pays once and somebody else redeems."""

import uuid

from django.db import models
from django.db.models import Q
from django.db.models.functions import Now

from accounts.models import Consent, Person
from billing.models.subscriptions import Subscription
from billing.models.tiers import TierPrice
from catalog.models import Artist
from ledger.models import Book

MONTHS = (1, 3, 6, 12)


class Gift(models.Model):
    """What is given. The provider alone says that it was paid; its months begin when somebody redeems it.

    `id` is the provider's `client_reference_id`. `subscription` holds the payment from then on, and the recipient
    from the redemption on: the lease and what the parties earn follow from it, as from any other.
    """

    class Status(models.TextChoices):
        OPEN = "open"
        PAID = "paid"
        EXPIRED = "expired"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    giver = models.ForeignKey(Person, models.PROTECT, related_name="given_gifts")
    artist = models.ForeignKey(Artist, models.PROTECT, related_name="+")
    price = models.ForeignKey(TierPrice, models.PROTECT, related_name="+", help_text="of a month, of which it is made")
    book = models.CharField(max_length=9, choices=Book.choices)
    currency = models.CharField(max_length=3)
    months = models.PositiveSmallIntegerField()
    amount = models.BigIntegerField(default=0, db_default=0, help_text="in minor units; set by the database")
    consent = models.OneToOneField(Consent, models.PROTECT, related_name="+")
    session_id = models.CharField(max_length=255, blank=True, default="", db_default="")
    status = models.CharField(max_length=7, choices=Status.choices, default=Status.OPEN, db_default=Status.OPEN)
    subscription = models.OneToOneField(Subscription, models.PROTECT, null=True, related_name="gift")
    redeem_by = models.DateTimeField(help_text="after this it is paid back")
    redeemed_by = models.ForeignKey(Person, models.PROTECT, null=True, related_name="+")
    redeemed_at = models.DateTimeField(null=True, help_text="set by the database")
    back_wanted_at = models.DateTimeField(null=True, help_text="when it was taken back; set by the database")
    expires_at = models.DateTimeField(help_text="until when it can be paid")
    created_at = models.DateTimeField(db_default=Now(), help_text="set by the database")

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["session_id", "book"], condition=~Q(session_id=""), name="a_session_of_one_gift"
            ),
            models.CheckConstraint(condition=Q(months__in=MONTHS), name="a_gift_is_of_some_months"),
            models.CheckConstraint(
                condition=Q(status__in=["open", "paid", "expired"]), name="a_gift_is_in_a_known_state"
            ),
            models.CheckConstraint(
                condition=Q(status="paid", subscription__isnull=False)
                | Q(status__in=["open", "expired"], subscription=None, redeemed_at=None, back_wanted_at=None),
                name="only_a_paid_gift_is_redeemed",
            ),
            models.CheckConstraint(
                condition=Q(redeemed_by=None, redeemed_at=None)
                | Q(redeemed_by__isnull=False, redeemed_at__isnull=False, back_wanted_at=None),
                name="a_gift_is_redeemed_or_taken_back",
            ),
        ]
        indexes = [
            models.Index(fields=["expires_at"], condition=Q(status="open"), name="gifts_open_until"),
            models.Index(fields=["redeem_by"], condition=Q(status="paid", redeemed_at=None), name="gifts_to_redeem"),
        ]

    def __str__(self) -> str:
        return f"gift:{self.pk}"
