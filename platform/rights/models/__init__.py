"""Parties, their grants, stored clearances and decisions."""

from rights.models.clearances import ClearanceGrant, StoredClearance
from rights.models.decisions import CONTENT_HASH, WHY_HASH, ContentHash, Decision, ShapeHash, WhyHash
from rights.models.grants import Grant
from rights.models.parties import Party
from rights.models.uses import Use

__all__ = [
    "CONTENT_HASH",
    "WHY_HASH",
    "ClearanceGrant",
    "ContentHash",
    "Decision",
    "Grant",
    "Party",
    "ShapeHash",
    "StoredClearance",
    "Use",
    "WhyHash",
]
