"""Payouts: runs, what each party gets in one of them, and what came back."""

import uuid

from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now

from billing.models.payees import PayeeAccount
from ledger.models import Book
from rights.models import Party

OPEN = ("draft", "approved", "submitting")
DONE = ("sent", "paid", "reversed")


class PayoutRun(models.Model):
    """All that was payable at one moment. Nothing of it moves before an operator approved it."""

    book = models.CharField(max_length=9, choices=Book.choices)
    name = models.CharField(
        max_length=20, db_collation="C", help_text="its month, and a number where it is not the first"
    )
    created_at = models.DateTimeField(db_default=Now(), help_text="set by the database")
    created_by = models.CharField(max_length=80)
    approved_at = models.DateTimeField(null=True)
    approved_by = models.CharField(max_length=80, null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["name", "book"], name="a_run_once"),
            models.UniqueConstraint(fields=["id", "book"], name="a_run_and_its_book"),
            models.CheckConstraint(condition=Q(book__in=Book.values), name="a_run_is_in_a_book"),
            models.CheckConstraint(
                condition=Q(name__regex=r"^\d{4}-\d{2}(-\d+)?$"), name="a_run_is_named_by_its_month"
            ),
            models.CheckConstraint(
                condition=Q(approved_at=None, approved_by=None)
                | Q(approved_at__isnull=False, approved_by__isnull=False),
                name="somebody_approved_a_run",
            ),
        ]

    def __str__(self) -> str:
        return f"run:{self.pk}"


class PayoutLine(models.Model):
    """What a run pays to one party in one currency, or why it does not.

    `id` is in the provider's idempotency key, its transfer group and the ledger's key. Migration 0002 says how a line
    moves, that it takes no more than what is payable, and that the ledger has what was sent.
    """

    class State(models.TextChoices):
        DRAFT = "draft", "Waits for approval"
        APPROVED = "approved", "Leaves soon"
        SUBMITTING = "submitting", "On its way"
        SENT = "sent", "Sent"
        PAID = "paid", "Paid"
        FAILED = "failed", "Failed"
        HELD = "held", "Held"
        REVERSED = "reversed", "Taken back"

    class Reason(models.TextChoices):
        """Why a line is held or failed. The money stays payable in the ledger."""

        NO_ACCOUNT = "no_account", "Nobody has said yet where it goes"
        NOT_READY = "not_ready", "The payment provider still asks for something"
        MINIMUM = "minimum", "It is less than what is paid out at once"
        DISPUTED = "disputed", "It is about something that is disputed"
        OPERATOR = "operator", "Our staff hold it back"
        REFUSED = "refused", "The payment provider refused it"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    run = models.ForeignKey(PayoutRun, models.PROTECT, related_name="lines")
    book = models.CharField(max_length=9, choices=Book.choices)
    party = models.ForeignKey(Party, models.PROTECT, related_name="payout_lines")
    account = models.ForeignKey(PayeeAccount, models.PROTECT, null=True, related_name="+")
    method = models.CharField(max_length=6, choices=PayeeAccount.Method.choices, blank=True)
    currency = models.CharField(max_length=3)
    amount = models.BigIntegerField(help_text="in minor units")
    recouped = models.BigIntegerField(default=0, db_default=0, help_text="what the party owed us and paid back by this")
    state = models.CharField(max_length=10, choices=State.choices)
    reason = models.CharField(max_length=10, choices=Reason.choices, blank=True, default="", db_default="")
    transfer_id = models.CharField(max_length=255, null=True, db_collation="C")
    reference = models.CharField(
        max_length=140, blank=True, default="", db_default="", help_text="of a payment by hand, at the bank"
    )
    amount_reversed = models.BigIntegerField(default=0, db_default=0)
    refusals = models.PositiveSmallIntegerField(default=0, db_default=0, help_text="a refused request gets a new key")
    attempts = models.PositiveSmallIntegerField(default=0, db_default=0)
    due_at = models.DateTimeField(db_default=Now(), help_text="when it is tried next")
    error = models.CharField(max_length=500, blank=True, default="", db_default="")
    created_at = models.DateTimeField(db_default=Now(), help_text="set by the database")
    sent_at = models.DateTimeField(null=True)
    told_at = models.DateTimeField(null=True, help_text="when its party was written to")

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["party", "currency", "book"], condition=Q(state__in=OPEN), name="one_open_payout_a_party"
            ),
            models.UniqueConstraint(fields=["transfer_id", "book"], name="a_transfer_is_of_one_payout"),
            models.UniqueConstraint(fields=["id", "book"], name="a_payout_and_its_book"),
            models.CheckConstraint(condition=Q(book__in=Book.values), name="a_payout_is_in_a_book"),
            models.CheckConstraint(condition=Q(currency__regex="^[A-Z]{3}$"), name="a_payout_has_a_currency"),
            models.CheckConstraint(condition=Q(amount__gte=1, recouped__gte=0), name="a_payout_is_an_amount"),
            models.CheckConstraint(
                condition=Q(state__in=[*OPEN, *DONE, "failed", "held"]), name="a_payout_is_in_a_known_state"
            ),
            models.CheckConstraint(
                condition=Q(state__in=["held", "failed"]) & ~Q(reason="")
                | ~Q(state__in=["held", "failed"]) & Q(reason=""),
                name="what_is_not_paid_has_a_reason",
            ),
            models.CheckConstraint(
                condition=Q(state__in=["held", "failed"]) | Q(account__isnull=False) & ~Q(method=""),
                name="a_payout_goes_to_an_account",
            ),
            models.CheckConstraint(
                condition=~Q(state__in=DONE)
                | Q(sent_at__isnull=False, method="stripe", transfer_id__isnull=False)
                | Q(sent_at__isnull=False, method="manual") & ~Q(reference=""),
                name="what_was_sent_says_how",
            ),
            models.CheckConstraint(
                condition=Q(state__in=DONE) | Q(sent_at=None, transfer_id=None, reference="", amount_reversed=0),
                name="what_was_not_sent_has_no_transfer",
            ),
            models.CheckConstraint(
                condition=Q(amount_reversed__gte=0, amount_reversed__lte=F("amount"))
                & (~Q(state="reversed") | Q(amount_reversed=F("amount"))),
                name="no_more_comes_back_than_was_sent",
            ),
            models.CheckConstraint(condition=Q(book="live") | ~Q(state="paid"), name="only_real_money_is_paid"),
        ]
        indexes = [
            models.Index(fields=["due_at"], condition=Q(state__in=["approved", "submitting"]), name="payouts_to_send"),
            models.Index(
                fields=["created_at"],
                condition=Q(told_at=None) & ~Q(state__in=["draft", "approved", "submitting"]),
                name="payouts_to_tell",
            ),
        ]

    def __str__(self) -> str:
        return f"payout:{self.pk}"

    @property
    def group(self) -> str:
        """The provider's transfer group: it finds the transfer also where its answer was lost."""
        return f"payout:{self.pk}"

    @property
    def ledger_key(self) -> str:
        return f"xfer:{self.pk}"

    @property
    def done_state(self) -> str:
        """How far it can come: only real money is paid."""
        return self.State.PAID if self.book == Book.LIVE else self.State.SENT


