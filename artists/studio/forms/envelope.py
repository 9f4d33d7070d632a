"""The form of an envelope: how far remixes of one song may go, with a field for each stem and each section."""

import json
from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from django import forms

from ai.remix import canonical
from ai.remix.envelope import (
    MAX_GAIN,
    MAX_PITCH,
    MAX_SECONDS,
    MAX_SECTIONS,
    MAX_TEMPO,
    MIN_GAIN,
    MIN_TEMPO,
    Colour,
    Envelope,
    Room,
)
from ai.remix.source import Section, Source, Stem
from artists.remixes.envelope_text import Road, format_gain, format_reach, format_steps, format_tempo, name_stem

ROOMS: tuple[tuple[Room, str], ...] = (("kitchen", "Kitchen"), ("hall", "Hall"))
COLOURS: tuple[tuple[Colour, str], ...] = (("warm", "Warm"), ("radio", "Radio"), ("echo", "Echo"))
EXPORTS = (("download", "Keep it as a file"), ("share", "Offer it to other fans here"))
ORDERS = (("recorded", "As recorded"), ("free", "In any order"))
SECTION_CHOICES = {
    "stays-1": "stays",
    "stays-2": "stays, may come twice",
    "goes-1": "may go",
    "goes-2": "may go, may come twice",
    "goes-0": "is left out",
}


class StemFields(NamedTuple):
    """The fields of one stem, with its road."""

    title: str
    low: forms.BoundField
    high: forms.BoundField
    may_mute: forms.BoundField
    road: Road


class EnvelopeForm(forms.Form):
    """`content()` is the envelope of a valid form. Fields of stems and sections have names with their ids."""

    expires = forms.DateField(label="Until the end of", widget=forms.DateInput(attrs={"type": "date"}))
    shortest = forms.IntegerField(label="Shortest, in seconds", min_value=1, max_value=MAX_SECONDS)
    longest = forms.IntegerField(label="Longest, in seconds", min_value=1, max_value=MAX_SECONDS)
    max_sections = forms.IntegerField(label="Sections at most", min_value=1, max_value=MAX_SECTIONS)
    order = forms.ChoiceField(label="Order", choices=ORDERS)
    begin_with = forms.MultipleChoiceField(
        label="May also begin with", required=False, widget=forms.CheckboxSelectMultiple
    )
    rooms = forms.MultipleChoiceField(label="Rooms", choices=ROOMS, required=False, widget=forms.CheckboxSelectMultiple)
    colours = forms.MultipleChoiceField(
        label="Colours", choices=COLOURS, required=False, widget=forms.CheckboxSelectMultiple
    )
    exports = forms.MultipleChoiceField(
        label="Beside playing it here", choices=EXPORTS, required=False, widget=forms.CheckboxSelectMultiple
    )

    def __init__(self, data: Mapping[str, Any] | None = None, *, source: Source, shown: Envelope) -> None:
        super().__init__(data, initial=_initial(shown), auto_id="id_%s")
        self.source, self.shown = source, shown
        tempo = [(str(percent), format_tempo(source, percent)) for percent in range(MIN_TEMPO, MAX_TEMPO + 1)]
        pitch = [(str(steps), format_steps(steps)) for steps in range(-MAX_PITCH, MAX_PITCH + 1)]
        for name, choices in (("tempo", tempo), ("pitch", pitch)):
            self._add_ends(name, choices)
        for stem in source.stems:
            if stem.role != "master":
                self._add_ends(f"gain-{stem.id}", _gain_choices(shown, stem))
                self.fields[f"mute-{stem.id}"] = forms.BooleanField(label="May be silent", required=False)
        if self.has_vocals:
            steps = [(str(number), format_reach(number)) for number in range(MAX_PITCH + 1)]
            self.fields["vocals"] = forms.ChoiceField(label="The voice moves", choices=steps)
        for section in source.sections:
            self.fields[f"section-{section.id}"] = forms.ChoiceField(
                label=section.name, choices=_section_choices(shown, section)
            )
        field = self.fields["begin_with"]
        assert isinstance(field, forms.MultipleChoiceField)
        field.choices = [(section.id, section.name) for section in source.sections[1:]]

    @property
    def has_vocals(self) -> bool:
        return any(stem.role == "vocals" for stem in self.source.stems)

    @property
    def tempo_ends(self) -> list[forms.BoundField]:
        return [self["tempo-from"], self["tempo-to"]]

    @property
    def pitch_ends(self) -> list[forms.BoundField]:
        return [self["pitch-from"], self["pitch-to"]]

    @property
    def tempo_road(self) -> Road:
        return Road.between(self.shown.tempo_percent, (MIN_TEMPO, MAX_TEMPO), recorded=100)

    @property
    def pitch_road(self) -> Road:
        return Road.between(self.shown.pitch_semitones, (-MAX_PITCH, MAX_PITCH), recorded=0)

    @property
    def stem_fields(self) -> Iterator[StemFields]:
        """All levels are drawn on one scale."""
        for stem in self.source.stems:
            if stem.role != "master":
                road = Road.between(self.shown.stems[stem.id].gain_half_db, (MIN_GAIN, MAX_GAIN), recorded=0)
                ends = self[f"gain-{stem.id}-from"], self[f"gain-{stem.id}-to"]
                yield StemFields(name_stem(self.source, stem.id).capitalize(), *ends, self[f"mute-{stem.id}"], road)

    @property
    def section_fields(self) -> Iterator[forms.BoundField]:
        for section in self.source.sections:
            yield self[f"section-{section.id}"]

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        for name in (name.removesuffix("-from") for name in self.fields if name.endswith("-from")):
            low, high = cleaned.get(f"{name}-from"), cleaned.get(f"{name}-to")
            if low is not None and high is not None and int(low) > int(high):
                self.add_error(f"{name}-from", "This end is above the other one.")
        if (cleaned.get("shortest") or 0) > (cleaned.get("longest") or MAX_SECONDS):
            self.add_error("shortest", "The shortest is longer than the longest.")
        return cleaned

    def content(self) -> Envelope:
        """Raises InvalidValue where the fields fit together in no way that the engine knows."""
        typed = self.cleaned_data
        stems = {stem.id: self._stem(stem) for stem in self.source.stems}
        vocals = int(typed["vocals"]) if self.has_vocals else self.shown.vocals.max_pitch_semitones
        content = canonical.as_json(self.shown) | {
            "source": self.source.digest,
            "tempo_percent": self._range("tempo"),
            "pitch_semitones": self._range("pitch"),
            "stems": stems,
            "sections": {section.id: _read_section(typed[f"section-{section.id}"]) for section in self.source.sections},
            "order": typed["order"],
            "begin_with": typed["begin_with"],
            "max_sections": typed["max_sections"],
            "seconds": [typed["shortest"], typed["longest"]],
            "rooms": ["none", *typed["rooms"]],
            "colours": ["none", *typed["colours"]],
            "vocals": {"max_pitch_semitones": vocals},
            "export": {"stream": True, **{name: name in typed["exports"] for name, _ in EXPORTS}},
            "expires": typed["expires"].isoformat(),
        }
        return Envelope.parse(json.dumps(content))

    def _add_ends(self, name: str, choices: list[tuple[str, str]]) -> None:
        for end, label in (("from", "From"), ("to", "To")):
            self.fields[f"{name}-{end}"] = forms.ChoiceField(label=label, choices=choices)

    def _range(self, name: str) -> list[int]:
        return [int(self.cleaned_data[f"{name}-{end}"]) for end in ("from", "to")]

    def _stem(self, stem: Stem) -> dict[str, Any]:
        if stem.role == "master":
            return {"gain_half_db": [0, 0], "may_mute": False}
        return {"gain_half_db": self._range(f"gain-{stem.id}"), "may_mute": self.cleaned_data[f"mute-{stem.id}"]}


