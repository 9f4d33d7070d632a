"""What moved on our balance at the provider, and where it differs from the ledger."""

from django.db import models
from django.db.models import Q
from django.db.models.functions import Now

from ledger.models import Book


class Movement(models.Model):
    """A movement of the platform's balance, as the provider lists it. It is matched once the ledger has the same."""

    book = models.CharField(max_length=9, choices=Book.choices)
    provider_id = models.CharField(max_length=255, db_collation="C")
    type = models.CharField(max_length=80)
    source = models.CharField(max_length=255, blank=True, db_collation="C", help_text="the object that it is of")
    currency = models.CharField(max_length=3)
    amount = models.BigIntegerField()
    fee = models.BigIntegerField()
    net = models.BigIntegerField()
    created = models.DateTimeField(help_text="by the provider's clock")
    fetched_at = models.DateTimeField(db_default=Now())
    matched_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["provider_id", "book"], name="a_movement_once"),
            models.CheckConstraint(condition=Q(book__in=Book.values), name="a_movement_is_in_a_book"),
        ]
        indexes = [
            models.Index(fields=["book", "source"], name="movements_of_an_object"),
            models.Index(fields=["book", "-created"], name="newest_movements"),
            models.Index(fields=["book", "fetched_at"], condition=Q(matched_at=None), name="movements_to_match"),
        ]

    def __str__(self) -> str:
        return f"movement:{self.pk}"


class Drift(models.Model):
    """Something that the provider and the ledger say differently, until it ends. Operators look at it."""

    class Kind(models.TextChoices):
        BALANCE = "balance", "Clearing is not the provider's balance"
        MOVEMENT = "movement", "A movement is not what the ledger has of it"
        POSTING = "posting", "The ledger moved clearing and the provider's balance did not"
        MISSING_TRANSFER = "missing_transfer", "The provider has no such transfer"
        UNKNOWN_TRANSFER = "unknown_transfer", "The provider has a transfer that is none of ours"
        SECOND_TRANSFER = "second_transfer", "A payout has more than one transfer"
        OTHER_TRANSFER = "other_transfer", "A transfer has another amount, currency or account"

    book = models.CharField(max_length=9, choices=Book.choices)
    kind = models.CharField(max_length=20, choices=Kind.choices)
    reference = models.CharField(max_length=255, db_collation="C", help_text="the object, key or account")
    currency = models.CharField(max_length=3, blank=True)
    expected = models.BigIntegerField(null=True, help_text="what the ledger says, in minor units")
    found = models.BigIntegerField(null=True, help_text="what the provider says")
    since = models.DateTimeField(db_default=Now())
    seen_at = models.DateTimeField(db_default=Now(), help_text="when it was found last")
    ended_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["book", "kind", "reference", "currency"], condition=Q(ended_at=None), name="a_drift_once"
            ),
            models.CheckConstraint(condition=~Q(reference=""), name="a_drift_is_about_something"),
        ]

    def __str__(self) -> str:
        return f"drift:{self.pk}"
