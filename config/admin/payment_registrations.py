"""Which models of payments operators see. They hold ids, amounts and states alone, so all of it is shown."""

from django.contrib import admin

from accounts.models import AgeChange
from billing.models import (
    Authorisation,
    Closure,
    Customer,
    Dispute,
    Entitlement,
    EntitlementLog,
    Invoice,
    InvoiceLine,
    Payment,
    PaymentMail,
    PortalConfiguration,
    Refund,
    RequestCredit,
    SpendingSettings,
    Subscription,
    SyncMark,
    WebhookEvent,
)
from config.admin.read_only import ReadOnlyAdmin
from config.admin.site import site


@admin.register(Customer, site=site)
class CustomerAdmin(ReadOnlyAdmin):
    list_display = ("id", "person_id", "book", "provider_id", "created_at")
    shown = ("id", "person", "book", "provider_id", "created_at")
    filters = ("person",)


@admin.register(AgeChange, site=site)
class AgeChangeAdmin(ReadOnlyAdmin):
    """What it changed, and why, is about a person and hidden."""

    list_display = ("id", "person_id", "actor", "at")
    shown = ("id", "person", "actor", "at")
    hidden = ("before", "after", "reason")
    filters = ("person",)


@admin.register(Closure, site=site)
class ClosureAdmin(ReadOnlyAdmin):
    list_display = ("id", "person_id", "book", "why", "created_at", "due_at", "done_at")
    shown = ("id", "person", "book", "why", "created_at", "due_at", "done_at")
    filters = ("person",)


@admin.register(PaymentMail, site=site)
class PaymentMailAdmin(ReadOnlyAdmin):
    list_display = ("id", "person_id", "kind", "about", "created_at", "sent_at")
    shown = ("id", "person", "book", "kind", "about", "moment", "created_at", "due_at", "attempts", "sent_at")
    filters = ("person",)


@admin.register(PortalConfiguration, site=site)
class PortalConfigurationAdmin(ReadOnlyAdmin):
    list_display = ("id", "artist_id", "book", "provider_id")
    shown = ("id", "artist", "book", "provider_id", "offer")
    filters = ("artist",)


@admin.register(Subscription, site=site)
class SubscriptionAdmin(ReadOnlyAdmin):
    list_display = ("id", "book", "provider_id", "person_id", "artist_id", "status", "period_end", "synced_at")
    shown = ("id", "book", "provider_id", "person", "artist", "price", "next_price", "checkout", "status",
             "period_end", "trial_end", "cancel_at_period_end", "is_collection_paused", "has_pending_update",
             "is_second", "is_gift", "schedule", "canceled_at", "ended_at", "created", "synced_at")  # fmt: skip
    filters = ("person", "artist")
    related = (
        ("Invoices", "billing_invoice", "subscription"),
        ("Entitlements", "billing_entitlement", "subscription"),
    )


@admin.register(Invoice, site=site)
class InvoiceAdmin(ReadOnlyAdmin):
    """Its page is hidden: whoever has the address sees and pays it."""

    list_display = ("id", "subscription_id", "provider_id", "status", "total", "currency", "created")
    shown = ("id", "subscription", "book", "provider_id", "status", "reason", "currency", "total", "amount_paid",
             "tax", "created", "paid_at", "next_attempt", "scheme", "is_earned")  # fmt: skip
    hidden = ("page",)
    filters = ("subscription",)
    related = (("Lines", "billing_invoiceline", "invoice"), ("Payments", "billing_payment", "invoice"))


@admin.register(InvoiceLine, site=site)
class InvoiceLineAdmin(ReadOnlyAdmin):
    list_display = ("id", "invoice_id", "price_id", "amount", "period_start", "period_end")
    shown = ("id", "invoice", "provider_id", "price", "amount", "discount", "tax", "period_start", "period_end",
             "is_proration")  # fmt: skip
    filters = ("invoice",)


@admin.register(Payment, site=site)
class PaymentAdmin(ReadOnlyAdmin):
    list_display = ("id", "invoice_id", "provider_id", "amount", "currency")
    shown = ("id", "invoice", "book", "provider_id", "charge_id", "currency", "amount", "settled_currency",
             "settled_amount", "settled_fee", "available_on")  # fmt: skip
    filters = ("invoice",)
    related = (("Refunds", "billing_refund", "payment"), ("Disputes", "billing_dispute", "payment"))


