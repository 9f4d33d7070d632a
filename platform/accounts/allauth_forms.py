"""allauth's forms with our labels and help texts. ACCOUNT_FORMS in the settings names them."""

from typing import Any

from allauth.account import forms
from allauth.account.adapter import get_adapter
from django.db import transaction
from django.forms import BooleanField

from accounts import tokens
from accounts.models import Person

LABELS = {
    "login": "E-mail address",
    "email": "E-mail address",
    "remember": "Stay signed in on this device",
    "revoke_tokens": "Revoke my tokens too",
}
HELP_TEXTS = {
    "password1": "At least 10 characters. Not a password that many people use.",
    "revoke_tokens": "Your scrobblers then need new ones. Do it if somebody else may have had your password.",
}


class OurWordingMixin:
    """Replaces allauth's labels and help texts, and removes placeholders that repeat the label."""

    fields: dict[str, Any]
    user_name = ""
    """The field that password managers keep beside the password: the address that one signs in with."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name, field in self.fields.items():
            field.widget.attrs.pop("placeholder", None)
            if name == self.user_name:
                field.widget.attrs["autocomplete"] = "username"
            field.label = LABELS.get(name) or str(field.label).capitalize()
            field.help_text = HELP_TEXTS.get(name, field.help_text)


class TokenRevocationMixin:
    """Offers to revoke the person's tokens when the password changes, if there are any."""

    user: Person | None
    fields: dict[str, Any]
    cleaned_data: dict[str, Any]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.user is not None and tokens.has_usable(self.user):
            self.fields["revoke_tokens"] = BooleanField(required=False)

    @transaction.atomic
    def save(self) -> None:
        super().save()  # type: ignore[misc]  # of allauth's form, beside which this class stands
        if self.user is not None and self.cleaned_data.get("revoke_tokens"):
            tokens.revoke_all(self.user)


class CountedOldPasswordMixin:
    """Counts a wrong old password like one at sign-in: allauth only compares it."""

    user: Person
    cleaned_data: dict[str, Any]

    def clean_oldpassword(self) -> str:
        password: str = self.cleaned_data["oldpassword"]
        if not get_adapter().reauthenticate(self.user, password):
            raise get_adapter().validation_error("enter_current_password")
        return password


def _with_our_wording(form: type, *mixins: type, user_name: str = "") -> type:
    return type(form.__name__, (OurWordingMixin, *mixins, form), {"user_name": user_name})


SignupForm = _with_our_wording(forms.SignupForm, user_name="email")  # with signup_form.SignupFields
LoginForm = _with_our_wording(forms.LoginForm, user_name="login")
ReauthenticateForm = _with_our_wording(forms.ReauthenticateForm)
AddEmailForm = _with_our_wording(forms.AddEmailForm)
ChangePasswordForm = _with_our_wording(forms.ChangePasswordForm, TokenRevocationMixin, CountedOldPasswordMixin)
ResetPasswordForm = _with_our_wording(forms.ResetPasswordForm, user_name="email")
ResetPasswordKeyForm = _with_our_wording(forms.ResetPasswordKeyForm, TokenRevocationMixin)
