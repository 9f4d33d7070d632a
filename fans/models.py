"""What fans do and receive: opt-ins, mutes, preferences, listen counts and experiences."""

import secrets

from django.db import models
from django.db.models import CharField, GeneratedField, Q
from django.db.models.functions import UUID7, Now

from accounts.models import Consent, Person
from catalog.models import Artist, Recording
from fans import moment_text
from fans.consent_texts import CONSENT_VERSION, write_news
from fans.desk_models import RemixDesk as RemixDesk  # noqa: PLC0414 - for who imports it from here
from fans.desk_models import RemixPart as RemixPart  # noqa: PLC0414
from fans.desk_models import RemixTry as RemixTry  # noqa: PLC0414
from fans.marks import BY_HAND_MARKS as BY_HAND_MARKS  # noqa: PLC0414
from fans.marks import NO_MODEL_MARKS as NO_MODEL_MARKS  # noqa: PLC0414
from fans.marks import Mark as Mark  # noqa: PLC0414
from fans.refund_models import RemixRefund as RemixRefund  # noqa: PLC0414
from fans.refund_models import StopCheck as StopCheck  # noqa: PLC0414
from fans.remix_models import RemixOffer as RemixOffer  # noqa: PLC0414 - for who imports it from here
from fans.remix_models import Render as Render  # noqa: PLC0414
from fans.remix_models import RenderFile as RenderFile  # noqa: PLC0414
from fans.remix_models import StoredSound as StoredSound  # noqa: PLC0414
from fans.shelf_models import ShelfEntry as ShelfEntry  # noqa: PLC0414
from rights.models import CONTENT_HASH, WHY_HASH, AfterEnd, Decision, StoredClearance, Use
from rights.stops import Stop, read_stop

SOUND_MAKERS = ("desk", "rules", "team")
"""Who chose the recipe of a remix, as `maker` says it: its fan at the desk, or rules."""


class OptIn(models.Model):
    """A fan allows one artist's team to write to them. When they opt in again, that is a new row."""

    person = models.ForeignKey(Person, models.PROTECT, related_name="opt_ins")
    artist = models.ForeignKey(Artist, models.PROTECT, related_name="+")
    consent = models.ForeignKey(Consent, models.PROTECT, related_name="+")
    since = models.DateTimeField(db_default=Now())
    ended_at = models.DateTimeField(null=True)
    withdrawal_started_at = models.DateTimeField(
        null=True, help_text="when the drafts that waited under it were withdrawn, after it ended"
    )
    looked_back_at = models.DateTimeField(null=True, help_text="when the moments of the day before it were looked for")
    asked_version = models.PositiveSmallIntegerField(
        null=True, help_text="the newest words that the fan was asked about and did not want yet"
    )

    class Meta:
        verbose_name = "opt-in"
        constraints = [
            models.UniqueConstraint(
                fields=["person", "artist"], condition=Q(ended_at=None), name="one_active_opt_in_per_artist"
            )
        ]
        indexes = [
            models.Index(
                fields=["id"],
                condition=Q(ended_at__isnull=False, withdrawal_started_at=None),
                name="opt_ins_to_withdraw",
            ),
            models.Index(
                fields=["id"], condition=Q(ended_at=None, looked_back_at=None), name="opt_ins_to_look_back_from"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.person_id} for artist:{self.artist_id}"

    @property
    def has_older_words(self) -> bool:
        """Whether the fan agreed to words that are not the newest. Reads the consent."""
        return self.consent.version < CONSENT_VERSION

    @property
    def news(self) -> list[str]:
        """What the newest words add to those that the fan agreed to. Reads the consent and the artist."""
        return write_news(self.consent.version, self.artist.name)


class Mute(models.Model):
    """A fan paused one program. When they pause it again, that is a new row."""

    person = models.ForeignKey(Person, models.PROTECT, related_name="mutes")
    program = models.BigIntegerField(help_text="a plain id: this app cannot import programs")
    artist = models.ForeignKey(Artist, models.PROTECT, related_name="+")
    name = models.CharField(max_length=120, blank=True, help_text="the program’s name when it was paused")
    since = models.DateTimeField(db_default=Now())
    ended_at = models.DateTimeField(null=True)
    withdrawal_started_at = models.DateTimeField(
        null=True, help_text="when the drafts of the program that waited were withdrawn"
    )

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["person", "program"], condition=Q(ended_at=None), name="one_active_mute_per_program"
            )
        ]
        indexes = [models.Index(fields=["id"], condition=Q(withdrawal_started_at=None), name="mutes_to_withdraw")]

    def __str__(self) -> str:
        return f"{self.person_id} without program:{self.program}"


class Preferences(models.Model):
    """A fan's choices about their pages. Without a row the defaults apply."""

    person = models.OneToOneField(Person, models.PROTECT, primary_key=True, related_name="preferences")
    hide_ai = models.BooleanField(default=False, db_default=False)
    welcomed_at = models.DateTimeField(null=True, help_text="when they finished or skipped onboarding")

    def __str__(self) -> str:
        return f"preferences of {self.person_id}"


class Engagement(models.Model):
    """How often one fan listened to one artist, and when first and last."""

    # Parents are checked by statement_key() in migration 0002.
    person = models.ForeignKey(Person, models.PROTECT, related_name="+", db_index=False, db_constraint=False)
    artist = models.ForeignKey(Artist, models.PROTECT, related_name="+", db_constraint=False)
    listens = models.BigIntegerField(default=0)
    first_at = models.DateTimeField()
    last_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["person", "artist"], name="one_engagement_an_artist")]

    def __str__(self) -> str:
        return f"{self.person_id} x artist:{self.artist_id}"


