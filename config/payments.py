"""Read from the environment which payments there are: live, test, simulated or off. What is not certain is refused."""

import hmac
from collections.abc import Iterable
from datetime import timedelta
from decimal import Decimal, InvalidOperation
from typing import Literal, NamedTuple
from urllib.parse import urlsplit

from babel.numbers import UnknownCurrencyError
from django.core.exceptions import ImproperlyConfigured

from config import env
from rights.money import to_minor_units

type Mode = Literal["live", "test", "simulated", "off"]

TIER_PRICES = "EUR 1-200, USD 1-200, GBP 1-200, JPY 100-30000, KWD 0.3-60"
"""What tiers may cost a month, unless the environment says otherwise."""
SPENDING_CAPS = "EUR 100, USD 100, GBP 100, JPY 15000, KWD 30"
"""What a fan spends in a month at most, unless the fan or the environment says otherwise."""
SIMULATED_URL = "http://127.0.0.1:8012"
PAYOUT_MINIMUMS = "EUR 10, USD 10, GBP 10, JPY 1500, KWD 3"
"""What is paid out at least, unless the environment says otherwise."""
_KEY_MODES: dict[str, Mode] = {"sk_live_": "live", "rk_live_": "live", "sk_test_": "test", "rk_test_": "test"}
_STRIPE_PAGES = ("https://checkout.stripe.com", "https://billing.stripe.com", "https://connect.stripe.com")


class PaymentSettings(NamedTuple):
    mode: Mode
    secret_key: str = ""
    webhook_secrets: tuple[str, ...] = ()
    """The simulated provider signs with the first."""
    url: str = ""
    """Of the simulated provider; empty for Stripe's own."""


def page_origins(mode: Mode, url: str) -> list[str]:
    """Where our forms may lead besides our own site: to where fans pay, and where parties say who they are."""
    if mode == "simulated":
        parts = urlsplit(url)
        return [f"{parts.scheme}://{parts.netloc}"]
    return [] if mode == "off" else [*_STRIPE_PAGES]


def read_settings(site_secret: str, *, debug: bool) -> PaymentSettings:
    """Raises ImproperlyConfigured for a key without its webhook secret, and for simulated payments beside a key."""
    key, secrets = env.text("STRIPE_SECRET_KEY").strip(), tuple(env.comma_separated("STRIPE_WEBHOOK_SECRET"))
    if key:
        simulates = env.boolean("ALLOW_SIMULATED_PAYMENTS", default=False) or bool(env.text("SIMULATED_PAYMENTS_URL"))
        return _with_key(key, secrets, debug=debug, simulates=simulates)
    if secrets:
        raise ImproperlyConfigured("STRIPE_WEBHOOK_SECRET is set and STRIPE_SECRET_KEY is not: set both, or neither.")
    if not env.boolean("ALLOW_SIMULATED_PAYMENTS", default=debug):
        return PaymentSettings("off")
    return _simulated(site_secret)


def _with_key(key: str, secrets: tuple[str, ...], *, debug: bool, simulates: bool) -> PaymentSettings:
    mode = next((mode for prefix, mode in _KEY_MODES.items() if key.startswith(prefix)), None)
    if mode is None:
        raise ImproperlyConfigured(
            "STRIPE_SECRET_KEY is no secret key: it begins with sk_ or rk_, then live_ or test_."
        )
    if not secrets or not all(secret.startswith("whsec_") for secret in secrets):
        raise ImproperlyConfigured(
            "STRIPE_SECRET_KEY is set, so STRIPE_WEBHOOK_SECRET must be: the whsec_… of the endpoint, and after a "
            "comma of the one for connected accounts. Without it anybody could say that something was paid."
        )
    if simulates:
        raise ImproperlyConfigured(
            "STRIPE_SECRET_KEY is set together with ALLOW_SIMULATED_PAYMENTS or SIMULATED_PAYMENTS_URL. Take one away: "
            "simulated payments never run beside others."
        )
    if mode == "live" and debug:
        raise ImproperlyConfigured("STRIPE_SECRET_KEY is live and DEBUG is on. DEBUG shows secrets and lets people in.")
    return PaymentSettings(mode, key, secrets)


