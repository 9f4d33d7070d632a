"""The part of the agreement form that says how far remixes may go. What stays empty is not limited."""

from collections.abc import Iterable, Iterator
from typing import Any

from django import forms

from ai.remix.bounds import OuterBounds
from ai.remix.envelope import MAX_GAIN, MAX_PITCH, MAX_REPEATS, MAX_SECONDS, MAX_TEMPO, MIN_GAIN, MIN_TEMPO, Export
from artists.remixes.envelope_text import format_reach, format_steps
from artists.remixes.owner_bounds import PARTS, name_part
from artists.studio.forms.envelope import COLOURS, EXPORTS, ROOMS

STEPS = [("", "Not limited"), *((str(steps), format_steps(steps)) for steps in range(-MAX_PITCH, MAX_PITCH + 1))]
REACHES = [("", "Not limited"), *((str(number), format_reach(number)) for number in range(MAX_PITCH + 1))]
RANGES = {
    "tempo_percent": ("tempo_from", "tempo_to", MIN_TEMPO, MAX_TEMPO),
    "pitch_semitones": ("pitch_from", "pitch_to", -MAX_PITCH, MAX_PITCH),
    "seconds": ("shortest", "longest", 1, MAX_SECONDS),
}
"""The two fields of each range, and its ends where one of them stays empty."""


def _number(label: str, least: int, most: int) -> forms.IntegerField:
    return forms.IntegerField(label=label, required=False, min_value=least, max_value=most)


def _step(label: str, choices: list[tuple[str, str]]) -> forms.TypedChoiceField:
    return forms.TypedChoiceField(label=label, required=False, choices=choices, coerce=int, empty_value=None)


def _several(label: str, choices: Iterable[tuple[str, str]]) -> forms.MultipleChoiceField:
    return forms.MultipleChoiceField(label=label, required=False, choices=choices, widget=forms.CheckboxSelectMultiple)


def _decibels(label: str) -> forms.FloatField:
    # A DecimalField with a step raises ValueError for 1e400.
    return forms.FloatField(
        label=label, required=False, min_value=MIN_GAIN // 2, max_value=MAX_GAIN // 2, step_size=0.5
    )


def _level_names(part: str) -> tuple[str, str]:
    return f"level_{part}_from", f"level_{part}_to"


