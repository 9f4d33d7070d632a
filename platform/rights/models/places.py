"""Places of a quantity: how many items of a month an agreement permits, and above which number a key is asked for."""

from django.db import models
from django.db.models import Q
from django.db.models.functions import Now

from rights.models.agreements import AgreementParty, AgreementScope


class Place(models.Model):
    """One item that takes part of a limit, in the month in which it was asked for.

    It counts for the limit of a scope, or for the threshold of a key (`holder`). A trigger of migration 0002 locks that
    row, counts, and inserts nothing where the limit is reached. `free_from` returns a place; it can lie ahead.
    """

    scope = models.ForeignKey(AgreementScope, models.PROTECT, null=True, db_index=False, related_name="places")
    holder = models.ForeignKey(AgreementParty, models.PROTECT, null=True, db_index=False, related_name="+")
    item = models.CharField(max_length=60, help_text="what is made, for example moment:7")
    month = models.DateField(db_default=Now(), help_text="its first day, in UTC; set by the database")
    is_above = models.BooleanField(default=False, db_default=False, help_text="the key is asked for; by the database")
    asked_at = models.DateTimeField(db_default=Now(), help_text="set by the database")
    free_from = models.DateTimeField(null=True, help_text="when somebody else can have the place")

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(scope=None, holder__isnull=False) | Q(scope__isnull=False, holder=None),
                name="a_place_is_of_one_limit",
            ),
            models.UniqueConstraint(fields=["scope", "item"], condition=Q(free_from=None), name="one_place_an_item"),
            models.UniqueConstraint(
                fields=["holder", "item"], condition=Q(free_from=None), name="an_item_is_counted_once_for_a_key"
            ),
        ]
        indexes = [
            models.Index(fields=["scope", "month"], condition=Q(scope__isnull=False), name="places_of_a_limit"),
            models.Index(fields=["holder", "month"], condition=Q(holder__isnull=False), name="places_of_a_key"),
            models.Index(fields=["item"], name="places_of_an_item"),
        ]

    def __str__(self) -> str:
        return f"place of {self.item}"
