"""Whom a program is for: every fan who opted in, or of them those whose tier includes it.

A tier is a lease, so it is asked about when a moment is noticed, when a draft is written, and when it is delivered.
What was delivered stays the fan's. A fan without the tier reaches no moment of the program.
"""

from collections.abc import Iterable
from typing import Protocol
from uuid import UUID

from artists.models import ProgramVersion
from billing import leases
from billing.leases import Included
from fans.mutes import FanAndProgram

REASON_NO_TIER = "no tier: the fan has none with this program any more"


class ForFan(Protocol):
    """A moment or a draft: what a version of a program has for one fan."""

    @property
    def version(self) -> ProgramVersion: ...
    @property
    def person_id(self) -> UUID: ...


def find_without_tier(answers: Iterable[ForFan]) -> set[FanAndProgram]:
    """The fans, each with a program that is for tiers, of whom no tier includes it now. At most one query."""
    asked = {
        Included(answer.person_id, answer.version.artist_id, answer.version.program_id)
        for answer in answers
        if answer.version.needs_tier
    }
    return {(without.person, without.program) for without in asked - leases.find_included(asked)}
