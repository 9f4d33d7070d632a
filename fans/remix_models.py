"""What fans may remix, and the sound that was rendered."""

from typing import Self

from django.db import models
from django.db.models import CharField, F, GeneratedField, Q
from django.db.models.functions import Cast, Now

from accounts.models import Person
from ai.remix.check import recipe_if_inside
from ai.remix.envelope import Envelope
from ai.remix.source import Source
from catalog.models import Artist, Recording, RecordingSource
from fans.desk_models import Choice
from rights.models import Decision, EnvelopeHash, StoredClearance


class RemixOfferQuerySet(models.QuerySet["RemixOffer"]):
    def open(self) -> Self:
        """Those that fans may use now."""
        return self.filter(ended_at=None, expires_at__gt=Now())

    def shared(self) -> Self:
        """Those whose remixes other fans may hear."""
        return self.annotate(limits=Cast("content", models.JSONField())).filter(limits__export__share=True)


class RemixOffer(models.Model):
    """An envelope in force, as the artist's side published it: what fans may make of a recording.

    A trigger of artists compares it with the envelope. It never changes, and ends once.
    """

    artist = models.ForeignKey(Artist, models.PROTECT, related_name="+")
    recording = models.ForeignKey(Recording, models.PROTECT, related_name="remix_offers")
    envelope = models.BigIntegerField(unique=True, help_text="a plain id: this app cannot import envelopes")
    version = models.PositiveIntegerField()
    source = models.ForeignKey(RecordingSource, models.PROTECT, related_name="+")
    content = models.TextField(help_text="canonical JSON of ai.remix.envelope.Envelope")
    envelope_hash = GeneratedField(
        expression=EnvelopeHash(F("recording"), F("version"), F("content")),
        output_field=CharField(max_length=64),
        db_persist=True,
    )
    decision = models.ForeignKey(Decision, models.PROTECT, related_name="+")
    expires_at = models.DateTimeField()
    since = models.DateTimeField(db_default=Now(), help_text="set by the database")
    ended_at = models.DateTimeField(null=True, help_text="set by the database")

    objects = RemixOfferQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["recording"], condition=Q(ended_at=None), name="one_remix_offer_a_recording"
            )
        ]

    def __str__(self) -> str:
        return f"remix_offer:{self.pk}"

    def allows(self, recipe: str) -> bool:
        """Whether this recipe, as JSON, is inside the limits. Reads the source."""
        envelope, source = Envelope.parse(self.content), Source.parse(self.source.content)
        return recipe_if_inside(envelope, source, recipe) is not None


