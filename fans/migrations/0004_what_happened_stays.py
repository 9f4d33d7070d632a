"""What was opened or taken back stays so, and why it came is erased or stays as it was."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("fans", "0003_mutes_and_preferences")]
    operations = [
        migrations.RunSQL(
            """
            CREATE TRIGGER stays_so BEFORE UPDATE ON fans_experience FOR EACH ROW WHEN (
                (OLD.opened_at IS NOT NULL AND NEW.opened_at IS DISTINCT FROM OLD.opened_at)
                OR (OLD.withdrawn_at IS NOT NULL AND NEW.withdrawn_at IS DISTINCT FROM OLD.withdrawn_at)
                OR (NEW.why IS NOT NULL AND NEW.why IS DISTINCT FROM OLD.why)
            ) EXECUTE FUNCTION refuse_change();
            """,
            "DROP TRIGGER stays_so ON fans_experience",
        ),
    ]
