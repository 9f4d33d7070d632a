"""The fields of our own in the sign-up form, and the check of the minimum age."""

from typing import Any

from django import forms
from django.http import HttpRequest

from accounts.countries import country_names, is_old_enough, minimum_age
from accounts.models import AgeBand, Person, validate_handle
from accounts.people import clean_browser_zone, clean_name

EMPTY_CHOICE = [("", "Choose…")]


def _country_choices() -> list[tuple[str, str]]:
    return [*EMPTY_CHOICE, *country_names().items()]


class SignupFields(forms.Form):
    """Handle, name, country, age and time zone.

    allauth adds address and password; accounts/allauth_adapter.py stores all.
    """

    handle = forms.CharField(
        label="User name",
        max_length=32,
        help_text="What scrobblers show: 3 to 32 of a-z, 0-9, - and _. It cannot be changed later.",
        widget=forms.TextInput(attrs={"autocomplete": "off", "autocapitalize": "none", "spellcheck": "false"}),
    )
    name = forms.CharField(
        label="Name",
        max_length=80,
        required=False,
        help_text="As artists may greet you. You can change it at any time.",
        widget=forms.TextInput(attrs={"autocomplete": "name", "dir": "auto"}),
    )
    country = forms.ChoiceField(
        label="Country",
        choices=_country_choices,
        widget=forms.Select(attrs={"autocomplete": "country"}),
        help_text="Where you live: it decides from which age you can have an account.",
    )
    age_band = forms.ChoiceField(label="Age", choices=[*EMPTY_CHOICE, *AgeBand.choices])
    time_zone = forms.CharField(required=False, widget=forms.HiddenInput)  # filled in by static/time_zone.js
    field_order = ("email", "password1", "handle", "name", "country", "age_band", "time_zone")

    def clean_handle(self) -> str:
        handle = str(self.cleaned_data["handle"]).lower()
        validate_handle(handle)
        if Person.objects.filter(handle=handle).exists():
            raise forms.ValidationError(f"{handle} is taken. Choose another user name.", code="taken")
        return handle

    def clean_name(self) -> str:
        return clean_name(self.cleaned_data["name"])

    def clean_time_zone(self) -> str:
        return clean_browser_zone(self.cleaned_data["time_zone"])

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        country, band = data.get("country"), data.get("age_band")
        if country and band and not is_old_enough(AgeBand(band), country):
            age = minimum_age(country)
            self.add_error(
                "age_band",
                f"In {country_names()[country]} an account needs an age of {age} or more, and the group you "
                f"chose begins below that. Nothing of what you typed was stored.",
            )
        return data

    def signup(self, request: HttpRequest, person: Person) -> None:
        """Do nothing. allauth requires this method, and calls it too late for us: after the person was saved."""
