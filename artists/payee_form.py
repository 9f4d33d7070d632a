"""The form in which a party says in which country it is paid."""

from django import forms

from accounts.countries import country_names


def _country_choices() -> list[tuple[str, str]]:
    return [("", "Choose"), *country_names().items()]


class CountryForm(forms.Form):
    """Where the party is at home. The payment service cannot change it later."""

    country = forms.ChoiceField(
        label="Country of your bank account",
        choices=_country_choices,
        help_text="It cannot be changed afterwards.",
    )
