"""Why a fan got a message, and what a program does, in facts and in one sentence each."""

from typing import Any

from artists.models import Moment, ProgramVersion
from fans import moment_text


def explain_delivery(moment: Moment, version: ProgramVersion) -> dict[str, Any]:
    """The reason that is stored with an experience, for its fan. It is erased with the experience.

    `version` comes with its recording and with its program's artist.
    """
    song = version.recording.title if version.recording else None
    return {
        "sentence": moment_text.reason_sentence(version.moment, version.nth, song or version.program.artist.name),
        "moment": version.moment,
        "nth": version.nth,
        "recording": song,
        "program": version.program.name,
        "noticed_at": moment.noticed_at.isoformat(timespec="seconds"),
    }


def describe_program(version: ProgramVersion) -> str:
    """For example "When a fan has played Salt Radio 10 times". `version` comes with its recording."""
    what = version.recording.title if version.recording else "your songs"
    return f"When a fan has played {what} {moment_text.describe_times(version.nth)}"
