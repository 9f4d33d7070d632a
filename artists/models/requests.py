"""What fans asked artists for."""

from datetime import datetime

from django.db import models
from django.db.models import Q
from django.db.models.functions import Now

from accounts.models import Consent, Person
from artists.models.drafts import Moment
from artists.models.programs import Program, ProgramVersion
from catalog.models import Artist, Recording
from fans.desk_models import Choice
from fans.models import RemixOffer

MAX_RECIPIENT, MAX_NOTE = 40, 300


class ExperienceRequest(models.Model):
    """A fan asked an artist for a message or a remix. It is a consent of its own; its number is its moment's point.

    What was asked never changes. Names and the line to the team can be erased. Of a remix `recording` is the song, and
    `RequestedRemix` the rest: nothing else is chosen.
    """

    class State(models.TextChoices):
        # No hold is on the card yet.
        PAYING = "paying"
        # The artist's team has it, or will have it at once.
        WAITING = "waiting"
        # It was approved, the time to undo is over, and the card is being charged.
        CAPTURING = "capturing"
        # The card was charged. It is delivered next.
        PAID = "paid"
        DELIVERED = "delivered"
        ENDED = "ended"

    class PaidBy(models.TextChoices):
        CARD = "card"
        CREDIT = "credit", "a request of the fan's tier"
        FREE = "free", "a free try"

    person = models.ForeignKey(Person, models.PROTECT, related_name="requests")
    artist = models.ForeignKey(Artist, models.PROTECT, related_name="+")
    program = models.ForeignKey(Program, models.PROTECT, related_name="+")
    version = models.ForeignKey(
        ProgramVersion, models.PROTECT, related_name="+", help_text="the offer as it was signed when the fan asked"
    )
    consent = models.OneToOneField(Consent, models.PROTECT, related_name="+")
    recipient = models.CharField(max_length=MAX_RECIPIENT, null=True, help_text="whom it greets; erasable")
    occasion = models.CharField(max_length=20, blank=True, help_text="of a message")
    relation = models.CharField(max_length=20, blank=True)
    event = models.CharField(max_length=20, blank=True)
    day = models.DateField(null=True)
    recording = models.ForeignKey(Recording, models.PROTECT, null=True, related_name="+")
    note = models.CharField(
        max_length=MAX_NOTE, null=True, help_text="a line to the team, which enters nothing that is made; erasable"
    )
    paid_by = models.CharField(max_length=6, choices=PaidBy.choices)
    amount = models.PositiveBigIntegerField(null=True, help_text="in minor units, where a card pays")
    currency = models.CharField(max_length=3, blank=True)
    state = models.CharField(max_length=9, choices=State.choices)
    ending = models.CharField(max_length=20, blank=True, help_text="which event of artists.requests.endings ended it")
    moment = models.OneToOneField(Moment, models.PROTECT, null=True, related_name="request")
    created_at = models.DateTimeField(db_default=Now())
    ended_at = models.DateTimeField(null=True, help_text="when it was delivered or ended")
    told_at = models.DateTimeField(null=True, help_text="when the fan was mailed about that")

    draft_deadline: datetime | None  # an annotation of `requests.api`, no column

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(state="ended") & ~Q(ending="") | ~Q(state="ended") & Q(ending=""),
                name="a_request_ends_for_a_reason",
            ),
            models.CheckConstraint(
                condition=Q(state__in=["delivered", "ended"], ended_at__isnull=False)
                | ~Q(state__in=["delivered", "ended"]) & Q(ended_at=None),
                name="a_request_ends_once",
            ),
            models.CheckConstraint(
                condition=Q(paid_by="card", amount__gt=0) & ~Q(currency="")
                | ~Q(paid_by="card") & Q(amount=None, currency=""),
                name="a_card_pays_an_amount",
            ),
            models.CheckConstraint(
                condition=Q(paid_by="card") | ~Q(state__in=["paying", "capturing", "paid"]),
                name="only_a_card_is_charged",
            ),
            models.CheckConstraint(
                condition=Q(moment__isnull=False) | Q(state__in=["paying", "ended"]), name="what_waits_has_a_moment"
            ),
        ]
        indexes = [
            models.Index(fields=["person", "-id"], name="requests_of_a_fan"),
            models.Index(
                fields=["id"], condition=Q(state__in=["paying", "waiting", "capturing", "paid"]), name="open_requests"
            ),
            models.Index(
                fields=["ended_at"], condition=Q(ended_at__isnull=False, told_at=None), name="requests_to_mail_about"
            ),
            models.Index(
                fields=["ended_at"],
                condition=Q(state="delivered", paid_by__in=["card", "credit"]),
                name="paid_and_delivered",
            ),
        ]

    def __str__(self) -> str:
        return f"request:{self.pk}"

    @property
    def is_open(self) -> bool:
        return self.state not in (self.State.DELIVERED, self.State.ENDED)


class RequestedRemix(models.Model):
    """The remix that a fan asked for, as it was on the desk. Migration 0002: each request of a remix has exactly one.

    `offer` is the envelope that was in force when it was asked for.
    """

    request = models.OneToOneField(ExperienceRequest, models.PROTECT, primary_key=True, related_name="remix")
    offer = models.ForeignKey(RemixOffer, models.PROTECT, related_name="+")
    recipe = models.TextField(help_text="canonical JSON of ai.remix.recipe.Recipe")
    choice = models.CharField(max_length=5, choices=Choice.choices, help_text="who chose what is new in it")

    class Meta:
        verbose_name_plural = "requested remixes"
        constraints = [
            models.CheckConstraint(
                condition=Q(choice__in=["hand", "rules", "team"]), name="a_requested_remix_says_who_chose"
            ),
        ]

    def __str__(self) -> str:
        return f"request:{self.request_id}"
