"""Which payments there are is read from the environment, and what is not certain is refused."""

import pytest
from django.core.exceptions import ImproperlyConfigured

from config import payments

KEYS = ("STRIPE_SECRET_KEY", "STRIPE_WEBHOOK_SECRET", "ALLOW_SIMULATED_PAYMENTS", "SIMULATED_PAYMENTS_URL")


@pytest.fixture(autouse=True)
def _no_keys(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in KEYS:
        monkeypatch.delenv(name, raising=False)


def read(monkeypatch: pytest.MonkeyPatch, *, debug: bool = False, **variables: str) -> payments.PaymentSettings:
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    return payments.read_settings("the secret of the site", debug=debug)


@pytest.mark.parametrize(
    ("key", "mode"), [("sk_live_1", "live"), ("rk_live_1", "live"), ("sk_test_1", "test"), ("rk_test_1", "test")]
)
def test_the_key_says_which_money_it_is(key: str, mode: str, monkeypatch: pytest.MonkeyPatch) -> None:
    settings = read(monkeypatch, STRIPE_SECRET_KEY=key, STRIPE_WEBHOOK_SECRET="whsec_1, whsec_2")

    assert settings == (mode, key, ("whsec_1", "whsec_2"), "")


@pytest.mark.parametrize("key", ["pk_live_1", "whsec_1", "sk_liver_1", "nonsense"])
def test_what_is_no_secret_key_starts_nothing(key: str, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(ImproperlyConfigured, match="no secret key"):
        read(monkeypatch, STRIPE_SECRET_KEY=key, STRIPE_WEBHOOK_SECRET="whsec_1")


@pytest.mark.parametrize("secret", ["", " ", ",", "secret", "whsec_1,secret"])
def test_a_key_without_the_secret_of_its_webhooks_starts_nothing(secret: str, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(ImproperlyConfigured, match="STRIPE_WEBHOOK_SECRET must be"):
        read(monkeypatch, STRIPE_SECRET_KEY="sk_test_1", STRIPE_WEBHOOK_SECRET=secret)


def test_a_webhook_secret_without_a_key_starts_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(ImproperlyConfigured, match="STRIPE_SECRET_KEY is not"):
        read(monkeypatch, STRIPE_WEBHOOK_SECRET="whsec_1")


@pytest.mark.parametrize("key", ["sk_live_1", "sk_test_1"])
@pytest.mark.parametrize(
    "simulation", [{"ALLOW_SIMULATED_PAYMENTS": "1"}, {"SIMULATED_PAYMENTS_URL": "http://127.0.0.1:8012"}]
)
def test_simulated_payments_never_run_beside_a_key(
    key: str, simulation: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(ImproperlyConfigured, match="never run beside"):
        read(monkeypatch, STRIPE_SECRET_KEY=key, STRIPE_WEBHOOK_SECRET="whsec_1", **simulation)


def test_live_money_and_debug_do_not_go_together(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(ImproperlyConfigured, match="DEBUG is on"):
        read(monkeypatch, debug=True, STRIPE_SECRET_KEY="sk_live_1", STRIPE_WEBHOOK_SECRET="whsec_1")


def test_without_keys_payments_are_off_unless_they_may_be_simulated(monkeypatch: pytest.MonkeyPatch) -> None:
    off = read(monkeypatch)
    with_debug = read(monkeypatch, debug=True)
    allowed = read(monkeypatch, ALLOW_SIMULATED_PAYMENTS="1")
    forbidden = read(monkeypatch, debug=True, ALLOW_SIMULATED_PAYMENTS="0")

    assert (with_debug.mode, allowed.mode) == ("simulated", "simulated")
    assert off == forbidden == ("off", "", (), "")


def test_the_simulated_provider_has_secrets_that_only_the_site_knows(monkeypatch: pytest.MonkeyPatch) -> None:
    ours = payments.read_settings("one secret", debug=True)
    others = payments.read_settings("another secret", debug=True)

    assert ours == payments.read_settings("one secret", debug=True)
    assert ours.secret_key.startswith("sk_test_simulated")
    assert {ours.secret_key, *ours.webhook_secrets}.isdisjoint({others.secret_key, *others.webhook_secrets})


@pytest.mark.parametrize("url", ["https://api.stripe.com", "127.0.0.1:8012", "ftp://127.0.0.1"])
def test_a_simulated_provider_is_not_stripe(url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(ImproperlyConfigured, match="SIMULATED_PAYMENTS_URL"):
        read(monkeypatch, debug=True, SIMULATED_PAYMENTS_URL=url)


def test_forms_may_lead_to_the_pages_of_the_provider_in_use_alone() -> None:
    stripe = ["https://checkout.stripe.com", "https://billing.stripe.com", "https://connect.stripe.com"]

    assert [payments.page_origins(mode, "http://127.0.0.1:8012/x") for mode in ("live", "simulated", "off")] == [
        stripe,
        ["http://127.0.0.1:8012"],
        [],
    ]


def test_tiers_are_sold_in_the_currencies_and_amounts_of_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    assert payments.read_price_limits() == {
        "EUR": (100, 20_000),
        "USD": (100, 20_000),
        "GBP": (100, 20_000),
        "JPY": (100, 30_000),
        "KWD": (300, 60_000),
    }

    monkeypatch.setenv("TIER_PRICES", "CHF 2.50-10, ISK 200-9000")
    assert payments.read_price_limits() == {"CHF": (250, 1_000), "ISK": (200, 9_000)}


def test_a_fan_spends_so_much_a_month_unless_somebody_says_otherwise(monkeypatch: pytest.MonkeyPatch) -> None:
    assert payments.read_spending_caps(["EUR", "JPY"]) == {
        "EUR": 10_000,
        "USD": 10_000,
        "GBP": 10_000,
        "JPY": 15_000,
        "KWD": 30_000,
    }

    monkeypatch.setenv("SPENDING_CAPS", "CHF 40.50")
    assert payments.read_spending_caps(["CHF"]) == {"CHF": 4_050}


@pytest.mark.parametrize("limits", ["EUR", "EUR 0", "EUR -5", "EUR 1.001", "XYZ 5", "EUR a", "EUR 1000000", "USD 5"])
def test_a_cap_that_is_none_or_missing_starts_nothing(limits: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SPENDING_CAPS", limits)

    with pytest.raises(ImproperlyConfigured, match="SPENDING_CAPS"):
        payments.read_spending_caps(["EUR"])


@pytest.mark.parametrize(
    "prices", ["EUR", "EUR 1", "EUR 0-5", "EUR 5-1", "EUR 1.001-2", "XYZ 1-2", "EUR a-b", "EUR 1-2-3"]
)
def test_amounts_that_nobody_can_pay_start_nothing(prices: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TIER_PRICES", prices)

    with pytest.raises(ImproperlyConfigured, match="TIER_PRICES"):
        payments.read_price_limits()
