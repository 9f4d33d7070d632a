from django.db import migrations

from audit.history import append_only


class Migration(migrations.Migration):
    dependencies = [("accounts", "0001_initial"), ("audit", "0002_history")]
    operations = [append_only("accounts_consent")]
