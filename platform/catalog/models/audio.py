"""Audio that teams bring: uploads, the files that we made of them, and what a remix of a recording is rendered from."""

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now

from catalog.models.recordings import Recording

RATE = 44_100
"""Frames a second of every stored file."""
MAX_BYTES = 1024**3
MAX_SECONDS = 20 * 60
MAX_FRAMES = MAX_SECONDS * RATE


class StemRole(models.TextChoices):
    """What one can hear in a file. A `master` is the whole song, and stands alone."""

    DRUMS = "drums", "Drums"
    BASS = "bass", "Bass"
    CHORDS = "chords", "Chords"
    VOCALS = "vocals", "Voice"
    OTHER = "other", "Other"
    MASTER = "master", "Whole song"


class AudioFile(models.Model):
    """A FLAC file that we encoded. Its key is its SHA-256, which names it in the storage; the same file is one row."""

    sha256 = models.CharField(max_length=64, primary_key=True)
    frames = models.PositiveIntegerField(help_text=f"at {RATE} a second")
    channels = models.PositiveSmallIntegerField()
    size = models.PositiveBigIntegerField(help_text="in bytes")
    peaks = models.BinaryField(help_text="a byte for each twentieth of a second: how loud its loudest sample is")
    stored_at = models.DateTimeField(db_default=Now(), help_text="when somebody last brought it")

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(sha256__regex=r"^[0-9a-f]{64}$"), name="an_audio_file_is_named_by_a_hash"
            ),
            models.CheckConstraint(
                condition=Q(frames__gt=0, frames__lte=MAX_FRAMES), name="an_audio_file_has_a_length"
            ),
            models.CheckConstraint(condition=Q(channels__in=[1, 2]), name="an_audio_file_has_one_channel_or_two"),
            models.CheckConstraint(condition=Q(size__gt=0), name="an_audio_file_is_not_empty"),
        ]

    def __str__(self) -> str:
        return self.sha256


class AudioUpload(models.Model):
    """A file that a team sends for a recording, in parts, until it is checked or removed."""

    class State(models.TextChoices):
        SENDING = "sending", "on the way"
        WAITING = "waiting", "to be checked"
        CHECKED = "checked", "here"
        REFUSED = "refused", "to fix"

    recording = models.ForeignKey(Recording, models.PROTECT, related_name="uploads")
    file_name = models.CharField(max_length=200)
    size = models.PositiveBigIntegerField(help_text="in bytes")
    received = models.PositiveBigIntegerField(db_default=0, default=0, help_text="bytes that are stored")
    role = models.CharField(max_length=6, choices=StemRole, blank=True, db_default="", default="")
    state = models.CharField(max_length=7, choices=State, db_default=State.SENDING, default=State.SENDING)
    audio = models.ForeignKey(AudioFile, models.PROTECT, null=True, related_name="uploads")
    problem = models.CharField(max_length=40, blank=True, db_default="", default="", help_text="why it was refused")
    facts = models.JSONField(db_default={}, default=dict, help_text="format, rate, bits and clipping of what was sent")
    attempts = models.PositiveSmallIntegerField(db_default=0, default=0)
    uploaded_by = models.CharField(max_length=80)
    created_at = models.DateTimeField(db_default=Now())
    touched_at = models.DateTimeField(db_default=Now(), help_text="when the last part came")

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(size__gt=0, size__lte=MAX_BYTES), name="an_upload_has_a_size"),
            models.CheckConstraint(
                condition=Q(state="sending", received__lt=F("size")) | (~Q(state="sending") & Q(received=F("size"))),
                name="an_upload_is_whole_before_it_is_checked",
            ),
            models.CheckConstraint(
                condition=Q(state="checked", audio__isnull=False) | (~Q(state="checked") & Q(audio=None)),
                name="a_checked_upload_has_its_audio",
            ),
            models.CheckConstraint(
                condition=(Q(state="refused") & ~Q(problem="")) | (~Q(state="refused") & Q(problem="")),
                name="a_refused_upload_says_why",
            ),
            models.CheckConstraint(condition=Q(role="") | Q(role__in=StemRole.values), name="an_uploads_role"),
        ]
        indexes = [models.Index(fields=["id"], condition=Q(state="waiting"), name="uploads_to_check")]

    def __str__(self) -> str:
        return f"upload:{self.pk}"


class SourceOutline(models.Model):
    """Tempo, beats, key and sections of a recording as the team typed them and as a machine heard them, so far."""

    recording = models.OneToOneField(Recording, models.PROTECT, primary_key=True, related_name="outline")
    typed = models.JSONField(db_default={}, default=dict)
    heard = models.JSONField(db_default={}, default=dict)
    heard_of = models.CharField(max_length=64, blank=True, db_default="", default="", help_text="hash of the files")
    is_wanted = models.BooleanField(db_default=False, default=False, help_text="somebody waits for the machine")
    attempts = models.PositiveSmallIntegerField(db_default=0, default=0)
    saved_at = models.DateTimeField(db_default=Now())

    class Meta:
        indexes = [models.Index(fields=["recording"], condition=Q(is_wanted=True), name="outlines_to_hear")]

    def __str__(self) -> str:
        return f"outline:{self.pk}"


class RecordingSource(models.Model):
    """What remixes of a recording are rendered from, as its team confirmed it. Append-only; the newest version counts.

    `content` is the canonical JSON of `ai.remix.source.Source`. Migration 0002 compares it with the stems.
    """

    recording = models.ForeignKey(Recording, models.PROTECT, related_name="sources")
    version = models.PositiveIntegerField(validators=[MinValueValidator(1), MaxValueValidator(10_000)])
    content = models.TextField()
    digest = models.CharField(max_length=64, editable=False, help_text="SHA-256 of the content; a trigger writes it")
    confirmed_by = models.CharField(max_length=80)
    confirmed_at = models.DateTimeField(db_default=Now())

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["recording", "version"], name="one_source_a_version"),
            models.CheckConstraint(condition=Q(version__gte=1), name="versions_of_a_source_begin_at_one"),
        ]

    def __str__(self) -> str:
        return f"source:{self.pk}"


class SourceStem(models.Model):
    """One file of a source, under the id that the source's content gives it."""

    source = models.ForeignKey(RecordingSource, models.PROTECT, related_name="stems")
    stem = models.SlugField(max_length=40)
    role = models.CharField(max_length=6, choices=StemRole)
    audio = models.ForeignKey(AudioFile, models.PROTECT, related_name="stems")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["source", "stem"], name="a_stem_once_a_source"),
            models.CheckConstraint(condition=Q(role__in=StemRole.values), name="a_stems_role"),
        ]

    def __str__(self) -> str:
        return f"{self.source_id}:{self.stem}"