class RecordingEngagement(models.Model):
    """How often one fan listened to one recording, and when first and last."""

    # Parents are checked by statement_key() in migration 0002.
    person = models.ForeignKey(Person, models.PROTECT, related_name="+", db_index=False, db_constraint=False)
    recording = models.ForeignKey(Recording, models.PROTECT, related_name="+", db_constraint=False)
    listens = models.BigIntegerField(default=0)
    first_at = models.DateTimeField()
    last_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["person", "recording"], name="one_engagement_a_recording")]

    def __str__(self) -> str:
        return f"{self.person_id} x recording:{self.recording_id}"


def receipt_key() -> str:
    """The secret part of a receipt's address: 192 random bits."""
    return secrets.token_urlsafe(24)


class Experience(models.Model):
    """What a fan received. The database accepts only an approved draft, whole.

    `content_hash` covers salt, fan, artist, mark, credit and text, `why_hash` the facts in `why`. Both must equal the
    hashes of its decision, by a composite foreign key in migration 0002. A trigger of artists compares the rest with
    the draft. Erasing sets salt, text and why to NULL together; the decision stays. The text of a remix is its paper
    (`fans.remix_paper`).
    """

    class Kind(models.TextChoices):
        MESSAGE = "message", "Message"
        REMIX = "remix", "Remix"

    id = models.UUIDField(primary_key=True, db_default=UUID7(), editable=False)
    person = models.ForeignKey(Person, models.PROTECT, related_name="experiences")
    artist = models.ForeignKey(Artist, models.PROTECT, related_name="+")
    draft = models.BigIntegerField(
        unique=True, help_text="the draft it came from; a plain id: this app cannot import drafts"
    )
    kind = models.CharField(max_length=12, choices=Kind.choices)
    use = models.CharField(max_length=24, choices=Use.choices, db_default=Use.PERSONAL_MESSAGE)
    mark = models.CharField(max_length=8, choices=Mark.choices)
    credit = models.CharField(max_length=140, help_text="the name in the mark: the artist’s, or the team’s")
    salt = models.CharField(max_length=32, null=True)
    text = models.TextField(null=True)
    why = models.JSONField(null=True, help_text="why the fan got it, as facts of `artists.explanations`; erasable")
    maker = models.CharField(max_length=120, help_text="who made the original, as `Draft.maker`")
    program = models.BigIntegerField(help_text="a plain id: this app cannot import programs")
    program_version = models.PositiveIntegerField(help_text="the number of the program’s version")
    content_hash = GeneratedField(expression=CONTENT_HASH, output_field=CharField(max_length=64), db_persist=True)
    why_hash = GeneratedField(expression=WHY_HASH, output_field=CharField(max_length=64), db_persist=True)
    decision = models.OneToOneField(Decision, models.PROTECT, related_name="+")
    clearance = models.ForeignKey(StoredClearance, models.PROTECT, related_name="+")
    after_end = models.CharField(
        max_length=8,
        choices=AfterEnd.choices,
        default=AfterEnd.PLAYS_ON,
        db_default=AfterEnd.PLAYS_ON,
        help_text="what the fan keeps when a yes ends, as the grants said at delivery",
    )
    receipt_key = models.CharField(max_length=32, unique=True, default=receipt_key)
    delivered_at = models.DateTimeField(db_default=Now())
    opened_at = models.DateTimeField(null=True)
    withdrawn_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(content_hash__isnull=False, why_hash__isnull=False)
                | Q(text__isnull=True, salt__isnull=True, why__isnull=True),
                name="text_is_hashed_or_gone",
            ),
            models.CheckConstraint(condition=Q(mark__in=Mark.values), name="one_of_the_seven_marks"),
            models.CheckConstraint(
                condition=~Q(mark="filled") | Q(maker="composer"), name="no_model_put_a_word_into_a_filled_message"
            ),
            models.CheckConstraint(
                condition=Q(kind="remix", use="remix") | Q(kind="message") & ~Q(use="remix"),
                name="a_remix_is_used_as_one",
            ),
        ]
        indexes = [
            models.Index(fields=["person", "-delivered_at"], name="experiences_of_a_fan"),
            models.Index(
                fields=["person", "-withdrawn_at"],
                condition=Q(withdrawn_at__isnull=False),
                name="taken_back_from_a_fan",
            ),
            models.Index(
                fields=["person", "-delivered_at"],
                condition=Q(mark__in=["written", "recorded"]),
                name="by_hand_to_a_fan",
            ),
            models.Index(fields=["program", "person"], name="audience_of_a_program"),
        ]

    def __str__(self) -> str:
        return f"experience:{self.pk}"

    @property
    def mark_words(self) -> str:
        return Mark(self.mark).text(self.credit)

    @property
    def stopped(self) -> Stop | None:
        """By whom and since when, where a yes behind it ended. A message never stops.

        Raises RuntimeError where it was not fetched with `experiences.received_by`, which asks.
        """
        if self.after_end == AfterEnd.PLAYS_ON:
            return None
        if "stop" not in self.__dict__:
            raise RuntimeError("Nobody asked whether this experience still plays: fetch it with `received_by`.")
        return read_stop(self.__dict__["stop"])

    @property
    def is_hidden(self) -> bool:
        """Whether it was withdrawn or is stopped. Then its fan sees neither the words nor what they were made of."""
        return bool(self.withdrawn_at or self.stopped)

    @property
    def is_sound(self) -> bool:
        """Whether its text is the paper of a remix. A remix of words, as tests deliver them, is read."""
        return self.maker in SOUND_MAKERS

    @property
    def is_erased(self) -> bool:
        return self.text is None

    @property
    def reason_sentence(self) -> str:
        """Why the fan got it, as a sentence; "" where that was erased. Reads the artist."""
        return moment_text.reason_sentence(self.why, self.artist.name)
