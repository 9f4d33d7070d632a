"""The form with which staff save a profile of a model server."""

from typing import Any

from django import forms

from artists.exceptions import InvalidRequest
from artists.models import ModelProfile
from artists.suggestions.profiles import require_allowed_address
from artists.validation import validate_visible

FIELDS = ("name", "base_url", "key_name", "model", "token_parameter", "structured")


class ProfileForm(forms.Form):
    """Where a model answers and how it is asked. The key is only named."""

    name = forms.CharField(label="Name", max_length=60, validators=[validate_visible])
    base_url = forms.RegexField(
        r"^https?://[^\s/@?#]+(/[^\s@?#]*)?\Z", label="Address", max_length=200,
        help_text="Up to the version, for example https://api.openai.com/v1.",
        error_messages={"invalid": "It begins with https:// or http:// and has no user, no query and no space."},
    )  # fmt: skip
    key_name = forms.RegexField(
        r"^LLM_KEY_[A-Z0-9_]{1,50}\Z", label="Variable of the key", required=False, max_length=60,
        help_text="An environment variable that begins with LLM_KEY_. Leave it empty for a server without a key.",
        error_messages={"invalid": "It begins with LLM_KEY_ and has capital letters, digits and underscores."},
    )  # fmt: skip
    model = forms.CharField(label="Model", max_length=90, validators=[validate_visible])
    token_parameter = forms.ChoiceField(
        label="Parameter of the token limit", choices=ModelProfile.TokenParameter.choices
    )
    structured = forms.ChoiceField(label="How it is asked for an object", choices=ModelProfile.Structured.choices)

    @classmethod
    def after(cls, profile: ModelProfile | None) -> "ProfileForm":
        """An empty form, or one that begins with what this profile says."""
        return cls(initial={name: getattr(profile, name) for name in FIELDS} if profile else None)

    def clean_base_url(self) -> str:
        base_url: str = self.cleaned_data["base_url"].rstrip("/")
        try:
            require_allowed_address(base_url)
        except InvalidRequest as problem:
            raise forms.ValidationError(str(problem)) from None
        return base_url

    @property
    def profile_fields(self) -> dict[str, Any]:
        """The arguments of `profiles.save`. Only for a valid form."""
        return {name: self.cleaned_data[name] for name in FIELDS}
