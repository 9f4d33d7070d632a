"""Choose: the four choices of the sentence that a program is, read from a form, each with what is wrong beside it."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Self

from django.http import QueryDict

from ai.previews import ProgramFacts
from artists.models import DEFAULT_REVIEW_SECONDS, ProgramVersion
from artists.programs import MAX_NTH
from artists.studio.messages import format_duration
from catalog.models import Artist, Recording

DAY_SECONDS = 86_400
LISTEN_COUNTS = (1, 5, 10, 25, 50, 100, 250, 500, 1000)
REVIEW_TIME_CHOICES = (
    (DAY_SECONDS // 4, "6 hours"),
    (DAY_SECONDS, "1 day"),
    (3 * DAY_SECONDS, "3 days"),
    (7 * DAY_SECONDS, "7 days"),
    (30 * DAY_SECONDS, "30 days"),
)


@dataclass(frozen=True)
class ProgramForm:
    times: str = "100"
    """A number, or `other`: then `number` is it."""
    number: str = ""
    recording: str = ""
    seconds: str = str(DEFAULT_REVIEW_SECONDS)

    @classmethod
    def of(cls, version: ProgramVersion | None) -> Self:
        if version is None:
            return cls()
        about = str(version.recording_id or "")
        if version.nth in LISTEN_COUNTS:
            return cls(str(version.nth), "", about, str(version.review_seconds))
        return cls("other", str(version.nth), about, str(version.review_seconds))

    @classmethod
    def typed(cls, form: QueryDict) -> Self:
        return cls(*(form.get(name, "") for name in ("times", "number", "recording", "seconds")))

    @cached_property
    def problems(self) -> Mapping[str, str]:
        found = {}
        if self.nth is None:
            found["number"] = f"How many times? A number from 1 to {MAX_NTH:,}."
        if self._seconds is None:
            found["seconds"] = "Choose how long a draft may wait."
        return found

    @property
    def nth(self) -> int | None:
        number = _parse_number(self.number if self.times == "other" else self.times)
        return number if number is not None and 1 <= number <= MAX_NTH else None

    @property
    def waits(self) -> list[tuple[str, str]]:
        """What can be chosen, and what was chosen before if it is none of them."""
        known = [(str(seconds), words) for seconds, words in REVIEW_TIME_CHOICES]
        own = self._seconds
        return known if own is None or str(own) in dict(known) else [*known, (str(own), format_duration(own))]

    def about(self, artist: Artist) -> Recording | None:
        """One of this artist's recordings, or all of them."""
        pk = _parse_number(self.recording)
        return artist.recordings.filter(pk=pk).first() if pk is not None else None

    def answers(self, artist: Artist) -> ProgramFacts:
        """What every message of it is about; a number that is none yet is the usual one."""
        song = self.about(artist)
        return ProgramFacts(self.nth or 100, song.title if song else None)

    def chosen(self, artist: Artist) -> dict[str, Any]:
        """For `programs.edit`. Only without problems."""
        moment = ProgramVersion.MomentKind.FIRST_LISTEN if self.nth == 1 else ProgramVersion.MomentKind.NTH_LISTEN
        return {
            "moment": moment,
            "nth": self.nth,
            "recording": self.about(artist),
            "review_seconds": self._seconds,
        }

    @property
    def _seconds(self) -> int | None:
        number = _parse_number(self.seconds)
        return number if number and number <= 90 * DAY_SECONDS else None


def _parse_number(text: str) -> int | None:
    text = text.strip()
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else None
