"""Tiers are sold as they were signed; adults alone order and pay, in one currency; nothing is changed or removed."""

from django.db import migrations

from audit.operations import append_only, dated_by_clock, never_removed, only_read_committed, write_once
from billing.migrations import (
    _authorisations,
    _caps,
    _closures,
    _earnings,
    _gifts,
    _leases,
    _mails,
    _payouts,
    _promotions,
    _tiers,
    _webhooks,
)

SUBSCRIPTION_FIELDS = (
    "person_id",
    "artist_id",
    "price_id",
    "next_price_id",
    "checkout_id",
    "status",
    "period_end",
    "trial_end",
    "cancel_at_period_end",
    "is_collection_paused",
    "has_pending_update",
    "schedule",
    "is_second",
    "canceled_at",
    "ended_at",
    "created",
    "synced_at",
)
AUTHORISATION_FIELDS = (
    "session_id",
    "provider_id",
    "status",
    "capture_before",
    "synced_at",
    "decision_id",
    "back_wanted_at",
    "back_reason",
    "due_at",
    "attempts",
    "error",
    "charge_id",
    "captured_at",
    "captured_amount",
    "returned_amount",
    "is_disputed",
    "settled_currency",
    "settled_amount",
    "settled_fee",
    "available_on",
)


class Migration(migrations.Migration):
    dependencies = [
        ("billing", "0001_initial"),
        ("accounts", "0002_promises"),
        ("audit", "0002_promises"),
        ("rights", "0002_promises"),
        ("ledger", "0002_promises"),
    ]
    operations = [
        migrations.RunSQL(_tiers.TIERS, _tiers.DROP_TIERS),
        *write_once("billing_tier", "position", "current_id", "archived_at", until="archived_at"),
        *write_once("billing_tierversion", "decision_id", until="decision_id"),
        *write_once("billing_tierprice", "closed_at", until="closed_at"),
        migrations.RunSQL(_promotions.PROMOTIONS, _promotions.DROP_PROMOTIONS),
        *write_once("billing_promotion", "ended_at", until="ended_at"),
        never_removed("billing_checkout", "session_id", "status"),
        never_removed("billing_spendingsettings", "currency", "monthly_cap", "next_cap", "next_cap_from"),
        *(
            dated_by_clock(f"billing_{table}", "created_at")
            for table in ("tier", "tierversion", "tierprice", "promotion", "checkout")
        ),
        migrations.RunSQL(_webhooks.WEBHOOKS, _webhooks.DROP_WEBHOOKS),
        never_removed(
            "billing_webhookevent", "state", "doubt", "attempts", "due_at", "pause_until", "error", "finished_at"
        ),
        dated_by_clock("billing_webhookevent", "received_at"),
        *write_once("billing_customer", "provider_id", until="provider_id"),
        dated_by_clock("billing_customer", "created_at"),
        never_removed("billing_portalconfiguration", "provider_id", "offer"),
        migrations.RunSQL(_leases.ONE_BOOK, _leases.DROP_ONE_BOOK),
        never_removed("billing_subscription", *SUBSCRIPTION_FIELDS),
        never_removed(
            "billing_invoice",
            "status",
            "total",
            "amount_paid",
            "tax",
            "page",
            "paid_at",
            "next_attempt",
            "scheme_id",
            "is_earned",
        ),
        *(
            append_only(f"billing_{table}")
            for table in ("invoiceline", "payment", "entitlementlog", "earnedpart", "earnedshare")
        ),
        *(never_removed(f"billing_{table}", "status") for table in ("refund", "dispute")),
        never_removed("billing_entitlement", "tier_id", "version_id", "valid_until", "may_generate", "reason"),
        dated_by_clock("billing_entitlementlog"),
        migrations.RunSQL(_leases.LEASES, _leases.DROP_LEASES),
        never_removed("billing_authorisation", *AUTHORISATION_FIELDS),
        dated_by_clock("billing_authorisation", "created_at"),
        migrations.RunSQL(_caps.CAPS, _caps.DROP_CAPS),
        migrations.RunSQL(_authorisations.AUTHORISATIONS, _authorisations.DROP_AUTHORISATIONS),
        never_removed("billing_requestcredit", "status", "reference", "expires_at", "returned_at"),
        dated_by_clock("billing_requestcredit", "created_at"),
        migrations.RunSQL(_authorisations.CREDITS, _authorisations.DROP_CREDITS),
        migrations.RunSQL(_payouts.PAYOUTS, _payouts.DROP_PAYOUTS),
        never_removed("billing_payeeaccount", *_payouts.PAYEE_FIELDS),
        *write_once("billing_payoutrun", "approved_at", "approved_by", until="approved_at"),
        never_removed("billing_payoutline", *_payouts.LINE_FIELDS),
        never_removed("billing_payoutreversal", *_payouts.REVERSAL_FIELDS),
        *write_once("billing_movement", "matched_at", until="matched_at"),
        never_removed("billing_drift", "expected", "found", "seen_at", "ended_at"),
        *(
            dated_by_clock(f"billing_{table}", "created_at")
            for table in ("payeeaccount", "payoutrun", "payoutline", "payoutreversal")
        ),
        migrations.RunSQL(_earnings.EARNINGS, _earnings.DROP_EARNINGS),
        never_removed("billing_paymentmail", "due_at", "attempts", "sent_at"),
        dated_by_clock("billing_paymentmail", "created_at"),
        migrations.RunSQL(_gifts.GIFTS, _gifts.DROP_GIFTS),
        never_removed("billing_gift", *_gifts.GIFT_FIELDS),
        dated_by_clock("billing_gift", "created_at"),
        migrations.RunSQL(_mails.MAILS, _mails.DROP_MAILS),
        never_removed("billing_closure", "due_at", "done_at"),
        dated_by_clock("billing_closure", "created_at"),
        migrations.RunSQL(_closures.CLOSURES, _closures.DROP_CLOSURES),
        *only_read_committed(
            *(f"billing_{table}" for table in ("payeeaccount", "payoutrun", "payoutline", "payoutreversal")),
            *(f"billing_{table}" for table in ("subscription", "invoice", "invoiceline", "payment", "refund")),
            "billing_dispute",
            "billing_entitlement",
            "billing_tier",
            "billing_tierversion",
            "billing_tierprice",
            "billing_promotion",
            "billing_gift",
            "billing_checkout",
            "billing_spendingsettings",
            "billing_customer",
            "billing_authorisation",
            "billing_requestcredit",
            "billing_earnedpart",
            "billing_earnedshare",
        ),
    ]
