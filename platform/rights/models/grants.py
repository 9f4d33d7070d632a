"""Grants: one yes or no of one party. A grant is never edited; it only ends."""

from django.db import models
from django.db.models import Q
from django.db.models.functions import Now

from catalog.models import Artist, Recording, Work
from rights.models.agreements import AgreementVersion
from rights.models.parties import Party
from rights.models.uses import NEVER_GRANTED, AfterEnd, Use


class Grant(models.Model):
    """One party's yes or no to one use, for all songs or for one, everywhere or in one country.

    A covering `no` refuses, at whatever level. Otherwise the narrowest covering yes counts. Of a stored grant only the
    end is ever written. Migration 0002 keeps grants of one scope from overlapping, and asks who may give and end them.
    """

    party = models.ForeignKey(Party, models.PROTECT, related_name="grants")
    artist = models.ForeignKey(Artist, models.PROTECT, null=True, related_name="grants", help_text="none: any artist")
    use = models.CharField(max_length=24, choices=Use.choices)
    tier_class = models.CharField(max_length=40, blank=True, default="", db_default="", help_text="blank: every tier")
    recording = models.ForeignKey(Recording, models.PROTECT, null=True, related_name="+", help_text="none: all songs")
    work = models.ForeignKey(Work, models.PROTECT, null=True, related_name="+", help_text="none: all works")
    country = models.CharField(max_length=2, blank=True, default="", db_default="", help_text="blank: everywhere")
    allows = models.BooleanField(default=True, db_default=True, help_text="yes, or a recorded no")
    covers_later = models.BooleanField(
        default=False, db_default=False, help_text="for all songs: also those that are added later"
    )
    after_end = models.CharField(
        max_length=8,
        choices=AfterEnd.choices,
        default=AfterEnd.PLAYS_ON,
        db_default=AfterEnd.PLAYS_ON,
        help_text="what fans keep when it ends",
    )
    version = models.PositiveIntegerField()
    by = models.CharField(max_length=80, help_text="the person who said it, a plain id")
    at = models.DateTimeField(db_default=Now(), help_text="when it was said; set by the database")
    live_from = models.DateTimeField(db_default=Now())
    live_until = models.DateTimeField(null=True, help_text="ends by itself then")
    ended_at = models.DateTimeField(null=True)
    ended_by = models.CharField(max_length=80, null=True)
    agreement_version = models.ForeignKey(AgreementVersion, models.PROTECT, null=True, related_name="grants")

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["party", "artist", "use", "tier_class", "recording", "work", "country", "version"],
                nulls_distinct=False,
                name="one_grant_a_version",
            ),
            models.CheckConstraint(
                condition=Q(ended_at=None, ended_by=None) | Q(ended_at__isnull=False, ended_by__isnull=False),
                name="somebody_ended_a_grant",
            ),
            models.CheckConstraint(condition=Q(use__in=Use.values), name="a_grant_is_for_a_known_use"),
            models.CheckConstraint(
                condition=~Q(use__in=NEVER_GRANTED) | Q(allows=False), name="voice_and_training_are_never_granted"
            ),
            models.CheckConstraint(condition=Q(recording=None) | Q(work=None), name="a_grant_names_one_song_or_all"),
            models.CheckConstraint(
                condition=Q(covers_later=False) | Q(allows=True, recording=None, work=None),
                name="only_a_yes_for_all_songs_covers_later_ones",
            ),
            models.CheckConstraint(condition=Q(after_end__in=AfterEnd.values), name="a_grant_says_what_fans_keep"),
            models.CheckConstraint(
                condition=~Q(use=Use.PERSONAL_MESSAGE) | Q(after_end=AfterEnd.PLAYS_ON), name="messages_stay_readable"
            ),
            models.CheckConstraint(
                condition=Q(live_until=None) | Q(live_until__gt=models.F("live_from")),
                name="a_grant_ends_after_its_start",
            ),
        ]
        indexes = [
            models.Index(fields=["party", "use", "recording", "work"], name="grants_of_a_party"),
        ]

    def __str__(self) -> str:
        return f"grant:{self.pk} v{self.version}"
