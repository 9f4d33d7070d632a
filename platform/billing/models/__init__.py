"""What is sold, who ordered it, in which currency a fan pays; customers at the provider, and what it tells us."""

from billing.models.checkouts import Checkout, SpendingSettings
from billing.models.customers import Customer
from billing.models.tiers import Interval, Tier, TierPrice, TierVersion
from billing.models.webhook_events import WebhookEvent

__all__ = [
    "Checkout",
    "Customer",
    "Interval",
    "SpendingSettings",
    "Tier",
    "TierPrice",
    "TierVersion",
    "WebhookEvent",
]
