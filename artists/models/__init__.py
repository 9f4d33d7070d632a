"""Programs and their versions, the moments they answer, the drafts for them, review settings, and statements."""

from artists.models.drafts import Draft, Moment
from artists.models.programs import Program, ProgramVersion, ReviewSettings
from artists.models.royalties import ClosedMonth, ExperienceUse, Statement, StatementHold, StatementLine

__all__ = [
    "ClosedMonth",
    "Draft",
    "ExperienceUse",
    "Moment",
    "Program",
    "ProgramVersion",
    "ReviewSettings",
    "Statement",
    "StatementHold",
    "StatementLine",
]
