"""Refusals of the fan's side. Each message says why nothing was changed."""


class ExperienceRefused(Exception):
    """An experience cannot be changed as requested. Nothing was changed."""


class AlreadyWithdrawn(ExperienceRefused):
    """Somebody withdrew the experience before."""


class AlreadyErased(ExperienceRefused):
    """The words of the experience were erased before."""


class InvalidReason(ExperienceRefused):
    """The reason is missing, too long, or holds personal text, which the audit trail must not keep."""


class TriesFull(Exception):
    """The fan keeps ten attempts of this recording already."""


class HeardEnough(Exception):
    """The fan has heard as much of this remix at the desk as is allowed."""


class RemixClosed(Exception):
    """Nobody can remix this recording now: the offer ended, or a permission is missing."""
