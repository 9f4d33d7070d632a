"""Claims: who owns which part of a recording or of a work, and since when."""

from django.db import models
from django.db.models import Q
from django.db.models.functions import Now

from catalog.models import Recording, Work
from rights.models.parties import Party
from rights.shares import CLAIMED_ROLES, WHOLE


class Claim(models.Model):
    """One party's share in one role of a recording or a work. It counts once the party confirmed it.

    A claim is never edited: its confirmation, end and settlement are each written once. Migration 0002 has the
    exclusion constraint and the triggers. A claim that brings a role over 100 %, or that is on an ISRC of somebody
    else, is disputed until staff settle it.
    """

    # Without foreign keys, which would be checked for each of 300,000 claims of an import: triggers of migration 0002
    # hold the same for a statement.
    recording = models.ForeignKey(
        Recording, models.PROTECT, null=True, db_index=False, db_constraint=False, related_name="claims"
    )
    work = models.ForeignKey(
        Work, models.PROTECT, null=True, db_index=False, db_constraint=False, related_name="claims"
    )
    role = models.CharField(max_length=15, choices=CLAIMED_ROLES)
    party = models.ForeignKey(Party, models.PROTECT, db_constraint=False, related_name="claims")
    share = models.PositiveSmallIntegerField(help_text="in basis points of the role")
    administered_by = models.ForeignKey(
        Party, models.PROTECT, null=True, related_name="+", help_text="who says yes for a writer"
    )
    live_from = models.DateTimeField(db_default=Now())
    live_until = models.DateTimeField(null=True)
    ended_by = models.CharField(max_length=80, null=True)
    claimed_at = models.DateTimeField(db_default=Now())
    claimed_by = models.CharField(max_length=80)
    catalog_import = models.ForeignKey(
        "CatalogImport",
        models.PROTECT,
        null=True,
        db_index=False,
        db_constraint=False,
        related_name="claims",
        help_text="that named it",
    )
    confirmed_at = models.DateTimeField(null=True)
    confirmed_by = models.CharField(max_length=80, null=True)
    disputed_at = models.DateTimeField(null=True)
    settled_at = models.DateTimeField(null=True)
    settled_by = models.CharField(max_length=80, null=True)
    note = models.CharField(max_length=500, blank=True, default="", db_default="", help_text="why staff settled it so")

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(role__in=["recording_owner", "featured_artist", "session_pool"], work=None)
                & Q(recording__isnull=False)
                | Q(role__in=["publisher", "writer"], recording=None) & Q(work__isnull=False),
                name="a_claim_is_on_one_recording_or_one_work",
            ),
            models.CheckConstraint(condition=Q(share__gte=1, share__lte=WHOLE), name="a_share_is_a_part_of_the_whole"),
            models.CheckConstraint(
                condition=Q(administered_by=None) | Q(role="writer"), name="only_writers_are_administered"
            ),
            models.CheckConstraint(
                condition=Q(live_until=None) | Q(live_until__gte=models.F("live_from")),
                name="a_claim_ends_after_its_start",
            ),
            models.CheckConstraint(
                condition=Q(confirmed_at=None, confirmed_by=None)
                | Q(confirmed_at__isnull=False, confirmed_by__isnull=False),
                name="somebody_confirmed_a_claim",
            ),
            models.CheckConstraint(
                condition=Q(settled_at=None, settled_by=None, note="")
                | Q(settled_at__isnull=False, settled_by__isnull=False, disputed_at__isnull=False) & ~Q(note=""),
                name="staff_settle_a_dispute_with_a_note",
            ),
        ]
        indexes = [
            models.Index(
                fields=["recording", "role"], condition=Q(recording__isnull=False), name="claims_on_a_recording"
            ),
            models.Index(fields=["work", "role"], condition=Q(work__isnull=False), name="claims_on_a_work"),
            models.Index(
                fields=["disputed_at"], condition=Q(disputed_at__isnull=False, settled_at=None), name="open_disputes"
            ),
            models.Index(fields=["settled_at"], condition=Q(settled_at__isnull=False), name="settled_disputes"),
            models.Index(
                fields=["party", "catalog_import"],
                condition=Q(catalog_import__isnull=False, confirmed_at=None, live_until=None),
                name="claims_to_confirm_together",
            ),
            models.Index(
                fields=["catalog_import"], condition=Q(catalog_import__isnull=False), name="claims_of_an_import"
            ),
        ]

    def __str__(self) -> str:
        return f"claim:{self.pk}"

    @property
    def is_disputed(self) -> bool:
        """Whether it is disputed and staff have not settled that."""
        return self.disputed_at is not None and self.settled_at is None

    @property
    def state(self) -> str:
        """Disputed, confirmed or waiting, for pages and files."""
        if self.is_disputed:
            return "disputed"
        return "confirmed" if self.confirmed_at else "waiting"
