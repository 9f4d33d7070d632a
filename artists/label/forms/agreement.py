"""The form that writes an agreement. It keeps what was typed, and finds parties, songs and countries by their names."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django import forms
from django.utils import timezone

from accounts import time_zones
from artists import agreement_proposals as proposals
from artists.agreement_proposals import Choices
from artists.exceptions import InvalidPeriod
from artists.label.forms.remix_bounds import BoundsFields, type_bounds
from artists.validation import validate_lines, validate_title, validate_visible
from catalog.models import Artist
from rights.agreement_terms import USES, read_clauses
from rights.agreement_versions import Reading
from rights.grants import Songs
from rights.models import AfterEnd, Party, SplitScheme, Use

TEXT = {"dir": "auto", "autocomplete": "off"}
MAX_LINES = 60


class SchemeField(forms.ModelChoiceField):  # type: ignore[type-arg]  # not generic when it runs
    """Says which use a split is for."""

    def label_from_instance(self, scheme: SplitScheme) -> str:
        of_class = f" for “{scheme.tier_class}”" if scheme.tier_class else ""
        return f"{Use(scheme.use).label}{of_class}, split {scheme.version}"


class AgreementForm(BoundsFields):
    """What a rightsholder chooses. `choices` are the objects after validation."""

    title = forms.CharField(
        label="Name of the agreement", max_length=200, validators=[validate_title], widget=forms.TextInput(TEXT)
    )
    artists = forms.ModelMultipleChoiceField(
        Artist.objects.none(), label="Artists", required=False, widget=forms.CheckboxSelectMultiple,
        help_text="Those on your roster. Each of them reads these terms, and accepts or leaves them.",
    )  # fmt: skip
    others = forms.CharField(
        label="Publishers and other labels", required=False, max_length=4000,
        help_text="One a line: the name, or the ISNI, IPI or DPID. They accept for their part.",
        widget=forms.Textarea(TEXT | {"rows": 2}),
    )  # fmt: skip
    uses = forms.MultipleChoiceField(
        label="What for", widget=forms.CheckboxSelectMultiple,
        choices=[(use.value, f"{use.label}: {words}") for use, words in USES.items()],
    )  # fmt: skip
    songs = forms.CharField(
        label="Which songs", required=False, max_length=20_000,
        help_text="Leave it empty for the whole catalogue. Else one a line: title or ISRC, or the ISWC of a work.",
        widget=forms.Textarea(TEXT | {"rows": 2}),
    )  # fmt: skip
    covers_later = forms.BooleanField(label="Of the whole catalogue: also songs added later", required=False)
    countries = forms.CharField(
        label="Countries", required=False, max_length=6000,
        help_text="Leave it empty for everywhere. Else names or codes with commas, such as Portugal, JP, EU.",
        widget=forms.TextInput(TEXT),
    )  # fmt: skip
    tier_class = forms.CharField(
        label="Only for one class of tiers", required=False, max_length=40, validators=[validate_visible],
        widget=forms.TextInput(TEXT),
    )  # fmt: skip
    first_day = forms.DateField(
        label="First day", required=False, widget=forms.DateInput({"type": "date"}),
        help_text="Without one it begins when everybody has accepted.",
    )  # fmt: skip
    last_day = forms.DateField(
        label="Last day", required=False, widget=forms.DateInput({"type": "date"}),
        help_text="Without one it holds until somebody ends it.",
    )  # fmt: skip
    zone = forms.CharField(
        label="Time zone of these days", max_length=64, validators=[time_zones.validate_time_zone],
        widget=forms.TextInput({"list": "zones", "autocomplete": "off"}),
    )  # fmt: skip
    monthly_limit = forms.IntegerField(
        label="At most so many a month",
        required=False,
        min_value=1,
        max_value=proposals.MAX_NUMBER,
        help_text="Of each use. Each artist or named song, and each country, is counted by itself.",
    )
    after_end = forms.ChoiceField(
        label="When it ends, what fans received", choices=AfterEnd.choices, widget=forms.RadioSelect
    )
    second_key = forms.ChoiceField(
        label="Who approves each one too", required=False, choices=list(proposals.KEY_HOLDERS.items()),
        widget=forms.RadioSelect,
        help_text="The artist always does. A second key hears it and reads what was changed, not for whom.",
    )  # fmt: skip
    key_above = forms.IntegerField(
        label="Only from so many a month on", required=False, min_value=0, max_value=proposals.MAX_NUMBER,
        help_text="For a second key. Empty: for each one.",
    )  # fmt: skip
    scheme = SchemeField(
        SplitScheme.objects.none(), label="How income is split", required=False,
        empty_label="No split: nothing is sold",
        help_text="Our staff store the splits. You see the shares, and an example in money, before you send it.",
    )  # fmt: skip
    own_words = forms.CharField(
        label="In your own words", required=False, max_length=20_000, strip=True, validators=[validate_lines],
        widget=forms.Textarea({"dir": "auto", "rows": 4}),
        help_text="Whatever else you agree on. It is stored as it is.",
    )  # fmt: skip

    def __init__(self, data: Any = None, *, own: Party, **options: Any) -> None:
        super().__init__(data, **options)
        self.own = own
        self.fields["artists"].queryset = proposals.list_roster_artists(own)  # type: ignore[attr-defined]
        schemes = SplitScheme.objects.filter(use__in=USES)
        self.fields["scheme"].queryset = schemes.order_by("use", "-version")  # type: ignore[attr-defined]

    @staticmethod
    def defaults() -> dict[str, Any]:
        """What a new form begins with."""
        zone = timezone.get_current_timezone_name()
        return {"zone": zone, "after_end": AfterEnd.PLAYS_ON.value, "second_key": "", "uses": [Use.REMIX.value]}

    def clean_others(self) -> list[Party]:
        found = _find_lines(self.cleaned_data["others"], proposals.find_party)
        return [party for party in found if party != self.own]

    def clean_songs(self) -> list[Songs]:
        text, most = self.cleaned_data["songs"], proposals.MAX_SONGS
        return _find_lines(text, lambda line: proposals.find_songs(self.own, line), most=most)

    def clean_countries(self) -> list[str]:
        text = self.cleaned_data["countries"].replace(",", "\n")
        found = _find_lines(text, proposals.find_countries, most=proposals.MAX_COUNTRIES)
        return sorted({code for codes in found for code in codes})

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        if {"first_day", "last_day", "zone"} <= cleaned.keys():
            try:
                cleaned["starts_at"], cleaned["ends_at"] = proposals.read_period(
                    cleaned["first_day"], cleaned["last_day"], ZoneInfo(cleaned["zone"]), now=timezone.now()
                )
            except InvalidPeriod as error:
                self.add_error(error.field, str(error))
        self.clean_bounds(cleaned)
        if not self.errors:
            for name, problem in proposals.find_problems(self.choices).items():
                self.add_error(name, problem)
        return cleaned

    @property
    def choices(self) -> Choices:
        """What a valid form says."""
        said = self.cleaned_data
        same = {name: said[name] for name in ("artists", "others", "uses", "songs", "countries", "tier_class")}
        same |= {name: said[name] for name in ("covers_later", "after_end", "monthly_limit", "scheme", "own_words")}
        return Choices(
            starts_at=said["starts_at"],
            ends_at=said["ends_at"],
            zone=ZoneInfo(said["zone"]),
            second_key=said["second_key"],
            key_above=said["key_above"] or 0,
            bounds=self.bounds,
            **same,
        )


def type_version(reading: Reading, own: Party) -> dict[str, Any]:
    """What a version says, as somebody would type it. The first day stays open."""
    version, members = reading.version, [each.party for each in reading.parties]
    scopes = list(version.scopes.select_related("recording", "work").order_by("pk"))
    if not scopes:  # staff can propose a paper that permits nothing
        return {"title": version.agreement.title}
    first, keys = scopes[0], [each for each in reading.parties if each.holds_key]
    own_words = dict(read_clauses(version.wording)).get("Also", "")
    last_day = version.ends_at and timezone.localdate(version.ends_at - timedelta(microseconds=1))
    songs = [scope.recording.isrc or scope.recording.title for scope in scopes if scope.recording]
    songs += [scope.work.iswc or scope.work.title for scope in scopes if scope.work]
    return {
        "title": version.agreement.title,
        "artists": [party.artist_id for party in members if party.artist_id],
        "others": "\n".join(proposals.party_key(party) for party in members if not party.artist_id and party != own),
        "uses": sorted({scope.use for scope in scopes}),
        "songs": "\n".join(dict.fromkeys(songs)),
        "covers_later": first.covers_later,
        "countries": ", ".join(sorted({scope.country for scope in scopes} - {""})),
        "tier_class": first.tier_class,
        "last_day": last_day,
        "monthly_limit": first.monthly_limit,
        "after_end": first.after_end,
        "second_key": "" if not keys else "own" if [each.party for each in keys] == [own] else "all",
        "key_above": keys[0].key_above if keys else None,
        "scheme": version.scheme_id,
        "own_words": own_words,
        **type_bounds(version.remix_bounds),
    }


def _find_lines[Found](text: str, find: Callable[[str], Found], *, most: int = MAX_LINES) -> list[Found]:
    """What each line finds. A line that finds nothing is an error of the field."""
    lines = dict.fromkeys(line.strip() for line in text.splitlines() if line.strip())
    if len(lines) > most:
        raise forms.ValidationError(f"At most {most} lines.")
    return proposals.find_each(lines, find)
