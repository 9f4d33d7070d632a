"""Refusals of the fan's side. Each message says why nothing was changed."""


class ExperienceRefused(Exception):
    """An experience cannot be changed as requested. Nothing was changed."""


class AlreadyWithdrawn(ExperienceRefused):
    """Somebody withdrew the experience before."""


class AlreadyErased(ExperienceRefused):
    """The words of the experience were erased before."""


class InvalidReason(ExperienceRefused):
    """The reason is missing, too long, or holds personal text, which the audit trail must not keep."""
