"""The part of the agreement form that says how far remixes may go. What stays empty is not limited."""

from typing import Any

from django import forms

from ai.remix.bounds import OuterBounds
from ai.remix.envelope import MAX_PITCH, MAX_REPEATS, MAX_SECONDS, MAX_TEMPO, MIN_TEMPO, Export
from artists.remixes.envelope_text import format_reach, format_steps
from artists.remixes.owner_bounds import COLOURS, PARTS, ROOMS

STEPS = [("", "Not limited"), *((str(steps), format_steps(steps)) for steps in range(-MAX_PITCH, MAX_PITCH + 1))]
REACHES = [("", "Not limited"), *((str(number), format_reach(number)) for number in range(MAX_PITCH + 1))]
RANGES = {
    "tempo": ("tempo_from", "tempo_to", MIN_TEMPO, MAX_TEMPO),
    "pitch": ("pitch_from", "pitch_to", -MAX_PITCH, MAX_PITCH),
    "length": ("shortest", "longest", 1, MAX_SECONDS),
}
"""The two fields of a range, and its ends where one of them stays empty."""


def _number(label: str, least: int, most: int) -> forms.IntegerField:
    return forms.IntegerField(label=label, required=False, min_value=least, max_value=most)


def _step(label: str, choices: list[tuple[str, str]]) -> forms.TypedChoiceField:
    return forms.TypedChoiceField(label=label, required=False, choices=choices, coerce=int, empty_value=None)


def _several(label: str, choices: list[tuple[str, str]]) -> forms.MultipleChoiceField:
    return forms.MultipleChoiceField(label=label, required=False, choices=choices, widget=forms.CheckboxSelectMultiple)


class BoundsFields(forms.Form):
    """`bounds` is what a valid form says, or None where nothing is limited."""

    tempo_from = _number("Slowest, in % of the recording", MIN_TEMPO, MAX_TEMPO)
    tempo_to = _number("Fastest, in % of the recording", MIN_TEMPO, MAX_TEMPO)
    pitch_from = _step("Lowest key", STEPS)
    pitch_to = _step("Highest key", STEPS)
    vocals = _step("The voice moves", REACHES)
    shortest = _number("Shortest, in seconds", 1, MAX_SECONDS)
    longest = _number("Longest, in seconds", 1, MAX_SECONDS)
    max_times = _number("Each section at most so many times", 1, MAX_REPEATS)
    in_order = forms.BooleanField(label="The sections stay in the recorded order", required=False)
    may_not_mute = _several("Never without", [(name, words.capitalize()) for name, words in PARTS.items()])
    no_rooms = _several("Not as a", [(name, name.capitalize()) for name in ROOMS])
    no_colours = _several("Not in the colour", [(name, name.capitalize()) for name in COLOURS])
    no_exports = _several("Fans may not", [("download", "Keep it as a file"), ("share", "Offer it to other fans here")])

    def clean_bounds(self, cleaned: dict[str, Any]) -> None:
        """Add an error where the ends of a range are upside down."""
        for low_name, high_name, _, _ in RANGES.values():
            low, high = cleaned.get(low_name), cleaned.get(high_name)
            if low is not None and high is not None and low > high:
                self.add_error(low_name, "This end is above the other one.")

    @property
    def bounds(self) -> OuterBounds | None:
        said = self.cleaned_data
        tempo, pitch, seconds = (self._range(*ends) for ends in RANGES.values())
        forbidden = said["no_exports"]
        found = OuterBounds(
            tempo_percent=tempo,
            pitch_semitones=pitch,
            vocals_pitch_semitones=said["vocals"],
            seconds=seconds,
            max_times=said["max_times"],
            order="recorded" if said["in_order"] else None,
            may_not_mute=tuple(said["may_not_mute"]),
            rooms=_without(("kitchen", "hall"), said["no_rooms"]),
            colours=_without(("warm", "radio", "echo"), said["no_colours"]),
            export=Export(stream=True, download="download" not in forbidden, share="share" not in forbidden)
            if forbidden
            else None,
        )
        return found if found != OuterBounds() else None

    def _range(self, low_name: str, high_name: str, least: int, most: int) -> tuple[int, int] | None:
        low, high = self.cleaned_data[low_name], self.cleaned_data[high_name]
        if low is None and high is None:
            return None
        return (least if low is None else low, most if high is None else high)


def type_bounds(text: str) -> dict[str, Any]:
    """Stored bounds, as somebody would type them."""
    if not text:
        return {}
    bounds = OuterBounds.parse(text)
    typed: dict[str, Any] = {}
    stored = (bounds.tempo_percent, bounds.pitch_semitones, bounds.seconds)
    for (low, high, _, _), ends in zip(RANGES.values(), stored, strict=True):
        typed |= dict(zip((low, high), ends, strict=True)) if ends else {}
    export = bounds.export or Export(stream=True, download=True, share=True)
    return typed | {
        "vocals": bounds.vocals_pitch_semitones,
        "max_times": bounds.max_times,
        "in_order": bounds.order == "recorded",
        "may_not_mute": list(bounds.may_not_mute),
        "no_rooms": [name for name in ROOMS if bounds.rooms is not None and name not in bounds.rooms],
        "no_colours": [name for name in COLOURS if bounds.colours is not None and name not in bounds.colours],
        "no_exports": [name for name in ("download", "share") if not getattr(export, name)],
    }


def _without[Name: str](all_names: tuple[Name, ...], forbidden: list[str]) -> tuple[Name, ...] | None:
    return tuple(name for name in all_names if name not in forbidden) if forbidden else None
