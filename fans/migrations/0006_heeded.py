"""Which ends and pauses the artist's side has yet to heed. Those of before are looked at once: what still waits under
them should not."""

from django.db import migrations, models
from django.db.models import Q


class Migration(migrations.Migration):
    dependencies = [("fans", "0005_taken_back")]
    operations = [
        migrations.AddField(
            "optin",
            "heeded_at",
            models.DateTimeField(help_text="what waited under it when it ended was withdrawn", null=True),
        ),
        migrations.AddField(
            "mute", "heeded_at", models.DateTimeField(help_text="what waited of the program was withdrawn", null=True)
        ),
        migrations.AddIndex(
            "optin",
            models.Index(
                fields=["id"], condition=Q(ended_at__isnull=False, heeded_at=None), name="ended_opt_ins_to_heed"
            ),
        ),
        migrations.AddIndex("mute", models.Index(fields=["id"], condition=Q(heeded_at=None), name="mutes_to_heed")),
    ]
