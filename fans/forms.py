"""Forms of the fan's pages: name, time zone, token and report."""

from django import forms
from django.urls import reverse_lazy

from accounts.people import clean_name, normalise_name
from accounts.time_zones import validate_time_zone
from fans import scrobblers
from trust.models import MAX_WORDS_LENGTH, Report

TOO_LONG = "Use at most %(limit_value)d characters; these are %(show_value)d."


class NameForm(forms.Form):
    name = forms.CharField(
        label="Name",
        max_length=80,
        required=False,
        help_text="What artists call you.",
        error_messages={"max_length": TOO_LONG},
        widget=forms.TextInput(
            attrs={
                "autocomplete": "name",
                "dir": "auto",
                "hx-post": reverse_lazy("settings-name-note"),
                "hx-trigger": "input changed delay:400ms",
                "hx-target": "#name-note",
                "hx-swap": "outerHTML",
            }
        ),
    )

    def clean_name(self) -> str:
        return clean_name(self.cleaned_data["name"])


class TimeZoneForm(forms.Form):
    time_zone = forms.CharField(
        label="Time zone",
        max_length=64,
        help_text="Your days, months and hours are those of this place.",
        validators=[validate_time_zone],
        widget=forms.TextInput(attrs={"list": "time-zones", "autocomplete": "off", "spellcheck": "false"}),
    )


class TokenForm(forms.Form):
    scrobbler = forms.ChoiceField(
        label="For", choices=[(scrobbler.key, scrobbler.name) for scrobbler in scrobblers.SCROBBLERS]
    )
    label = forms.CharField(
        label="Call it",
        max_length=80,
        required=False,
        help_text="So that you know later which one to revoke, for example: my phone.",
        error_messages={"max_length": TOO_LONG},
        widget=forms.TextInput(attrs={"autocomplete": "off", "dir": "auto"}),
    )

    def clean_label(self) -> str:
        return normalise_name(self.cleaned_data["label"])


class ReportForm(forms.Form):
    reason = forms.ChoiceField(
        label="What is it?",
        choices=Report.Reason.choices,
        widget=forms.RadioSelect,
        error_messages={"invalid_choice": "Choose one of these."},
    )
    said = forms.CharField(
        label="In your words",
        help_text="People at Fanfare read it. The artist’s team does not, and does not learn who you are.",
        max_length=MAX_WORDS_LENGTH,
        required=False,
        widget=forms.Textarea(attrs={"rows": 5, "dir": "auto"}),
        error_messages={"max_length": f"Say it in {MAX_WORDS_LENGTH:,} characters."},
    )
