"""Mails about payments that wait to be sent. Triggers write them where something is paid, fails, ends or comes back."""

from django.db import models
from django.db.models import Q
from django.db.models.functions import Now

from accounts.models import Person
from ledger.models import Book


class PaymentMail(models.Model):
    """One mail to a fan. `about` names the row that it tells of; the words are written when it is sent."""

    class Kind(models.TextChoices):
        RECEIPT = "receipt", "a payment went through"
        FAILED = "failed", "a renewal was not paid"
        ENDED = "ended", "a subscription ended"
        REFUNDED = "refunded", "something was paid back"
        GIVEN = "given", "a gift was paid"
        REDEEMED = "redeemed", "a gift was redeemed"
        RETURNED = "returned", "a gift was paid back"

    person = models.ForeignKey(Person, models.PROTECT, db_index=False, related_name="+")
    book = models.CharField(max_length=9, choices=Book.choices)
    kind = models.CharField(max_length=8, choices=Kind.choices)
    about = models.BigIntegerField(help_text="the id of the invoice, the subscription or the refund")
    moment = models.CharField(max_length=40, blank=True, default="", db_default="", help_text="which time, if several")
    created_at = models.DateTimeField(db_default=Now(), help_text="set by the database")
    due_at = models.DateTimeField(db_default=Now())
    attempts = models.PositiveSmallIntegerField(default=0, db_default=0)
    sent_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["kind", "about", "moment"], name="one_mail_of_each_thing"),
            models.CheckConstraint(condition=Q(book__in=Book.values), name="a_mail_is_in_a_book"),
            models.CheckConstraint(
                condition=Q(kind__in=["receipt", "failed", "ended", "refunded", "given", "redeemed", "returned"]),
                name="a_mail_is_of_a_known_kind",
            ),
        ]
        indexes = [models.Index(fields=["due_at"], condition=Q(sent_at=None), name="mails_to_send")]

    def __str__(self) -> str:
        return f"payment_mail:{self.pk}"
