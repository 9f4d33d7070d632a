"""The artist's side: what is offered, what was noticed, what waits for a yes."""

import json
import secrets
from typing import Any

from django.db import models
from django.db.models import CharField, F, GeneratedField, Q
from django.db.models.functions import Coalesce, Now, TruncDate
from django.utils.functional import cached_property

from accounts.models import Person
from catalog.models import Artist, Recording
from fans.models import Mark
from listens.models import Listen
from rights.models import CONTENT_HASH, Decision, ShapeHash, StoredClearance

DEFAULT_REVIEW_SECONDS = 3 * 86_400


class Practice(models.Model):
    """How one artist's team works."""

    artist = models.OneToOneField(Artist, models.PROTECT, primary_key=True, related_name="practice")
    grace_seconds = models.PositiveIntegerField(default=5, help_text="the time to undo an approval")

    def __str__(self) -> str:
        return f"practice of artist:{self.artist_id}"


class Program(models.Model):
    """What an artist offers. Its words live in versions; `current` is the one that is signed and answers moments."""

    class State(models.TextChoices):
        DRAFT = "draft"
        LIVE = "live"
        PAUSED = "paused"

    artist = models.ForeignKey(Artist, models.PROTECT, related_name="programs")
    name = models.CharField(max_length=120)
    state = models.CharField(max_length=6, choices=State.choices, default=State.DRAFT)
    current = models.OneToOneField("ProgramVersion", models.PROTECT, null=True, related_name="+")
    paused_because = models.CharField(
        max_length=300, blank=True, default="", db_default="", help_text="what fans' reports stopped it for, in words"
    )
    reports_from = models.DateTimeField(null=True, help_text="what fans reported before was looked at by the team")
    created_at = models.DateTimeField(db_default=Now())

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(state="draft") | Q(current__isnull=False), name="only_a_signed_program_goes_live"
            ),
            models.CheckConstraint(
                condition=Q(state="paused") | Q(paused_because=""), name="reports_stop_a_program_until_it_is_resumed"
            ),
        ]

    def __str__(self) -> str:
        return f"program:{self.pk}"


class ProgramVersion(models.Model):
    """One edit of a program. Never changed; signing writes `decision`, once, for exactly this shape."""

    class Moment(models.TextChoices):
        NTH_LISTEN = "nth_listen", "the Nth listen"
        FIRST_LISTEN = "first_listen", "the first listen"

    class Audience(models.TextChoices):
        OPTED_IN = "opted_in", "fans who opted in"

    program = models.ForeignKey(Program, models.PROTECT, related_name="versions")
    version = models.PositiveIntegerField()
    moment = models.CharField(max_length=12, choices=Moment.choices)
    nth = models.PositiveIntegerField(help_text="the listen that matters; 1 for the first")
    recording = models.ForeignKey(
        Recording, models.PROTECT, null=True, related_name="+", help_text="of this recording alone; else of the artist"
    )
    audience = models.CharField(max_length=12, choices=Audience.choices, default=Audience.OPTED_IN)
    wording = models.TextField(help_text="canonical JSON of ai's Wording: locale, templates, fragments")
    review_seconds = models.PositiveIntegerField(default=DEFAULT_REVIEW_SECONDS, help_text="how long a draft waits")
    shape_hash = GeneratedField(
        expression=ShapeHash(
            F("program"), F("version"), F("moment"), F("nth"), F("recording"), F("audience"), F("wording")
        ),
        output_field=CharField(max_length=64),
        db_persist=True,
    )
    decision = models.OneToOneField(Decision, models.PROTECT, null=True, related_name="+")
    by = models.CharField(max_length=80)
    created_at = models.DateTimeField(db_default=Now())

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["program", "version"], name="one_program_version"),
            models.CheckConstraint(condition=Q(nth__gte=1), name="a_listen_has_a_number"),
            models.CheckConstraint(condition=~Q(moment="first_listen") | Q(nth=1), name="the_first_is_number_one"),
            models.CheckConstraint(condition=Q(review_seconds__gte=1), name="a_draft_waits_a_while"),
        ]

    def __str__(self) -> str:
        return f"program:{self.program_id} v{self.version}"

    @cached_property
    def words(self) -> Any:
        """The wording as JSON, to read."""
        return json.loads(self.wording)


class Moment(models.Model):
    """A point in a fan's story that a program answers: once per program, fan and point."""

    class State(models.TextChoices):
        NOTICED = "noticed"
        DRAFTED = "drafted"
        REFUSED = "refused"

    program = models.ForeignKey(Program, models.PROTECT, related_name="moments")
    version = models.ForeignKey(ProgramVersion, models.PROTECT, related_name="+")
    person = models.ForeignKey(Person, models.PROTECT, related_name="+")
    point = models.PositiveIntegerField(help_text="the number of the listen")
    # The constraint is in migration 0002: ON DELETE SET NULL, for a listen is removed by SQL.
    listen = models.ForeignKey(Listen, models.SET_NULL, null=True, related_name="+", db_constraint=False)
    recording = models.ForeignKey(Recording, models.PROTECT, null=True, related_name="+")
    state = models.CharField(max_length=7, choices=State.choices, default=State.NOTICED)
    reason = models.CharField(max_length=300, blank=True, help_text="why it was refused")
    noticed_at = models.DateTimeField(db_default=Now())

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["program", "person", "point"], name="a_moment_fires_once"),
            models.CheckConstraint(condition=~Q(state="refused") | ~Q(reason=""), name="a_refusal_says_why"),
        ]
        indexes = [models.Index(fields=["id"], condition=Q(state="noticed"), name="moments_to_answer")]

    def __str__(self) -> str:
        return f"moment:{self.pk}"


