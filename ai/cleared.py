"""Refuse: nothing is made without a clearance for exactly this use."""

from rights.clearance_result import Clearance


class Uncleared(Exception):
    """Something was about to be made without everyone's yes. Always a fault in the caller, so never answered."""


def require(clearance: Clearance, use: str) -> None:
    """The types already forbid a Refusal here; this holds where no type checker looks."""
    if not isinstance(clearance, Clearance):
        raise Uncleared(f"{use} needs a Clearance, not {type(clearance).__name__}")
    if clearance.use != use:
        raise Uncleared(f"{use} needs a clearance for {use}; this one is for {clearance.use}")
