"""Say in plain words why a line has its verdict."""

from collections.abc import Callable, Mapping
from typing import Any

from rights.models import ImportLine
from rights.shares import format_share


def describe(line: ImportLine) -> str:
    """One or two sentences for whoever brought the file."""
    return REASONS[line.reason](line, line.facts)


def format_duration(milliseconds: int | None) -> str:
    seconds = (milliseconds or 0) // 1000
    hours, minutes = divmod(seconds // 60, 60)
    return f"{hours}:{minutes:02}:{seconds % 60:02}" if hours else f"{minutes}:{seconds % 60:02}"


def _describe_change(line: ImportLine, before: Mapping[str, Any]) -> str:
    changes = []
    if "title" in before:
        changes.append(f"The title was “{before['title']}”.")
    if "duration_ms" in before:
        old = before["duration_ms"]
        was = f"was {format_duration(old)}" if old else "is added"
        changes.append(f"{format_duration(line.duration_ms)} {was}.")
    changes += [f"The {name.upper()} is added." for name in ("isrc", "mbid", "iswc") if name in before]
    if "share" in before:
        changes.append(f"Already here. You own {format_share(line.share)} of it from now on.")
    return " ".join(changes)


REASONS: dict[str, Callable[[ImportLine, Mapping[str, Any]], str]] = {
    "new": lambda line, facts: f"{line.isrc or 'No ISRC'}. You own {format_share(line.share)} of it.",
    "same": lambda line, facts: "Already here, nothing differs.",
    "changed": _describe_change,
    "unreadable": lambda line, facts: str(facts["problem"]),
    "repeated": lambda line, facts: f"The same recording as in line {facts['line']:,}.",
    "not_on_roster": lambda line, facts: f"{line.artist_name} is not on your roster.",
    "several_artists": lambda line, facts: (
        f"Several artists of your roster are called {line.artist_name}. Write the end of the page’s address instead."
    ),
    "unanswered": lambda line, facts: f"{line.artist_name} has not said yes to you yet.",
    "not_an_owner": lambda line, facts: f"You are not among the owners: {facts['owners']}.",
    "of_another": lambda line, facts: f"This is a song of {facts['artist']} here. They must confirm that it is yours.",
    "owned": lambda line, facts: f"Owned by {facts['owners']} here. They must confirm your share first.",
    "co_owned": lambda line, facts: (
        f"Owned in part by {line.others}. The artist’s team names their share on the page of the song, and they "
        "confirm it. Then bring this line again."
    ),
    "unclaimed": lambda line, facts: (
        f"{line.artist_name} has this song here already. They must say on its page that it is yours."
    ),
    "other_prefix": lambda line, facts: (
        f"ISRCs that begin with {str(line.isrc)[:5]} are registered for {facts['holder']}. Ask our staff."
    ),
    "other_share": lambda line, facts: (
        f"You own {format_share(facts['share'])} of it here, not {format_share(line.share)}. End that claim first."
    ),
    "other_isrc": lambda line, facts: f"The recording of this MBID has the ISRC {facts['isrc']} here.",
    "other_mbid": lambda line, facts: "This MBID is of another recording here.",
}
