"""Word: the forms of the way in, allauth's, in the house's words."""

from typing import Any

from allauth.account import forms

WORDS = {"login": "E-mail address", "email": "E-mail address", "remember": "Stay signed in on this device"}
HELP = {"password1": "At least 10 characters, and none that many people use."}


class InOurWords:
    """No label a second time inside its field, and one line about passwords; the validators still say what is wrong."""

    fields: dict[str, Any]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name, field in self.fields.items():
            field.widget.attrs.pop("placeholder", None)
            field.label = WORDS.get(name) or str(field.label).capitalize()
            field.help_text = HELP.get(name, field.help_text)


def _ours(form: type) -> type:
    return type(form.__name__, (InOurWords, form), {})


SignUp = _ours(forms.SignupForm)  # with the fields of accounts.forms.SignUp
SignIn = _ours(forms.LoginForm)
Again = _ours(forms.ReauthenticateForm)
NewAddress = _ours(forms.AddEmailForm)
NewPassword = _ours(forms.ChangePasswordForm)
Forgotten = _ours(forms.ResetPasswordForm)
AfterForgetting = _ours(forms.ResetPasswordKeyForm)
