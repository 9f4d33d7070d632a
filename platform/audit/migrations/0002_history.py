from django.db import migrations

from audit.history import REFUSE_CHANGE, append_only


class Migration(migrations.Migration):
    dependencies = [("audit", "0001_initial")]
    operations = [REFUSE_CHANGE, append_only("audit_entry")]
