"""What operators see of tiers and orders. A field that stands nowhere fails a test, as in registrations.py."""

from django.contrib import admin

from billing.models import Checkout, TierPrice, TierVersion
from config.admin.read_only import ReadOnlyAdmin
from config.admin.site import site


@admin.register(Checkout, site=site)
class CheckoutAdmin(ReadOnlyAdmin):
    list_display = ("id", "created_at", "person_id", "price_id", "book", "status")
    shown = ("id", "person", "artist", "price", "book", "currency", "trial_days", "session_id", "status", "consent",
             "created_at", "expires_at")  # fmt: skip
    filters = ("person", "price")


@admin.register(TierPrice, site=site)
class TierPriceAdmin(ReadOnlyAdmin):
    list_display = ("id", "version_id", "book", "interval", "currency", "amount", "closed_at")
    shown = ("id", "version", "artist", "book", "interval", "currency", "amount", "provider_product", "provider_price",
             "closed_at", "created_at")  # fmt: skip
    filters = ("version",)


@admin.register(TierVersion, site=site)
class TierVersionAdmin(ReadOnlyAdmin):
    """What an artist offers to everybody, so all of it is shown."""

    list_display = ("id", "tier_id", "version", "name", "created_at")
    shown = ("id", "tier", "artist", "version", "name", "requests_a_month", "has_downloads", "trial_days",
             "programs", "lines", "prices", "terms_hash", "decision", "by", "created_at")  # fmt: skip
    filters = ("tier", "artist")
