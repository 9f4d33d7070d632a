"""Programs, moments, drafts, what fans asked for, envelopes of remixes, statements, and profiles of model servers."""

from artists.models.drafts import Draft, DraftHearing, Moment
from artists.models.model_profiles import ModelProfile
from artists.models.programs import Program, ProgramVersion, ReviewSettings
from artists.models.remixes import CornerHearing, EnvelopeCorner, RemixEnvelope
from artists.models.requests import ExperienceRequest, RequestedRemix
from artists.models.royalties import ClosedMonth, ExperienceUse, Statement, StatementHold, StatementLine
from artists.models.suggestions import Suggestion, SuggestionCall

__all__ = [
    "ClosedMonth",
    "CornerHearing",
    "Draft",
    "DraftHearing",
    "EnvelopeCorner",
    "ExperienceRequest",
    "ExperienceUse",
    "ModelProfile",
    "Moment",
    "Program",
    "ProgramVersion",
    "RemixEnvelope",
    "RequestedRemix",
    "ReviewSettings",
    "Statement",
    "StatementHold",
    "StatementLine",
    "Suggestion",
    "SuggestionCall",
]
