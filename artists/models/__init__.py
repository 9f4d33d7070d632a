"""Programs and their versions, the moments they answer, the drafts for those moments, and review settings."""

from artists.models.drafts import Draft, Moment
from artists.models.programs import Program, ProgramVersion, ReviewSettings

__all__ = ["Draft", "Moment", "Program", "ProgramVersion", "ReviewSettings"]
