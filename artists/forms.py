"""What forms of studios, rightsholders and staff share: inviting somebody into a team, and shares in percent."""

from decimal import Decimal
from typing import Any

from django import forms

from accounts import invitations
from accounts.models import MAX_EMAIL_LENGTH, Role
from rights.shares import WHOLE

ROLE_CHOICES = [(role.value, role.label) for role in invitations.INVITABLE_ROLES]


class InvitationForm(forms.Form):
    """An email address and the role that its owner gets after accepting."""

    email = forms.EmailField(
        label="Their email address",
        max_length=MAX_EMAIL_LENGTH,
        help_text="We send an invitation. They join the team when they accept it.",
        widget=forms.EmailInput(attrs={"autocomplete": "off"}),
    )
    role = forms.ChoiceField(label="Role", choices=ROLE_CHOICES, initial=Role.REVIEWER)


class PercentField(forms.CharField):
    """A share in percent, such as "33.33" or "50 %"; after validation basis points, or None where it is empty."""

    widget = forms.TextInput(attrs={"inputmode": "decimal", "dir": "ltr", "autocomplete": "off"})

    def __init__(self, **options: Any) -> None:
        super().__init__(max_length=10, **options)

    def clean(self, value: Any) -> int | None:
        text = super().clean(value).replace("%", "").replace(",", ".").strip()
        if not text and not self.required:
            return None
        whole, dot, hundredths = text.partition(".")
        is_number = (whole + hundredths).isascii() and whole.isdigit() and (hundredths.isdigit() or not dot)
        share = int(Decimal(text) * 100) if is_number and len(hundredths) <= 2 else 0
        if not 1 <= share <= WHOLE:
            raise forms.ValidationError("A share is from 0.01 to 100 percent, with at most two decimals.")
        return share
