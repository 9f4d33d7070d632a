"""The form of a tier: what it is called, what it includes, and what it costs in each currency."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any, Self

from django import forms
from django.conf import settings

from artists.models import Program, ProgramVersion
from artists.validation import validate_lines, validate_title
from billing.exceptions import InvalidTerms
from billing.models import Interval, TierVersion
from billing.models.tiers import MAX_NAME
from billing.tier_terms import (
    MAX_LINE,
    MAX_LINES,
    MAX_REQUESTS,
    MAX_TRIAL_DAYS,
    MONTHS,
    IncludedProgram,
    Price,
    TierTerms,
    validate,
)
from catalog.models import Artist
from rights.money import exponent, format_money, to_decimal, to_minor_units


class TierForm(forms.Form):
    """`terms()` are those of a valid form. Its prices are fields named by interval and currency: `month_EUR`."""

    name = forms.CharField(
        label="Name", max_length=MAX_NAME, validators=[validate_title], widget=forms.TextInput(attrs={"dir": "auto"})
    )
    lines = forms.CharField(
        label="What fans get", max_length=MAX_LINES * (MAX_LINE + 2), required=False, validators=[validate_lines],
        help_text=f"In your words, a line for each, at most {MAX_LINES}. Everything here is a promise.",
        widget=forms.Textarea(attrs={"rows": 4, "dir": "auto"}),
    )  # fmt: skip
    programs = forms.MultipleChoiceField(
        label="Programs for this tier", required=False, widget=forms.CheckboxSelectMultiple,
        help_text="A program says itself who can get it: every fan who opted in, or fans whose tier includes it.",
    )  # fmt: skip
    requests_a_month = forms.IntegerField(
        label="Requests a month", min_value=0, max_value=MAX_REQUESTS, initial=0,
        help_text="So many can be asked for without paying more.",
    )  # fmt: skip
    trial_days = forms.IntegerField(
        label="Days free at the start", min_value=0, max_value=MAX_TRIAL_DAYS, initial=0, required=False,
        help_text="Each fan has this once, of all your tiers.",
    )  # fmt: skip
    has_downloads = forms.BooleanField(
        label="Downloads, where you allow them", required=False,
        help_text="While a tier with downloads is on sale, only fans who have it can keep a remix as a file.",
    )  # fmt: skip

    def __init__(self, data: Mapping[str, Any] | None = None, *, artist: Artist, initial: Any = None) -> None:
        super().__init__(data, initial=initial, auto_id="%s")
        listening = artist.programs.exclude(current__moment=ProgramVersion.MomentKind.REQUEST).select_related("current")
        self.own_programs = {str(program.pk): program for program in listening.order_by("name", "pk")}
        field = self.fields["programs"]
        assert isinstance(field, forms.MultipleChoiceField)
        field.choices = [(key, _name_program(program)) for key, program in self.own_programs.items()]
        for currency, (least, most) in settings.TIER_PRICES.items():
            for interval in Interval:
                self.fields[_price_name(interval, currency)] = _price_field(interval, currency, least, most)

    @classmethod
    def of_version(cls, version: TierVersion, *, artist: Artist) -> Self:
        """The form as the version was saved. A program that is gone is not offered again."""
        terms = TierTerms.of(version)
        prices = {_price_name(price.interval, price.currency): _typed(price) for price in terms.prices}
        columns = {name: getattr(terms, name) for name in ("name", "requests_a_month", "has_downloads", "trial_days")}
        programs = [str(program.id) for program in terms.programs]
        return cls(artist=artist, initial={**columns, **prices, "lines": "\n".join(terms.lines), "programs": programs})

    @property
    def price_rows(self) -> list[tuple[str, list[forms.BoundField]]]:
        """The fields of each currency."""
        return [
            (currency, [self[_price_name(interval, currency)] for interval in Interval])
            for currency in settings.TIER_PRICES
        ]

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        if not self.errors:
            try:
                validate(self.terms())
            except InvalidTerms as error:
                self.add_error(error.field if error.field in self.fields else None, str(error))
        return cleaned

    def terms(self) -> TierTerms:
        cleaned = self.cleaned_data
        amounts = {
            (interval.value, currency): cleaned.get(_price_name(interval, currency))
            for currency in settings.TIER_PRICES
            for interval in Interval
        }
        chosen: list[Program] = [self.own_programs[key] for key in cleaned["programs"]]
        return TierTerms(
            name=cleaned["name"],
            prices=tuple(
                Price(interval, currency, to_minor_units(amount, currency))
                for (interval, currency), amount in amounts.items()
                if amount is not None
            ),
            requests_a_month=cleaned["requests_a_month"],
            has_downloads=cleaned["has_downloads"],
            trial_days=cleaned["trial_days"] or 0,
            programs=tuple(IncludedProgram(program.pk, program.name) for program in chosen),
            lines=tuple(line.strip() for line in cleaned["lines"].splitlines() if line.strip()),
        )


def _name_program(program: Program) -> str:
    is_for_all = program.current is not None and not program.current.needs_tier
    return f"{program.name} (every fan who opted in gets it)" if is_for_all else program.name


def _price_name(interval: str, currency: str) -> str:
    return f"{interval}_{currency}"


def _price_field(interval: Interval, currency: str, least: int, most: int) -> forms.DecimalField:
    limits = f"{format_money(least, currency)} to {format_money(most * MONTHS[interval], currency)}"
    return forms.DecimalField(
        label=f"{currency} {interval.label}",
        required=False,
        decimal_places=exponent(currency),
        max_digits=12,
        help_text=limits,
        widget=forms.TextInput(attrs={"inputmode": "decimal", "autocomplete": "off", "size": 8, "dir": "ltr"}),
    )


def _typed(price: Price) -> Decimal:
    return to_decimal(price.amount, price.currency)
