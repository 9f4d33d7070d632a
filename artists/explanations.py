"""Why a fan gets a message, in facts, and what a program does, in a sentence."""

from typing import Any

from artists.models import Moment, ProgramVersion
from fans import moment_text


def list_reasons(moment: Moment) -> dict[str, Any]:
    """The facts why a fan gets a draft, stored with it and with its experience. `moment_text` makes a sentence of them.

    The moment comes with its program and its version's recording.
    """
    version = moment.version
    return {
        "moment": version.moment,
        "nth": moment.point,
        "recording": moment.song.title if moment.song else None,
        "program": moment.program.name,
        "noticed_at": moment.noticed_at.isoformat(timespec="seconds"),
    }


def describe_program(version: ProgramVersion) -> str:
    """For example "When a fan has played Salt Radio 10 times". `version` comes with its recording."""
    if version.is_asked_for:
        return f"When a fan asks you for a {'message' if version.wording else 'remix'}"
    fan = "fan whose tier includes it" if version.needs_tier else "fan"
    what = version.recording.title if version.recording else "your songs"
    return f"When a {fan} has played {what} {moment_text.describe_times(version.nth)}"