@admin.register(Refund, site=site)
class RefundAdmin(ReadOnlyAdmin):
    list_display = ("id", "payment_id", "provider_id", "status", "amount", "currency", "created")
    shown = ("id", "payment", "book", "provider_id", "status", "currency", "amount", "created")
    filters = ("payment",)


@admin.register(Dispute, site=site)
class DisputeAdmin(ReadOnlyAdmin):
    list_display = ("id", "payment_id", "provider_id", "status", "amount", "currency", "created")
    shown = ("id", "payment", "book", "provider_id", "status", "reason", "currency", "amount", "created")
    filters = ("payment",)


@admin.register(Authorisation, site=site)
class AuthorisationAdmin(ReadOnlyAdmin):
    """What was held, captured, let go or paid back for a request, and what the last attempt said."""

    list_display = ("id", "created_at", "person_id", "reference", "amount", "currency", "status", "due_at", "attempts")
    shown = ("id", "person", "artist", "reference", "book", "currency", "amount", "description", "consent",
             "session_id", "provider_id", "status", "expires_at", "capture_before", "created_at", "synced_at",
             "decision", "back_wanted_at", "back_reason", "due_at", "attempts", "error", "charge_id", "captured_at",
             "captured_amount", "returned_amount", "is_disputed", "settled_currency", "settled_amount", "settled_fee",
             "available_on")  # fmt: skip
    filters = ("person", "artist", "status", "reference")


@admin.register(RequestCredit, site=site)
class RequestCreditAdmin(ReadOnlyAdmin):
    list_display = ("id", "person_id", "artist_id", "month", "number", "status", "reference", "expires_at")
    shown = ("id", "person", "artist", "entitlement", "month", "number", "status", "reference", "expires_at",
             "returned_at", "created_at")  # fmt: skip
    filters = ("person", "artist", "entitlement", "reference")


@admin.register(SpendingSettings, site=site)
class SpendingSettingsAdmin(ReadOnlyAdmin):
    """The currency that a fan pays in, and what the fan spends in a month at most."""

    list_display = ("id", "person_id", "book", "currency", "monthly_cap", "next_cap", "next_cap_from")
    shown = ("id", "person", "book", "currency", "monthly_cap", "next_cap", "next_cap_from")
    filters = ("person",)


@admin.register(Entitlement, site=site)
class EntitlementAdmin(ReadOnlyAdmin):
    list_display = ("id", "person_id", "artist_id", "tier_id", "valid_until", "may_generate", "reason")
    shown = ("id", "person", "artist", "tier", "version", "book", "source", "subscription", "valid_from",
             "valid_until", "may_generate", "reason")  # fmt: skip
    filters = ("person", "artist", "subscription")
    related = (
        ("What it was", "billing_entitlementlog", "entitlement"),
        ("Requests that it includes", "billing_requestcredit", "entitlement"),
    )


@admin.register(EntitlementLog, site=site)
class EntitlementLogAdmin(ReadOnlyAdmin):
    list_display = ("id", "entitlement_id", "at", "valid_until", "may_generate", "reason")
    shown = ("id", "entitlement", "tier", "version", "valid_from", "valid_until", "may_generate", "reason", "at")
    filters = ("entitlement",)


@admin.register(SyncMark, site=site)
class SyncMarkAdmin(ReadOnlyAdmin):
    """When the provider was compared with what we have."""

    list_display = ("id", "book", "kind", "at")
    shown = ("id", "book", "kind", "at")


@admin.register(WebhookEvent, site=site)
class WebhookEventAdmin(ReadOnlyAdmin):
    list_display = ("id", "received_at", "book", "type", "object_id", "state", "doubt", "attempts")
    shown = ("id", "book", "account", "event_id", "type", "livemode", "api_version", "object_type", "object_id",
             "related", "created", "received_at", "state", "doubt", "attempts", "due_at", "pause_until",
             "error", "finished_at")  # fmt: skip
    filters = ("state", "object_id")
