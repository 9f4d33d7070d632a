"""What operators see of tiers and orders. A field that stands nowhere fails a test, as in registrations.py."""

from django.contrib import admin

from billing.models import Checkout, Gift, Promotion, TierPrice, TierVersion
from config.admin.read_only import ReadOnlyAdmin
from config.admin.site import site


@admin.register(Checkout, site=site)
class CheckoutAdmin(ReadOnlyAdmin):
    list_display = ("id", "created_at", "person_id", "price_id", "book", "status")
    shown = ("id", "person", "artist", "price", "book", "currency", "trial_days", "promotion",
             "first_amount", "session_id", "status", "consent", "created_at", "expires_at")  # fmt: skip
    filters = ("person", "price")


@admin.register(Gift, site=site)
class GiftAdmin(ReadOnlyAdmin):
    list_display = ("id", "created_at", "giver_id", "price_id", "months", "book", "status", "redeemed_at")
    shown = ("id", "giver", "artist", "price", "book", "currency", "months", "amount", "consent", "session_id",
             "status", "subscription", "redeem_by", "redeemed_by", "redeemed_at", "back_wanted_at", "expires_at",
             "created_at")  # fmt: skip
    filters = ("giver", "price")


@admin.register(Promotion, site=site)
class PromotionAdmin(ReadOnlyAdmin):
    """The team's offer to fans. A code is no secret to operators, who answer for what is charged."""

    list_display = ("id", "artist_id", "tier_id", "percent", "months", "redeem_by", "ended_at")
    shown = ("id", "artist", "tier", "percent", "months", "code", "places", "redeem_by", "by", "ended_at", "created_at")
    filters = ("artist",)


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
