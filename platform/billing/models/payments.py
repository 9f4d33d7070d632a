"""Payments of invoices, their refunds and disputes, as the payment provider had them when they were fetched last."""

from django.db import models
from django.db.models import Q

from billing.models.subscriptions import Invoice
from ledger.models import Book


class Payment(models.Model):
    """What was taken for an invoice. The `settled` amounts are those of our balance at the provider."""

    invoice = models.ForeignKey(Invoice, models.PROTECT, related_name="payments")
    book = models.CharField(max_length=9, choices=Book.choices)
    provider_id = models.CharField(max_length=255, db_collation="C", help_text="of the payment intent")
    charge_id = models.CharField(max_length=255, db_collation="C")
    currency = models.CharField(max_length=3)
    amount = models.BigIntegerField(help_text="that was captured, in minor units")
    settled_currency = models.CharField(max_length=3)
    settled_amount = models.BigIntegerField()
    settled_fee = models.BigIntegerField()
    available_on = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["provider_id", "book"], name="a_payment_once"),
            models.UniqueConstraint(fields=["charge_id", "book"], name="a_charge_once"),
            models.UniqueConstraint(fields=["id", "book"], name="a_payment_and_its_book"),
            models.CheckConstraint(condition=Q(book__in=Book.values), name="a_payment_is_in_a_book"),
            models.CheckConstraint(condition=Q(amount__gte=1, settled_amount__gte=0), name="a_payment_is_an_amount"),
            models.CheckConstraint(
                condition=Q(currency__regex="^[A-Z]{3}$", settled_currency__regex="^[A-Z]{3}$"),
                name="a_payment_has_a_currency",
            ),
        ]

    def __str__(self) -> str:
        return f"payment:{self.pk}"


class Refund(models.Model):
    """What was paid back of a payment. One that failed or was canceled came back to us."""

    class Status(models.TextChoices):
        PENDING = "pending"
        REQUIRES_ACTION = "requires_action"
        SUCCEEDED = "succeeded"
        FAILED = "failed"
        CANCELED = "canceled"

    payment = models.ForeignKey(Payment, models.PROTECT, related_name="refunds")
    book = models.CharField(max_length=9, choices=Book.choices)
    provider_id = models.CharField(max_length=255, db_collation="C")
    status = models.CharField(max_length=15, choices=Status.choices)
    currency = models.CharField(max_length=3)
    amount = models.BigIntegerField()
    created = models.DateTimeField(help_text="by the provider's clock")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["provider_id", "book"], name="a_refund_once"),
            models.CheckConstraint(condition=Q(amount__gte=1), name="a_refund_is_an_amount"),
            models.CheckConstraint(
                condition=Q(status__in=["pending", "requires_action", "succeeded", "failed", "canceled"]),
                name="a_refund_has_a_known_status",
            ),
        ]

    def __str__(self) -> str:
        return f"refund:{self.pk}"


class Dispute(models.Model):
    """A payment that the fan's bank took back, until it is decided."""

    payment = models.ForeignKey(Payment, models.PROTECT, related_name="disputes")
    book = models.CharField(max_length=9, choices=Book.choices)
    provider_id = models.CharField(max_length=255, db_collation="C")
    status = models.CharField(max_length=40)
    reason = models.CharField(max_length=80, blank=True)
    currency = models.CharField(max_length=3)
    amount = models.BigIntegerField()
    created = models.DateTimeField(help_text="by the provider's clock")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["provider_id", "book"], name="a_dispute_once"),
            models.CheckConstraint(condition=Q(amount__gte=1) & ~Q(status=""), name="a_dispute_is_about_an_amount"),
        ]

    def __str__(self) -> str:
        return f"dispute:{self.pk}"
