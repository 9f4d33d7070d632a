"""Programs and their versions, moments, the drafts for them, what fans asked for, review settings, and statements."""

from artists.models.drafts import Draft, Moment
from artists.models.programs import Program, ProgramVersion, ReviewSettings
from artists.models.requests import ExperienceRequest
from artists.models.royalties import ClosedMonth, ExperienceUse, Statement, StatementHold, StatementLine

__all__ = [
    "ClosedMonth",
    "Draft",
    "ExperienceRequest",
    "ExperienceUse",
    "Moment",
    "Program",
    "ProgramVersion",
    "ReviewSettings",
    "Statement",
    "StatementHold",
    "StatementLine",
]
