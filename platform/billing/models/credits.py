"""Request credits: the requests that a tier includes, one row for each."""

from django.db import models
from django.db.models import Q
from django.db.models.functions import Now

from accounts.models import Person
from billing.models.entitlements import Entitlement
from catalog.models import Artist


class RequestCredit(models.Model):
    """A request that a fan's tier paid for. The database gives no more of them than the tier's version includes.

    One that comes back can be used for 30 days at least, also when the tier has ended by then.
    """

    class Status(models.TextChoices):
        FREE = "free"
        RESERVED = "reserved"
        USED = "used"
        LAPSED = "lapsed"

    person = models.ForeignKey(Person, models.PROTECT, db_index=False, related_name="request_credits")
    artist = models.ForeignKey(Artist, models.PROTECT, related_name="+")
    entitlement = models.ForeignKey(Entitlement, models.PROTECT, db_index=False, related_name="credits")
    month = models.PositiveIntegerField(help_text="of the entitlement, 0 for the first")
    number = models.PositiveSmallIntegerField(help_text="of the month, 1 for the first")
    status = models.CharField(max_length=8, choices=Status.choices, default=Status.FREE, db_default=Status.FREE)
    reference = models.CharField(
        max_length=80, blank=True, default="", db_default="", db_collation="C", help_text="what it is reserved for"
    )
    expires_at = models.DateTimeField(help_text="until when it can be reserved")
    returned_at = models.DateTimeField(null=True, help_text="when it came back last")
    created_at = models.DateTimeField(db_default=Now(), help_text="set by the database")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["entitlement", "month", "number"], name="one_credit_of_a_number"),
            models.UniqueConstraint(
                fields=["reference"], condition=Q(status__in=["reserved", "used"]), name="one_credit_a_request"
            ),
            models.CheckConstraint(
                condition=Q(status__in=["free", "reserved", "used", "lapsed"]), name="a_credit_is_in_a_known_state"
            ),
            models.CheckConstraint(
                condition=Q(status__in=["free", "lapsed"], reference="")
                | Q(status__in=["reserved", "used"], reference__regex=r"^[a-z_]+:[A-Za-z0-9-]+$"),
                name="only_a_credit_that_is_taken_is_for_something",
            ),
            models.CheckConstraint(condition=Q(number__range=(1, 31)), name="a_credit_is_one_of_few"),
        ]
        indexes = [
            models.Index(fields=["person", "artist"], condition=Q(status="free"), name="credits_that_are_free"),
            models.Index(fields=["expires_at"], condition=Q(status="free"), name="credits_that_lapse"),
        ]

    def __str__(self) -> str:
        return f"credit:{self.pk}"
