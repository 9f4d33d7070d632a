"""Explain: why a fan got something, in facts and in one sentence."""

from typing import Any

from artists.models import Moment, ProgramVersion


def explain_delivery(moment: Moment, version: ProgramVersion) -> dict[str, Any]:
    """Frozen onto the experience, erasable with it. The version comes with its program's artist and its recording."""
    recording = version.recording
    return {
        "sentence": _explanation_sentence(version, recording.title if recording else version.program.artist.name),
        "moment": version.moment,
        "nth": version.nth,
        "recording": recording.title if recording else None,
        "program": version.program.name,
        "noticed_at": moment.noticed_at.isoformat(timespec="seconds"),
    }


def _explanation_sentence(version: ProgramVersion, what: str) -> str:
    if version.moment == ProgramVersion.Moment.FIRST_LISTEN:
        return f"You got this because you listened to {what} for the first time, and opted in."
    times = "listen" if version.nth == 1 else "listens"
    return f"You got this because you reached {version.nth:,} {times} of {what}, and opted in."
