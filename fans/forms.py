"""Forms of the fan's pages: name, token and report."""

from django import forms

from accounts.people import normalise_name
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
        widget=forms.TextInput(attrs={"autocomplete": "name", "dir": "auto"}),
    )

    def clean_name(self) -> str:
        return normalise_name(self.cleaned_data["name"])


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
