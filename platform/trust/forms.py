"""The forms with which staff handle a report and lower an age."""

from django import forms

from accounts import ages
from accounts.models import AgeBand
from trust.models import MAX_NOTE_LENGTH

MAX_REASON_LENGTH = 200


class VerdictForm(forms.Form):
    """One button for each verdict, and a note that says why."""

    verdict = forms.ChoiceField(choices=[("uphold", "Uphold"), ("dismiss", "Dismiss")])
    note = forms.CharField(
        label="Why, in a sentence",
        max_length=MAX_NOTE_LENGTH,
        widget=forms.TextInput(attrs={"dir": "auto"}),
    )


class AgeForm(forms.Form):
    """Who is younger than they said, and how we know."""

    email = forms.EmailField(label="E-mail address of the account")
    age_band = forms.ChoiceField(
        label="How old they are", choices=[(band.value, band.label) for band in ages.BANDS if band != AgeBand.ADULT]
    )
    reason = forms.CharField(
        label="How we know, in a sentence",
        max_length=MAX_REASON_LENGTH,
        widget=forms.TextInput(attrs={"dir": "auto"}),
    )
