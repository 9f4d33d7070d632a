"""Forms of the team page: invite somebody, and set the undo time."""

from django import forms

from accounts import invitations
from accounts.models import MAX_EMAIL_LENGTH, Role
from artists import programs

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


class UndoTimeForm(forms.Form):
    """The time in seconds in which the team can undo a decision."""

    seconds = forms.IntegerField(
        label="Seconds to undo a decision",
        min_value=0,
        max_value=programs.MAX_GRACE_SECONDS,
        help_text="An approved draft is sent after this time.",
    )