class Render(models.Model):
    """The sound of one recipe, or 20 seconds of it: wanted, made by `work renders`, then ready or failed.

    Two of the same `cache_key` are the same bytes, which are stored once.
    """

    class Kind(models.TextChoices):
        """In the order in which they are made."""

        PREVIEW = "preview", "a fan's try-out"
        CORNER = "corner", "a corner of an envelope"
        FULL = "full", "a whole remix"
        ORIGINAL = "original", "a recording as it is, to compare remixes with"
        SHELF = "shelf", "a whole remix, for the artist’s shelf"

    class State(models.TextChoices):
        WANTED = "wanted"
        RENDERING = "rendering"
        READY = "ready"
        FAILED = "failed"
        REPLACED = "replaced", "a newer wish came before it was begun"

    kind = models.CharField(max_length=8, choices=Kind.choices)
    person = models.ForeignKey(
        Person, models.PROTECT, null=True, related_name="renders", help_text="the fan; none of a corner"
    )
    artist = models.ForeignKey(Artist, models.PROTECT, related_name="+")
    recording = models.ForeignKey(Recording, models.PROTECT, related_name="+")
    source = models.ForeignKey(RecordingSource, models.PROTECT, related_name="+")
    recipe = models.TextField(help_text="canonical JSON of ai.remix.recipe.Recipe")
    choice = models.CharField(
        max_length=5,
        choices=Choice.choices,
        blank=True,
        default="",
        db_default="",
        help_text="who chose what is new in the recipe; of a corner nobody",
    )
    section = models.PositiveSmallIntegerField(null=True, help_text="where a part begins: the place in the recipe")
    seconds = models.PositiveSmallIntegerField(null=True, help_text="how long the part is; none: the whole remix")
    cache_key = models.CharField(max_length=64, help_text="hash of recipe, stems, engine and part")
    clearance = models.ForeignKey(StoredClearance, models.PROTECT, related_name="+")
    state = models.CharField(max_length=9, choices=State.choices, default=State.WANTED, db_default=State.WANTED)
    attempts = models.PositiveSmallIntegerField(default=0, db_default=0)
    is_awaited = models.BooleanField(default=False, db_default=False, help_text="its fan is told how far it is")
    percent = models.PositiveSmallIntegerField(default=0, db_default=0, help_text="how far it is, while it is made")
    due_at = models.DateTimeField(db_default=Now(), help_text="when a worker may take it, or take it over")
    problem = models.CharField(max_length=40, blank=True, default="", db_default="", help_text="why it failed")
    sha256 = models.CharField(max_length=64, blank=True, default="", db_default="", help_text="of the stored FLAC")
    frames = models.PositiveIntegerField(null=True)
    lufs_x100 = models.IntegerField(null=True)
    true_peak_x100 = models.IntegerField(null=True)
    peaks = models.BinaryField(null=True)
    fingerprint = models.BinaryField(null=True, help_text="of Chromaprint, where that is installed")
    created_at = models.DateTimeField(db_default=Now())
    done_at = models.DateTimeField(null=True)
    expires_at = models.DateTimeField(null=True, help_text="when the row may be deleted")

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(kind__in=["preview", "corner", "original", "full", "shelf"]), name="a_render_has_a_kind"
            ),
            models.CheckConstraint(
                condition=Q(kind__in=["corner", "original"], person=None)
                | ~Q(kind__in=["corner", "original"]) & Q(person__isnull=False),
                name="a_render_is_a_fans_or_a_corner",
            ),
            models.CheckConstraint(
                condition=Q(kind__in=["corner", "original"], choice="")
                | ~Q(kind__in=["corner", "original"]) & Q(choice__in=["hand", "rules", "team"]),
                name="a_fans_render_says_who_chose",
            ),
            models.CheckConstraint(
                condition=Q(section=None, seconds=None) | Q(section__isnull=False, seconds__gt=0, seconds__lte=60),
                name="a_part_has_a_place_and_a_length",
            ),
            models.CheckConstraint(
                condition=Q(kind__in=["full", "original", "shelf"], seconds=None)
                | ~Q(kind__in=["full", "original", "shelf"]) & Q(seconds__isnull=False),
                name="only_a_full_render_is_whole",
            ),
            models.CheckConstraint(
                condition=~Q(kind="preview") | Q(seconds__lte=20), name="a_try_out_has_20_seconds_at_most"
            ),
            models.CheckConstraint(
                condition=Q(state="ready", done_at__isnull=False, frames__gt=0) & ~Q(sha256="")
                | Q(state__in=["wanted", "rendering", "failed", "replaced"], frames=None, sha256=""),
                name="a_ready_render_has_its_sound",
            ),
            models.CheckConstraint(
                condition=Q(state="failed") & ~Q(problem="") | ~Q(state="failed") & Q(problem=""),
                name="a_failed_render_says_why",
            ),
        ]
        indexes = [
            models.Index(fields=["due_at"], condition=Q(state__in=["wanted", "rendering"]), name="renders_to_make"),
            models.Index(fields=["cache_key"], name="renders_by_sound"),
            models.Index(fields=["expires_at"], name="renders_to_delete"),
        ]

    def __str__(self) -> str:
        return f"render:{self.pk}"


class StoredSound(models.Model):
    """The sound of a whole remix whose renders are all gone. It names no fan; its file is kept for the next one."""

    cache_key = models.CharField(max_length=64, primary_key=True)
    sha256 = models.CharField(max_length=64)
    frames = models.PositiveIntegerField()
    lufs_x100 = models.IntegerField(null=True)
    true_peak_x100 = models.IntegerField(null=True)
    peaks = models.BinaryField(null=True)
    fingerprint = models.BinaryField(null=True, help_text="of Chromaprint, where that is installed")
    stored_at = models.DateTimeField(db_default=Now())

    def __str__(self) -> str:
        return f"sound:{self.cache_key}"


class RenderFile(models.Model):
    """A file of a whole remix that its fan can get, or others at the shelf. It is marked for them, and never changes.

    It is stored in the transaction in which the render is ready, and goes with it. The shelf has a stream alone.
    """

    class Name(models.TextChoices):
        MASTER = "master", "FLAC, as it was rendered"
        STREAM = "stream", "MP3, to listen to"

    render = models.ForeignKey(Render, models.CASCADE, related_name="files")
    name = models.CharField(max_length=6, choices=Name.choices)
    sha256 = models.CharField(max_length=64)
    bytes = models.PositiveBigIntegerField()
    media_type = models.CharField(max_length=40)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["render", "name"], name="a_render_has_a_file_once"),
            models.CheckConstraint(condition=Q(name__in=["master", "stream"]), name="a_file_is_a_master_or_a_stream"),
            models.CheckConstraint(
                condition=Q(sha256__regex="^[0-9a-f]{64}$", bytes__gte=1), name="a_file_has_a_hash_and_a_size"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.render_id}:{self.name}"
