"""allauth's forms with our labels and help texts. ACCOUNT_FORMS in the settings names them."""

from typing import Any

from allauth.account import forms

LABELS = {"login": "E-mail address", "email": "E-mail address", "remember": "Stay signed in on this device"}
HELP_TEXTS = {"password1": "At least 10 characters. Not a password that many people use."}


class OurWordingMixin:
    """Replaces allauth's labels and help texts, and removes placeholders that repeat the label."""

    fields: dict[str, Any]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name, field in self.fields.items():
            field.widget.attrs.pop("placeholder", None)
            field.label = LABELS.get(name) or str(field.label).capitalize()
            field.help_text = HELP_TEXTS.get(name, field.help_text)


def _with_our_wording(form: type) -> type:
    return type(form.__name__, (OurWordingMixin, form), {})


SignupForm = _with_our_wording(forms.SignupForm)  # with the fields of accounts.signup_form.SignupFields
LoginForm = _with_our_wording(forms.LoginForm)
ReauthenticateForm = _with_our_wording(forms.ReauthenticateForm)
AddEmailForm = _with_our_wording(forms.AddEmailForm)
ChangePasswordForm = _with_our_wording(forms.ChangePasswordForm)
ResetPasswordForm = _with_our_wording(forms.ResetPasswordForm)
ResetPasswordKeyForm = _with_our_wording(forms.ResetPasswordKeyForm)
