"""What operators see of payees, payouts, movements and drifts: ids, amounts and states. They change nothing here."""

from django.contrib import admin

from billing.models import Drift, Movement, PayeeAccount, PayoutLine, PayoutReversal, PayoutRun
from config.admin.read_only import ReadOnlyAdmin
from config.admin.site import site


@admin.register(PayeeAccount, site=site)
class PayeeAccountAdmin(ReadOnlyAdmin):
    """Where the bank account is kept of who is paid by hand is hidden."""

    list_display = ("id", "party_id", "book", "method", "country", "transfers_active", "disabled_reason", "synced_at")
    shown = ("id", "party", "book", "method", "country", "provider_id", "transfers_active", "details_submitted",
             "requirements", "disabled_reason", "currency", "opened_by", "created_at", "synced_at")  # fmt: skip
    hidden = ("manual_reference",)
    filters = ("party", "book")


@admin.register(PayoutRun, site=site)
class PayoutRunAdmin(ReadOnlyAdmin):
    list_display = ("id", "book", "name", "created_at", "approved_at", "approved_by")
    shown = ("id", "book", "name", "created_at", "created_by", "approved_at", "approved_by")
    related = (("Payouts", "billing_payoutline", "run"),)


@admin.register(PayoutLine, site=site)
class PayoutLineAdmin(ReadOnlyAdmin):
    list_display = ("id", "run_id", "party_id", "book", "amount", "currency", "method", "state", "reason", "error")
    shown = ("id", "run", "book", "party", "account", "method", "currency", "amount", "recouped", "state", "reason",
             "transfer_id", "reference", "amount_reversed", "refusals", "attempts", "due_at", "error", "created_at",
             "sent_at", "told_at")  # fmt: skip
    filters = ("run", "party", "state")
    related = (("What came back", "billing_payoutreversal", "line"),)


@admin.register(PayoutReversal, site=site)
class PayoutReversalAdmin(ReadOnlyAdmin):
    list_display = ("id", "line_id", "book", "amount", "state", "provider_id", "created_at", "error")
    shown = ("id", "line", "book", "amount", "state", "provider_id", "reference", "wanted_by", "created_at",
             "attempts", "due_at", "error")  # fmt: skip
    filters = ("line",)


@admin.register(Movement, site=site)
class MovementAdmin(ReadOnlyAdmin):
    """What moved on our balance at the provider. One that is not matched is not in the ledger yet."""

    list_display = ("id", "book", "created", "type", "source", "net", "currency", "matched_at")
    shown = ("id", "book", "provider_id", "type", "source", "currency", "amount", "fee", "net", "created",
             "fetched_at", "matched_at")  # fmt: skip
    filters = ("source",)


@admin.register(Drift, site=site)
class DriftAdmin(ReadOnlyAdmin):
    """Where the provider and the ledger differ, or did until `ended_at`."""

    list_display = ("id", "book", "kind", "reference", "currency", "expected", "found", "since", "ended_at")
    shown = ("id", "book", "kind", "reference", "currency", "expected", "found", "since", "seen_at", "ended_at")
    filters = ("kind", "reference")
