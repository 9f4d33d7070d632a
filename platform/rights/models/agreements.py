"""Agreements in versions: their parties, what each version permits, who accepted it, and how income is split."""

from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now

from catalog.models import Artist, Recording, Work
from rights.models.parties import Party
from rights.models.uses import NEVER_GRANTED, AfterEnd, Use
from rights.shares import WHOLE, Role, format_share


class FeeBearer(models.TextChoices):
    """Who pays the card fee of a payment."""

    PLATFORM = "platform", "Fanfare"
    SHARED = "shared", "All, before the split"


class SplitScheme(models.Model):
    """How income from a use is divided between roles. Its lines add up to 10,000 (migration 0002). It never changes."""

    use = models.CharField(max_length=24, choices=Use.choices)
    tier_class = models.CharField(max_length=40, blank=True, default="", db_default="", help_text="blank: every tier")
    version = models.PositiveIntegerField()
    fee_bearer = models.CharField(
        max_length=8,
        choices=FeeBearer.choices,
        default=FeeBearer.PLATFORM,
        db_default=FeeBearer.PLATFORM,
        help_text="who pays the card fee: Fanfare, or all, because it is deducted before the split",
    )

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["use", "tier_class", "version"], name="one_scheme_a_version"),
            models.CheckConstraint(condition=Q(use__in=Use.values), name="a_scheme_is_for_a_known_use"),
            models.CheckConstraint(condition=Q(fee_bearer__in=FeeBearer.values), name="somebody_pays_the_card_fee"),
        ]

    def __str__(self) -> str:
        return f"scheme:{self.pk}"


class SplitLine(models.Model):
    """What one role gets, in basis points. Who has the role is looked up when something is sold."""

    scheme = models.ForeignKey(SplitScheme, models.PROTECT, db_index=False, related_name="lines")
    role = models.CharField(max_length=15, choices=Role.choices)
    share = models.PositiveSmallIntegerField(help_text="in basis points")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["scheme", "role"], name="one_line_a_role"),
            models.CheckConstraint(condition=Q(share__gte=1, share__lte=WHOLE), name="a_line_is_a_part_of_the_whole"),
            models.CheckConstraint(condition=Q(role__in=Role.values), name="a_line_is_for_a_known_role"),
        ]

    def __str__(self) -> str:
        return f"{self.role} {self.share}"

    @property
    def percent(self) -> str:
        return format_share(self.share)


class Agreement(models.Model):
    """A contract between parties. Its versions hold the terms."""

    number = models.CharField(max_length=40, unique=True)
    title = models.CharField(max_length=200)

    def __str__(self) -> str:
        return self.number


class AgreementVersion(models.Model):
    """The terms of an agreement. It is in force once every party accepted, and then ends the version before.

    `live_from` is set then. Of a stored version only that and its end are written, once each.
    """

    agreement = models.ForeignKey(Agreement, models.PROTECT, related_name="versions")
    version = models.PositiveIntegerField()
    wording = models.TextField()
    wording_hash = models.CharField(max_length=64, blank=True, help_text="SHA-256 of the wording, by the database")
    scheme = models.ForeignKey(SplitScheme, models.PROTECT, null=True, related_name="+")
    remix_bounds = models.TextField(
        blank=True, default="", db_default="", help_text="JSON of how far remixes may go; empty: as far as artists sign"
    )
    proposed_by = models.CharField(max_length=80)
    proposed_at = models.DateTimeField(db_default=Now(), help_text="set by the database")
    starts_at = models.DateTimeField(db_default=Now())
    ends_at = models.DateTimeField(null=True)
    live_from = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)
    ended_by = models.CharField(max_length=80, null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["agreement", "version"], name="one_agreement_version"),
            models.UniqueConstraint(fields=["id", "wording_hash"], name="a_version_and_its_wording"),
            models.CheckConstraint(
                condition=Q(ends_at=None) | Q(ends_at__gt=F("starts_at")), name="an_agreement_ends_after_its_start"
            ),
            models.CheckConstraint(
                condition=Q(ended_at=None, ended_by=None) | Q(ended_at__isnull=False, ended_by__isnull=False),
                name="somebody_ended_a_version",
            ),
        ]

    def __str__(self) -> str:
        return f"agreement:{self.agreement_id} v{self.version}"


