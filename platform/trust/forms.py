"""The form with which staff handle a report."""

from django import forms

from trust.models import MAX_NOTE_LENGTH


class VerdictForm(forms.Form):
    """One button for each verdict, and a note that says why."""

    verdict = forms.ChoiceField(choices=[("uphold", "Uphold"), ("dismiss", "Dismiss")])
    note = forms.CharField(
        label="Why, in a sentence",
        max_length=MAX_NOTE_LENGTH,
        widget=forms.TextInput(attrs={"dir": "auto"}),
    )
