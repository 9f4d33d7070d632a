"""Read the press of a permission's switch from a page, and say what it changes before it is done."""

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.db.models import QuerySet
from django.http import Http404, QueryDict
from django.shortcuts import get_object_or_404

from artists.switch_effects import measure_effect
from artists.switches import OFFERED_USES, switch_name
from catalog.models import Artist, Recording
from rights.models import AfterEnd, Use
from rights.refusals import write_use
from web.parsers import parse_integer


@dataclass(frozen=True, slots=True)
class Press:
    """A switch that somebody pressed, and where it should go."""

    use: str
    recording: Recording | None
    is_on: bool

    @property
    def name(self) -> str:
        return switch_name(self.use, self.recording)

    @property
    def use_in_words(self) -> str:
        return write_use(self.use)

    @property
    def is_offered(self) -> bool:
        return self.use in OFFERED_USES

    @property
    def has_choices(self) -> bool:
        """Whether it is asked how far the yes goes. Messages always stay, and always cover later songs."""
        return self.is_on and self.use != Use.PERSONAL_MESSAGE

    def describe(self, all_songs: str) -> str:
        """What the press did, for example "Remixes are now on for Salt Radio."."""
        about = self.recording.title if self.recording else all_songs
        return f"{Use(self.use).label} are now {'on' if self.is_on else 'off'} for {about}."


def read_press(data: QueryDict, uses: Collection[str], songs: QuerySet[Recording]) -> Press | None:
    """The press of `switch_on=remix:5` or `switch_off=remix`; None where none is pressed.

    Raises Http404 for a use or a song that is not among these.
    """
    is_on = "switch_on" in data
    if not is_on and "switch_off" not in data:
        return None
    use, colon, song = data.get("switch_on" if is_on else "switch_off", "").partition(":")
    if use not in uses:
        raise Http404
    return Press(use, get_object_or_404(songs, pk=parse_integer(song)) if colon else None, is_on)


def read_after_end(data: QueryDict) -> str | None:
    """What was chosen that fans keep afterwards; None where nothing was."""
    chosen = data.get("after_end")
    return chosen if chosen in AfterEnd.values else None


def preview(artist: Artist, press: Press, data: QueryDict, *, kept: str) -> dict[str, Any]:
    """What `_switch_effect.html` shows. `kept` is what fans keep by the yes that is in, see `find_after_end`."""
    return {
        "press": press,
        "effect": measure_effect(artist, press.use, press.recording),
        "after_ends": AfterEnd.choices if press.has_choices else (),
        "after_end": read_after_end(data) or kept or AfterEnd.PLAYS_ON,
        "kept_after_end": "" if press.is_on else kept,
        "refund_days": settings.REMIX_REFUND_DAYS if press.use == Use.REMIX else None,
        "asks_later": press.has_choices and press.recording is None,
        "covers_later": data.get("later") == "1",
    }
