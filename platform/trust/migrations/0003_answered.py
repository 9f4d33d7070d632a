"""A fan's page asks what became of what they reported: the newest few, whoever else reports much."""

from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("trust", "0002_history"), migrations.swappable_dependency(settings.AUTH_USER_MODEL)]
    operations = [
        migrations.AddIndex(
            "report",
            models.Index(
                fields=["by", "-handled_at"],
                condition=models.Q(("state", "open"), _negated=True),
                name="reports_answered",
            ),
        )
    ]
