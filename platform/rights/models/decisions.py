"""Decisions, and the hashes of what was decided on. A decision never changes."""

from django.db import models
from django.db.models import Case, CharField, F, Func, GeneratedField, Q, When
from django.db.models.functions import Now

from accounts.models import Role
from catalog.models import Artist


class Decision(models.Model):
    """Who approved exactly this content, or the shape that it falls under. Append-only.

    Triggers in migration 0002 set `at` by the clock, and compare `by` and `role` with the history of the artist's team.
    """

    class Kind(models.TextChoices):
        ITEM = "item"
        SHAPE = "shape"
        TERMS = "terms"
        ENVELOPE = "envelope"
        SHELF = "shelf"
        # Nothing writes it yet: remixes can be approved by the lot.
        LOT = "lot"

    artist = models.ForeignKey(Artist, models.PROTECT, related_name="+")
    kind = models.CharField(max_length=8, choices=Kind.choices)
    content_hash = models.CharField(max_length=64)
    why_hash = models.CharField(
        max_length=64, null=True, help_text="of an item: over the facts why its fan gets it (docs/adr/0006)"
    )
    shape_hash = GeneratedField(
        expression=Case(When(kind="shape", then=F("content_hash"))),
        output_field=CharField(max_length=64),
        db_persist=True,
        help_text="the content hash of a shape; what only a shape may sign points to it",
    )
    envelope_hash = GeneratedField(
        expression=Case(When(kind="envelope", then=F("content_hash"))),
        output_field=CharField(max_length=64),
        db_persist=True,
        help_text="the content hash of an envelope; what only an envelope may sign points to it",
    )
    shelf_hash = GeneratedField(
        expression=Case(When(kind="shelf", then=F("content_hash"))),
        output_field=CharField(max_length=64),
        db_persist=True,
        help_text="the content hash of an entry on the artist’s shelf; what stands there points to it",
    )
    by = models.CharField(max_length=80, null=True, help_text="person:<uuid>")
    role = models.CharField(max_length=9, blank=True, help_text="the decider’s role in the team at that moment")
    under = models.ForeignKey(
        "self", models.PROTECT, null=True, related_name="+", help_text="a signed wider decision of the same artist"
    )
    heard_seconds = models.PositiveIntegerField(
        null=True, help_text="of an item that is a sound: how much of exactly this file the decider had heard"
    )
    at = models.DateTimeField(db_default=Now())

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(kind="item") | Q(heard_seconds=None), name="only_an_item_is_heard"),
            # What was decided on points to these: shapes and envelopes by theirs, items, which alone have a why, last.
            models.UniqueConstraint(fields=["id", "artist", "shape_hash"], name="decision_and_its_shape"),
            models.UniqueConstraint(fields=["id", "artist", "envelope_hash"], name="decision_and_its_envelope"),
            models.UniqueConstraint(fields=["id", "artist", "shelf_hash"], name="decision_and_its_shelf_entry"),
            models.UniqueConstraint(
                fields=["id", "artist", "content_hash", "why_hash"], name="decision_and_its_content_and_why"
            ),
            models.CheckConstraint(
                condition=Q(kind__in=["item", "shape", "terms", "envelope", "shelf", "lot"]),
                name="a_decision_is_of_a_known_kind",
            ),
            models.CheckConstraint(
                condition=Q(kind="item", why_hash__isnull=False) | ~Q(kind="item") & Q(why_hash=None),
                name="an_item_is_decided_with_its_why",
            ),
            models.CheckConstraint(
                condition=Q(kind="item", under__isnull=False)
                | Q(kind="envelope", under__isnull=False, by__isnull=False, role__in=[Role.PRINCIPAL, Role.OWNER])
                | Q(kind="shelf", under__isnull=False, by__isnull=False)
                | Q(by__isnull=False, role=Role.PRINCIPAL) & ~Q(kind="shelf"),
                name="the_principal_signs_what_nothing_signed_covers",
            ),
            models.CheckConstraint(
                condition=Q(by=None, role="") | Q(by__isnull=False, by__startswith="person:", role__in=Role.values),
                name="a_person_decides_in_a_role",
            ),
        ]
        indexes = [
            models.Index(fields=["artist", "at"], condition=Q(by=None), name="decisions_of_nobody"),
        ]

    def __str__(self) -> str:
        return f"decision:{self.pk}"


class ContentHash(Func):
    """The hash that a decision holds, computed by PostgreSQL from salt, fan, artist, mark, credit and content."""

    function = "rights_content_hash"
    output_field = CharField(max_length=64)


class WhyHash(Func):
    """The second hash that a decision on an item holds, over salt, fan, artist and the facts why the fan gets it."""

    function = "rights_why_hash"
    output_field = CharField(max_length=64)


class ShapeHash(Func):
    """The hash that a principal signs, computed by PostgreSQL from a program's version, its moment and its wording."""

    function = "rights_shape_hash"
    output_field = CharField(max_length=64)


class EnvelopeHash(Func):
    """The hash that is signed, computed by PostgreSQL from a recording, the envelope's version and its content."""

    function = "rights_envelope_hash"
    output_field = CharField(max_length=64)


class ShelfHash(Func):
    """The hash that a decision on an entry of the shelf holds, computed by PostgreSQL from the whole entry."""

    function = "rights_shelf_hash"
    output_field = CharField(max_length=64)


CONTENT_HASH = ContentHash(F("salt"), F("person"), F("artist"), F("mark"), F("credit"), F("text"))
WHY_HASH = WhyHash(F("salt"), F("person"), F("artist"), F("why"))
