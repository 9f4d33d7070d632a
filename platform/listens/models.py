"""The listens of each fan, who may send them, and what a fan has hidden or retracted."""

from typing import Self

from django.db import models
from django.db.models import F, Q
from django.db.models.fields.json import KT
from django.db.models.functions import Now

from accounts.models import Person
from catalog import text_keys
from catalog.models import Recording
from events import topics
from events.models import SourceTopic

OWN_URI_PREFIX = "/api/"  # of the URIs of our own APIs
PLAYER_URI, REMIX_PLAYER_URI = "/api/player", "/api/remix-player"  # nobody else can say that a remix was heard


class Source(models.Model):
    """A producer that may send listen events. `uri` is the `source` of its CloudEvents.

    Our own APIs have authenticated the fan: they speak for every fan, on our own topics. Another source speaks for the
    fans in `fans`, on its own topic.
    """

    uri = models.CharField(max_length=256, unique=True)
    topic = models.OneToOneField(
        SourceTopic, models.PROTECT, null=True, related_name="+", help_text="empty for our own APIs"
    )
    fans = models.ManyToManyField(Person, through="SourceFan", related_name="+")

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(topic=None, uri__startswith=OWN_URI_PREFIX)
                | (Q(topic__isnull=False) & ~Q(uri__startswith=OWN_URI_PREFIX)),
                name="a_topic_unless_it_is_ours",
            )
        ]

    def __str__(self) -> str:
        return self.uri

    @property
    def speaks_for_everyone(self) -> bool:
        return self.topic_id is None

    def is_believed_on(self, topic: str) -> bool:
        """Whether a record on this topic may name this source: the broker lets nobody else write there."""
        return topic in topics.TOPICS if self.topic_id is None else topic == self.topic_id


class SourceFan(models.Model):
    """A fan for whom this source may send listens."""

    source = models.ForeignKey(Source, models.PROTECT)
    person = models.ForeignKey(Person, models.PROTECT)
    allowed_at = models.DateTimeField(db_default=Now())

    class Meta:
        constraints = [models.UniqueConstraint(fields=["source", "person"], name="a_source_once_a_fan")]

    def __str__(self) -> str:
        return f"{self.source_id} for {self.person_id}"


class DuplicateReason(models.TextChoices):
    """Why a listen is a duplicate. The labels complete "the same play as …"."""

    SAME_CLIENT = "same_client", "told again by the same client before the song can have ended"
    OTHER_CLIENT = "other_client", "told by another client too"
    OTHER_END = "other_end", "told by another client too, with another time: the start or the end of the song"


class ListenQuerySet(models.QuerySet["Listen"]):
    def counted(self) -> Self:
        """Those that count: no duplicates, not set aside, and not being deleted."""
        return self.filter(duplicate_of=None, set_aside=False, retracted_at=None)

    def of_remixes(self) -> Self:
        """Those of a remix of their recording. `extra` says which: `{"playback": {"context_uri": "experience:…"}}`."""
        return self.filter(source__uri=REMIX_PLAYER_URI)


