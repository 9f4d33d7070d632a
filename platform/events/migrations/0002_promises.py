"""The topics of sources are added, and never changed or removed."""

from django.db import migrations

from audit.operations import append_only


class Migration(migrations.Migration):
    dependencies = [("events", "0001_initial"), ("audit", "0002_promises")]
    operations = [append_only("events_sourcetopic")]
