"""The form that studios and rightsholders share: invite somebody into a team."""

from django import forms

from accounts import invitations
from accounts.models import MAX_EMAIL_LENGTH, Role

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
