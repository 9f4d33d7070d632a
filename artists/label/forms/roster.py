"""Forms of the roster: propose an artist, and end a tie from a day on."""

from datetime import datetime, timedelta

from django import forms
from django.utils import timezone

from accounts.time_zones import start_of_day
from artists.label.roster import find_artist
from catalog.models import Artist

FARTHEST_END = timedelta(days=5 * 366)


class ProposalForm(forms.Form):
    """The artist who is asked, found by the address of the page or by the whole name."""

    artist = forms.CharField(
        label="Artist",
        max_length=120,
        help_text="The name, or the last part of the address of the artist’s page. It counts once they say yes.",
        widget=forms.TextInput(attrs={"dir": "auto", "autocomplete": "off"}),
    )

    def clean_artist(self) -> Artist:
        artist = find_artist(self.cleaned_data["artist"].strip())
        if artist is None:
            raise forms.ValidationError("No artist, or more than one, goes by this. Try the address of their page.")
        return artist


class EndForm(forms.Form):
    """The last day of a tie, in the time zone of whoever sends it. Without one it ends now."""

    last_day = forms.DateField(
        label="Last day", required=False, widget=forms.DateInput(attrs={"type": "date"}),
        help_text="Leave it empty to end it now.",
    )  # fmt: skip

    def clean_last_day(self) -> datetime | None:
        """The end of that day as a moment."""
        day = self.cleaned_data["last_day"]
        if day is None:
            return None
        today = timezone.localdate()
        if not today <= day <= today + FARTHEST_END:
            raise forms.ValidationError("Choose a day from today on, within five years.")
        return start_of_day(day + timedelta(days=1), timezone.get_current_timezone())