class AgreementParty(models.Model):
    """A party of one version, whose acceptance it needs. One that holds a key approves each draft as well."""

    version = models.ForeignKey(AgreementVersion, models.PROTECT, db_index=False, related_name="parties")
    party = models.ForeignKey(Party, models.PROTECT, related_name="+")
    holds_key = models.BooleanField(default=False, db_default=False, help_text="it approves each draft too")
    key_above = models.PositiveIntegerField(
        default=0, db_default=0, help_text="its key is asked for only after so many items in a month"
    )

    class Meta:
        verbose_name_plural = "agreement parties"
        constraints = [
            models.UniqueConstraint(fields=["version", "party"], name="a_party_once_a_version"),
            models.CheckConstraint(
                condition=Q(holds_key=True) | Q(key_above=0), name="only_a_key_is_asked_for_above_a_number"
            ),
        ]

    def __str__(self) -> str:
        return f"version:{self.version_id} with party:{self.party_id}"


class AgreementScope(models.Model):
    """What a version permits, for each of its parties: one use, of one song or of all, in one country or everywhere."""

    version = models.ForeignKey(AgreementVersion, models.PROTECT, related_name="scopes")
    use = models.CharField(max_length=24, choices=Use.choices)
    tier_class = models.CharField(max_length=40, blank=True, default="", db_default="")
    artist = models.ForeignKey(Artist, models.PROTECT, null=True, related_name="+")
    recording = models.ForeignKey(Recording, models.PROTECT, null=True, related_name="+")
    work = models.ForeignKey(Work, models.PROTECT, null=True, related_name="+")
    country = models.CharField(max_length=2, blank=True, default="", db_default="")
    covers_later = models.BooleanField(default=False, db_default=False)
    after_end = models.CharField(
        max_length=8, choices=AfterEnd.choices, default=AfterEnd.PLAYS_ON, db_default=AfterEnd.PLAYS_ON
    )
    monthly_limit = models.PositiveIntegerField(
        null=True, help_text="at most so many items in a calendar month, in UTC; none: no limit"
    )

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["version", "use", "tier_class", "artist", "recording", "work", "country"],
                nulls_distinct=False,
                name="a_scope_once_a_version",
            ),
            models.CheckConstraint(
                condition=~Q(use__in=[*NEVER_GRANTED, Use.PERSONAL_MESSAGE]), name="no_agreement_over_words_and_voice"
            ),
            models.CheckConstraint(condition=Q(use__in=Use.values), name="a_scope_is_for_a_known_use"),
            models.CheckConstraint(condition=Q(recording=None) | Q(work=None), name="a_scope_names_one_song_or_all"),
            models.CheckConstraint(
                condition=Q(covers_later=False) | Q(recording=None, work=None),
                name="only_a_scope_of_all_songs_covers_later_ones",
            ),
            models.CheckConstraint(condition=Q(after_end__in=AfterEnd.values), name="a_scope_says_what_fans_keep"),
            models.CheckConstraint(
                condition=Q(monthly_limit=None) | Q(monthly_limit__gte=1), name="a_limit_leaves_something"
            ),
            models.CheckConstraint(
                condition=~Q(use=Use.SHARE) | Q(monthly_limit=None), name="shared_remixes_are_not_counted"
            ),
        ]

    def __str__(self) -> str:
        return f"version:{self.version_id} for {self.use}"


class Acceptance(models.Model):
    """A party accepted exactly this wording: who did it, when, and from where. Append-only."""

    version = models.ForeignKey(AgreementVersion, models.PROTECT, db_index=False, related_name="acceptances")
    wording_hash = models.CharField(max_length=64)
    party = models.ForeignKey(Party, models.PROTECT, related_name="+")
    by = models.CharField(max_length=80)
    at = models.DateTimeField(db_default=Now(), help_text="set by the database")
    country = models.CharField(max_length=2, blank=True, default="", db_default="", help_text="where it was accepted")
    address_hash = models.CharField(
        max_length=64, blank=True, default="", db_default="", help_text="a keyed digest of the network address"
    )

    class Meta:
        constraints = [models.UniqueConstraint(fields=["version", "party"], name="a_party_accepts_once")]

    def __str__(self) -> str:
        return f"version:{self.version_id} by party:{self.party_id}"


class RemixLimits(models.Model):
    """The limits of remixes that hold for a recording, as its artist's side signed them.

    The question who must say yes compares them with the bounds of agreements. Only a trigger writes them.
    """

    recording = models.OneToOneField(Recording, models.PROTECT, primary_key=True, related_name="+")
    content = models.TextField(help_text="JSON")

    class Meta:
        verbose_name_plural = "remix limits"

    def __str__(self) -> str:
        return f"limits of recording:{self.pk}"
