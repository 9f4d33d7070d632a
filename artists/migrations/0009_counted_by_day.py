"""The day a draft is counted on stands in its row and in an index in that order: the overview's sums need no sorting.

Rewrites the table once.
"""

from django.db import migrations, models
from django.db.models import F, Q
from django.db.models.functions import Coalesce, TruncDate


class Migration(migrations.Migration):
    dependencies = [("artists", "0008_withdrawn_before_it_went_out")]
    operations = [
        migrations.AddField(
            "draft",
            "day",
            models.GeneratedField(
                expression=TruncDate(Coalesce(F("deliver_after"), F("written_at"))),
                output_field=models.DateField(),
                db_persist=True,
                help_text="the day it is counted on, in UTC",
            ),
        ),
        migrations.AddIndex(
            "draft",
            models.Index(
                fields=["artist", "day", "state", "mark"], condition=~Q(state="pending"), name="drafts_counted_by_day"
            ),
        ),
        migrations.RemoveIndex("draft", "drafts_by_day"),
    ]
