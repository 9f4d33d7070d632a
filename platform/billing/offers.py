"""What fans can buy of an artist now, and in which currency one fan pays."""

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import groupby
from typing import Literal

from babel.numbers import get_territory_currencies

from accounts.models import AgeBand, Person
from billing import checkouts, introductory_prices, leases, promotions, terms
from billing.introductory_prices import IntroductoryPrice, IntroductoryPrices
from billing.models import Checkout, Entitlement, Interval, Subscription, TierPrice, TierVersion
from billing.sync import ENDED
from billing.tier_terms import TierTerms
from catalog.models import Artist


@dataclass(frozen=True, slots=True)
class Offer:
    """A tier on sale, with its prices in the currency of the fan. It has none where it is not sold in it."""

    version: TierVersion
    month: TierPrice | None
    year: TierPrice | None
    ink: Literal["half", "full"]
    """The more a tier is, the more ink its ticket has."""
    introductory_prices: IntroductoryPrices
    is_own: bool = False

    @property
    def included(self) -> list[str]:
        return TierTerms.of(self.version).list_included()

    @property
    def prices(self) -> list[TierPrice]:
        return [price for price in (self.month, self.year) if price]

    @property
    def first(self) -> TierPrice | None:
        """The price that the page names first."""
        return self.month or self.year

    @property
    def introductory_price(self) -> IntroductoryPrice:
        """Of the first price, for this fan."""
        return self.introductory_prices.choose(self.first) if self.first else IntroductoryPrice()

    @property
    def first_in_words(self) -> str:
        """For example "€2.80 a month for 3 months, then €4.00"."""
        return self._write(self.first)

    @property
    def second_in_words(self) -> str:
        return self._write(self.second)

    def _write(self, price: TierPrice | None) -> str:
        return terms.write_price(price, self.introductory_prices.choose(price)) if price else ""

    @property
    def second(self) -> TierPrice | None:
        """The price of a year beside that of a month."""
        return self.year if self.month else None


@dataclass(frozen=True, slots=True)
class Offers:
    """All tiers of an artist on sale, for one fan."""

    currency: str
    currencies: list[str]
    """What the fan can choose from; empty while the currency cannot change."""
    tiers: list[Offer]
    live: Checkout | None
    """The fan's order or tier of this artist."""
    lease: Entitlement | None
    """What the fan has of this artist now, which is "Yours"."""
    running: Subscription | None
    """The fan's subscription to this artist, which can be changed."""
    introductory_prices: IntroductoryPrices
    may_pay: bool
    """The fan is 18 or older."""


def list_prices(artist: Artist) -> list[TierPrice]:
    """The prices on sale with their versions, by tier; in one query."""
    return list(
        TierPrice.objects.on_sale()
        .filter(artist=artist)
        .order_by("version__tier__position", "version__tier_id", "currency", "interval")
    )


def sells_downloads(artist_id: int) -> bool:
    """Whether a tier of this artist that is on sale includes downloads."""
    return TierPrice.objects.on_sale().filter(artist=artist_id, version__has_downloads=True).exists()


def find_offers(artist: Artist, person: Person, *, currency: str = "", code: str = "") -> Offers:
    """The tiers for this fan, in six queries.

    `currency` is the one that the fan would like to pay in, and `code` is of a promotion.
    """
    prices = list_prices(artist)
    live, lease = checkouts.find_live(person, artist.pk), leases.find_access(person.pk, artist.pk)
    fixed = find_fixed_currency(person)
    sold_in = sorted({price.currency for price in prices})
    wanted = [currency, *_usual_currencies(person), *sold_in]
    chosen = fixed or next((each for each in wanted if each in sold_in), "")
    introductory = introductory_prices.list_usable(person, artist.pk, code=code)
    return Offers(
        currency=chosen,
        currencies=[] if fixed or len(sold_in) < 2 else sold_in,
        tiers=list(_list_offers(prices, chosen, lease, introductory)),
        live=live,
        lease=lease,
        running=_find_running(live),
        introductory_prices=introductory,
        may_pay=person.age_band == AgeBand.ADULT,
    )


def find_fixed_currency(person: Person) -> str:
    """The currency in which this fan pays while something is ordered or bought; "" where it can be chosen."""
    return Checkout.objects.open_or_paid().filter(person=person).values_list("currency", flat=True).first() or ""


def list_usual_prices(artist: Artist, person: Person) -> list[tuple[TierVersion, str]]:
    """Each tier on sale with a price in words, in the currency of the person's country if there is one.

    With the promotion that this person can use. In two queries, or one where nothing is sold.
    """
    prices, usual = list_prices(artist), _usual_currencies(person)
    usable = promotions.list_usable(person, artist.pk) if prices else []

    def distance(price: TierPrice) -> tuple[int, bool]:
        return usual.index(price.currency) if price.currency in usual else len(usual), price.interval != Interval.MONTH

    def write(price: TierPrice) -> str:
        return terms.write_price(price, IntroductoryPrice(promotion=promotions.choose(usable, price)))

    return [
        (version, write(min(of_tier, key=distance)))
        for version, of_tier in groupby(prices, key=lambda price: price.version)
    ]


def _usual_currencies(person: Person) -> list[str]:
    return list(get_territory_currencies(person.country)) if person.country else []


def _find_running(live: Checkout | None) -> Subscription | None:
    found: Subscription | None = getattr(live, "subscription", None)
    return found if found and found.status not in ENDED else None


def _list_offers(
    prices: Iterable[TierPrice], currency: str, lease: Entitlement | None, introductory: IntroductoryPrices
) -> Iterable[Offer]:
    by_tier = [list(of_tier) for _, of_tier in groupby(prices, key=lambda price: price.version)]
    own = lease.tier_id if lease else None
    for number, of_tier in enumerate(by_tier, start=1):
        version = of_tier[0].version
        found = {price.interval: price for price in of_tier if price.currency == currency}
        yield Offer(
            version,
            found.get(Interval.MONTH),
            found.get(Interval.YEAR),
            "full" if number == len(by_tier) else "half",
            introductory,
            is_own=version.tier_id == own,
        )
