"""Payee accounts: where the money of a party goes."""

import uuid

from django.db import models
from django.db.models import Q
from django.db.models.functions import Now

from ledger.models import Book
from rights.models import Party


class PayeeAccount(models.Model):
    """Where a party is paid, one for each book. Of the provider's account there are ids and states alone.

    The row is made before the provider is asked, so that there is one to lock. Bank accounts are never here: the
    provider has them, or those who pay by hand.
    """

    class Method(models.TextChoices):
        STRIPE = "stripe", "Through the payment provider"
        MANUAL = "manual", "By hand"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    party = models.ForeignKey(Party, models.PROTECT, db_index=False, related_name="payee_accounts")
    book = models.CharField(max_length=9, choices=Book.choices)
    method = models.CharField(max_length=6, choices=Method.choices)
    country = models.CharField(max_length=2, blank=True)
    provider_id = models.CharField(max_length=255, null=True, db_collation="C", help_text="of the account there")
    transfers_active = models.BooleanField(default=False, db_default=False, help_text="the provider takes transfers")
    details_submitted = models.BooleanField(default=False, db_default=False)
    requirements = models.JSONField(default=list, help_text="what the provider still asks for, in its words")
    disabled_reason = models.CharField(max_length=255, blank=True, default="", db_default="")
    currency = models.CharField(max_length=3, blank=True, default="", db_default="", help_text="of the bank account")
    manual_reference = models.CharField(
        max_length=140,
        blank=True,
        default="",
        db_default="",
        help_text="where those who pay by hand have the bank account",
    )
    opened_by = models.CharField(max_length=80)
    created_at = models.DateTimeField(db_default=Now(), help_text="set by the database")
    synced_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["party", "book"], name="a_party_is_paid_in_one_place"),
            models.UniqueConstraint(fields=["provider_id", "book"], name="a_payee_account_is_of_one_party"),
            models.UniqueConstraint(fields=["id", "party", "book"], name="a_payee_its_party_and_book"),
            models.CheckConstraint(condition=Q(book__in=Book.values), name="a_payee_is_in_a_book"),
            models.CheckConstraint(
                condition=Q(method="stripe") | Q(method="manual") & ~Q(manual_reference=""),
                name="who_is_paid_by_hand_has_a_reference",
            ),
            models.CheckConstraint(
                condition=Q(transfers_active=False) | Q(provider_id__isnull=False),
                name="only_an_account_gets_transfers",
            ),
            models.CheckConstraint(condition=~Q(provider_id=""), name="a_payees_id_is_not_empty"),
            models.CheckConstraint(condition=Q(country__regex="^([A-Z]{2})?$"), name="a_payee_is_in_a_country"),
        ]

    def __str__(self) -> str:
        return f"payee:{self.pk}"

    @property
    def is_ready(self) -> bool:
        """Whether it can be paid now, as far as we know."""
        return self.method == self.Method.MANUAL or self.transfers_active
