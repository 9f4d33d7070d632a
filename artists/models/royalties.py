"""What fans used, months that are closed, and the statements of parties. Nothing of it changes once it is stored."""

from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now

from accounts.models import Person
from billing.models import Tier
from catalog.models import Artist
from fans.models import Experience
from ledger.models import Book, Transaction
from rights.models import Claim, FeeBearer, Party, SplitScheme, Use


class ExperienceUse(models.Model):
    """An experience that a fan has of a tier. What the fan paid for that month is shared among those of the month.

    Of the use `share` it is somebody else's remix, which the fan heard on the artist's shelf in that month.
    `fractions` say who is paid of it, as it was then; empty where the artist's own income is meant.
    """

    experience = models.ForeignKey(Experience, models.PROTECT, related_name="+", db_index=False)
    person = models.ForeignKey(Person, models.PROTECT, db_index=False, related_name="+")
    artist = models.ForeignKey(Artist, models.PROTECT, related_name="+")
    month = models.CharField(max_length=6, help_text="YYYYMM, in UTC")
    use = models.CharField(max_length=24, choices=Use.choices)
    scheme = models.ForeignKey(SplitScheme, models.PROTECT, null=True, db_index=False, related_name="+")
    fractions = models.JSONField(default=list, help_text="[party, role, recording, work, numerator, denominator], …")
    weight = models.PositiveSmallIntegerField(default=1, db_default=1)
    at = models.DateTimeField(db_default=Now(), help_text="set by the database")

    class Meta:
        indexes = [models.Index(fields=["person", "artist", "month"], name="uses_of_a_fan")]
        constraints = [
            models.UniqueConstraint(
                fields=["experience"], condition=~Q(use="share"), name="an_experience_is_used_once"
            ),
            models.UniqueConstraint(
                fields=["experience", "person", "month"], condition=Q(use="share"), name="a_shelf_entry_is_heard_once"
            ),
            models.CheckConstraint(condition=Q(use__in=Use.values), name="a_used_experience_is_of_a_known_use"),
            models.CheckConstraint(condition=Q(weight__gte=1), name="a_use_has_a_weight"),
            models.CheckConstraint(condition=Q(month__regex="^[0-9]{4}(0[1-9]|1[0-2])$"), name="a_use_is_of_a_month"),
        ]

    def __str__(self) -> str:
        return f"use:{self.pk}"


class ClosedMonth(models.Model):
    """A month that is closed. Its statements have what the ledger's chain has after `after`, up to `position`."""

    book = models.CharField(max_length=9, choices=Book.choices)
    month = models.CharField(max_length=6, help_text="YYYYMM, in UTC")
    after = models.BigIntegerField(help_text="the position up to which the month before went")
    position = models.BigIntegerField(help_text="of the head of the ledger's chain")
    head = models.CharField(max_length=64, help_text="its hash")
    closed_at = models.DateTimeField(db_default=Now(), help_text="set by the database")
    written_at = models.DateTimeField(null=True, help_text="when the last of its statements was written")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["book", "month"], name="a_month_is_closed_once"),
            models.UniqueConstraint(fields=["book", "after", "position"], name="a_piece_of_the_chain_is_closed_once"),
            models.UniqueConstraint(fields=["id", "book"], name="a_closed_month_and_its_book"),
            models.CheckConstraint(condition=Q(book__in=Book.values), name="a_closed_month_is_in_a_book"),
            models.CheckConstraint(condition=Q(after__gte=0, position__gte=F("after")), name="a_month_goes_forward"),
            models.CheckConstraint(condition=Q(month__regex="^[0-9]{4}(0[1-9]|1[0-2])$"), name="a_month_has_a_name"),
        ]

    def __str__(self) -> str:
        return f"{self.month} {self.book}"


