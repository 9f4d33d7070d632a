"""Webhook events: that something changed at the payment provider, stored as it came, to be worked on once."""

from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now

from ledger.models import Book


class WebhookEvent(models.Model):
    """One event. Of its object only ids are kept: what the object is now is fetched (`billing.webhooks`)."""

    class State(models.TextChoices):
        RECEIVED = "received", "Waits to be worked on"
        DONE = "done", "Done"
        DEAD = "dead", "Given up"
        IGNORED = "ignored", "Concerns nothing of ours"
        QUARANTINED = "quarantined", "Not believed"

    class Doubt(models.TextChoices):
        """Why an event is not believed, though its signature is right."""

        MODE = "mode", "Of live mode where we are not, or the other way round"
        VERSION = "version", "Of another version of the provider's API"
        ACCOUNT = "account", "Of somebody else's account"

    book = models.CharField(max_length=9, choices=Book.choices)
    account = models.CharField(
        max_length=255, default="", blank=True, help_text="the payee's that it is about; empty for our own"
    )
    event_id = models.CharField(max_length=255, db_collation="C")
    type = models.CharField(max_length=255)
    livemode = models.BooleanField()
    api_version = models.CharField(max_length=255, blank=True)
    object_type = models.CharField(max_length=255)
    object_id = models.CharField(max_length=255, blank=True, db_collation="C")
    related = models.JSONField(default=dict, help_text="ids that the object names, by their kind")
    created = models.DateTimeField(help_text="by the provider's clock")
    received_at = models.DateTimeField(db_default=Now())

    state = models.CharField(max_length=11, choices=State.choices, default=State.RECEIVED)
    doubt = models.CharField(max_length=7, choices=Doubt.choices, null=True)
    attempts = models.PositiveSmallIntegerField(default=0)
    due_at = models.DateTimeField(db_default=Now(), help_text="when it is tried next")
    pause_until = models.DateTimeField(
        null=True, help_text="until when nothing else is tried either: the provider did not answer"
    )
    error = models.CharField(max_length=500, default="", blank=True, help_text="why the last attempt failed")
    finished_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [
            models.Index(fields=["due_at", "id"], condition=Q(state="received"), name="webhooks_to_work_on"),
            models.Index(fields=["object_id"], condition=Q(state="received"), name="webhooks_of_an_object"),
            models.Index(F("related__subscription"), condition=Q(state="received"), name="webhooks_of_a_subscription"),
            models.Index(F("related__payment_intent"), condition=Q(state="received"), name="webhooks_of_a_payment"),
            models.Index(fields=["pause_until"], condition=Q(pause_until__isnull=False), name="webhooks_that_pause"),
            models.Index(fields=["-id"], condition=Q(state__in=["dead", "quarantined"]), name="webhooks_to_look_at"),
        ]
        constraints = [
            models.UniqueConstraint(fields=["book", "account", "event_id"], name="an_event_is_stored_once"),
            models.CheckConstraint(condition=Q(book__in=Book.values), name="an_event_is_in_a_book"),
            models.CheckConstraint(
                condition=Q(state__in=["received", "done", "dead", "ignored", "quarantined"]),
                name="an_event_has_a_state",
            ),
            models.CheckConstraint(
                condition=Q(doubt=None) & ~Q(state="quarantined")
                | Q(doubt__isnull=False, doubt__in=["mode", "version", "account"], state="quarantined"),
                name="only_what_is_doubted_is_quarantined",
            ),
            models.CheckConstraint(
                condition=Q(state="quarantined") | Q(livemode=True, book="live") | Q(livemode=False) & ~Q(book="live"),
                name="an_event_of_another_mode_is_not_worked_on",
            ),
            models.CheckConstraint(
                condition=Q(state__in=["done", "dead"]) & Q(finished_at__isnull=False)
                | Q(state__in=["received", "ignored", "quarantined"], finished_at=None),
                name="what_is_done_has_its_time",
            ),
            models.CheckConstraint(
                condition=Q(finished_at=None) | Q(finished_at__gte=F("received_at")), name="an_event_ends_after_it_came"
            ),
            models.CheckConstraint(condition=~Q(event_id="") & ~Q(type=""), name="an_event_has_an_id_and_a_type"),
        ]

    def __str__(self) -> str:
        return f"webhook:{self.event_id}"
