"""Parties, their rosters, claims, agreements and grants, stored clearances, decisions, keys and places."""

from rights.models.agreements import (
    Acceptance,
    Agreement,
    AgreementParty,
    AgreementScope,
    AgreementVersion,
    FeeBearer,
    RemixLimits,
    SplitLine,
    SplitScheme,
)
from rights.models.claims import Claim
from rights.models.clearances import ClearanceGrant, ClearanceRecording, StoredClearance
from rights.models.decisions import (
    CONTENT_HASH,
    WHY_HASH,
    ContentHash,
    Decision,
    EnvelopeHash,
    ShapeHash,
    ShelfHash,
    WhyHash,
)
from rights.models.grants import Grant
from rights.models.imports import CatalogImport, ImportedArtist, ImportFile, ImportLine
from rights.models.keys import ClearanceKeyHolder, PartyDecision
from rights.models.parties import IsrcPrefix, Party
from rights.models.places import Place
from rights.models.roster import RosterEntry
from rights.models.uses import AfterEnd, Use

__all__ = [
    "CONTENT_HASH",
    "WHY_HASH",
    "Acceptance",
    "AfterEnd",
    "Agreement",
    "AgreementParty",
    "AgreementScope",
    "AgreementVersion",
    "CatalogImport",
    "Claim",
    "ClearanceGrant",
    "ClearanceKeyHolder",
    "ClearanceRecording",
    "ContentHash",
    "Decision",
    "EnvelopeHash",
    "FeeBearer",
    "Grant",
    "ImportFile",
    "ImportLine",
    "ImportedArtist",
    "IsrcPrefix",
    "Party",
    "PartyDecision",
    "Place",
    "RemixLimits",
    "RosterEntry",
    "ShapeHash",
    "ShelfHash",
    "SplitLine",
    "SplitScheme",
    "StoredClearance",
    "Use",
    "WhyHash",
]
