"""Closures: everything that costs a person money is to end."""

from django.db import models
from django.db.models import Q
from django.db.models.functions import Now

from accounts.models import Person
from ledger.models import Book


class Closure(models.Model):
    """Somebody asked that everything billable of a person ends. It is done once nothing is left (`billing.closing`)."""

    class Why(models.TextChoices):
        ACCOUNT = "account", "the account is closed"
        AGE = "age", "the person is under 18"

    person = models.ForeignKey(Person, models.PROTECT, related_name="+")
    book = models.CharField(max_length=9, choices=Book.choices)
    why = models.CharField(max_length=7, choices=Why.choices)
    created_at = models.DateTimeField(db_default=Now(), help_text="set by the database")
    due_at = models.DateTimeField(db_default=Now(), help_text="when it is worked on next")
    done_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["person", "book", "why"], condition=Q(done_at=None), name="one_open_closure_of_a_kind"
            ),
            models.CheckConstraint(condition=Q(book__in=Book.values), name="a_closure_is_in_a_book"),
            models.CheckConstraint(condition=Q(why__in=["account", "age"]), name="a_closure_has_a_reason"),
        ]
        indexes = [models.Index(fields=["due_at"], condition=Q(done_at=None), name="closures_due")]

    def __str__(self) -> str:
        return f"closure:{self.pk}"
