"""A signature and a decision hold for exactly the content they were made on."""

from django.db import migrations

from audit.history import write_once


class Migration(migrations.Migration):
    dependencies = [("artists", "0001_initial"), ("audit", "0002_history"), ("fans", "0002_nothing_undecided")]
    operations = [
        migrations.RunSQL(
            """
            ALTER TABLE artists_programversion ADD CONSTRAINT signed_as_it_stands
            FOREIGN KEY (decision_id, shape_hash) REFERENCES rights_decision (id, content_hash);
            ALTER TABLE artists_draft ADD CONSTRAINT decided_as_it_stands
            FOREIGN KEY (decision_id, content_hash) REFERENCES rights_decision (id, content_hash);
            """,
            """
            ALTER TABLE artists_programversion DROP CONSTRAINT signed_as_it_stands;
            ALTER TABLE artists_draft DROP CONSTRAINT decided_as_it_stands;
            """,
        ),
        write_once("artists_programversion", "decision_id", until="decision_id"),
    ]
