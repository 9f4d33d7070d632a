"""Authorisations: amounts that the provider holds on a fan's card until they are taken or let go."""

import uuid
from typing import Self

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now

from accounts.models import Consent, Person
from catalog.models import Artist
from ledger.models import Book
from rights.models import Decision

STATUSES = ("authorising", "held", "capture_wanted", "captured", "failed", "released", "expired", "refunded")


class AuthorisationQuerySet(models.QuerySet["Authorisation"]):
    def live(self) -> Self:
        """Of the money that the site runs on, and not over. Each request has one at most."""
        return self.filter(book=settings.PAYMENTS, status__in=LIVE)

    def held(self) -> Self:
        """Those that take room under the fan's cap although nothing is paid yet."""
        return self.filter(book=settings.PAYMENTS, status__in=HELD)


class Authorisation(models.Model):
    """The payment of one request. It is held first, and captured only once somebody decided on what is delivered.

    `id` is the provider's `client_reference_id`. `consent` holds the terms that were shown, word for word. The provider
    alone says what is held and what was captured; the database refuses every other way (migration 0002).
    """

    class Status(models.TextChoices):
        AUTHORISING = "authorising"
        HELD = "held"
        CAPTURE_WANTED = "capture_wanted"
        CAPTURED = "captured"
        FAILED = "failed"
        RELEASED = "released"
        EXPIRED = "expired"
        REFUNDED = "refunded"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    person = models.ForeignKey(Person, models.PROTECT, related_name="authorisations")
    artist = models.ForeignKey(Artist, models.PROTECT, related_name="+")
    reference = models.CharField(max_length=80, db_collation="C", help_text="kind:<id> of what is paid")
    book = models.CharField(max_length=9, choices=Book.choices)
    currency = models.CharField(max_length=3)
    amount = models.BigIntegerField(help_text="in minor units, tax included")
    description = models.CharField(max_length=120, help_text="what the provider's page says is paid; no words of a fan")
    consent = models.OneToOneField(Consent, models.PROTECT, related_name="+")
    session_id = models.CharField(max_length=255, blank=True, default="", db_default="", db_collation="C")
    provider_id = models.CharField(
        max_length=255, blank=True, default="", db_default="", db_collation="C", help_text="of the payment intent"
    )
    status = models.CharField(
        max_length=14, choices=Status.choices, default=Status.AUTHORISING, db_default=Status.AUTHORISING
    )
    expires_at = models.DateTimeField(help_text="until when the provider's page can be used")
    capture_before = models.DateTimeField(
        null=True, help_text="until when the hold lasts at most; the provider says it"
    )
    created_at = models.DateTimeField(db_default=Now(), help_text="set by the database")
    synced_at = models.DateTimeField(null=True, help_text="when it was fetched last")

    decision = models.OneToOneField(
        Decision, models.PROTECT, null=True, related_name="+", help_text="on what is delivered for it: the capture wish"
    )
    back_wanted_at = models.DateTimeField(null=True, help_text="since when the fan is to get it back")
    back_reason = models.CharField(max_length=80, blank=True, default="", db_default="")
    due_at = models.DateTimeField(null=True, help_text="when the provider is asked next, without any event")
    attempts = models.PositiveSmallIntegerField(default=0, db_default=0)
    error = models.CharField(max_length=500, blank=True, default="", db_default="", help_text="of the last attempt")

    charge_id = models.CharField(max_length=255, blank=True, default="", db_default="", db_collation="C")
    captured_at = models.DateTimeField(null=True, help_text="by the provider's clock")
    captured_amount = models.BigIntegerField(null=True, help_text="what the fan paid")
    returned_amount = models.BigIntegerField(
        default=0, db_default=0, help_text="of it, what was paid back or lost to the fan's bank"
    )
    is_disputed = models.BooleanField(default=False, db_default=False, help_text="a bank looks at it")
    settled_currency = models.CharField(max_length=3, blank=True, default="", db_default="")
    settled_amount = models.BigIntegerField(null=True, help_text="of our balance at the provider")
    settled_fee = models.BigIntegerField(null=True)
    available_on = models.DateTimeField(null=True)

    objects = AuthorisationQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["reference", "book"],
                condition=Q(status__in=["authorising", "held", "capture_wanted", "captured"]),
                name="one_live_authorisation",
            ),
            models.UniqueConstraint(
                fields=["session_id", "book"], condition=~Q(session_id=""), name="a_session_of_one_authorisation"
            ),
            models.UniqueConstraint(
                fields=["provider_id", "book"], condition=~Q(provider_id=""), name="a_hold_of_one_authorisation"
            ),
            models.CheckConstraint(condition=Q(book__in=Book.values), name="an_authorisation_is_in_a_book"),
            models.CheckConstraint(condition=Q(currency__regex="^[A-Z]{3}$"), name="an_authorisation_has_a_currency"),
            models.CheckConstraint(
                condition=Q(amount__gte=1, amount__lt=100_000_000), name="an_authorisation_is_an_amount"
            ),
            models.CheckConstraint(
                condition=Q(reference__regex=r"^[a-z_]+:[A-Za-z0-9-]+$"), name="an_authorisation_is_for_something"
            ),
            models.CheckConstraint(
                condition=Q(status__in=STATUSES),
                name="an_authorisation_is_in_a_known_state",
            ),
            models.CheckConstraint(
                condition=~Q(status__in=["held", "capture_wanted", "captured", "failed", "refunded"])
                | ~Q(session_id="") & ~Q(provider_id="") & Q(capture_before__isnull=False),
                name="only_the_provider_holds",
            ),
            models.CheckConstraint(
                condition=~Q(status__in=["capture_wanted", "captured", "failed", "refunded"])
                | Q(decision__isnull=False)
                | Q(back_wanted_at__isnull=False),
                name="nothing_is_captured_without_a_decision",
            ),
            models.CheckConstraint(
                condition=~Q(status__in=["captured", "refunded"])
                & Q(captured_amount=None, captured_at=None, settled_amount=None, settled_fee=None)
                | Q(
                    captured_amount__isnull=False,
                    captured_amount__gte=1,
                    captured_at__isnull=False,
                    settled_amount__isnull=False,
                    settled_fee__isnull=False,
                    settled_currency__regex="^[A-Z]{3}$",
                    status__in=["captured", "refunded"],
                )
                & ~Q(charge_id=""),
                name="what_is_captured_is_an_amount",
            ),
            models.CheckConstraint(
                condition=Q(returned_amount__gte=0)
                & (Q(returned_amount=0) | Q(captured_amount__isnull=False, returned_amount__lte=F("captured_amount"))),
                name="no_more_comes_back_than_was_captured",
            ),
        ]
        indexes = [
            models.Index(fields=["due_at"], condition=Q(due_at__isnull=False), name="authorisations_to_ask_about"),
            models.Index(fields=["reference", "-created_at"], name="authorisations_by_reference"),
            models.Index(fields=["synced_at"], name="authorisations_by_sync"),
        ]

    def __str__(self) -> str:
        return f"authorisation:{self.pk}"


HELD = (Authorisation.Status.AUTHORISING, Authorisation.Status.HELD, Authorisation.Status.CAPTURE_WANTED)
LIVE = (*HELD, Authorisation.Status.CAPTURED)
