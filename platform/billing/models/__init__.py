"""What is sold and ordered, in which currency a fan pays, and what the provider told: events, payments, leases."""

from billing.models.checkouts import Checkout, SpendingSettings
from billing.models.customers import Customer, PortalConfiguration
from billing.models.entitlements import Entitlement, EntitlementLog
from billing.models.payments import Dispute, Payment, Refund
from billing.models.subscriptions import Invoice, InvoiceLine, Subscription, SubscriptionStatus, SyncMark
from billing.models.tiers import Interval, Tier, TierPrice, TierVersion
from billing.models.webhook_events import WebhookEvent

__all__ = [
    "Checkout",
    "Customer",
    "Dispute",
    "Entitlement",
    "EntitlementLog",
    "Interval",
    "Invoice",
    "InvoiceLine",
    "Payment",
    "PortalConfiguration",
    "Refund",
    "SpendingSettings",
    "Subscription",
    "SubscriptionStatus",
    "SyncMark",
    "Tier",
    "TierPrice",
    "TierVersion",
    "WebhookEvent",
]
