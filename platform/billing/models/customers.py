"""Customers: how the payment provider knows a person who pays, and what they may change on its pages."""

from django.db import models
from django.db.models import Q
from django.db.models.functions import Now

from accounts.models import Person
from catalog.models import Artist
from ledger.models import Book


class Customer(models.Model):
    """One for each person and book. Nobody under 18 becomes one (migration 0002)."""

    person = models.ForeignKey(Person, models.PROTECT, db_index=False, related_name="+")
    book = models.CharField(max_length=9, choices=Book.choices)
    provider_id = models.CharField(
        max_length=255, null=True, db_collation="C", help_text="the provider's own; written once"
    )
    created_at = models.DateTimeField(db_default=Now())

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["person", "book"], name="a_person_is_one_customer"),
            models.UniqueConstraint(fields=["provider_id", "book"], name="a_customer_is_one_person"),
            models.CheckConstraint(condition=Q(book__in=Book.values), name="a_customer_is_in_a_book"),
            models.CheckConstraint(condition=~Q(provider_id=""), name="a_customers_id_is_not_empty"),
        ]

    def __str__(self) -> str:
        return f"customer:{self.pk}"


class PortalConfiguration(models.Model):
    """What fans may do on the provider's own pages: change the card and cancel; with an artist, take other prices.

    `offer` has the prices of each product that it was last told.
    """

    artist = models.ForeignKey(Artist, models.PROTECT, null=True, db_index=False, related_name="+")
    book = models.CharField(max_length=9, choices=Book.choices)
    provider_id = models.CharField(max_length=255, blank=True, default="", db_default="", db_collation="C")
    offer = models.JSONField(default=dict, db_default={})

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["artist", "book"], nulls_distinct=False, name="one_portal_an_artist"),
            models.CheckConstraint(condition=Q(book__in=Book.values), name="a_portal_is_in_a_book"),
        ]

    def __str__(self) -> str:
        return f"portal:{self.pk}"
