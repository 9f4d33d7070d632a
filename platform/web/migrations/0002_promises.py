"""Make the table of rate limits cheap to write: each request writes it, and a crash may empty it."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("web", "0001_initial")]
    operations = [
        # No write-ahead log, and room to update a row in place.
        migrations.RunSQL(
            "ALTER TABLE web_ratewindow SET UNLOGGED; ALTER TABLE web_ratewindow SET (fillfactor = 50)",
            "ALTER TABLE web_ratewindow RESET (fillfactor); ALTER TABLE web_ratewindow SET LOGGED",
        ),
    ]
