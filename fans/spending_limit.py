"""The fan's monthly limit, as the page shows and reads it."""

from dataclasses import dataclass
from decimal import Decimal
from typing import Self

from django import forms

from billing.caps import MAX_CAP, Cap
from rights.money import exponent, to_decimal, to_minor_units

WIDTH = 1000
"""Of the drawing, in its own units."""


@dataclass(frozen=True, slots=True)
class Bar:
    """How wide the parts of a limit are drawn, one after the other: paid, held, and what renews."""

    paid: int
    held: int
    renewing: int

    @property
    def held_from(self) -> int:
        return self.paid

    @property
    def renewing_from(self) -> int:
        return self.paid + self.held

    @classmethod
    def of(cls, cap: Cap) -> Self:
        whole = max(cap.limit, cap.spent + cap.held + cap.renewing, 1)
        paid, held, renewing = (WIDTH * max(part, 0) // whole for part in (cap.spent, cap.held, cap.renewing))
        return cls(paid, held, renewing)


class LimitForm(forms.Form):
    """An amount in the fan's currency."""

    limit = forms.DecimalField(
        label="Limit a month",
        min_value=0,
        max_value=MAX_CAP,
        widget=forms.TextInput(attrs={"inputmode": "decimal", "autocomplete": "off"}),
    )

    def __init__(self, *args: object, cap: Cap, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)  # type: ignore[arg-type]  # what a form takes
        self.currency = cap.currency
        self.fields["limit"].label = f"Limit a month, in {cap.currency}"
        self.fields["limit"].initial = to_decimal(cap.next_limit or cap.limit, cap.currency)

    def clean_limit(self) -> int:
        """In minor units."""
        amount: Decimal = self.cleaned_data["limit"]
        try:
            units = to_minor_units(amount, self.currency)
        except ValueError:
            raise forms.ValidationError(f"{self.currency} has {exponent(self.currency)} decimal places.") from None
        if units >= MAX_CAP:
            raise forms.ValidationError("This is too much.")
        return units
