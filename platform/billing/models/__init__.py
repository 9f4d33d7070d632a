"""What is sold, ordered and held, what the provider told (events, payments, leases), and what parties are paid."""

from billing.models.authorisations import Authorisation
from billing.models.checkouts import Checkout, SpendingSettings
from billing.models.closures import Closure
from billing.models.credits import RequestCredit
from billing.models.customers import Customer, PortalConfiguration
from billing.models.earnings import EarnedPart, EarnedShare
from billing.models.entitlements import Entitlement, EntitlementLog
from billing.models.gifts import Gift
from billing.models.mails import PaymentMail
from billing.models.movements import Drift, Movement
from billing.models.payees import PayeeAccount
from billing.models.payments import Dispute, Payment, Refund
from billing.models.payouts import PayoutLine, PayoutReversal, PayoutRun
from billing.models.promotions import Promotion
from billing.models.subscriptions import Invoice, InvoiceLine, Subscription, SubscriptionStatus, SyncMark
from billing.models.tiers import Interval, Tier, TierPrice, TierVersion
from billing.models.webhook_events import WebhookEvent

__all__ = [
    "Authorisation",
    "Checkout",
    "Closure",
    "Customer",
    "Dispute",
    "Drift",
    "EarnedPart",
    "EarnedShare",
    "Entitlement",
    "EntitlementLog",
    "Gift",
    "Interval",
    "Invoice",
    "InvoiceLine",
    "Movement",
    "PayeeAccount",
    "Payment",
    "PaymentMail",
    "PayoutLine",
    "PayoutReversal",
    "PayoutRun",
    "PortalConfiguration",
    "Promotion",
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
