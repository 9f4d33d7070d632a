"""What was noticed and what was drafted for it stays, whatever became of it."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("artists", "0005_a_listen_may_go")]
    operations = [
        migrations.RunSQL(
            "REVOKE DELETE, TRUNCATE ON artists_moment, artists_draft FROM fanfare_app",
            "GRANT DELETE ON artists_moment, artists_draft TO fanfare_app",
        )
    ]