class BoundsFields(forms.Form):
    """`bounds` is what a valid form says, or None where nothing is limited.

    There are fields for the parts of every song, and for `stems`, further ids of stems.
    """

    tempo_from = _number("Slowest, in % of the recording", MIN_TEMPO, MAX_TEMPO)
    tempo_to = _number("Fastest, in % of the recording", MIN_TEMPO, MAX_TEMPO)
    pitch_from = _step("Lowest key", STEPS)
    pitch_to = _step("Highest key", STEPS)
    vocals = _step("The voice moves", REACHES)
    shortest = _number("Shortest, in seconds", 1, MAX_SECONDS)
    longest = _number("Longest, in seconds", 1, MAX_SECONDS)
    max_times = _number("Each section at most so many times", 1, MAX_REPEATS)
    in_order = forms.BooleanField(label="The sections stay in the recorded order", required=False)
    may_not_mute = _several("Never without", ())
    no_rooms = _several("Not as a", ROOMS)
    no_colours = _several("Not in the colour", COLOURS)
    no_exports = _several("Fans may not", EXPORTS)
    expires = forms.DateField(
        label="Artists’ limits hold until, at the latest", required=False, widget=forms.DateInput({"type": "date"})
    )

    def __init__(self, data: Any = None, *, stems: Iterable[str] = (), **options: Any) -> None:
        super().__init__(data, **options)
        self.parts = list(dict.fromkeys([*PARTS, *stems]))
        words = {part: name_part(part).capitalize() for part in self.parts}
        self.fields["may_not_mute"].choices = list(words.items())  # type: ignore[attr-defined]
        for part in self.parts:
            for end, name in zip(("quietest", "loudest"), _level_names(part), strict=True):
                self.fields[name] = _decibels(f"{words[part]}, {end}, in dB")

    @property
    def level_ends(self) -> Iterator[list[forms.BoundField]]:
        """The two fields of each part."""
        return ([self[name] for name in _level_names(part)] for part in self.parts)

    def clean_bounds(self, cleaned: dict[str, Any]) -> None:
        """Add an error where the ends of a range are upside down."""
        for low_name, high_name in (*(names[:2] for names in RANGES.values()), *map(_level_names, self.parts)):
            low, high = cleaned.get(low_name), cleaned.get(high_name)
            if low is not None and high is not None and low > high:
                self.add_error(low_name, "This end is above the other one.")

    @property
    def bounds(self) -> OuterBounds | None:
        said = self.cleaned_data
        forbidden = said["no_exports"]
        found = OuterBounds(
            tempo_percent=self._range("tempo_percent"),
            pitch_semitones=self._range("pitch_semitones"),
            vocals_pitch_semitones=said["vocals"],
            seconds=self._range("seconds"),
            max_times=said["max_times"],
            order="recorded" if said["in_order"] else None,
            may_not_mute=tuple(said["may_not_mute"]),
            gain_half_db={part: gain for part in self.parts if (gain := self._level(part))},
            rooms=_without(ROOMS, said["no_rooms"]),
            colours=_without(COLOURS, said["no_colours"]),
            export=Export(stream=True, download="download" not in forbidden, share="share" not in forbidden)
            if forbidden
            else None,
            expires=said["expires"],
        )
        return found if found != OuterBounds() else None

    def _range(self, name: str) -> tuple[int, int] | None:
        low_name, high_name, least, most = RANGES[name]
        return _fill_range(self.cleaned_data[low_name], self.cleaned_data[high_name], least, most)

    def _level(self, part: str) -> tuple[int, int] | None:
        """In half decibels."""
        low, high = (
            None if typed is None else round(typed * 2) for typed in map(self.cleaned_data.get, _level_names(part))
        )
        return _fill_range(low, high, MIN_GAIN, MAX_GAIN)


def list_stems(text: str) -> list[str]:
    """The ids of the stems that stored bounds name."""
    bounds = OuterBounds.parse(text) if text else OuterBounds()
    return [*bounds.may_not_mute, *bounds.gain_half_db]


def type_bounds(text: str) -> dict[str, Any]:
    """Stored bounds, as somebody would type them."""
    if not text:
        return {}
    bounds = OuterBounds.parse(text)
    typed: dict[str, Any] = {}
    for name, (low_name, high_name, _, _) in RANGES.items():
        if ends := getattr(bounds, name):
            typed[low_name], typed[high_name] = ends
    for part, gain in bounds.gain_half_db.items():
        typed |= zip(_level_names(part), (half_db / 2 for half_db in gain), strict=True)
    export = bounds.export or Export(stream=True, download=True, share=True)
    return typed | {
        "vocals": bounds.vocals_pitch_semitones,
        "max_times": bounds.max_times,
        "in_order": bounds.order == "recorded",
        "may_not_mute": list(bounds.may_not_mute),
        "no_rooms": [name for name, _ in ROOMS if bounds.rooms is not None and name not in bounds.rooms],
        "no_colours": [name for name, _ in COLOURS if bounds.colours is not None and name not in bounds.colours],
        "no_exports": [name for name, _ in EXPORTS if not getattr(export, name)],
        "expires": bounds.expires,
    }


def _without[Name: str](choices: tuple[tuple[Name, str], ...], forbidden: list[str]) -> tuple[Name, ...] | None:
    return tuple(name for name, _ in choices if name not in forbidden) if forbidden else None


def _fill_range(low: int | None, high: int | None, least: int, most: int) -> tuple[int, int] | None:
    """An end that stays empty is not limited. None where both are empty."""
    if low is None and high is None:
        return None
    return (least if low is None else low, most if high is None else high)
