"""Audit entries are never changed or removed."""

from django.db import migrations

from audit.operations import CREATE_REFUSE_CHANGE, append_only


class Migration(migrations.Migration):
    dependencies = [("audit", "0001_initial")]
    operations = [CREATE_REFUSE_CHANGE, append_only("audit_entry")]
