"""The payment provider: Stripe, or the simulated one that speaks as Stripe does. Only modules in here know `stripe`."""

from billing.provider.client import API_VERSION
from billing.provider.provider import Provider, connect, get_book, get_provider
from billing.provider.webhooks import parse_webhook

__all__ = ["API_VERSION", "Provider", "connect", "get_book", "get_provider", "parse_webhook"]
