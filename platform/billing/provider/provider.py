"""All that we ask of the payment provider, by subject."""

from dataclasses import dataclass
from functools import cache
from typing import Self

import stripe
from django.conf import settings

from billing.exceptions import PaymentsOff
from billing.provider.catalogue import Catalogue
from billing.provider.checkouts import Checkouts
from billing.provider.client import connect_client
from billing.provider.customers import Customers
from billing.provider.events import Events
from billing.provider.invoices import Invoices
from billing.provider.payees import Payees
from billing.provider.payments import Payments
from billing.provider.portal import Portal
from billing.provider.subscriptions import Subscriptions
from billing.provider.transfers import Transfers
from ledger.models import Book


@dataclass(frozen=True, slots=True)
class Provider:
    """One account at the provider. Each method raises exceptions of `billing.exceptions`, and blocks for its answer."""

    customers: Customers
    catalogue: Catalogue
    checkouts: Checkouts
    portal: Portal
    subscriptions: Subscriptions
    invoices: Invoices
    payments: Payments
    payees: Payees
    transfers: Transfers
    events: Events

    @classmethod
    def of(cls, client: stripe.StripeClient) -> Self:
        return cls(
            Customers(client),
            Catalogue(client),
            Checkouts(client),
            Portal(client),
            Subscriptions(client),
            Invoices(client),
            Payments(client),
            Payees(client),
            Transfers(client),
            Events(client),
        )


@cache
def connect(secret_key: str, url: str = "") -> Provider:
    """The account of this key, at Stripe or at another server that speaks as Stripe does."""
    return Provider.of(connect_client(secret_key, url))


def get_book() -> Book:
    """Which money the provider of the settings moves. Raises PaymentsOff."""
    if settings.PAYMENTS == "off":
        raise PaymentsOff("Payments are off: neither STRIPE_SECRET_KEY nor ALLOW_SIMULATED_PAYMENTS is set.")
    return Book(settings.PAYMENTS)


def get_provider() -> Provider:
    """The provider of the settings. Raises PaymentsOff."""
    get_book()
    return connect(settings.STRIPE_SECRET_KEY, settings.STRIPE_URL)