class Listen(models.Model):
    """One listen. Every unique key begins with the fan, so that the table can be partitioned by fan.

    (source, event id) recognises a repeated event, (second, text_key) the same play in two events.
    `text_key` is `catalog.text_keys.compute(title, artist_credit, key_version)`.
    """

    class Origin(models.TextChoices):
        """How a listen was told: as it was played, by a program later, in a file that the fan uploaded, by hand, or
        again from an event log. Only LIVE reaches moments, and IMPORT if it is recent (`changes.BACKLOG_PERIOD`).
        """

        LIVE = "live"
        IMPORT = "import"
        UPLOAD = "upload"
        MANUAL = "manual"
        REPLAY = "replay"

    # Parents are checked by statement_key() in migration 0002. Other indexes begin with the fan.
    person = models.ForeignKey(Person, models.PROTECT, related_name="+", db_index=False, db_constraint=False)
    started_at = models.DateTimeField()
    second = models.BigIntegerField(help_text="started_at in whole seconds since 1970")
    text_key = models.BinaryField(max_length=32)
    key_version = models.PositiveSmallIntegerField(default=text_keys.VERSION)
    source = models.ForeignKey(Source, models.PROTECT, related_name="+", db_index=False, db_constraint=False)
    event_id = models.CharField(max_length=128)
    recording = models.ForeignKey(Recording, models.PROTECT, null=True, related_name="+", db_constraint=False)
    title = models.CharField(max_length=1024)
    artist_credit = models.CharField(max_length=2048)
    album = models.CharField(max_length=1024, blank=True)
    isrc = models.CharField(max_length=12, blank=True)
    recording_mbid = models.UUIDField(null=True)
    duration_ms = models.BigIntegerField(null=True)
    played_ms = models.BigIntegerField(null=True)
    time_basis = models.CharField(max_length=9)
    origin = models.CharField(max_length=6, choices=Origin)
    client = models.CharField(max_length=128, blank=True)
    extra = models.JSONField(default=dict)
    accepted_at = models.DateTimeField(help_text="when our API accepted it")
    counted_at = models.DateTimeField(db_default=Now())
    set_aside = models.BooleanField(default=False, db_default=False)
    retracted_at = models.DateTimeField(null=True, help_text="the fan retracted it; the consumer will delete the row")
    # Without a foreign key, which would be checked for every new listen: the triggers of migration 0002 hold more.
    duplicate_of = models.ForeignKey(
        "self",
        models.DO_NOTHING,
        null=True,
        related_name="duplicates",
        db_index=False,
        db_constraint=False,
        help_text="the listen that counts for the same play; itself no duplicate",
    )
    duplicate_reason = models.CharField(
        max_length=12, choices=DuplicateReason.choices, blank=True, default="", db_default=""
    )
    is_separate = models.BooleanField(
        default=False, db_default=False, help_text="the fan said that it is a play of its own"
    )

    objects = ListenQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["person", "second", "text_key"], name="one_listen_a_second_and_text"),
            models.UniqueConstraint(fields=["person", "source", "event_id"], name="one_listen_an_event"),
            models.CheckConstraint(
                condition=Q(duplicate_of=None, duplicate_reason="")
                | Q(duplicate_of__isnull=False, duplicate_reason__in=DuplicateReason.values, is_separate=False),
                name="a_duplicate_says_why",
            ),
        ]
        indexes = [
            models.Index(fields=["person", "-started_at"], name="listens_of_a_fan"),
            models.Index(
                fields=["duplicate_of"], condition=Q(duplicate_of__isnull=False), name="duplicates_of_a_listen"
            ),
            models.Index(
                KT("extra__playback__context_uri"),
                condition=Q(extra__playback__context_uri__startswith="shelf:"),
                name="listens_of_shelves",
            ),
            # Empty but for a while after a new version: what `manage.py update_keys` still has to do.
            models.Index(fields=["id"], condition=~Q(key_version=text_keys.VERSION), name="listens_with_an_older_key"),
        ]

    def __str__(self) -> str:
        return f"listen:{self.pk}"


class Tombstone(models.Model):
    """A fan retracted this listen. No listen is stored again that tells of the same play.

    It holds no words, so its key is never computed anew: `key_version` says with which key a listen is compared. The
    other fields are those of the listen, for the rule of `plays`. They are empty where the listen was never stored.
    Tombstones of one play have the same `retracted_at`.
    """

    person = models.ForeignKey(Person, models.PROTECT, related_name="+", db_index=False)
    second = models.BigIntegerField()
    text_key = models.BinaryField(max_length=32)
    key_version = models.PositiveSmallIntegerField(default=text_keys.VERSION)
    recording = models.ForeignKey(Recording, models.PROTECT, null=True, related_name="+", db_index=False)
    source = models.ForeignKey(Source, models.PROTECT, null=True, related_name="+", db_index=False)
    client = models.CharField(max_length=128, blank=True)
    time_basis = models.CharField(max_length=9, blank=True)
    duration_ms = models.BigIntegerField(null=True)
    played_ms = models.BigIntegerField(null=True)
    retracted_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["person", "second", "text_key", "key_version"], name="one_tombstone_a_listen"
            )
        ]

    def __str__(self) -> str:
        return f"tombstone:{self.pk}"


class Incognito(models.Model):
    """A period in which our APIs drop the fan's listens. It is open while `until` is None."""

    person = models.ForeignKey(Person, models.PROTECT, related_name="+", db_index=False)
    since = models.DateTimeField()
    until = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["person"], condition=Q(until=None), name="one_open_incognito_a_fan"),
            models.CheckConstraint(
                condition=Q(until=None) | Q(until__gte=F("since")), name="incognito_ends_after_it_began"
            ),
        ]
        indexes = [models.Index(fields=["person", "until"], name="incognito_of_a_fan")]

    def __str__(self) -> str:
        return f"incognito:{self.pk}"
