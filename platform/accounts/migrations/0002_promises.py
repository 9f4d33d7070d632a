"""Consents are never changed or removed."""

from django.db import migrations

from audit.operations import append_only


class Migration(migrations.Migration):
    dependencies = [("accounts", "0001_initial"), ("audit", "0002_promises")]
    operations = [append_only("accounts_consent")]
