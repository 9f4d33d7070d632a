"""Moments that a program answers, and the drafts for them."""

from django.db import models
from django.db.models import CharField, F, GeneratedField, Q
from django.db.models.functions import Coalesce, Now, TruncDate

from accounts.models import Person
from artists.models.programs import Program, ProgramVersion
from catalog.models import Artist, Recording
from fans.models import Mark, Render
from fans.mutes import FanAndProgram
from fans.opt_ins import FanAndArtist
from listens.models import Listen
from rights.hashing import new_salt
from rights.models import CONTENT_HASH, WHY_HASH, Decision, StoredClearance, Use
from worker import due


class Moment(models.Model):
    """A fan reached the point that a program answers. There is one row for each program, fan and point."""

    class State(models.TextChoices):
        NOTICED = "noticed"
        # Its sound is being made.
        RENDERING = "rendering"
        DRAFTED = "drafted"
        REFUSED = "refused"

    program = models.ForeignKey(Program, models.PROTECT, related_name="moments")
    version = models.ForeignKey(ProgramVersion, models.PROTECT, related_name="+")
    person = models.ForeignKey(Person, models.PROTECT, related_name="+")
    point = models.PositiveIntegerField(help_text="the number of the listen, or of the request")
    # Migration 0002 has the constraint, with ON DELETE SET NULL: listens are deleted by SQL, past Django.
    listen = models.ForeignKey(Listen, models.SET_NULL, null=True, related_name="+", db_constraint=False)
    recording = models.ForeignKey(Recording, models.PROTECT, null=True, related_name="+")
    state = models.CharField(max_length=9, choices=State.choices, default=State.NOTICED)
    reason = models.CharField(max_length=300, blank=True, help_text="why it was refused")
    render = models.ForeignKey(
        Render, models.SET_NULL, null=True, related_name="+", help_text="the sound of its remix, as its fan can get it"
    )
    noticed_at = models.DateTimeField(db_default=Now())

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["program", "person", "point"], name="a_moment_fires_once"),
            models.CheckConstraint(condition=~Q(state="refused") | ~Q(reason=""), name="a_refusal_says_why"),
            models.CheckConstraint(
                condition=~Q(state="rendering") | Q(render__isnull=False), name="what_is_rendered_has_a_render"
            ),
        ]
        indexes = [models.Index(fields=["id"], condition=Q(state="noticed"), name="moments_to_answer")]

    def __str__(self) -> str:
        return f"moment:{self.pk}"

    @property
    def song(self) -> Recording | None:
        """The song that its message is about. A fan who asks may choose one."""
        return self.recording if self.version.is_asked_for else self.version.recording

    @property
    def fan_and_artist(self) -> FanAndArtist:
        """Reads the program."""
        return self.person_id, self.program.artist_id

    @property
    def fan_and_program(self) -> FanAndProgram:
        return self.person_id, self.program_id

    @property
    def item(self) -> str:
        """What its draft is called where the items of a month are counted (`rights.places`)."""
        return _item_name(self.pk)


def _item_name(moment_id: int) -> str:
    return f"moment:{moment_id}"


class DraftQuerySet(models.QuerySet["Draft"]):
    def seconds_until(self, field: str) -> float | None:
        """Seconds until the earliest `field` among these drafts, at least 0; None when there are no drafts."""
        return due.seconds_until(self, field)


UNDECIDED = dict.fromkeys(("decision", "mark", "credit", "decided_by", "decided_at", "deliver_after"))
"""What a draft loses when a decision on it is taken back."""