def _gain_choices(shown: Envelope, stem: Stem) -> list[tuple[str, str]]:
    """Whole decibels, and the ends as they are."""
    gains = {*range(MIN_GAIN, MAX_GAIN + 1, 2), *shown.stems[stem.id].gain_half_db}
    return [(str(gain), format_gain(gain)) for gain in sorted(gains)]


def _section_choices(shown: Envelope, section: Section) -> list[tuple[str, str]]:
    bounds = shown.sections[section.id]
    now = _write_section(required=bounds.required, max_times=bounds.max_times)
    return list(
        {now: f"{'stays' if bounds.required else 'may go'}, {bounds.max_times} times", **SECTION_CHOICES}.items()
    )


def _write_section(*, required: bool, max_times: int) -> str:
    return f"{'stays' if required else 'goes'}-{max_times}"


def _read_section(key: str) -> dict[str, Any]:
    kind, times = key.split("-")
    return {"required": kind == "stays", "max_times": int(times)}


def _initial(shown: Envelope) -> dict[str, Any]:
    initial: dict[str, Any] = {
        "expires": shown.expires,
        "shortest": shown.seconds[0],
        "longest": shown.seconds[1],
        "max_sections": shown.max_sections,
        "order": shown.order,
        "begin_with": list(shown.begin_with),
        "rooms": list(shown.rooms),
        "colours": list(shown.colours),
        "exports": [name for name, _ in EXPORTS if getattr(shown.export, name)],
        "vocals": str(shown.vocals.max_pitch_semitones),
    }
    ranges = {"tempo": shown.tempo_percent, "pitch": shown.pitch_semitones}
    for stem_id, bounds in shown.stems.items():
        ranges[f"gain-{stem_id}"] = bounds.gain_half_db
        initial[f"mute-{stem_id}"] = bounds.may_mute
    for name, (low, high) in ranges.items():
        initial |= {f"{name}-from": str(low), f"{name}-to": str(high)}
    for section_id, section in shown.sections.items():
        key = _write_section(required=section.required, max_times=section.max_times)
        initial[f"section-{section_id}"] = key
    return initial
