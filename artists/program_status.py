"""Answer: whether a program does: it is signed, it runs, and the artist's yes stands. One rule for every page."""

from enum import StrEnum

from artists.models import Program
from catalog.models import Artist
from rights import clearance
from rights.models import Grant, Use

PROGRAM_PAUSED = "The program is paused, so nothing of it goes out. Resume it first."


class ProgramStatus(StrEnum):
    """How a program stands, as people read it."""

    RUNS = "runs"
    WAITS = "waits"
    """It runs and nobody is answered: personal messages are off."""
    STOPPED = "stopped"
    PAUSED = "paused"
    UNSIGNED = "unsigned"


def allowed(artist: Artist) -> Grant | None:
    """The artist's yes to personal messages, while it stands."""
    return clearance.get_live_grant(Use.PERSONAL_MESSAGE, artist)


def get_status(program: Program, yes: Grant | None) -> ProgramStatus:
    if program.state == Program.State.LIVE:
        return ProgramStatus.RUNS if yes else ProgramStatus.WAITS
    if program.paused_because:
        return ProgramStatus.STOPPED
    return ProgramStatus.PAUSED if program.state == Program.State.PAUSED else ProgramStatus.UNSIGNED


def blocking_reason(program: Program, yes: Grant | None, country: str) -> str:
    """Why nothing of it goes to a fan there, as a sentence; nothing where it does."""
    if program.state != Program.State.LIVE:
        return PROGRAM_PAUSED
    if yes is None:
        return "Personal messages are off, so nothing goes out. The artist in person switches them on, under Grants."
    if not clearance.covers_territory(yes, country):
        return "Personal messages are not granted for this fan’s country, so this does not go out."
    return ""
