"""A fan's page asks what was taken back from them: the newest few, however much they received."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("fans", "0004_what_happened_stays")]
    operations = [
        migrations.AddIndex(
            "experience",
            models.Index(
                fields=["person", "-withdrawn_at"],
                condition=models.Q(("withdrawn_at__isnull", False)),
                name="taken_back_from_a_fan",
            ),
        )
    ]
