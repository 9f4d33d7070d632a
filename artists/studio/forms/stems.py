"""The form of a song's tempo, key, first beat, sections and phrases that are never cut."""

from decimal import Decimal
from typing import Any, Self, get_args

from django import forms
from django.http import QueryDict

from ai.remix.source import SAMPLE_RATE, SectionKind
from artists.stems.outlines import name_kind, order_typed

NOTES = (
    "c", "c-sharp", "d-flat", "d", "e-flat", "e", "f", "f-sharp", "g-flat", "g", "a-flat", "a", "b-flat", "b",
)  # fmt: skip
SIGNS = {"-sharp": " sharp", "-flat": " flat"}
KEYS = [
    (f"{note}-{mode}", f"{note[0].upper()}{SIGNS.get(note[1:], '')} {mode}")
    for mode in ("minor", "major")
    for note in NOTES
]
KINDS = [(kind, name_kind(kind)) for kind in get_args(SectionKind.__value__)]
LAST_BAR = 10_000
ROWS = 64
BLANK = {"sections": 2, "cuts": 1}


def bar_field(label: str, **options: Any) -> forms.IntegerField:
    widget = forms.NumberInput(attrs={"class": "bars-in"})
    return forms.IntegerField(label=label, min_value=1, max_value=LAST_BAR, widget=widget, **options)


class BeatForm(forms.Form):
    """What is of the whole song."""

    bpm = forms.DecimalField(label="Tempo", min_value=20, max_value=400, max_digits=6, decimal_places=3)
    key = forms.ChoiceField(label="Key", choices=KEYS)
    first_beat = forms.DecimalField(label="First beat", min_value=0, max_value=60, max_digits=7, decimal_places=4)
    beats_per_bar = forms.IntegerField(label="Beats in a bar", min_value=1, max_value=16)
    last_bar = bar_field("Last bar")


class SectionForm(forms.Form):
    """One section; the bar at which the next one begins ends it. Without a bar, it is no section."""

    first_bar = bar_field("From bar", required=False)
    name = forms.CharField(label="Name", max_length=80, required=False)
    kind = forms.ChoiceField(label="Kind", choices=KINDS, required=False, initial="verse")


class CutForm(forms.Form):
    """A phrase that is never cut."""

    first_bar = bar_field("From bar", required=False)
    last_bar = bar_field("To bar", required=False)

    def clean(self) -> dict[str, Any]:
        data: dict[str, Any] = super().clean() or {}
        first, last = data.get("first_bar"), data.get("last_bar")
        if (first is None) != (last is None) or (first and last and last < first):
            raise forms.ValidationError("Say at which bar the phrase begins, and at which it ends.")
        return data


SectionForms = forms.formset_factory(SectionForm, extra=BLANK["sections"], max_num=ROWS, absolute_max=ROWS)
CutForms = forms.formset_factory(CutForm, extra=BLANK["cuts"], max_num=ROWS, absolute_max=ROWS)


class OutlineForms:
    """The three together. `typed()` is what `artists.stems.outlines` takes, once they are valid."""

    def __init__(self, beat: BeatForm, sections: Any, cuts: Any) -> None:
        self.beat, self.sections, self.cuts = beat, sections, cuts

    @classmethod
    def of_post(cls, data: QueryDict) -> Self:
        return cls(BeatForm(data), SectionForms(data, prefix="sections"), CutForms(data, prefix="cuts"))

    @classmethod
    def of_typed(cls, typed: dict[str, Any]) -> Self:
        beat = {
            "bpm": (Decimal(typed["bpm_milli"]) / 1000).normalize(),
            "key": typed["key"],
            "first_beat": round(Decimal(typed["first_beat_frame"]) / SAMPLE_RATE, 3),
            "beats_per_bar": typed["beats_per_bar"],
            "last_bar": typed["last_bar"],
        }
        beat["bpm"] = f"{beat['bpm']:f}"
        sections = SectionForms(initial=typed["sections"], prefix="sections")
        return cls(BeatForm(initial=beat), sections, CutForms(initial=typed["no_cut"], prefix="cuts"))

    def is_valid(self) -> bool:
        return all([self.beat.is_valid(), self.sections.is_valid(), self.cuts.is_valid()])

    def typed(self) -> dict[str, Any]:
        beat = self.beat.cleaned_data
        rows = [row for form in self.sections if (row := form.cleaned_data).get("first_bar")]
        typed = {
            "bpm_milli": int(beat["bpm"] * 1000),
            "key": beat["key"],
            "first_beat_frame": round(beat["first_beat"] * SAMPLE_RATE),
            "beats_per_bar": beat["beats_per_bar"],
            "last_bar": beat["last_bar"],
            "sections": [{**row, "kind": row["kind"] or "other"} for row in rows],
            "no_cut": [cut for form in self.cuts if (cut := form.cleaned_data).get("first_bar")],
        }
        return order_typed(typed)
