"""The sums of the overview pass over what still waits: there may be more of it than of all the rest of the month."""

from django.db import migrations, models
from django.db.models import Q


class Migration(migrations.Migration):
    dependencies = [("artists", "0006_drafts_stay")]
    operations = [
        migrations.RemoveIndex("draft", "drafts_by_day"),
        migrations.AddIndex(
            "draft",
            models.Index(
                fields=["artist", "written_at"],
                include=["state", "mark", "deliver_after"],
                condition=~Q(state="pending"),
                name="drafts_by_day",
            ),
        ),
    ]
