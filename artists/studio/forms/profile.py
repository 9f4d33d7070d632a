"""The form of an artist's profile: the line for fans, the colour and the links."""

from collections.abc import Mapping
from typing import Any, Self

from django import forms

from artists.validation import validate_visible
from catalog import links
from catalog.models import Artist, SpotColor

COLOR_CHOICES = [("", "Picked for you"), *SpotColor.choices]
SPARE_ROWS = 2
MISSING_LABEL = "What should the link say?"
MISSING_URL = "Where does it lead?"


class ProfileForm(forms.Form):
    """A row of links is two fields, `label_0` and `url_0`. Rows with nothing in them are left out."""

    about = forms.CharField(
        label="One line for fans", max_length=300, required=False, validators=[validate_visible],
        help_text="It stands under the name. At most 300 characters.",
        widget=forms.TextInput(attrs={"dir": "auto"}),
    )  # fmt: skip
    spot = forms.ChoiceField(label="Colour", choices=COLOR_CHOICES, required=False, widget=forms.RadioSelect)

    def __init__(self, data: Mapping[str, Any] | None = None, **options: Any) -> None:
        super().__init__(data, **options)
        for number in range(links.MAX_LINKS):
            self.fields[f"label_{number}"] = forms.CharField(
                label=f"Link {number + 1}: what it says", max_length=links.MAX_LABEL, required=False,
                validators=[validate_visible], widget=forms.TextInput(attrs={"dir": "auto"}),
            )  # fmt: skip
            self.fields[f"url_{number}"] = forms.CharField(
                label=f"Link {number + 1}: address", max_length=2000, required=False,
                widget=forms.TextInput(attrs={"inputmode": "url", "autocomplete": "off", "dir": "ltr"}),
            )  # fmt: skip

    @classmethod
    def of_artist(cls, artist: Artist) -> Self:
        """The form as it was last saved."""
        initial: dict[str, Any] = {"about": artist.about, "spot": artist.spot}
        for number, link in enumerate(artist.links.all()):
            initial |= {f"label_{number}": link.label, f"url_{number}": link.url}
        return cls(initial=initial)

    @property
    def link_rows(self) -> list[tuple[forms.BoundField, forms.BoundField]]:
        """The rows in use and two more."""
        rows = [(self[f"label_{number}"], self[f"url_{number}"]) for number in range(links.MAX_LINKS)]
        used = [number for number, row in enumerate(rows, start=1) if any(field.value() for field in row)]
        return rows[: max(used, default=0) + SPARE_ROWS]

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        rows = [self._clean_link(number, cleaned) for number in range(links.MAX_LINKS)]
        return {**cleaned, "links": [link for link in rows if link]}

    def profile_fields(self) -> dict[str, Any]:
        """The arguments of `profile.edit` that this form decides. Only for a valid form."""
        return {name: self.cleaned_data[name] for name in ("about", "spot", "links")}

    def _clean_link(self, number: int, cleaned: dict[str, Any]) -> links.Link | None:
        label, url = cleaned.get(f"label_{number}"), cleaned.get(f"url_{number}")
        if not label and not url:
            return None
        if not label and label is not None:
            self.add_error(f"label_{number}", MISSING_LABEL)
        if not url:
            self.add_error(f"url_{number}", MISSING_URL)
            return None
        try:
            return links.Link(label or "", links.parse_link(url))
        except links.InvalidLink as error:
            self.add_error(f"url_{number}", str(error))
            return None
