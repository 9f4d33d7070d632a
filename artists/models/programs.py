"""Programs and their versions, and how a team reviews drafts."""

import json
from typing import Any, Self

from django.conf import settings
from django.db import models
from django.db.models import CharField, F, GeneratedField, Q
from django.db.models.functions import Concat, Now
from django.utils.functional import cached_property

from catalog.models import Artist, Recording
from rights.models import Decision, ShapeHash, Use


def default_review_seconds() -> int:
    return settings.REVIEW_SECONDS


def default_undo_seconds() -> int:
    return settings.UNDO_SECONDS


class ReviewSettings(models.Model):
    """How the team of one artist reviews drafts. A team that chose nothing has no row."""

    artist = models.OneToOneField(Artist, models.PROTECT, primary_key=True, related_name="review_settings")
    grace_seconds = models.PositiveIntegerField(default=default_undo_seconds, help_text="the time to undo a decision")

    class Meta:
        verbose_name_plural = "review settings"

    def __str__(self) -> str:
        return f"review settings of artist:{self.artist_id}"


class Program(models.Model):
    """What an artist offers at a moment. The versions hold its terms; `current` is the signed one in use.

    Its kind never changes.
    """

    class Kind(models.TextChoices):
        MESSAGE = "message"
        REMIX = "remix"

    class State(models.TextChoices):
        DRAFT = "draft"
        LIVE = "live"
        PAUSED = "paused"

    artist = models.ForeignKey(Artist, models.PROTECT, related_name="programs")
    kind = models.CharField(max_length=7, choices=Kind.choices, default=Kind.MESSAGE, db_default=Kind.MESSAGE)
    name = models.CharField(max_length=120)
    state = models.CharField(max_length=6, choices=State.choices, default=State.DRAFT)
    current = models.OneToOneField("ProgramVersion", models.PROTECT, null=True, related_name="+")
    paused_because = models.CharField(
        max_length=300, blank=True, default="", db_default="", help_text="why fans’ reports paused it, as a sentence"
    )
    reports_from = models.DateTimeField(null=True, help_text="only reports made after this time count")
    created_at = models.DateTimeField(db_default=Now())

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(kind__in=["message", "remix"]), name="a_program_has_a_kind"),
            models.CheckConstraint(
                condition=Q(state="draft") | Q(current__isnull=False), name="only_a_signed_program_goes_live"
            ),
            models.CheckConstraint(
                condition=Q(state="paused") | Q(paused_because=""), name="reports_stop_a_program_until_it_is_resumed"
            ),
        ]

    def __str__(self) -> str:
        return f"program:{self.pk}"

    @property
    def use(self) -> Use:
        """What owners permit or not: the use that its experiences make of an artist's work."""
        return Use.REMIX if self.kind == self.Kind.REMIX else Use.PERSONAL_MESSAGE


class ProgramVersionQuerySet(models.QuerySet["ProgramVersion"]):
    def in_use(self) -> Self:
        """The signed versions of live programs, with their programs."""
        live = self.filter(program__state=Program.State.LIVE, program__current_id=F("pk"))
        return live.select_related("program")

    def live(self) -> Self:
        """Those that answer listens."""
        return self.in_use().exclude(moment="request")

    def offers(self, kind: str = Program.Kind.MESSAGE) -> Self:
        """Those of this kind that fans can ask for."""
        return self.in_use().filter(moment="request", program__kind=kind)


class ProgramVersion(models.Model):
    """The terms and wording of a program after one edit. A row never changes, but signing sets `decision` once."""

    class MomentKind(models.TextChoices):
        NTH_LISTEN = "nth_listen", "the Nth listen"
        FIRST_LISTEN = "first_listen", "the first listen"
        REQUEST = "request", "a fan asked"

    class Audience(models.TextChoices):
        OPTED_IN = "opted_in", "every fan who opted in"
        SUBSCRIBED = "subscribed", "opted-in fans whose tier includes it"

    program = models.ForeignKey(Program, models.PROTECT, related_name="versions")
    artist = models.ForeignKey(Artist, models.PROTECT, related_name="+")
    version = models.PositiveIntegerField()
    moment = models.CharField(max_length=12, choices=MomentKind.choices)
    nth = models.PositiveIntegerField(help_text="the number of the listen; 1 for the first")
    recording = models.ForeignKey(
        Recording, models.PROTECT, null=True, related_name="+", help_text="whose listens count; none: all of the artist"
    )
    audience = models.CharField(max_length=12, choices=Audience.choices, default=Audience.OPTED_IN)
    wording = models.TextField(
        help_text="canonical JSON of ai.wording.Wording: locale, templates, fragments; empty for remixes"
    )
    terms = models.TextField(
        blank=True,
        default="",
        db_default="",
        help_text="canonical JSON of artists.requests.terms or artists.remixes.terms, where fans ask for it",
    )
    review_seconds = models.PositiveIntegerField(default=default_review_seconds, help_text="how long a draft waits")
    shape_hash = GeneratedField(
        expression=ShapeHash(
            F("program"), F("version"), F("moment"), F("nth"), F("recording"), F("audience"), Concat("wording", "terms")
        ),
        output_field=CharField(max_length=64),
        db_persist=True,
    )
    decision = models.OneToOneField(Decision, models.PROTECT, null=True, related_name="+")
    by = models.CharField(max_length=80)
    created_at = models.DateTimeField(db_default=Now())

    objects = ProgramVersionQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["program", "version"], name="one_program_version"),
            models.CheckConstraint(condition=Q(nth__gte=1), name="a_listen_has_a_number"),
            models.CheckConstraint(condition=~Q(moment="first_listen") | Q(nth=1), name="the_first_is_number_one"),
            models.CheckConstraint(condition=Q(review_seconds__gte=1), name="a_draft_waits_a_while"),
            models.CheckConstraint(
                condition=Q(moment="request", nth=1, recording=None) & ~Q(terms="")
                | ~Q(moment="request") & Q(terms=""),
                name="what_fans_ask_for_has_terms",
            ),
            models.CheckConstraint(
                condition=Q(audience="opted_in") | Q(audience="subscribed") & ~Q(moment="request"),
                name="a_tier_includes_programs_that_answer_listens",
            ),
        ]

    def __str__(self) -> str:
        return f"program:{self.program_id} v{self.version}"

    @property
    def is_asked_for(self) -> bool:
        """Whether a fan asks for it. The others answer listens."""
        return self.moment == self.MomentKind.REQUEST

    @property
    def needs_tier(self) -> bool:
        """Whether it is for fans alone whose tier includes it."""
        return self.audience == self.Audience.SUBSCRIBED

    @property
    def is_of_remixes(self) -> bool:
        """Whether it offers remixes. Reads the program."""
        return self.program.kind == Program.Kind.REMIX

    @cached_property
    def words(self) -> Any:
        """Without sentences for remixes, which have none."""
        return json.loads(self.wording) if self.wording else {"locale": "en", "templates": [], "fragments": {}}
