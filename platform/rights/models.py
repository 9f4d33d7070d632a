"""Parties, their grants, stored clearances and decisions.

Decisions and clearances never change. A grant is never edited; it only ends.
"""

from django.db import models
from django.db.models import CharField, F, Func, Q
from django.db.models.functions import Now

from catalog.models import Artist


class Use(models.TextChoices):
    """The uses that a rightsholder can grant. Each is off until it is switched on."""

    PERSONAL_MESSAGE = "personal_message", "Personal messages"


class Party(models.Model):
    """Somebody whose permission is needed.

    For voice, likeness and personal words that is always the artist. Labels and publishers follow with agreements.
    """

    class Kind(models.TextChoices):
        ARTIST = "artist", "Artist"

    kind = models.CharField(max_length=12, choices=Kind.choices)
    name = models.CharField(max_length=120)
    artist = models.OneToOneField(Artist, models.PROTECT, null=True, related_name="party")

    class Meta:
        constraints = [
            models.CheckConstraint(condition=~Q(kind="artist") | Q(artist__isnull=False), name="an_artist_party_is_one")
        ]

    def __str__(self) -> str:
        return f"{self.name} ({self.get_kind_display().lower()})"


class Grant(models.Model):
    """One party's permission for one use of one artist. A new version ends the version before.

    Of a stored grant only the end is ever written. No page sets territories or an end yet; agreements will.
    """

    party = models.ForeignKey(Party, models.PROTECT, related_name="grants")
    artist = models.ForeignKey(Artist, models.PROTECT, related_name="grants")
    use = models.CharField(max_length=24, choices=Use.choices)
    version = models.PositiveIntegerField()
    territories = models.CharField(max_length=400, blank=True, help_text="ISO 3166 codes, commas between; blank: all")
    by = models.CharField(max_length=80, help_text="the person who said yes, a plain id")
    live_from = models.DateTimeField(db_default=Now())
    live_until = models.DateTimeField(null=True, help_text="ends by itself then")
    ended_at = models.DateTimeField(null=True)
    ended_by = models.CharField(max_length=80, null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["party", "artist", "use", "version"], name="one_grant_a_version"),
            models.UniqueConstraint(
                fields=["party", "artist", "use"], condition=Q(ended_at=None), name="one_live_grant_a_use"
            ),
            models.CheckConstraint(
                condition=Q(ended_at=None, ended_by=None) | Q(ended_at__isnull=False, ended_by__isnull=False),
                name="somebody_ended_a_grant",
            ),
        ]

    def __str__(self) -> str:
        return f"grant:{self.pk} v{self.version}"


class StoredClearance(models.Model):
    """A stored answer that every needed permission is there, with its grants and its end. Append-only."""

    use = models.CharField(max_length=24, choices=Use.choices)
    artist = models.ForeignKey(Artist, models.PROTECT, related_name="+")
    territory = models.CharField(max_length=2, blank=True)
    at = models.DateTimeField(db_default=Now())
    until = models.DateTimeField(null=True)
    grants = models.ManyToManyField(Grant, through="ClearanceGrant", related_name="+")

    class Meta:
        db_table = "rights_clearance"

    def __str__(self) -> str:
        return f"clearance:{self.pk}"


class ClearanceGrant(models.Model):
    """One of the grants behind a stored clearance."""

    clearance = models.ForeignKey(StoredClearance, models.PROTECT, related_name="+")
    grant = models.ForeignKey(Grant, models.PROTECT, related_name="+")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["clearance", "grant"], name="a_grant_once_a_clearance")]

    def __str__(self) -> str:
        return f"clearance:{self.clearance_id} on grant:{self.grant_id}"


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
