"""Decisions, and the hashes of what was decided on. A decision never changes."""

from django.db import models
from django.db.models import CharField, F, Func, Q
from django.db.models.functions import Now


class Decision(models.Model):
    """Who approved exactly this content, or the shape that it falls under. Append-only."""

    class Kind(models.TextChoices):
        ITEM = "item"
        SHAPE = "shape"
        # Nothing writes these two yet: remixes are approved within an envelope or by the lot.
        ENVELOPE = "envelope"
        LOT = "lot"

    kind = models.CharField(max_length=8, choices=Kind.choices)
    content_hash = models.CharField(max_length=64)
    why_hash = models.CharField(
        max_length=64, null=True, help_text="of an item: over the facts why its fan gets it (docs/adr/0006)"
    )
    by = models.CharField(max_length=80, null=True, help_text="person:<uuid>")
    role = models.CharField(max_length=9, blank=True, help_text="the decider’s role in the team at that moment")
    under = models.ForeignKey("self", models.PROTECT, null=True, related_name="+")
    at = models.DateTimeField(db_default=Now())

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["id", "content_hash"], name="decision_and_its_content"),
            models.UniqueConstraint(fields=["id", "content_hash", "why_hash"], name="decision_and_its_content_and_why"),
            models.CheckConstraint(
                condition=Q(kind="item", why_hash__isnull=False) | ~Q(kind="item") & Q(why_hash=None),
                name="an_item_is_decided_with_its_why",
            ),
            models.CheckConstraint(condition=Q(by__isnull=False) | Q(under__isnull=False), name="somebody_decided"),
            models.CheckConstraint(
                condition=Q(kind="item") | Q(by__isnull=False), name="a_person_signs_what_covers_more_than_one"
            ),
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


CONTENT_HASH = ContentHash(F("salt"), F("person"), F("artist"), F("mark"), F("credit"), F("text"))
WHY_HASH = WhyHash(F("salt"), F("person"), F("artist"), F("why"))
