"""Forms about who wrote and who owns a song: a work, and a share."""

from typing import Any, Self

from django import forms

from artists import ownership
from artists.forms import PercentField
from artists.validation import parse_identifier, validate_visible
from catalog import identifiers
from catalog.models import Recording, Work
from rights.shares import RECORDING_ROLES, WORK_ROLES, Role


class WorkForm(forms.Form):
    """A work that a recording is of."""

    title = forms.CharField(
        label="Title of the work", max_length=1024, required=False, validators=[validate_visible],
        help_text="Leave it empty if it is the song’s.", widget=forms.TextInput(attrs={"dir": "auto"}),
    )  # fmt: skip
    iswc = forms.CharField(
        label="ISWC", max_length=40, required=False, help_text="The code of the work, as in T-000.000.001-0.",
        widget=forms.TextInput(attrs={"autocomplete": "off", "dir": "ltr"}),
    )  # fmt: skip

    def clean_iswc(self) -> str | None:
        return parse_identifier(identifiers.parse_iswc, self.cleaned_data["iswc"])


class ShareForm(forms.Form):
    """A party's share in one role. After validation `cleaned_data` has the `Party`, and basis points in `share`."""

    role = forms.ChoiceField(label="As")
    party = forms.CharField(
        label="Whose", max_length=120, required=False, widget=forms.TextInput(attrs={"dir": "auto"}),
        help_text="The name, the ISNI or the IPI. Leave it empty for the artist.",
    )  # fmt: skip
    share = PercentField(label="Share in percent")

    def __init__(self, data: Any = None, *, recording: Recording, of_work: bool, **options: Any) -> None:
        super().__init__(data, **options)
        self.recording = recording
        roles = WORK_ROLES if of_work else RECORDING_ROLES
        field = self.fields["role"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = [(role.value, role.label) for role in roles]

    @classmethod
    def on(cls, work: Work | None, recording: Recording, data: Any = None) -> Self:
        """The form for a share of the work, or of the recording. The page has several, so each has ids of its own."""
        prefix = f"work_{work.pk}" if work else "recording"
        return cls(data, recording=recording, of_work=work is not None, auto_id=f"id_{prefix}_%s")

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        if "role" in cleaned and "party" in cleaned:
            try:
                found = ownership.find_party(cleaned["party"], Role(cleaned["role"]), recording=self.recording)
            except ownership.UnknownParty as error:
                self.add_error("party", str(error))
            else:
                cleaned["party"] = found
        return cleaned