class PayoutReversal(models.Model):
    """What is to come back of a payout, or came back."""

    class State(models.TextChoices):
        WANTED = "wanted"
        DONE = "done"
        REFUSED = "refused"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    line = models.ForeignKey(PayoutLine, models.PROTECT, related_name="reversals")
    book = models.CharField(max_length=9, choices=Book.choices)
    amount = models.BigIntegerField()
    state = models.CharField(max_length=7, choices=State.choices)
    provider_id = models.CharField(max_length=255, null=True, db_collation="C")
    reference = models.CharField(
        max_length=140, blank=True, default="", db_default="", help_text="of money that came by hand"
    )
    wanted_by = models.CharField(max_length=80, blank=True, help_text="empty: it was done at the provider")
    created_at = models.DateTimeField(db_default=Now(), help_text="set by the database")
    attempts = models.PositiveSmallIntegerField(default=0, db_default=0)
    due_at = models.DateTimeField(db_default=Now(), help_text="when it is tried next")
    error = models.CharField(max_length=500, blank=True, default="", db_default="")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["provider_id", "book"], name="a_reversal_once"),
            models.CheckConstraint(condition=Q(amount__gte=1), name="a_reversal_is_an_amount"),
            models.CheckConstraint(
                condition=Q(state__in=["wanted", "done", "refused"]), name="a_reversal_is_in_a_known_state"
            ),
            models.CheckConstraint(
                condition=Q(state="done") & (Q(provider_id__isnull=False) | ~Q(reference=""))
                | ~Q(state="done") & Q(provider_id=None, reference=""),
                name="what_came_back_says_how",
            ),
        ]
        indexes = [models.Index(fields=["due_at"], condition=Q(state="wanted"), name="reversals_to_ask_for")]

    def __str__(self) -> str:
        return f"reversal:{self.pk}"
