"""One call of every method of the adapter, for the tests that look at its requests and at what it makes of answers."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

from billing.provider import Provider
from billing.provider.checkouts import CheckoutTerms
from billing.provider.portal import Upgrade

SINCE = datetime(2026, 11, 1, tzinfo=UTC)
IDS = {"request": "17"}


def terms() -> CheckoutTerms:
    return CheckoutTerms(
        customer="cus_1",
        reference="17",
        metadata=IDS,
        success_url="https://fanfare.example/paid",
        cancel_url="https://fanfare.example/back",
        expires_at=datetime.now(UTC) + timedelta(minutes=31),
    )


CALLS: dict[str, Callable[[Provider], Any]] = {
    "customers.create": lambda p: p.customers.create("person-1", email="fan@fanfare.example", key="k"),
    "customers.fetch": lambda p: p.customers.fetch("cus_1"),
    "customers.change_email": lambda p: p.customers.change_email("cus_1", "new@fanfare.example", key="k"),
    "customers.delete": lambda p: p.customers.delete("cus_1"),
    "catalogue.create_product": lambda p: p.catalogue.create_product("Ada: the inner circle", metadata=IDS, key="k"),
    "catalogue.rename_product": lambda p: p.catalogue.rename_product("prod_1", "Ada: the circle", key="k"),
    "catalogue.create_price": lambda p: p.catalogue.create_price(
        "prod_1", 500, "EUR", interval="month", metadata=IDS, key="k"
    ),
    "catalogue.create_price once": lambda p: p.catalogue.create_price(
        "prod_1", 500, "JPY", interval=None, metadata=IDS, key="k", tax_included=False
    ),
    "catalogue.fetch_price": lambda p: p.catalogue.fetch_price("price_1"),
    "catalogue.close_price": lambda p: p.catalogue.close_price("price_1", key="k"),
    "catalogue.create_coupon": lambda p: p.catalogue.create_coupon(
        30, months=3, product="prod_1", metadata=IDS, key="k"
    ),
    "catalogue.create_coupon once": lambda p: p.catalogue.create_coupon(
        50, months=None, product="prod_1", metadata=IDS, key="k"
    ),
    "checkouts.subscribe": lambda p: p.checkouts.subscribe(terms(), "price_1", key="k"),
    "checkouts.subscribe on trial": lambda p: p.checkouts.subscribe(
        terms(), "price_1", key="k", trial_days=7, coupon="coupon_1"
    ),
    "checkouts.hold": lambda p: p.checkouts.hold(terms(), 1500, "EUR", "A message", key="k"),
    "checkouts.pay": lambda p: p.checkouts.pay(terms(), 1500, "EUR", "A gift", key="k"),
    "checkouts.fetch": lambda p: p.checkouts.fetch("cs_1"),
    "checkouts.expire": lambda p: p.checkouts.expire("cs_1", key="k"),
    "checkouts.list_since": lambda p: p.checkouts.list_since(SINCE),
    "portal.create_configuration": lambda p: p.portal.create_configuration({"prod_1": ["price_1"]}, key="k"),
    "portal.change_configuration": lambda p: p.portal.change_configuration(
        "bpc_1", {"prod_1": ["price_1", "price_2"]}, key="k"
    ),
    "portal.url": lambda p: p.portal.url("cus_1", return_url="https://fanfare.example/mine", configuration="bpc_1"),
    "portal.url to upgrade": lambda p: p.portal.url(
        "cus_1",
        return_url="https://fanfare.example/mine",
        configuration="bpc_1",
        upgrade=Upgrade("sub_1", "si_1", "price_2"),
    ),
    "subscriptions.fetch": lambda p: p.subscriptions.fetch("sub_1"),
    "subscriptions.list_since": lambda p: p.subscriptions.list_since(SINCE, customer="cus_1"),
    "subscriptions.list_since for all": lambda p: p.subscriptions.list_since(),
    "subscriptions.cancel_at_period_end": lambda p: p.subscriptions.cancel_at_period_end("sub_1", key="k"),
    "subscriptions.resume": lambda p: p.subscriptions.resume("sub_1", key="k"),
    "subscriptions.cancel_now": lambda p: p.subscriptions.cancel_now("sub_1"),
    "subscriptions.upgrade": lambda p: p.subscriptions.upgrade("sub_1", "si_1", "price_2", key="k"),
    "subscriptions.downgrade": lambda p: p.subscriptions.downgrade("sub_1", "price_0", key="k"),
    "subscriptions.keep_price": lambda p: p.subscriptions.keep_price("sub_1", key="k"),
    "invoices.fetch": lambda p: p.invoices.fetch("in_1"),
    "invoices.list_of": lambda p: p.invoices.list_of("sub_1"),
    "invoices.list_since": lambda p: p.invoices.list_since(SINCE),
    "invoices.find_paid_by": lambda p: p.invoices.find_paid_by("pi_1"),
    "payments.fetch": lambda p: p.payments.fetch("pi_1"),
    "payments.fetch_with_charge": lambda p: p.payments.fetch_with_charge("pi_1"),
    "payments.capture": lambda p: p.payments.capture("pi_1", key="k"),
    "payments.release": lambda p: p.payments.release("pi_1", key="k"),
    "payments.fetch_charge": lambda p: p.payments.fetch_charge("ch_1"),
    "payments.list_since": lambda p: p.payments.list_since(SINCE),
    "payments.refund": lambda p: p.payments.refund("pi_1", 700, "EUR", metadata=IDS, key="k"),
    "payments.fetch_refund": lambda p: p.payments.fetch_refund("re_1"),
    "payments.list_refunds": lambda p: p.payments.list_refunds("pi_1"),
    "payments.list_refunds since": lambda p: p.payments.list_refunds(since=SINCE),
    "payments.fetch_dispute": lambda p: p.payments.fetch_dispute("dp_1"),
    "payments.list_disputes": lambda p: p.payments.list_disputes("pi_1"),
    "payees.create": lambda p: p.payees.create("party-1", "DE", key="k"),
    "payees.fetch": lambda p: p.payees.fetch("acct_1"),
    "payees.onboarding_url": lambda p: p.payees.onboarding_url(
        "acct_1", return_url="https://fanfare.example/label", refresh_url="https://fanfare.example/again"
    ),
    "transfers.create": lambda p: p.transfers.create(
        "acct_1", 900, "EUR", group="payout-9", metadata=IDS, key="k", source_charge="ch_1"
    ),
    "transfers.fetch": lambda p: p.transfers.fetch("tr_1"),
    "transfers.list_of": lambda p: p.transfers.list_of("payout-9"),
    "transfers.list_since": lambda p: p.transfers.list_since(SINCE),
    "transfers.list_reversals": lambda p: p.transfers.list_reversals("tr_1"),
    "transfers.reverse": lambda p: p.transfers.reverse("tr_1", 300, "EUR", metadata=IDS, key="k"),
    "transfers.fetch_balance": lambda p: p.transfers.fetch_balance(),
    "transfers.list_movements": lambda p: p.transfers.list_movements(SINCE, payout="po_1"),
    "events.list_since": lambda p: p.events.list_since(SINCE, undelivered=True),
}
"""By the method that is called, and after a space in which way."""


def run(name: str, provider: Provider) -> Any:
    """Make the call. All of a list is read."""
    answer = CALLS[name](provider)
    return list(answer) if isinstance(answer, Iterator) else answer
