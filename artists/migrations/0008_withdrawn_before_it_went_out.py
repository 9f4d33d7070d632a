"""What was withdrawn while it waited went no further; what was withdrawn after a yes had gone out."""

from django.db import migrations, models
from django.db.models import Q


class Migration(migrations.Migration):
    dependencies = [("artists", "0007_drafts_by_day")]
    operations = [
        migrations.RemoveIndex("draft", "drafts_that_went_out"),
        migrations.RemoveIndex("draft", "drafts_that_did_not"),
        migrations.AddIndex(
            "draft",
            models.Index(
                fields=["artist", "-id"],
                condition=Q(state__in=["approved", "delivered"]) | Q(state="withdrawn", decision__isnull=False),
                name="drafts_that_went_out",
            ),
        ),
        migrations.AddIndex(
            "draft",
            models.Index(
                fields=["artist", "-id"],
                condition=Q(state__in=["declined", "expired", "failed", "undeliverable"])
                | Q(state="withdrawn", decision=None),
                name="drafts_that_did_not",
            ),
        ),
    ]