class Draft(models.Model):
    """A text for one moment. It waits for a decision of the team, and expires without one."""

    class State(models.TextChoices):
        PENDING = "pending"
        # The artist's team approved it. A rightsholder that holds a key has not yet.
        AWAITING = "awaiting"
        APPROVED = "approved"
        DECLINED = "declined"
        EXPIRED = "expired"
        DELIVERED = "delivered"
        UNDELIVERABLE = "undeliverable"
        WITHDRAWN = "withdrawn"

    # Migration 0002 has their indexes: at most two drafts a moment, the second of which replaces the first.
    moment = models.ForeignKey(Moment, models.PROTECT, related_name="drafts", db_index=False)
    replaces = models.ForeignKey("self", models.PROTECT, null=True, related_name="+", db_index=False)
    version = models.ForeignKey(ProgramVersion, models.PROTECT, related_name="+", db_index=False)
    person = models.ForeignKey(Person, models.PROTECT, related_name="+")
    artist = models.ForeignKey(Artist, models.PROTECT, related_name="drafts")
    use = models.CharField(max_length=24, choices=Use.choices, db_default=Use.PERSONAL_MESSAGE)
    clearance = models.ForeignKey(StoredClearance, models.PROTECT, related_name="+")
    state = models.CharField(max_length=13, choices=State.choices, default=State.PENDING)
    reason = models.CharField(max_length=300, blank=True, help_text="why it was not sent")
    revision = models.PositiveIntegerField(default=1, help_text="one more with each edit")
    salt = models.CharField(max_length=32, null=True, default=new_salt)
    text = models.TextField(null=True, help_text="as it would reach the fan; erasable")
    original_text = models.TextField(null=True, help_text="as the maker wrote it, to compare edits with; erasable")
    maker = models.CharField(
        max_length=120,
        help_text="who made the original: composer, suggested:… or changed:… (ai.origins), or model:<name>; of a "
        "remix desk, or rules where those chose it",
    )
    team_typed = models.BooleanField(default=False, help_text="somebody other than a principal edited it")
    facts = models.JSONField(null=True, help_text="the facts it was made from, for the reviewer; erasable")
    why = models.JSONField(null=True, help_text="why the fan gets it, as facts of `explanations`; erasable")
    mark = models.CharField(max_length=8, choices=Mark.choices, null=True, help_text="set by the decision")
    credit = models.CharField(max_length=140, null=True, help_text="the name in the mark, set by the decision")
    content_hash = GeneratedField(expression=CONTENT_HASH, output_field=CharField(max_length=64), db_persist=True)
    why_hash = GeneratedField(expression=WHY_HASH, output_field=CharField(max_length=64), db_persist=True)
    decision = models.ForeignKey(Decision, models.PROTECT, null=True, related_name="+")
    written_at = models.DateTimeField(db_default=Now())
    deadline = models.DateTimeField()
    decided_by = models.CharField(max_length=80, null=True, help_text="actor of the last decision, person:<uuid>")
    decided_at = models.DateTimeField(null=True)
    deliver_after = models.DateTimeField(null=True, help_text="the team can undo the decision until then")
    day = GeneratedField(
        expression=TruncDate(Coalesce(F("deliver_after"), F("written_at"))),
        output_field=models.DateField(),
        db_persist=True,
        help_text="the UTC day on which the statistics count it",
    )
    settled_at = GeneratedField(
        expression=Coalesce(F("deliver_after"), F("decided_at"), F("deadline")),
        output_field=models.DateTimeField(),
        db_persist=True,
        help_text="when its outcome was decided; the lists of sent and stopped drafts are ordered by it",
    )
    held_by = models.CharField(max_length=80, null=True, help_text="who reviews it: nobody else is offered it")
    held_until = models.DateTimeField(null=True, help_text="when the hold ends by itself")

    objects = DraftQuerySet.as_manager()

    opted_in: bool  # an annotation of `eligibility.annotate_eligibility`, no column
    muted: bool  # the same
    waits_for: list[str]  # the same

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=~Q(state__in=["approved", "delivered"])
                | Q(decision__isnull=False, deliver_after__isnull=False),
                name="nothing_goes_out_undecided",
            ),
            models.CheckConstraint(
                condition=~Q(state="awaiting") | Q(decision__isnull=False, deliver_after=None),
                name="what_awaits_a_key_is_decided",
            ),
            models.CheckConstraint(
                condition=~Q(state="pending") | Q(decision=None, mark=None, credit=None, decided_by=None),
                name="a_pending_draft_is_open",
            ),
            models.CheckConstraint(
                condition=Q(decision=None) | Q(content_hash__isnull=False, why_hash__isnull=False) | Q(text=None),
                name="a_decision_is_on_a_content",
            ),
            models.CheckConstraint(
                condition=~Q(state__in=["declined", "expired", "undeliverable", "withdrawn"]) | ~Q(reason=""),
                name="what_went_no_further_says_why",
            ),
            models.CheckConstraint(
                condition=Q(held_by=None, held_until=None) | Q(held_by__isnull=False, held_until__isnull=False),
                name="a_hold_ends",
            ),
            models.CheckConstraint(
                condition=~Q(mark="filled") | Q(maker="composer"), name="no_model_put_a_word_into_what_is_filled"
            ),
        ]
        indexes = [
            models.Index(fields=["artist", "deadline", "id"], condition=Q(state="pending"), name="drafts_to_decide"),
            models.Index(
                fields=["deadline"], condition=Q(state__in=["pending", "awaiting"]), name="drafts_by_deadline"
            ),
            models.Index(fields=["deliver_after"], condition=Q(state="approved"), name="drafts_to_deliver"),
            models.Index(fields=["version", "use", "state"], name="drafts_counted_by_version"),
            models.Index(
                fields=["artist", "day", "state", "mark"], condition=~Q(state="pending"), name="drafts_counted_by_day"
            ),
            models.Index(
                fields=["artist", "-settled_at", "-id"],
                condition=Q(state__in=["awaiting", "approved", "delivered"]),
                name="drafts_out_newest_first",
            ),
            models.Index(
                fields=["artist", "-settled_at", "-id"],
                condition=Q(state__in=["declined", "expired", "undeliverable", "withdrawn"]),
                name="drafts_stopped_newest_first",
            ),
            models.Index(
                fields=["clearance"],
                condition=Q(state__in=["pending", "awaiting"]) & ~Q(use="personal_message"),
                name="drafts_that_owners_wait_for",
            ),
        ]

    def __str__(self) -> str:
        return f"draft:{self.pk}"

    @property
    def item(self) -> str:
        """What it is called where the items of a month are counted. A draft that replaces it is the same item."""
        return _item_name(self.moment_id)

    @property
    def declined_by_rightsholder(self) -> bool:
        """Whether a rightsholder that holds a key declined it. Nobody can undo that, so there is no time to."""
        return self.state == self.State.DECLINED and self.deliver_after is None

    @property
    def decided_state(self) -> str:
        """What the artist's team decided, for sentences."""
        return self.State.APPROVED if self.state == self.State.AWAITING else self.state

    @property
    def song(self) -> Recording | None:
        """The song that it is about. Reads the moment where a fan asked for it."""
        return self.moment.recording if self.version.is_asked_for else self.version.recording

    @property
    def recordings(self) -> list[Recording]:
        return [self.song] if self.song else []

    @property
    def fan_and_artist(self) -> FanAndArtist:
        return self.person_id, self.artist_id

    @property
    def fan_and_program(self) -> FanAndProgram:
        """Reads the version."""
        return self.person_id, self.version.program_id


class DraftHearing(models.Model):
    """How much of one revision of an audio draft somebody of the artist's side has heard."""

    draft = models.ForeignKey(Draft, models.PROTECT, related_name="hearings")
    revision = models.PositiveIntegerField()
    by = models.CharField(max_length=80)
    opened_at = models.DateTimeField(db_default=Now(), help_text="when its first byte was sent, set by the database")
    seconds = models.PositiveIntegerField(
        default=0, db_default=0, help_text="of its sound; never more than have passed since `opened_at`"
    )

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["draft", "revision", "by"], name="one_hearing_a_revision_and_person"),
        ]

    def __str__(self) -> str:
        return f"draft:{self.draft_id} revision {self.revision} by {self.by}"
