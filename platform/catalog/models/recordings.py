"""Artists, their recordings, and the works in them. Listens are matched against the recordings."""

from datetime import datetime
from typing import Self
from urllib.parse import urlsplit

from django.core.validators import RegexValidator
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now

from accounts.models import Team
from catalog import links, text_keys
from catalog.validators import validate_iswc, validate_name


class SpotColor(models.TextChoices):
    """The colours that an artist can choose from. static/tokens.css holds their values."""

    CORAL = "coral"
    AMBER = "amber"
    MOSS = "moss"
    LEAF = "leaf"
    SEA = "sea"
    SKY = "sky"
    COBALT = "cobalt"
    HEATHER = "heather"
    ROSE = "rose"
    CLAY = "clay"
    SLATE = "slate"


class Picture(models.Model):
    """A picture in two sizes, encoded by us. Its key is the SHA-256 of both files, and names them in the storage."""

    key = models.CharField(max_length=64, primary_key=True)
    side = models.PositiveSmallIntegerField(help_text="pixels of the large file, which is a square")
    stored_at = models.DateTimeField(db_default=Now(), help_text="when somebody last uploaded it")

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(key__regex=r"^[0-9a-f]{64}$"), name="a_picture_is_named_by_a_hash")
        ]

    def __str__(self) -> str:
        return self.key


class Artist(models.Model):
    """An artist, created by staff only. `team` acts for the artist."""

    team = models.OneToOneField(Team, models.PROTECT, related_name="artist")
    name = models.CharField(max_length=120, validators=[validate_name])
    slug = models.SlugField(max_length=60, unique=True)
    mbid = models.UUIDField(null=True, blank=True, unique=True)
    spot = models.CharField(
        max_length=7, choices=SpotColor.choices, blank=True, db_default="", default="", help_text="empty: one by the id"
    )
    about = models.CharField(max_length=300, blank=True, db_default="", default="", help_text="one line for fans")
    picture = models.ForeignKey(Picture, models.PROTECT, null=True, blank=True, related_name="+")
    created_at = models.DateTimeField(db_default=Now())
    left_at = models.DateTimeField(
        null=True, editable=False, help_text="set by the database: nothing new is sold or asked for since"
    )

    def __str__(self) -> str:
        return self.name


class ArtistLink(models.Model):
    """A link on the artist's page, for example to a shop. It leads there directly; nobody counts who follows it."""

    artist = models.ForeignKey(Artist, models.CASCADE, related_name="links")
    position = models.PositiveSmallIntegerField()
    label = models.CharField(max_length=links.MAX_LABEL)
    url = models.CharField(max_length=links.MAX_URL, help_text="as catalog.links.parse_link returns it")

    class Meta:
        ordering = ["position"]
        constraints = [
            models.UniqueConstraint(fields=["artist", "position"], name="links_have_an_order"),
            models.CheckConstraint(condition=Q(position__lt=links.MAX_LINKS), name="an_artist_has_few_links"),
            models.CheckConstraint(condition=Q(url__regex=links.URL_PATTERN), name="a_link_is_https"),
        ]

    def __str__(self) -> str:
        return self.label

    @property
    def host(self) -> str:
        """Where it leads, shown beside the label: nobody follows a link to somewhere else by mistake."""
        return urlsplit(self.url).hostname or ""


