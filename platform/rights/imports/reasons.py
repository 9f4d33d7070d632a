"""Say in plain words why a line has its verdict."""

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from django.utils.text import get_text_list

from catalog.identifiers import format_iswc
from rights.models import ImportLine
from rights.shares import format_share


def describe(line: ImportLine) -> str:
    """One or two sentences for whoever brought the file."""
    return REASONS[line.reason](line, line.facts)


def format_duration(milliseconds: int | None) -> str:
    seconds = (milliseconds or 0) // 1000
    hours, minutes = divmod(seconds // 60, 60)
    return f"{hours}:{minutes:02}:{seconds % 60:02}" if hours else f"{minutes}:{seconds % 60:02}"


def describe_values(line: ImportLine) -> str:
    """What a changed line changes of the recording itself, for example "The title was “Salt”. The ISRC is added."."""
    before, changes = line.facts, []
    if "title" in before:
        changes.append(f"The title was “{before['title']}”.")
    if "duration_ms" in before:
        old = before["duration_ms"]
        was = f"was {format_duration(old)}" if old else "is added"
        changes.append(f"{format_duration(line.duration_ms)} {was}.")
    changes += [f"The {name.upper()} is added." for name in ("isrc", "mbid", "iswc") if name in before]
    if "work" in before:
        changes.append("The work is added.")
    return " ".join(changes)


def _describe_change(line: ImportLine, before: Mapping[str, Any]) -> str:
    own = f"Already here. You own {format_share(line.share)} of it from now on." if "share" in before else ""
    asked = _describe_asked(line) if "claims" in before else ()
    return " ".join(filter(None, [describe_values(line), own, *asked]))


def _describe_new(line: ImportLine, facts: Mapping[str, Any]) -> str:
    owned = f"You own {format_share(line.share)} of it." if line.share else "You have a share of its work."
    shares = f"{line.isrc or 'No ISRC'}. {owned}"
    return " ".join([shares, *_describe_asked(line)])


def _describe_asked(line: ImportLine) -> Iterator[str]:
    """Whom the import asks to confirm a share, and of whom the file gives no share."""
    asked = {each["party"]: each["name"] for each in line.named if each["party"] != line.catalog_import.party_id}
    if asked:
        share = "its share" if len(asked) == 1 else "their shares"
        yield f"{get_text_list(sorted(asked.values()), 'and')} will be asked to confirm {share}."
    if line.unshared:
        yield f"The file gives no shares of the {line.unshared}, so we ask none of them."


def _describe_other_iswc(line: ImportLine, facts: Mapping[str, Any]) -> str:
    if "line" in facts:
        return f"Line {facts['line']:,} gives another ISWC for the same work."
    codes = [(title, format_iswc(iswc)) for title, iswc in facts["works"]]
    works = [f"“{title}” (ISWC {iswc})" if iswc else f"“{title}”" for title, iswc in codes]
    return f"This song is of {get_text_list(works, 'and')} here. Its artist says on its page what it is of."


def _with_article(kind: str) -> str:
    return f"{'an' if kind[:1] in 'aeiou' else 'a'} {kind}"


REASONS: dict[str, Callable[[ImportLine, Mapping[str, Any]], str]] = {
    "new": _describe_new,
    "same": lambda line, facts: "Already here, nothing differs.",
    "changed": _describe_change,
    "unreadable": lambda line, facts: str(facts["problem"]),
    "repeated": lambda line, facts: f"The same recording as in line {facts['line']:,}.",
    "not_on_roster": lambda line, facts: f"“{line.artist_name}” is not on your roster.",
    "several_artists": lambda line, facts: (
        f"Several artists of your roster are called “{line.artist_name}”. Write the end of the page’s address instead."
    ),
    "unanswered": lambda line, facts: f"{line.artist_name} has not said yes to you yet.",
    "not_an_owner": lambda line, facts: f"You are not among the owners: {facts['owners']}.",
    "no_share": lambda line, facts: (
        f"You are {_with_article(facts['kind'])} here, which owns no recordings, and this line gives you no share of "
        "the work. Name yourself among its writers or publishers."
    ),
    "of_another": lambda line, facts: f"This is a song of {facts['artist']} here. They must confirm that it is yours.",
    "owned": lambda line, facts: f"Owned by {facts['owners']} here, which leaves no room for the shares of this line.",
    "unknown_party": lambda line, facts: (
        f"Nobody here is called “{facts['name']}”, who is named as {facts['role']}. "
        f"{'Write “;” between several names. ' if ',' in facts['name'] else ''}Our staff add parties once they have "
        "checked them: tell them the name, and the ISNI or the IPI. Then bring this line again."
    ),
    "wrong_kind": lambda line, facts: (
        f"“{facts['name']}” is {_with_article(facts['kind'])} here, and cannot be named as {facts['role']}. Ask "
        "our staff to add whoever is meant, then bring this line again."
    ),
    "several_parties": lambda line, facts: (
        f"Several go by the name “{facts['name']}” here. Write the IPI or the ISNI behind it, such as "
        f"“{facts['name']} (IPI 00052210040) 50 %”."
    ),
    "other_writers": lambda line, facts: (
        f"Line {facts['line']:,} says something else about the writers and publishers of the same work."
    ),
    "other_iswc": _describe_other_iswc,
    "several_works": lambda line, facts: "This song is of several works here. Write the ISWC of the one that is meant.",
    "written": lambda line, facts: (
        f"Other shares of the work are known here: {facts['writers']}. They end their claim first, or our "
        "staff settle it."
    ),
    "work_of_others": lambda line, facts: (
        "The work is also one of songs by other artists, who were here first. They, whoever has a confirmed share in "
        "it, or our staff add who is missing."
    ),
    "unclaimed": lambda line, facts: (
        f"{line.artist_name} has this song here already. They must say on its page that it is yours."
    ),
    "unclaimed_work": lambda line, facts: (
        "This song or its work was here before. The artist must say on the song’s page which share of the work is "
        "yours."
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