def _simulated(site_secret: str) -> PaymentSettings:
    """The site and the simulated provider are processes of the same settings, so both know the same secrets."""
    url = env.text("SIMULATED_PAYMENTS_URL", SIMULATED_URL).rstrip("/")
    parts = urlsplit(url)
    if parts.scheme not in {"http", "https"} or not parts.netloc or "stripe.com" in parts.netloc:
        raise ImproperlyConfigured(f"SIMULATED_PAYMENTS_URL={url!r} is not the address of a simulated provider.")

    def derive(purpose: str) -> str:
        return hmac.digest(site_secret.encode(), f"simulated payments: {purpose}".encode(), "sha256").hex()[:32]

    return PaymentSettings("simulated", f"sk_test_simulated{derive('key')}", (f"whsec_{derive('webhooks')}",), url)


def read_price_limits() -> dict[str, tuple[int, int]]:
    """The currencies that tiers are sold in, and the least and the most that one may cost a month, in minor units."""
    return dict(_read_limit(word) for word in env.comma_separated("TIER_PRICES", TIER_PRICES))


def _read_limit(word: str) -> tuple[str, tuple[int, int]]:
    """`EUR 1-200` is from €1.00 to €200.00."""
    currency, _, amounts = word.partition(" ")
    try:
        least, most = (_read_amount(amount, currency) for amount in amounts.split("-"))
    except ValueError:
        least, most = 0, 0
    if not 0 < least <= most:
        raise ImproperlyConfigured(f"TIER_PRICES={word!r}: say a currency and two amounts, for example EUR 1-200.")
    return currency, (least, most)


def read_spending_caps(currencies: Iterable[str]) -> dict[str, int]:
    """What a fan who says nothing else spends in a month at most, in minor units, for each currency of a price."""
    caps = dict(_read_cap(word) for word in env.comma_separated("SPENDING_CAPS", SPENDING_CAPS))
    if missing := sorted(set(currencies) - caps.keys()):
        raise ImproperlyConfigured(
            f"SPENDING_CAPS has no cap in {', '.join(missing)}, and TIER_PRICES has prices in it."
        )
    return caps


def _read_cap(word: str) -> tuple[str, int]:
    """`EUR 100` is €100.00."""
    currency, _, amount = word.partition(" ")
    cap = _read_amount(amount, currency)
    if not 0 < cap < 100_000_000:
        raise ImproperlyConfigured(f"SPENDING_CAPS={word!r}: say a currency and an amount, for example EUR 100.")
    return currency, cap


def read_grace() -> timedelta:
    """How long a fan keeps a tier after a renewal failed. The database allows two weeks at most."""
    days = env.integer("GRACE_DAYS", 7)
    if not 0 <= days <= 14:
        raise ImproperlyConfigured(f"GRACE_DAYS={days}: say from 0 to 14 days.")
    return timedelta(days=days)


def read_gift_time() -> timedelta:
    """How long somebody can redeem a gift. After that it is paid back."""
    days = env.integer("GIFT_DAYS", 365)
    if not 30 <= days <= 1095:
        raise ImproperlyConfigured(f"GIFT_DAYS={days}: say from 30 to 1095 days.")
    return timedelta(days=days)


def read_payout_minimums() -> dict[str, int]:
    """What is paid out at least, by currency, in minor units. Of others it is ten whole units."""
    return dict(_read_minimum(word) for word in env.comma_separated("PAYOUT_MINIMUMS", PAYOUT_MINIMUMS))


def _read_minimum(word: str) -> tuple[str, int]:
    currency, _, amount = word.partition(" ")
    least = _read_amount(amount, currency)
    if least <= 0:
        raise ImproperlyConfigured(f"PAYOUT_MINIMUMS={word!r}: say a currency and an amount, for example EUR 10.")
    return currency, least


def _read_amount(text: str, currency: str) -> int:
    """In minor units; 0 for what is no amount of this currency."""
    try:
        return to_minor_units(Decimal(text), currency)
    except (ValueError, InvalidOperation, UnknownCurrencyError):
        return 0


def read_payout_day() -> int:
    """On which day of a month the run of the month is prepared."""
    day = env.integer("PAYOUT_DAY", 20)
    if not 1 <= day <= 28:
        raise ImproperlyConfigured(f"PAYOUT_DAY={day}: say a day from 1 to 28.")
    return day
