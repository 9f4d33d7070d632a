"""The form with which staff write the next version of a split scheme."""

from typing import Any

from django import forms

from artists.forms import PercentField
from artists.validation import validate_visible
from rights.agreement_terms import USES
from rights.models import FeeBearer, SplitScheme
from rights.shares import WHOLE, Role, describe_gap


class SplitSchemeForm(forms.Form):
    """A use and the share of each role in percent. After validation `shares` are basis points by role."""

    use = forms.ChoiceField(label="Income from", choices=[(use.value, use.label) for use in USES])
    tier_class = forms.CharField(
        label="Only for one class of tiers", required=False, max_length=40, validators=[validate_visible],
        help_text="Leave it empty for every tier.", widget=forms.TextInput({"dir": "auto", "autocomplete": "off"}),
    )  # fmt: skip

    fee_bearer = forms.ChoiceField(
        label="Who pays card fees", choices=FeeBearer.choices, initial=FeeBearer.PLATFORM, required=False
    )

    def __init__(self, data: Any = None, **options: Any) -> None:
        super().__init__(data, **options)
        for role in Role:
            name = "Fanfare" if role is Role.PLATFORM else role.label
            self.fields[role.value] = PercentField(label=f"{name}, in percent", required=False)

    @classmethod
    def after(cls, scheme: SplitScheme | None) -> "SplitSchemeForm":
        """An empty form, or one that begins with what this scheme says."""
        if scheme is None:
            return cls()
        shares = {line.role: f"{line.share / 100:g}" for line in scheme.lines.all()}
        fixed = {"use": scheme.use, "tier_class": scheme.tier_class, "fee_bearer": scheme.fee_bearer}
        return cls(initial=fixed | shares)

    @property
    def shares(self) -> dict[str, int]:
        """The roles that get something."""
        return {role.value: share for role in Role if (share := self.cleaned_data.get(role.value))}

    def clean_fee_bearer(self) -> str:
        return self.cleaned_data["fee_bearer"] or FeeBearer.PLATFORM

    @property
    def share_fields(self) -> list[forms.BoundField]:
        return [self[role.value] for role in Role]

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        if self.errors:
            return cleaned
        if (total := sum(self.shares.values())) != WHOLE:
            raise forms.ValidationError(f"The shares {describe_gap(total)}.")
        same = SplitScheme.objects.filter(use=cleaned["use"], tier_class=cleaned["tier_class"])
        newest = same.prefetch_related("lines").order_by("-version").first()
        said = (cleaned["fee_bearer"], self.shares)
        if newest and said == (newest.fee_bearer, {line.role: line.share for line in newest.lines.all()}):
            raise forms.ValidationError(f"Version {newest.version} says exactly this, so there is nothing to store.")
        return cleaned
