"""The form of the undo time, on the team page."""

from django import forms

from artists import programs


class UndoTimeForm(forms.Form):
    """The time in seconds in which the team can undo a decision."""

    seconds = forms.IntegerField(
        label="Seconds to undo a decision",
        min_value=0,
        max_value=programs.MAX_GRACE_SECONDS,
        help_text="An approved draft is sent after this time.",
    )
