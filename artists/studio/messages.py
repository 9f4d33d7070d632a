"""Say: a program as the sentence that it is."""

from artists.models import ProgramVersion


def sentence(version: ProgramVersion) -> str:
    """The version comes with its recording."""
    what = version.recording.title if version.recording else "any song of yours"
    return f"When a fan listens {times(version.nth)} to {what}"


def times(nth: int) -> str:
    return "for the first time" if nth == 1 else f"{nth:,} times"


def format_duration(seconds: int) -> str:
    """How long a draft waits, in the largest unit that fits it."""
    for size, unit in ((86_400, "day"), (3_600, "hour"), (60, "minute")):
        if seconds % size == 0:
            return f"{seconds // size:,} {unit}{'' if seconds == size else 's'}"
    return f"{seconds:,} second{'' if seconds == 1 else 's'}"