class Recording(models.Model):
    """One recording. Its keys are `catalog.text_keys.recording_keys(title, artist_credit)`.

    An artist may have several recordings of one title and credit. Plays that fit all of them count for the main one,
    and without a main one for the oldest.
    """

    artist = models.ForeignKey(Artist, models.PROTECT, related_name="recordings")
    title = models.CharField(max_length=1024)
    artist_credit = models.CharField(max_length=2048)
    isrc = models.CharField(
        max_length=12,
        null=True,
        blank=True,
        unique=True,
        validators=[RegexValidator(r"^[A-Z]{2}[A-Z0-9]{3}[0-9]{7}\Z")],
    )
    mbid = models.UUIDField(null=True, blank=True, unique=True)
    duration_ms = models.PositiveIntegerField(null=True, blank=True)
    cover = models.ForeignKey(Picture, models.PROTECT, null=True, blank=True, related_name="+")
    created_at = models.DateTimeField(db_default=Now())
    is_main = models.BooleanField(default=False, db_default=False, help_text="of those with the same title and names")
    text_key = models.BinaryField(max_length=32, editable=False)
    names_key = models.BinaryField(max_length=32, editable=False)
    leads_key = models.BinaryField(max_length=32, editable=False)
    key_version = models.PositiveSmallIntegerField(default=text_keys.VERSION, editable=False)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["artist", "names_key"], condition=Q(is_main=True), name="one_main_recording_a_song"
            ),
            models.CheckConstraint(
                condition=Q(isrc=None) | Q(isrc__regex=r"^[A-Z]{2}[A-Z0-9]{3}[0-9]{7}$"),
                name="an_isrc_has_twelve_characters",
            ),
        ]
        indexes = [
            models.Index(fields=["text_key"], name="recording_by_text"),
            models.Index(fields=["names_key"], name="recording_by_names"),
            models.Index(fields=["leads_key"], name="recording_by_leads"),
        ]

    def __str__(self) -> str:
        return self.title

    @property
    def works(self) -> "models.QuerySet[Work]":
        """What it is a recording of now."""
        return Work.objects.filter(pk__in=RecordingWork.objects.live().filter(recording=self).values("work"))


class Work(models.Model):
    """A composition: what somebody wrote, and what recordings are recordings of."""

    title = models.CharField(max_length=1024)
    iswc = models.CharField(max_length=11, null=True, blank=True, unique=True, validators=[validate_iswc])
    created_at = models.DateTimeField(db_default=Now())

    def __str__(self) -> str:
        return self.title


class RecordingWorkQuerySet(models.QuerySet["RecordingWork"]):
    def live(self, at: datetime | None = None) -> Self:
        """Those that hold at this time, or now by the database's clock."""
        time = at or Now()
        return self.filter(Q(live_until=None) | Q(live_until__gt=time), live_from__lte=time)


class RecordingWork(models.Model):
    """A recording is of this work. A medley is of several, and `weight` says how much of it each one is.

    It is never edited, and only ends. Migration 0002 has the exclusion constraint and the clock; the rights' migration
    says who may add it and who may end it.
    """

    # Without foreign keys, which would be checked for each row of an import: a trigger asks for those of a statement.
    recording = models.ForeignKey(Recording, models.PROTECT, db_index=False, db_constraint=False, related_name="+")
    work = models.ForeignKey(Work, models.PROTECT, db_constraint=False, related_name="+")
    weight = models.PositiveSmallIntegerField(default=1, db_default=1)
    added_by = models.CharField(max_length=80)
    live_from = models.DateTimeField(db_default=Now(), help_text="not before it was said")
    live_until = models.DateTimeField(null=True)
    ended_by = models.CharField(max_length=80, null=True)

    objects = RecordingWorkQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(weight__gte=1), name="a_work_has_a_weight"),
            models.CheckConstraint(
                condition=Q(live_until=None, ended_by=None) | Q(live_until__isnull=False, ended_by__isnull=False),
                name="somebody_ended_a_recordings_work",
            ),
            models.CheckConstraint(
                condition=Q(live_until=None) | Q(live_until__gte=F("live_from")),
                name="a_recordings_work_ends_after_its_start",
            ),
        ]
        indexes = [models.Index(fields=["recording", "work"], name="works_of_a_recording")]

    def __str__(self) -> str:
        return f"recording:{self.recording_id} of work:{self.work_id}"


class Sound(models.Model):
    """The audio of a recording that people can play here. Only the demo makes one; there is no upload yet."""

    recording = models.OneToOneField(Recording, models.PROTECT, related_name="sound")
    path = models.CharField(max_length=200, help_text="below MEDIA_ROOT; never shown to anybody")
    seconds = models.DecimalField(max_digits=8, decimal_places=3)
    sha256 = models.CharField(max_length=64)
    content_type = models.CharField(max_length=40)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(seconds__gt=0), name="a_sound_lasts"),
            models.CheckConstraint(condition=Q(content_type__startswith="audio/"), name="a_sound_is_audio"),
        ]

    def __str__(self) -> str:
        return f"sound:{self.pk}"

    @property
    def milliseconds(self) -> int:
        return int(self.seconds * 1000)
