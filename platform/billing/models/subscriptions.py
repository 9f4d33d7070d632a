"""Subscriptions and their invoices, as the payment provider had them when they were fetched last."""

from django.db import models
from django.db.models import Q
from django.db.models.functions import Now

from accounts.models import Person
from billing.models.checkouts import Checkout
from billing.models.tiers import TierPrice
from catalog.models import Artist
from ledger.models import Book
from rights.models import SplitScheme


class SubscriptionStatus(models.TextChoices):
    """The provider's own words. None of them gives access: what was paid does (`billing.leases`)."""

    UNKNOWN = ""
    INCOMPLETE = "incomplete"
    INCOMPLETE_EXPIRED = "incomplete_expired"
    TRIALING = "trialing"
    ACTIVE = "active"
    PAST_DUE = "past_due"
    UNPAID = "unpaid"
    PAUSED = "paused"
    CANCELED = "canceled"


class Subscription(models.Model):
    """One subscription. Its row is made before it is fetched for the first time, so that there is one to lock.

    Without a person it is none of ours: somebody else uses the same account at the provider.
    """

    book = models.CharField(max_length=9, choices=Book.choices)
    provider_id = models.CharField(max_length=255, db_collation="C")
    person = models.ForeignKey(Person, models.PROTECT, null=True, related_name="subscriptions")
    artist = models.ForeignKey(Artist, models.PROTECT, null=True, related_name="+")
    price = models.ForeignKey(TierPrice, models.PROTECT, null=True, related_name="+", help_text="of its item now")
    next_price = models.ForeignKey(
        TierPrice, models.PROTECT, null=True, db_index=False, related_name="+", help_text="from the next period on"
    )
    checkout = models.OneToOneField(Checkout, models.PROTECT, null=True, related_name="subscription")
    status = models.CharField(max_length=18, choices=SubscriptionStatus.choices, blank=True, default="", db_default="")
    period_end = models.DateTimeField(null=True, help_text="when the provider renews or ends it")
    trial_end = models.DateTimeField(null=True)
    cancel_at_period_end = models.BooleanField(default=False, db_default=False)
    is_collection_paused = models.BooleanField(default=False, db_default=False)
    has_pending_update = models.BooleanField(default=False, db_default=False, help_text="an upgrade waits to be paid")
    schedule = models.CharField(max_length=255, blank=True, default="", db_default="")
    is_second = models.BooleanField(
        default=False, db_default=False, help_text="beside an older one of the same artist: it ends and is paid back"
    )
    is_gift = models.BooleanField(
        default=False, db_default=False, help_text="paid once by a giver: the provider has a payment of this id alone"
    )
    canceled_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)
    created = models.DateTimeField(null=True, help_text="by the provider's clock")
    synced_at = models.DateTimeField(null=True, help_text="when it was fetched last")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["provider_id", "book"], name="a_subscription_once"),
            models.UniqueConstraint(fields=["id", "book"], name="a_subscription_and_its_book"),
            models.UniqueConstraint(fields=["id", "person", "artist", "book"], name="a_subscription_and_whose_it_is"),
            models.CheckConstraint(condition=Q(book__in=Book.values), name="a_subscription_is_in_a_book"),
            models.CheckConstraint(condition=~Q(provider_id=""), name="a_subscription_has_an_id"),
            models.CheckConstraint(
                condition=Q(status__in=SubscriptionStatus.values), name="a_subscription_has_a_known_status"
            ),
            models.CheckConstraint(
                condition=Q(person=None, artist=None, price=None)
                | Q(person__isnull=False, artist__isnull=False, price__isnull=False),
                name="a_subscription_is_ours_or_is_not",
            ),
        ]
        indexes = [
            models.Index(fields=["synced_at"], name="subscriptions_by_sync"),
            models.Index(fields=["period_end"], name="subscriptions_by_end"),
        ]

    def __str__(self) -> str:
        return f"subscription:{self.pk}"


class Invoice(models.Model):
    """One invoice of a subscription. What its lines are for is paid once its status is `paid`, and stays so."""

    class Status(models.TextChoices):
        DRAFT = "draft"
        OPEN = "open"
        PAID = "paid"
        VOID = "void"
        UNCOLLECTIBLE = "uncollectible"

    subscription = models.ForeignKey(Subscription, models.PROTECT, related_name="invoices")
    book = models.CharField(max_length=9, choices=Book.choices)
    provider_id = models.CharField(max_length=255, db_collation="C")
    status = models.CharField(max_length=13, choices=Status.choices)
    reason = models.CharField(max_length=40, blank=True, help_text="why it was made, in the provider's word")
    currency = models.CharField(max_length=3)
    total = models.BigIntegerField(help_text="in minor units, with tax")
    amount_paid = models.BigIntegerField()
    tax = models.BigIntegerField()
    page = models.URLField(max_length=2000, blank=True, help_text="where the fan can pay it")
    created = models.DateTimeField(help_text="by the provider's clock")
    paid_at = models.DateTimeField(null=True)
    next_attempt = models.DateTimeField(null=True)
    scheme = models.ForeignKey(
        SplitScheme, models.PROTECT, null=True, db_index=False, related_name="+",
        help_text="the version of the split when it was paid; written once",
    )  # fmt: skip
    is_earned = models.BooleanField(default=False, db_default=False, help_text="nothing of it waits to be earned")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["provider_id", "book"], name="an_invoice_once"),
            models.UniqueConstraint(fields=["id", "book"], name="an_invoice_and_its_book"),
            models.CheckConstraint(condition=Q(book__in=Book.values), name="an_invoice_is_in_a_book"),
            models.CheckConstraint(
                condition=Q(status__in=["draft", "open", "paid", "void", "uncollectible"]),
                name="an_invoice_has_a_known_status",
            ),
            models.CheckConstraint(condition=Q(currency__regex="^[A-Z]{3}$"), name="an_invoice_has_a_currency"),
            models.CheckConstraint(condition=Q(amount_paid__gte=0), name="an_invoice_is_not_paid_below_zero"),
        ]
        indexes = [models.Index(fields=["id"], condition=Q(status="paid", is_earned=False), name="invoices_to_earn")]

    def __str__(self) -> str:
        return f"invoice:{self.pk}"


class InvoiceLine(models.Model):
    """What an invoice asks for: a price, for a period."""

    invoice = models.ForeignKey(Invoice, models.PROTECT, db_index=False, related_name="lines")
    provider_id = models.CharField(max_length=255, db_collation="C")
    price = models.ForeignKey(TierPrice, models.PROTECT, null=True, related_name="+")
    amount = models.BigIntegerField(help_text="after discounts; below zero for time that was not used")
    discount = models.BigIntegerField(default=0, db_default=0)
    tax = models.BigIntegerField()
    period_start = models.DateTimeField()
    period_end = models.DateTimeField()
    is_proration = models.BooleanField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["invoice", "provider_id"], name="an_invoice_line_once")]

    def __str__(self) -> str:
        return f"line:{self.pk}"


class SyncMark(models.Model):
    """When the provider was compared with what we have, by what was compared."""

    book = models.CharField(max_length=9, choices=Book.choices)
    kind = models.CharField(max_length=40)
    at = models.DateTimeField(db_default=Now())

    class Meta:
        constraints = [models.UniqueConstraint(fields=["book", "kind"], name="one_mark_of_a_kind")]

    def __str__(self) -> str:
        return f"{self.kind} {self.book}"
