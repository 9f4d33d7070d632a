"""The forms of requests: what a fan chooses, and what an artist offers."""

from collections.abc import Mapping
from typing import Any, Self

from babel import Locale
from django import forms
from django.conf import settings

from ai import request_words
from artists.models import ProgramVersion
from artists.models.requests import MAX_NOTE, MAX_RECIPIENT
from artists.programs import MAX_REVIEW_SECONDS
from artists.requests.asking import Wish
from artists.requests.consent_text import DAY_SECONDS, find_days
from artists.requests.terms import MAX_FREE_TRIES, OfferTerms, RequestTerms, load_payment, load_terms
from artists.validation import validate_lines, validate_title
from rights.money import exponent, format_money, to_decimal, to_minor_units

MAX_SONGS = 500
PICK = {"class": "pick"}


class RequestForm(forms.Form):
    """What a fan chooses. `wish()` is that of a valid form; `asking` checks it against the offer."""

    recipient = forms.CharField(
        label="To whom",
        max_length=MAX_RECIPIENT,
        error_messages={"required": "Whom does it greet? A first name."},
        widget=forms.TextInput(attrs={**PICK, "autocomplete": "off", "placeholder": "a first name", "size": 12,
                                      "dir": "auto", "aria-label": "To whom, a first name"}),
    )  # fmt: skip
    occasion = forms.ChoiceField(label="For", widget=forms.Select(attrs={**PICK, "aria-label": "For"}))
    relation = forms.ChoiceField(label="In the message you are", required=False)
    event = forms.ChoiceField(label="What happened", required=False)
    day = forms.DateField(label="When", required=False, widget=forms.DateInput(attrs={"type": "date"}))
    recording = forms.TypedChoiceField(label="A song between you", required=False, coerce=int, empty_value=None)
    note = forms.CharField(
        label="A line to the team",
        max_length=MAX_NOTE,
        required=False,
        help_text="Read by a person. It never becomes part of the message.",
        widget=forms.Textarea(attrs={"rows": 2, "dir": "auto"}),
    )
    may_share_name = forms.BooleanField(
        label="I may share this name with the artist’s team.",
        error_messages={"required": "Say that you may share the name: somebody else reads it."},
    )

    def __init__(self, data: Mapping[str, Any] | None = None, *, version: ProgramVersion) -> None:
        super().__init__(data, auto_id="%s")
        terms = load_terms(version.terms)
        self._offer("occasion", request_words.list_choices("occasion", terms.occasions))
        for slot in ("relation", "event"):
            self._offer(slot, request_words.list_choices(slot, terms.find_keys(slot)), "I leave that out")
        songs = version.artist.recordings.order_by("title", "pk")[:MAX_SONGS] if terms.has_song else []
        self._offer("recording", [(str(song.pk), song.title) for song in songs], "none")
        if not terms.has_day:
            del self.fields["day"]

    def wish(self) -> Wish:
        chosen = self.cleaned_data
        return Wish(**{name: chosen[name] for name in Wish.__dataclass_fields__ if name in chosen})

    @property
    def slots(self) -> list[forms.BoundField]:
        """The facts that may be left out."""
        return [self[name] for name in ("relation", "event", "day", "recording") if name in self.fields]

    def _offer(self, name: str, choices: list[tuple[str, str]], none: str = "") -> None:
        if not choices:
            del self.fields[name]
            return
        field = self.fields[name]
        assert isinstance(field, forms.ChoiceField)
        field.choices = [*([("", none)] if none else []), *choices]


