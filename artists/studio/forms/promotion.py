"""The form of a promotion: what is lower, by how much, for how long, and who can use it."""

from collections.abc import Mapping
from datetime import date, datetime, time
from typing import Any

from django import forms
from django.utils import timezone

from billing import tiers
from billing.models.promotions import MAX_CODE, MAX_MONTHS, MAX_PERCENT, MAX_PLACES
from billing.promotions import clean_code, validate_code, validate_end
from catalog.models import Artist


class PromotionForm(forms.Form):
    """`content()` is what `promotions.create` takes of a valid form. Days are those of the active time zone."""

    tier = forms.ChoiceField(label="Which tier", required=False)
    percent = forms.IntegerField(label="Per cent off", min_value=1, max_value=MAX_PERCENT, initial=30)
    months = forms.IntegerField(
        label="For how many months", min_value=1, max_value=MAX_MONTHS, initial=3,
        help_text="Of a price that is paid each month. Of a yearly price, the first year is lower.",
    )  # fmt: skip
    last_day = forms.DateField(label="Last day to use it", widget=forms.DateInput(attrs={"type": "date"}))
    places = forms.IntegerField(
        label="For how many fans", min_value=1, max_value=MAX_PLACES, required=False,
        help_text="The first ones get it. Empty: everybody until the last day.",
    )  # fmt: skip
    code = forms.CharField(
        label="Code", max_length=MAX_CODE, required=False, validators=[validate_code],
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
        help_text="Only who types it pays less. Empty: your page shows the lower price to everybody.",
    )  # fmt: skip

    def __init__(self, data: Mapping[str, Any] | None = None, *, artist: Artist) -> None:
        super().__init__(data, auto_id="%s")
        self.own_tiers = {str(tier.pk): tier for tier in tiers.list_tiers(artist)}
        names = [(key, tier.current.name) for key, tier in self.own_tiers.items() if tier.current]
        field = self.fields["tier"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = [("", "All tiers"), *names]

    def clean_last_day(self) -> datetime:
        """The end of that day."""
        chosen: date = self.cleaned_data["last_day"]
        end = timezone.make_aware(datetime.combine(chosen, time(23, 59, 59, 999_999)))
        validate_end(end)
        return end

    def clean_code(self) -> str:
        return clean_code(self.cleaned_data["code"])

    def content(self) -> dict[str, Any]:
        chosen = self.cleaned_data
        kept = {name: chosen[name] for name in ("percent", "months", "places", "code")}
        return kept | {"tier": self.own_tiers.get(chosen["tier"]), "redeem_by": chosen["last_day"]}
