"""Nothing can be in front of a fan that nobody decided on: whoever writes the row."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("fans", "0001_initial"), ("audit", "0002_history")]
    operations = [
        migrations.RunSQL(
            """
            ALTER TABLE fans_experience ADD CONSTRAINT nothing_undecided
            FOREIGN KEY (decision_id, content_hash) REFERENCES rights_decision (id, content_hash);

            -- What a fan received stays; of it only opening, erasing and taking back are written.
            CREATE TRIGGER never_removed BEFORE DELETE OR TRUNCATE ON fans_experience
            FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
            REVOKE UPDATE, DELETE, TRUNCATE ON fans_experience FROM fanfare_app;
            GRANT UPDATE (salt, text, why, opened_at, withdrawn_at) ON fans_experience TO fanfare_app;
            """,
            """
            ALTER TABLE fans_experience DROP CONSTRAINT nothing_undecided;
            DROP TRIGGER never_removed ON fans_experience;
            GRANT UPDATE, DELETE ON fans_experience TO fanfare_app;
            """,
        )
    ]
