"""The roster: which artists are with a label or another rightsholder, and since when."""

from datetime import datetime, timedelta

from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now

from catalog.models import Artist
from rights.models.parties import Party


class RosterEntry(models.Model):
    """A rightsholder and an artist who say that they work together. It holds from when the artist says yes.

    The rightsholder's signatory proposes it, and a principal or an owner of the artist's team answers. Either side ends
    it. Nothing is permitted by it. Migration 0002 has the exclusion constraint and the triggers: who may write what,
    and at which time.
    """

    label = models.ForeignKey(Party, models.PROTECT, related_name="roster")
    artist = models.ForeignKey(Artist, models.PROTECT, related_name="roster_entries")
    proposed_at = models.DateTimeField(db_default=Now())
    proposed_by = models.CharField(max_length=80)
    answered_at = models.DateTimeField(null=True)
    answered_by = models.CharField(max_length=80, null=True)
    accepted = models.BooleanField(null=True)
    live_from = models.DateTimeField(null=True, help_text="when the artist said yes")
    live_until = models.DateTimeField(null=True, help_text="the end; for a proposal, when it was taken back")
    ended_by = models.CharField(max_length=80, null=True)

    class Meta:
        verbose_name_plural = "roster entries"
        constraints = [
            models.UniqueConstraint(
                fields=["label", "artist"],
                condition=Q(answered_at=None, live_until=None),
                name="one_open_proposal_to_an_artist",
            ),
            models.CheckConstraint(
                condition=Q(answered_at=None, answered_by=None, accepted=None)
                | Q(answered_at__isnull=False, answered_by__isnull=False, accepted__isnull=False),
                name="a_proposal_is_answered_whole",
            ),
            models.CheckConstraint(
                condition=Q(accepted=True, live_from__isnull=False)
                | Q(accepted__isnull=True, live_from=None)
                | Q(accepted=False, live_from=None),
                name="only_an_accepted_proposal_holds",
            ),
            models.CheckConstraint(
                condition=Q(live_until=None, ended_by=None) | Q(live_until__isnull=False, ended_by__isnull=False),
                name="somebody_ended_a_roster_entry",
            ),
            models.CheckConstraint(
                condition=Q(live_from=None) | Q(live_until=None) | Q(live_until__gte=F("live_from")),
                name="a_roster_entry_ends_after_its_start",
            ),
        ]

    def __str__(self) -> str:
        return f"roster:{self.pk}"

    @property
    def last_day(self) -> datetime | None:
        """The last moment that is before the end, for pages that name its day."""
        return self.live_until and self.live_until - timedelta(microseconds=1)
