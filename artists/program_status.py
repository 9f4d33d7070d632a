"""The status of a program, and why nothing of it is sent. Pages and API read it here."""

from enum import StrEnum

from artists.artist_grants import MessageRefusals
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
    """Live, but personal messages are off for the song that it is about, so nothing is sent."""
    STOPPED = "stopped"
    """Paused because of what fans reported."""
    PAUSED = "paused"
    UNSIGNED = "unsigned"


def get_status(program: Program, refusals: MessageRefusals) -> ProgramStatus:
    """`refusals` is what `artist_grants.find_message_refusals` found for the programs of the page.

    Of remixes each song's page says whether they are permitted.
    """
    if program.state == Program.State.LIVE and program.kind == Program.Kind.REMIX:
        return ProgramStatus.RUNS
    if program.state == Program.State.LIVE:
        song = program.current.recording_id if program.current else None
        if not is_off(refusals[song]):
            return ProgramStatus.RUNS
        return ProgramStatus.WAITS if is_off(refusals[None]) else ProgramStatus.SONG_OFF
    if program.paused_because:
        return ProgramStatus.STOPPED
    return ProgramStatus.PAUSED if program.state == Program.State.PAUSED else ProgramStatus.UNSIGNED


def is_off(refusal: ClearanceRefusal | None) -> bool:
    """Whether messages are off everywhere. A yes for some countries is not off."""
    return refusal is not None and set(refusal.problems) != {"country"}


def describe_refusal(refusal: ClearanceRefusal) -> str:
    """Why a draft does not go out, as a sentence for its team."""
    if refusal.use != Use.PERSONAL_MESSAGE:
        return f"Not everybody has said yes, so this does not go out. {'; '.join(refusal.missing)}."
    if "refused" in refusal.problems:
        return f"{'; '.join(refusal.missing)}, so this does not go out."
    if "country" in refusal.problems:
        return "Personal messages are not granted for this fan’s country, so this does not go out."
    return "Personal messages are off, so nothing goes out. The artist switches them on under Permissions."
