"""Experiences need a decision on exactly their content, are never deleted, and stay opened or withdrawn."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("fans", "0001_initial"), ("audit", "0002_promises"), ("rights", "0002_promises")]
    operations = [
        migrations.RunSQL(
            """
            ALTER TABLE fans_experience ADD CONSTRAINT nothing_undecided
            FOREIGN KEY (decision_id, content_hash) REFERENCES rights_decision (id, content_hash);

            -- Opening, erasing and withdrawing are the only changes.
            CREATE TRIGGER never_removed BEFORE DELETE OR TRUNCATE ON fans_experience
            FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
            REVOKE UPDATE, DELETE, TRUNCATE ON fans_experience FROM fanfare_app;
            GRANT UPDATE (salt, text, why, opened_at, withdrawn_at) ON fans_experience TO fanfare_app;

            CREATE TRIGGER stays_so BEFORE UPDATE ON fans_experience FOR EACH ROW WHEN (
                (OLD.opened_at IS NOT NULL AND NEW.opened_at IS DISTINCT FROM OLD.opened_at)
                OR (OLD.withdrawn_at IS NOT NULL AND NEW.withdrawn_at IS DISTINCT FROM OLD.withdrawn_at)
                OR (NEW.why IS NOT NULL AND NEW.why IS DISTINCT FROM OLD.why)
            ) EXECUTE FUNCTION refuse_change();
            """,
            """
            DROP TRIGGER stays_so ON fans_experience;
            DROP TRIGGER never_removed ON fans_experience;
            ALTER TABLE fans_experience DROP CONSTRAINT nothing_undecided;
            GRANT UPDATE, DELETE ON fans_experience TO fanfare_app;
            """,
        ),
    ]
