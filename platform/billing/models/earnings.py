"""What was earned of payments, month by month, and what each line of a split has of it."""

from django.db import models
from django.db.models import Q

from billing.models.subscriptions import Invoice
from billing.models.tiers import TierPrice
from catalog.models import Artist
from ledger.models import Book, Transaction
from rights.models import SplitScheme, Use

MILLION = 1_000_000
"""Shares of a basis are written in millionths. The exact ones are fractions."""


class EarnedPart(models.Model):
    """A month of a payment that was earned, or all of one that is not by the month. Its ledger transaction has the sum.

    Where it was deferred names the payment. `scheme` is the version of the split, as it was when this was paid.
    """

    transaction = models.OneToOneField(Transaction, models.PROTECT, related_name="+")
    book = models.CharField(max_length=9, choices=Book.choices)
    currency = models.CharField(max_length=3)
    deferred = models.CharField(max_length=150, db_collation="C", help_text="the account where it waited")
    invoice = models.ForeignKey(Invoice, models.PROTECT, null=True, related_name="parts")
    artist = models.ForeignKey(Artist, models.PROTECT, related_name="+")
    price = models.ForeignKey(TierPrice, models.PROTECT, null=True, db_index=False, related_name="+")
    use = models.CharField(max_length=24, choices=Use.choices)
    scheme = models.ForeignKey(SplitScheme, models.PROTECT, db_index=False, related_name="+")
    month = models.CharField(max_length=6, help_text="YYYYMM, in UTC")
    basis = models.BigIntegerField(help_text="what is shared, in minor units")
    tax = models.BigIntegerField()
    fee = models.BigIntegerField(help_text="of the card, where it is deducted before the split")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["id", "book", "currency"], name="a_part_its_book_and_currency"),
            models.UniqueConstraint(fields=["book", "deferred", "month"], name="a_month_is_earned_once"),
            models.CheckConstraint(condition=Q(book__in=Book.values), name="a_part_is_in_a_book"),
            models.CheckConstraint(condition=Q(currency__regex="^[A-Z]{3}$"), name="a_part_has_a_currency"),
            models.CheckConstraint(condition=Q(month__regex="^[0-9]{4}(0[1-9]|1[0-2])$"), name="a_part_is_of_a_month"),
            models.CheckConstraint(
                condition=Q(basis__gte=1, tax__gte=0, fee__gte=0), name="a_part_is_earned_of_something"
            ),
            models.CheckConstraint(condition=Q(use__in=Use.values), name="a_part_is_of_a_known_use"),
        ]

    def __str__(self) -> str:
        return f"part:{self.pk}"


class EarnedShare(models.Model):
    """What a line of a split got of a part, or what was taken back of it where it is negative.

    A pool is a party until it is closed. Those of one transaction equal what it moved for each party (migration 0002).
    """

    part = models.ForeignKey(EarnedPart, models.PROTECT, related_name="shares")
    transaction = models.ForeignKey(Transaction, models.PROTECT, related_name="shares")
    book = models.CharField(max_length=9, choices=Book.choices)
    currency = models.CharField(max_length=3)
    party = models.CharField(max_length=150, db_collation="C", help_text="party:<id>, platform or a pool")
    role = models.CharField(max_length=15, blank=True)
    recording = models.CharField(max_length=30, blank=True, help_text="recording:<id>")
    work = models.CharField(max_length=30, blank=True, help_text="work:<id>")
    experience = models.UUIDField(null=True, help_text="a plain id: this app cannot import experiences")
    use = models.CharField(max_length=24, choices=Use.choices, help_text="of the experience, or of the part")
    scheme = models.ForeignKey(
        SplitScheme, models.PROTECT, db_index=False, related_name="+", help_text="the version of the split"
    )
    basis = models.BigIntegerField(help_text="what of the part was shared under this line")
    share = models.PositiveIntegerField(help_text="of the basis, in millionths")
    amount = models.BigIntegerField()

    class Meta:
        constraints = [models.CheckConstraint(condition=~Q(amount=0), name="a_share_is_an_amount")]
        indexes = [
            models.Index(
                fields=["party", "part"],
                include=["amount"],
                condition=Q(party__startswith="pool:"),
                name="shares_of_pools",
            ),
            models.Index(fields=["experience"], condition=Q(experience__isnull=False), name="shares_of_an_experience"),
        ]

    def __str__(self) -> str:
        return f"{self.amount} {self.currency} for {self.party}"
