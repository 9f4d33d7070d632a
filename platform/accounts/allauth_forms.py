"""allauth's forms with our labels and help texts. ACCOUNT_FORMS in the settings names them."""

from typing import Any

from allauth.account import forms

LABELS = {"login": "E-mail address", "email": "E-mail address", "remember": "Stay signed in on this device"}
HELP_TEXTS = {"password1": "At least 10 characters. Not a password that many people use."}


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


def _with_our_wording(form: type, user_name: str = "") -> type:
    return type(form.__name__, (OurWordingMixin, form), {"user_name": user_name})


SignupForm = _with_our_wording(forms.SignupForm, "email")  # with the fields of accounts.signup_form.SignupFields
LoginForm = _with_our_wording(forms.LoginForm, "login")
ReauthenticateForm = _with_our_wording(forms.ReauthenticateForm)
AddEmailForm = _with_our_wording(forms.AddEmailForm)
ChangePasswordForm = _with_our_wording(forms.ChangePasswordForm)
ResetPasswordForm = _with_our_wording(forms.ResetPasswordForm, "email")
ResetPasswordKeyForm = _with_our_wording(forms.ResetPasswordKeyForm)
