"""Words and picture of a moment: the one place for pages, messages to the team and receipts.

A new kind of moment is added here, in `ProgramVersion.MomentKind`, in `artists/moments.py` and in the program form.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

FIRST_LISTEN = "first_listen"
REQUEST = "request"
REASON_PREFIX = "You got this because "


def ordinal(number: int) -> str:
    """1 -> 1st, 100 -> 100th, 1000 -> 1,000th."""
    ending = "th" if 10 < number % 100 < 14 else {1: "st", 2: "nd", 3: "rd"}.get(number % 10, "th")
    return f"{number:,}{ending}"


def moment_title(kind: str, nth: int) -> tuple[str, str]:
    """The label in two lines, large then small: ("First", "listen") or ("10th", "listen").

    `kind` is a value of `ProgramVersion.MomentKind`, `nth` the number of the listen.
    """
    if kind == REQUEST:
        return "Asked", "for it"
    return ("First" if _is_first(kind, nth) else ordinal(nth)), "listen"


def moment_label(kind: str, nth: int) -> str:
    """For example "First listen" or "10th listen"."""
    if kind == REQUEST:
        return "Request"
    return " ".join(moment_title(kind, nth))


def describe_moment(kind: str, nth: int, title: str | None) -> str:
    """For example "10th listen of Salt Radio"; without a title the moment is about the artist."""
    if kind == REQUEST:
        return f"Request, with {title}" if title else "Request"
    return f"{moment_label(kind, nth)} of {title}" if title else moment_label(kind, nth)


def describe_times(nth: int) -> str:
    """For example "for the first time" or "10 times"."""
    return "for the first time" if nth == 1 else f"{nth:,} times"


def moment_shape(kind: str, nth: int) -> str:
    """The shape on the sleeve (templates/_sleeve.html): a sun for a first time, a bell for a number."""
    if kind == REQUEST:
        return "bars"
    return "sun" if _is_first(kind, nth) else "bell"


def reason_sentence(why: Mapping[str, Any] | None, artist: str) -> str:
    """Why a fan got something, for the fan, from the facts in `why`; "" where they were erased.

    `artist` is the artist's name.
    """
    if not why:
        return ""
    if why["moment"] == REQUEST:
        return f"{REASON_PREFIX}you asked for it."
    what = why["recording"] or artist
    if why["moment"] == FIRST_LISTEN:
        return f"{REASON_PREFIX}you listened to {what} for the first time, and opted in."
    listens = "listen" if why["nth"] == 1 else "listens"
    return f"{REASON_PREFIX}you reached {why['nth']:,} {listens} of {what}, and opted in."


def _is_first(kind: str, nth: int) -> bool:
    return kind == FIRST_LISTEN or (nth == 1 and kind != REQUEST)


@dataclass(frozen=True, slots=True)
class MomentText:
    """The words of one moment, for templates. Without a number it was erased: no words, and a shape without one.

    `title` is the recording it is about; None is the artist as a whole.
    """

    kind: str
    nth: int | None
    title: str | None

    @classmethod
    def of_reason(cls, why: Mapping[str, Any] | None) -> "MomentText":
        """The moment behind an experience, from its `why`; None where that was erased."""
        why = why or {}
        return cls(why.get("moment", ""), why.get("nth"), why.get("recording"))

    @property
    def figure(self) -> int | None:
        """The number that a sleeve shows. That of a request says nothing to anybody."""
        return None if self.kind == REQUEST else self.nth

    @property
    def lines(self) -> tuple[str, str] | None:
        return moment_title(self.kind, self.nth) if self.nth else None

    @property
    def label(self) -> str:
        """For example "First listen"."""
        return moment_label(self.kind, self.nth) if self.nth else ""

    @property
    def phrase(self) -> str:
        """The label inside a sentence, for example "first listen"."""
        return self.label[:1].lower() + self.label[1:]

    @property
    def shape(self) -> str:
        return moment_shape(self.kind, self.nth) if self.nth else "bars"
