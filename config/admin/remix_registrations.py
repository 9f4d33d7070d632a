"""Which models of remixes operators see: the shelf, what was paid back, and when somebody looks for what stopped."""

from django.contrib import admin

from config.admin.read_only import ReadOnlyAdmin
from config.admin.site import site
from fans.models import RemixRefund, ShelfEntry, StopCheck


@admin.register(ShelfEntry, site=site)
class ShelfEntryAdmin(ReadOnlyAdmin):
    list_display = ("id", "artist_id", "person_id", "state", "offered_at", "decided_at", "ended_at")
    shown = ("id", "experience", "person", "artist", "recording", "consent", "render", "sha256", "mark", "credit",
             "is_name_refused", "shelf_hash", "decision", "state", "offered_at", "decided_at", "decided_by", "ended_at",
             "ended_by")  # fmt: skip
    hidden = ("name",)
    secret = ("salt",)
    filters = ("artist", "person")


@admin.register(RemixRefund, site=site)
class RemixRefundAdmin(ReadOnlyAdmin):
    list_display = ("experience_id", "request", "paid_by", "amount", "currency", "stopped_at", "at", "told_at")
    shown = ("experience", "request", "paid_by", "amount", "currency", "by", "stopped_at", "at", "told_at")


@admin.register(StopCheck, site=site)
class StopCheckAdmin(ReadOnlyAdmin):
    list_display = ("id", "due_at")
    shown = ("id", "due_at")
