"""What is sold, ordered and held, how a fan pays, and what the provider told: events, payments, leases."""

from billing.models.authorisations import Authorisation
from billing.models.checkouts import Checkout, SpendingSettings
from billing.models.credits import RequestCredit
from billing.models.customers import Customer, PortalConfiguration
from billing.models.entitlements import Entitlement, EntitlementLog
from billing.models.payments import Dispute, Payment, Refund
from billing.models.subscriptions import Invoice, InvoiceLine, Subscription, SubscriptionStatus, SyncMark
from billing.models.tiers import Interval, Tier, TierPrice, TierVersion
from billing.models.webhook_events import WebhookEvent

__all__ = [
    "Authorisation",
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
    "RequestCredit",
    "SpendingSettings",
    "Subscription",
    "SubscriptionStatus",
    "SyncMark",
    "Tier",
    "TierPrice",
    "TierVersion",
    "WebhookEvent",
]
