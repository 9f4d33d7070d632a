"""Texts and labels that several pages of the studio show: errors, durations, reasons, marks, names of fans."""

from dataclasses import dataclass
from typing import Self

from django.utils.html import format_html

from artists.exceptions import AlreadyDecided, Expired
from fans.models import Mark
from fans.templatetags.fanfare import local_time


@dataclass(frozen=True, slots=True)
class MarkLabel:
    """A mark for the template tag `mark`: its key chooses the drawing, its text says what it means."""

    mark: str
    text: str

    @classmethod
    def from_mark(cls, mark: str, credit: str) -> Self:
        return cls(mark, Mark(mark).text_for_others(credit))


def error_message(error: Exception) -> str:
    """The message of an error as HTML, with its time as other times on pages.

    It is one element, so that a screen reader reads all of it when it is put into a page later.
    """
    if isinstance(error, AlreadyDecided):
        return format_html(
            "<span>Already decided by <bdi>{}</bdi>: {} {}.</span>", error.who, error.state, local_time(error.when)
        )
    if isinstance(error, Expired):
        return format_html("<span>Nobody decided until {}: it has expired.</span>", local_time(error.when))
    return str(error)


def format_reason(reason: str) -> str:
    """A draft's stored reason, for example "declined: not this one", as "Declined: not this one."."""
    kind, _, detail = reason.partition(": ")
    kind = kind[:1].upper() + kind[1:]  # it can have the name of a rightsholder
    sentence = f"{kind}: {detail}" if detail else kind
    return sentence if sentence.endswith((".", "!", "?", "…")) else f"{sentence}."


def format_duration(seconds: int) -> str:
    """A duration in the largest unit that divides it, for example "3 days"."""
    for size, unit in ((86_400, "day"), (3_600, "hour"), (60, "minute")):
        if seconds % size == 0:
            return f"{seconds // size:,} {unit}{'' if seconds == size else 's'}"
    return f"{seconds:,} second{'' if seconds == 1 else 's'}"