class PaymentForm(forms.Form):
    """What every offer says: how long an answer takes, how many are free, and what others cost."""

    days = forms.IntegerField(
        label="Days to answer",
        min_value=1,
        max_value=MAX_REVIEW_SECONDS // DAY_SECONDS,
        initial=5,
        help_text="A card is held for about a week, so answers to paid requests may be due earlier.",
    )
    free_tries = forms.IntegerField(label="Free tries for each fan", min_value=0, max_value=MAX_FREE_TRIES, initial=0)

    def __init__(self, data: Mapping[str, Any] | None = None, *, initial: Any = None) -> None:
        super().__init__(data, initial=initial, auto_id="%s")
        for currency, (least, most) in settings.TIER_PRICES.items():
            self.fields[_price_name(currency)] = forms.DecimalField(
                label=currency,
                required=False,
                decimal_places=exponent(currency),
                max_digits=12,
                help_text=f"{format_money(least, currency)} to {format_money(most, currency)}",
                widget=forms.TextInput(attrs={"inputmode": "decimal", "autocomplete": "off", "size": 8, "dir": "ltr"}),
            )

    @classmethod
    def of_version(cls, version: ProgramVersion) -> Self:
        return cls(initial=cls.read_version(version))

    @classmethod
    def read_version(cls, version: ProgramVersion) -> dict[str, Any]:
        """What the fields of a signed or saved version have."""
        terms = load_payment(version.terms)
        prices = {_price_name(currency): to_decimal(amount, currency) for currency, amount in terms.prices.items()}
        return {"days": find_days(version), "free_tries": terms.free_tries, **prices}

    @property
    def price_fields(self) -> list[forms.BoundField]:
        return [self[_price_name(currency)] for currency in settings.TIER_PRICES]

    @property
    def review_seconds(self) -> int:
        """Of a valid form."""
        return int(self.cleaned_data["days"]) * DAY_SECONDS

    def payment_terms(self) -> dict[str, Any]:
        """Of a valid form: the terms that every offer has."""
        chosen = self.cleaned_data
        prices = {currency: chosen.get(_price_name(currency)) for currency in settings.TIER_PRICES}
        return {
            "free_tries": chosen["free_tries"],
            "prices": {
                currency: to_minor_units(price, currency) for currency, price in prices.items() if price is not None
            },
        }


class OfferForm(PaymentForm):
    """An offer of messages. `fields_of_version()` are the arguments of `programs.edit` for a valid form."""

    sentences = forms.CharField(
        label="Your sentences",
        max_length=8_000,
        validators=[validate_lines],
        help_text="One text, or several with an empty line between them; one is chosen. Slots: {recipient}, "
        "{occasion}, {relation}, {event}, {day}, {song}, {name}, {artist}. "
        "What may be unknown goes in brackets: [: {event}].",
        widget=forms.Textarea(attrs={"rows": 7, "dir": "auto", "spellcheck": "true"}),
    )
    locale = forms.ChoiceField(label="Language of the sentences")
    occasions = forms.MultipleChoiceField(label="Occasions", widget=forms.CheckboxSelectMultiple)
    relations = forms.MultipleChoiceField(
        label="Who the fan may be", required=False, widget=forms.CheckboxSelectMultiple
    )
    events = forms.MultipleChoiceField(
        label="What may have happened", required=False, widget=forms.CheckboxSelectMultiple
    )
    has_day = forms.BooleanField(label="A day", required=False, initial=True)
    has_song = forms.BooleanField(label="A song of yours", required=False, initial=True)

    def __init__(self, data: Mapping[str, Any] | None = None, *, initial: Any = None) -> None:
        super().__init__(data, initial=initial)
        languages = [(tag, str(Locale.parse(tag).get_display_name("en"))) for tag in request_words.LANGUAGES]
        self._set_choices("locale", languages)
        for name in ("occasions", "relations", "events"):
            choices = request_words.list_choices(name.removesuffix("s"))
            self._set_choices(name, choices)
            self.fields[name].initial = [key for key, _ in choices]

    @classmethod
    def read_version(cls, version: ProgramVersion) -> dict[str, Any]:
        terms = load_terms(version.terms)
        return {
            **super().read_version(version),
            **{name: list(getattr(terms, name)) for name in ("occasions", "relations", "events")},
            "sentences": "\n\n".join(version.words["templates"]),
            "locale": version.words["locale"],
            "has_day": terms.has_day,
            "has_song": terms.has_song,
        }

    def fields_of_version(self) -> dict[str, Any]:
        chosen = self.cleaned_data
        names = RequestTerms.__dataclass_fields__.keys() - OfferTerms.__dataclass_fields__.keys()
        return {
            "moment": ProgramVersion.MomentKind.REQUEST,
            "nth": 1,
            "review_seconds": self.review_seconds,
            "wording": {"locale": chosen["locale"], "templates": _split(chosen["sentences"]), "fragments": {}},
            "terms": {**{name: chosen[name] for name in names}, **self.payment_terms()},
        }

    def _set_choices(self, name: str, choices: list[tuple[str, str]]) -> None:
        field = self.fields[name]
        assert isinstance(field, forms.ChoiceField)
        field.choices = choices


class OfferNameForm(forms.Form):
    """The name of a new offer, which fans see."""

    name = forms.CharField(label="What fans can ask for", max_length=120, validators=[validate_title],
                           initial="A personal message")  # fmt: skip


def _price_name(currency: str) -> str:
    return f"price_{currency}"


def _split(text: str) -> list[str]:
    """The texts between empty lines."""
    lines = text.replace("\r\n", "\n").strip()
    return [part.strip() for part in lines.split("\n\n") if part.strip()]
