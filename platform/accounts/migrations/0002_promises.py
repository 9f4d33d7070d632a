"""Consents are never changed or removed, and a person's time zone is one that PostgreSQL can compute with."""

from django.db import migrations

from audit.operations import append_only


class Migration(migrations.Migration):
    dependencies = [("accounts", "0001_initial"), ("audit", "0002_promises")]
    operations = [
        append_only("accounts_consent"),
        migrations.RunSQL(
            # timezone() raises for a name it does not know: a page that sums by month would break on it.
            """
            ALTER TABLE accounts_person ADD CONSTRAINT a_time_zone_is_known
            CHECK (time_zone = '' OR timezone(time_zone, 'epoch'::timestamptz) IS NOT NULL);
            """,
            "ALTER TABLE accounts_person DROP CONSTRAINT a_time_zone_is_known",
        ),
    ]
