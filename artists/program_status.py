"""The status of a program, and why nothing of it is sent. Pages and API read it here."""

from enum import StrEnum

from artists.models import Program
from rights import clearance
from rights.models import Grant

REASON_STOPPED = "stopped: the program is paused"
"""Stored with a moment or a draft."""
PROGRAM_PAUSED = "The program is paused, so nothing of it goes out. Resume it first."


class ProgramStatus(StrEnum):
    """What people read beside a program's name."""

    RUNS = "runs"
    WAITS = "waits"
    """Live, but personal messages are off, so nothing is sent."""
    STOPPED = "stopped"
    """Paused because of what fans reported."""
    PAUSED = "paused"
    UNSIGNED = "unsigned"


def get_status(program: Program, grant: Grant | None) -> ProgramStatus:
    """`grant` is the artist's live grant for personal messages, from `artist_grants.get_message_grant`."""
    if program.state == Program.State.LIVE:
        return ProgramStatus.RUNS if grant else ProgramStatus.WAITS
    if program.paused_because:
        return ProgramStatus.STOPPED
    return ProgramStatus.PAUSED if program.state == Program.State.PAUSED else ProgramStatus.UNSIGNED


def blocking_reason(program: Program, grant: Grant | None, country: str) -> str:
    """Why nothing of the program is sent to a fan in this country, as a sentence; empty where it is sent."""
    if program.state != Program.State.LIVE:
        return PROGRAM_PAUSED
    if grant is None:
        return "Personal messages are off, so nothing goes out. The artist switches them on under Permissions."
    if not clearance.covers_territory(grant, country):
        return "Personal messages are not granted for this fan’s country, so this does not go out."
    return ""