class Statement(models.Model):
    """The account of a party for a month, in one currency. What is owed is above zero. Closed once it is stored.

    `opening` is the `closing` of the one before. `transaction` made what was earned payable, or held it.
    """

    closed_month = models.ForeignKey(ClosedMonth, models.PROTECT, db_index=False, related_name="statements")
    party = models.ForeignKey(Party, models.PROTECT, related_name="statements")
    party_name = models.CharField(max_length=120, help_text="the party's name, as it was then")
    isni = models.CharField(max_length=16, blank=True)
    ipi = models.CharField(max_length=11, blank=True)
    book = models.CharField(max_length=9, choices=Book.choices)
    currency = models.CharField(max_length=3)
    before = models.OneToOneField("self", models.PROTECT, null=True, related_name="after")
    opening = models.BigIntegerField()
    earned = models.BigIntegerField(help_text="what the lines add up to that are earned")
    returned = models.BigIntegerField(help_text="refunds, disputes and their undoing: usually below zero")
    paid = models.BigIntegerField(help_text="what left for the party, below zero; what came back is above")
    closing = models.BigIntegerField()
    recouped = models.BigIntegerField(help_text="of what was earned, what paid back what was owed to us")
    held = models.BigIntegerField(help_text="of what was earned, what is held back for a reason")
    released = models.BigIntegerField(help_text="what was held before and can be paid now")
    still_held = models.BigIntegerField(help_text="all that is held, of this statement and of earlier ones")
    recoverable = models.BigIntegerField(help_text="what the party owes us still")
    line_count = models.PositiveIntegerField()
    content_hash = models.CharField(max_length=64, help_text="SHA-256 of its CSV file")
    transaction = models.OneToOneField(Transaction, models.PROTECT, null=True, related_name="+")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["closed_month", "party", "currency"], name="one_statement_a_month"),
            models.UniqueConstraint(
                fields=["party", "currency", "book"], condition=Q(before=None), name="one_first_statement"
            ),
            models.CheckConstraint(
                condition=Q(closing=F("opening") + F("earned") + F("returned") + F("paid")),
                name="a_statement_adds_up",
            ),
            models.CheckConstraint(
                condition=Q(held__gte=0, recouped__gte=0, released__gte=0, still_held__gte=0, recoverable__gte=0),
                name="what_a_statement_holds_is_an_amount",
            ),
            models.CheckConstraint(
                condition=Q(before=None, opening=0) | Q(before__isnull=False), name="the_first_is_0"
            ),
        ]

    def __str__(self) -> str:
        return f"statement:{self.pk}"


class StatementLine(models.Model):
    """A line of a statement, with names as they were when it was closed.

    `kind` is the kind of the ledger's transactions behind it. Units are payments, or experiences where there are some.
    """

    statement = models.ForeignKey(Statement, models.PROTECT, db_index=False, related_name="lines")
    number = models.PositiveIntegerField()
    kind = models.CharField(max_length=40)
    month = models.CharField(max_length=6, help_text="in which it was earned; of a correction, the original one")
    use = models.CharField(max_length=24, choices=Use.choices)
    income = models.CharField(max_length=24, choices=Use.choices, help_text="what the fan paid for")
    artist = models.ForeignKey(Artist, models.PROTECT, db_index=False, related_name="+")
    artist_name = models.CharField(max_length=120)
    tier = models.ForeignKey(Tier, models.PROTECT, null=True, db_index=False, related_name="+")
    tier_name = models.CharField(max_length=40, blank=True)
    interval = models.CharField(max_length=5, blank=True)
    role = models.CharField(max_length=15)
    recording = models.CharField(max_length=30, blank=True)
    work = models.CharField(max_length=30, blank=True)
    title = models.CharField(max_length=1024, blank=True)
    isrc = models.CharField(max_length=12, blank=True)
    iswc = models.CharField(max_length=11, blank=True)
    scheme = models.ForeignKey(SplitScheme, models.PROTECT, db_index=False, related_name="+")
    scheme_version = models.PositiveIntegerField()
    fee_bearer = models.CharField(max_length=8, choices=FeeBearer.choices)
    units = models.PositiveIntegerField()
    gross = models.BigIntegerField()
    tax = models.BigIntegerField()
    fee = models.BigIntegerField()
    basis = models.BigIntegerField()
    share = models.PositiveIntegerField(help_text="of the basis, in millionths")
    amount = models.BigIntegerField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["statement", "number"], name="a_line_once_a_statement")]

    def __str__(self) -> str:
        return f"statement:{self.statement_id} line {self.number}"


class StatementHold(models.Model):
    """What a statement holds back while a claim is disputed. Once that is settled, it is released."""

    statement = models.ForeignKey(Statement, models.PROTECT, related_name="holds")
    claim = models.ForeignKey(Claim, models.PROTECT, related_name="+")
    title = models.CharField(max_length=1024, help_text="of the song, as it was then")
    amount = models.BigIntegerField()
    release = models.OneToOneField(Transaction, models.PROTECT, null=True, related_name="+")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["statement", "claim"], name="a_claim_holds_once"),
            models.CheckConstraint(condition=Q(amount__gte=1), name="a_hold_is_an_amount"),
        ]
        indexes = [models.Index(fields=["claim"], condition=Q(release=None), name="held_for_a_claim")]

    def __str__(self) -> str:
        return f"hold:{self.pk}"
