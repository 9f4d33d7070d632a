"""What reached fans, and what went no further, is listed by when that was settled, not by when it was noticed.

Rewrites the table once.
"""

from django.db import migrations, models
from django.db.models import F, Q
from django.db.models.functions import Coalesce


class Migration(migrations.Migration):
    dependencies = [("artists", "0009_counted_by_day")]
    operations = [
        migrations.AddField(
            "draft",
            "settled_at",
            models.GeneratedField(
                expression=Coalesce(F("deliver_after"), F("decided_at"), F("deadline")),
                output_field=models.DateTimeField(),
                db_persist=True,
                help_text="when it was decided what becomes of it: the lists of what went out are in this order",
            ),
        ),
        migrations.AddIndex(
            "draft",
            models.Index(
                fields=["artist", "-settled_at", "-id"],
                condition=Q(state__in=["approved", "delivered"]) | Q(state="withdrawn", decision__isnull=False),
                name="drafts_out_newest_first",
            ),
        ),
        migrations.AddIndex(
            "draft",
            models.Index(
                fields=["artist", "-settled_at", "-id"],
                condition=Q(state__in=["declined", "expired", "failed", "undeliverable"])
                | Q(state="withdrawn", decision=None),
                name="drafts_stopped_newest_first",
            ),
        ),
        migrations.RemoveIndex("draft", "drafts_that_went_out"),
        migrations.RemoveIndex("draft", "drafts_that_did_not"),
    ]
