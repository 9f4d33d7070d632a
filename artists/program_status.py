"""The status of a program, and why nothing of it is sent. Pages and API read it here."""

from enum import StrEnum

from artists.artist_grants import Obstacles
from artists.models import Program
from rights.clearance_result import ClearanceRefusal
from rights.models import Use

REASON_STOPPED = "stopped: the program is paused"
"""Stored with a moment or a draft."""
PROGRAM_PAUSED = "The program is paused, so nothing of it goes out. Resume it first."


class ProgramStatus(StrEnum):
    """What people read beside a program's name."""

    RUNS = "runs"
    WAITS = "waits"
    """Live, but personal messages are off, so nothing is sent."""
    SONG_OFF = "song_off"
    """Live, but what it sends is off for the song that it is about, so nothing is sent."""
    CLOSED = "closed"
    """Live, but the song that it remixes has no limits in force, so nothing is sent."""
    STOPPED = "stopped"
    """Paused because of what fans reported."""
    PAUSED = "paused"
    UNSIGNED = "unsigned"


def get_status(program: Program, obstacles: Obstacles) -> ProgramStatus:
    """`obstacles` is what `artist_grants.find_obstacles` found for the programs of the page."""
    if program.state == Program.State.LIVE:
        return _get_live_status(program, obstacles)
    if program.paused_because:
        return ProgramStatus.STOPPED
    return ProgramStatus.PAUSED if program.state == Program.State.PAUSED else ProgramStatus.UNSIGNED


def _get_live_status(program: Program, obstacles: Obstacles) -> ProgramStatus:
    """Of remixes that fans ask for, each song's page says whether they are permitted."""
    song = program.current.recording_id if program.current else None
    if program.kind == Program.Kind.REMIX and song in obstacles.closed:
        return ProgramStatus.CLOSED
    if not is_off(obstacles.refusals.get((program.use, song))):
        return ProgramStatus.RUNS
    if program.kind == Program.Kind.MESSAGE and is_off(obstacles.of_messages):
        return ProgramStatus.WAITS
    return ProgramStatus.SONG_OFF


def is_off(refusal: ClearanceRefusal | None) -> bool:
    """Whether a use is off everywhere. A yes for some countries is not off."""
    return refusal is not None and set(refusal.problems) != {"country"}


def describe_refusal(refusal: ClearanceRefusal) -> str:
    """Why a draft does not go out, as a sentence for its team."""
    if refusal.use != Use.PERSONAL_MESSAGE:
        return f"Not everybody has said yes, so this does not go out. {'; '.join(refusal.missing)}."
    if "refused" in refusal.problems:
        return f"{'; '.join(refusal.missing)}, so this does not go out."
    if "country" in refusal.problems:
        return "Personal messages are not allowed in this fan’s country, so this does not go out."
    return "Personal messages are off, so nothing goes out. The artist switches them on under Permissions."