def new_salt() -> str:
    """32 hex digits: nobody can guess "Ana, 100 listens" from its hash."""
    return secrets.token_hex(16)


class Draft(models.Model):
    """What was made for one moment; waits for a decision, and silence is no."""

    class State(models.TextChoices):
        PENDING = "pending"
        APPROVED = "approved"
        DECLINED = "declined"
        EXPIRED = "expired"
        FAILED = "failed"
        DELIVERED = "delivered"
        UNDELIVERABLE = "undeliverable"
        WITHDRAWN = "withdrawn"

    moment = models.OneToOneField(Moment, models.PROTECT, related_name="draft")
    version = models.ForeignKey(ProgramVersion, models.PROTECT, related_name="+")
    person = models.ForeignKey(Person, models.PROTECT, related_name="+")
    artist = models.ForeignKey(Artist, models.PROTECT, related_name="drafts")
    clearance = models.ForeignKey(StoredClearance, models.PROTECT, related_name="+")
    state = models.CharField(max_length=13, choices=State.choices, default=State.PENDING)
    reason = models.CharField(max_length=300, blank=True, help_text="why it went no further")
    revision = models.PositiveIntegerField(default=1, help_text="counts the edits")
    salt = models.CharField(max_length=32, null=True, default=new_salt)
    text = models.TextField(null=True, help_text="as it would reach the fan; erasable")
    made = models.TextField(null=True, help_text="as the maker left it, so that a change is a fact; erasable")
    maker = models.CharField(max_length=120, help_text="composer, or model:<name>: who drafted it")
    edited_by = models.CharField(max_length=80, null=True, help_text="who typed in it last")
    team_typed = models.BooleanField(default=False, help_text="someone who is no principal typed in it")
    facts = models.JSONField(null=True, help_text="what it was made from, for the reviewer; erasable")
    parts = models.JSONField(default=list, help_text="what was made by whom or what, for the receipt")
    mark = models.CharField(max_length=8, choices=Mark.choices, null=True, help_text="set by the decision")
    credit = models.CharField(max_length=140, null=True, help_text="the name in the mark, set by the decision")
    content_hash = GeneratedField(expression=CONTENT_HASH, output_field=CharField(max_length=64), db_persist=True)
    decision = models.ForeignKey(Decision, models.PROTECT, null=True, related_name="+")
    written_at = models.DateTimeField(db_default=Now())
    deadline = models.DateTimeField()
    decided_by = models.CharField(max_length=80, null=True, help_text="who said yes or no last, a plain id")
    decided_at = models.DateTimeField(null=True)
    deliver_after = models.DateTimeField(null=True, help_text="the team may undo until then")
    day = GeneratedField(
        expression=TruncDate(Coalesce(F("deliver_after"), F("written_at"))),
        output_field=models.DateField(),
        db_persist=True,
        help_text="the day it is counted on, in UTC",
    )
    settled_at = GeneratedField(
        expression=Coalesce(F("deliver_after"), F("decided_at"), F("deadline")),
        output_field=models.DateTimeField(),
        db_persist=True,
        help_text="when it was decided what becomes of it: the lists of what went out are in this order",
    )
    held_by = models.CharField(max_length=80, null=True, help_text="who is looking at it, so that nobody else is")
    held_until = models.DateTimeField(null=True, help_text="a lease: it ends by itself")

    # What `artists.eligibility` reads beside a row, and no column: not read, it is not there.
    stands: bool
    muted: bool

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=~Q(state__in=["approved", "delivered"])
                | Q(decision__isnull=False, deliver_after__isnull=False),
                name="nothing_goes_out_undecided",
            ),
            models.CheckConstraint(
                condition=~Q(state="pending") | Q(decision=None, mark=None, credit=None, decided_by=None),
                name="a_pending_draft_is_open",
            ),
            models.CheckConstraint(
                condition=Q(decision=None) | Q(content_hash__isnull=False) | Q(salt=None, text=None),
                name="a_decision_is_on_a_content",
            ),
            models.CheckConstraint(
                condition=~Q(state__in=["declined", "expired", "failed", "undeliverable", "withdrawn"]) | ~Q(reason=""),
                name="what_went_no_further_says_why",
            ),
            models.CheckConstraint(
                condition=Q(held_by=None, held_until=None) | Q(held_by__isnull=False, held_until__isnull=False),
                name="a_hold_ends",
            ),
        ]
        indexes = [
            models.Index(fields=["artist", "deadline", "id"], condition=Q(state="pending"), name="drafts_to_decide"),
            models.Index(fields=["deadline"], condition=Q(state="pending"), name="drafts_by_deadline"),
            models.Index(fields=["deliver_after"], condition=Q(state="approved"), name="drafts_to_deliver"),
            models.Index(fields=["artist", "-id"], name="drafts_of_an_artist"),
            models.Index(
                fields=["artist", "day", "state", "mark"], condition=~Q(state="pending"), name="drafts_counted_by_day"
            ),
            models.Index(
                fields=["artist", "-settled_at", "-id"],
                condition=Q(state__in=["approved", "delivered"]) | Q(state="withdrawn", decision__isnull=False),
                name="drafts_out_newest_first",
            ),
            models.Index(
                fields=["artist", "-settled_at", "-id"],
                condition=Q(state__in=["declined", "expired", "failed", "undeliverable"])
                | Q(state="withdrawn", decision=None),
                name="drafts_stopped_newest_first",
            ),
        ]

    def __str__(self) -> str:
        return f"draft:{self.pk}"
