from django.db import migrations, models
from django.db.models import Q


class Migration(migrations.Migration):
    """Who looks at a draft, and the indexes that the studio's pages read: what became of what was drafted."""

    dependencies = [("artists", "0002_what_was_signed")]
    operations = [
        migrations.AddField(
            "draft",
            "held_by",
            models.CharField(help_text="who is looking at it, so that nobody else is", max_length=80, null=True),
        ),
        migrations.AddField(
            "draft", "held_until", models.DateTimeField(help_text="a lease: it ends by itself", null=True)
        ),
        migrations.AddIndex(
            "draft",
            models.Index(
                fields=["artist", "written_at"], include=["state", "mark", "deliver_after"], name="drafts_by_day"
            ),
        ),
        migrations.AddIndex(
            "draft",
            models.Index(
                fields=["artist", "-id"],
                condition=Q(state__in=["approved", "delivered", "withdrawn"]),
                name="drafts_that_went_out",
            ),
        ),
        migrations.AddIndex(
            "draft",
            models.Index(
                fields=["artist", "-id"],
                condition=Q(state__in=["declined", "expired", "failed", "undeliverable"]),
                name="drafts_that_did_not",
            ),
        ),
        migrations.AddConstraint(
            "draft",
            models.CheckConstraint(
                condition=Q(held_by=None, held_until=None) | Q(held_by__isnull=False, held_until__isnull=False),
                name="a_hold_ends",
            ),
        ),
    ]
