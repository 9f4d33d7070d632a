"""The second key: which rightsholders approve each draft too, and what they decided."""

from django.db import models
from django.db.models import Q
from django.db.models.functions import Now

from rights.models.agreements import AgreementParty
from rights.models.clearances import StoredClearance
from rights.models.parties import Party


class ClearanceKeyHolder(models.Model):
    """A party whose key is asked for under a stored clearance, because an agreement behind one of its grants says so.

    They are stored with the clearance, and migration 0002 compares them with its grants. A message never has one.
    """

    clearance = models.ForeignKey(StoredClearance, models.PROTECT, db_index=False, related_name="key_holders")
    holder = models.ForeignKey(AgreementParty, models.PROTECT, related_name="+")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["clearance", "holder"], name="a_key_holder_once_a_clearance")]

    def __str__(self) -> str:
        return f"clearance:{self.clearance_id} with a key of holder:{self.holder_id}"


class PartyDecision(models.Model):
    """A rightsholder's yes or no to exactly the content that the artist's team approved. Append-only.

    An edit makes another content, so the row does not count for it. Triggers set `at` by the clock, and ask whether
    `by` signs for the party now and whether the draft waits for it.
    """

    draft = models.BigIntegerField(help_text="a plain id: this app cannot import drafts")
    revision = models.PositiveIntegerField(help_text="of the draft")
    party = models.ForeignKey(Party, models.PROTECT, related_name="+")
    content_hash = models.CharField(max_length=64)
    approves = models.BooleanField()
    reason = models.CharField(max_length=280, blank=True, default="", db_default="", help_text="of a no; for people")
    by = models.CharField(max_length=80)
    at = models.DateTimeField(db_default=Now(), help_text="set by the database")

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["draft", "party", "content_hash", "approves"], name="a_party_decides_once_on_a_content"
            ),
            models.CheckConstraint(condition=Q(approves=False) | Q(reason=""), name="only_a_no_has_a_reason"),
        ]

    def __str__(self) -> str:
        return f"{'yes' if self.approves else 'no'} of party:{self.party_id} to draft:{self.draft}"
