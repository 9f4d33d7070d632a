"""Audit entries have the time of the database's clock, and are never changed or removed."""

from django.db import migrations

from audit.operations import (
    CREATE_REFUSE,
    CREATE_REFUSE_CHANGE,
    CREATE_REQUIRE_READ_COMMITTED,
    CREATE_SET_TIME,
    append_only,
    dated_by_clock,
)


class Migration(migrations.Migration):
    dependencies = [("audit", "0001_initial")]
    operations = [
        CREATE_REFUSE,
        CREATE_REFUSE_CHANGE,
        CREATE_SET_TIME,
        CREATE_REQUIRE_READ_COMMITTED,
        append_only("audit_entry"),
        dated_by_clock("audit_entry"),
    ]
