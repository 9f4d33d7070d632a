"""Parties: everybody whose permission can be needed."""

from django.db import models
from django.db.models import Q
from django.db.models.functions import Now

from accounts.models import Team
from catalog.models import Artist
from catalog.validators import validate_name
from rights.validators import validate_dpid, validate_ipi, validate_isni


class Party(models.Model):
    """Somebody whose permission can be needed: an artist, or a rightsholder whom staff created.

    A rightsholder acts through its team, or through the team of the party that represents it. Migration 0002 computes
    the check digits of its identifiers, and has a trigger: only staff verify a party.
    """

    class Kind(models.TextChoices):
        ARTIST = "artist", "Artist"
        LABEL = "label", "Label"
        DISTRIBUTOR = "distributor", "Distributor"
        PUBLISHER = "publisher", "Publisher"
        WRITER = "writer", "Writer"
        SOCIETY = "society", "Collecting society"
        SESSION_POOL = "session_pool", "Session pool"

    kind = models.CharField(max_length=12, choices=Kind.choices)
    name = models.CharField(max_length=120, validators=[validate_name])
    artist = models.OneToOneField(Artist, models.PROTECT, null=True, blank=True, related_name="party")
    team = models.OneToOneField(
        Team, models.PROTECT, null=True, blank=True, related_name="party", help_text="of a rightsholder"
    )
    team_by = models.CharField(max_length=80, null=True, help_text="who of staff gave it the team")
    isni = models.CharField(max_length=16, null=True, blank=True, unique=True, validators=[validate_isni])
    ipi = models.CharField(max_length=11, null=True, blank=True, unique=True, validators=[validate_ipi])
    dpid = models.CharField(max_length=18, null=True, blank=True, unique=True, validators=[validate_dpid])
    verified_at = models.DateTimeField(null=True)
    verified_by = models.CharField(max_length=80, null=True)
    represented_by = models.ForeignKey("self", models.PROTECT, null=True, blank=True, related_name="represents")
    mandate = models.CharField(
        max_length=200, blank=True, default="", db_default="", help_text="where the mandate of the representative is"
    )
    mandated_by = models.CharField(max_length=80, null=True, help_text="who of staff stored or ended the mandate last")

    class Meta:
        verbose_name_plural = "parties"
        constraints = [
            models.CheckConstraint(
                condition=Q(
                    kind__in=["artist", "label", "distributor", "publisher", "writer", "society", "session_pool"]
                ),
                name="a_party_is_of_a_known_kind",
            ),
            models.CheckConstraint(
                condition=Q(kind="artist", artist__isnull=False, team=None) | ~Q(kind="artist") & Q(artist=None),
                name="an_artist_party_is_one",
            ),
            models.CheckConstraint(
                condition=Q(verified_at=None, verified_by=None)
                | Q(verified_at__isnull=False, verified_by__isnull=False),
                name="somebody_verified_a_party",
            ),
            models.CheckConstraint(
                condition=Q(represented_by=None, mandate="")
                | Q(represented_by__isnull=False, mandated_by__isnull=False) & ~Q(mandate="") & Q(artist=None),
                name="a_representative_has_a_mandate",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.name} ({self.get_kind_display().lower()})"

    @property
    def acting_team_ids(self) -> list[int]:
        """The ids of the teams that act for a rightsholder: its own, and that of a verified one that represents it."""
        deputy = self.represented_by
        acting = [self, deputy] if deputy and deputy.verified_at else [self]
        return [party.team_id for party in acting if party.team_id]


class IsrcPrefix(models.Model):
    """The first five characters of the ISRCs that a party gives out, as staff registered it.

    A claim of somebody else on a recording with such an ISRC is disputed. Migration 0002 has the triggers.
    """

    prefix = models.CharField(max_length=5, help_text="country and registrant, for example PTABC")
    party = models.ForeignKey(Party, models.PROTECT, related_name="isrc_prefixes")
    registered_at = models.DateTimeField(db_default=Now())
    registered_by = models.CharField(max_length=80)
    ended_at = models.DateTimeField(null=True, help_text="it was registered by mistake, or is somebody else's now")
    ended_by = models.CharField(max_length=80, null=True)

    class Meta:
        verbose_name_plural = "ISRC prefixes"
        constraints = [
            models.UniqueConstraint(fields=["prefix"], condition=Q(ended_at=None), name="a_prefix_is_of_one_party"),
            models.CheckConstraint(condition=Q(prefix__regex=r"^[A-Z]{2}[A-Z0-9]{3}$"), name="a_prefix_begins_an_isrc"),
            models.CheckConstraint(
                condition=Q(ended_at=None, ended_by=None) | Q(ended_at__isnull=False, ended_by__isnull=False),
                name="somebody_ended_a_prefix",
            ),
        ]

    def __str__(self) -> str:
        return self.prefix
