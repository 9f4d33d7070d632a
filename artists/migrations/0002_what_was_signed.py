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

            CREATE FUNCTION artists_only_what_is_signed() RETURNS trigger LANGUAGE plpgsql
            SET search_path = pg_catalog, public, pg_temp AS $$
            BEGIN
                IF NOT EXISTS (
                    SELECT FROM artists_programversion
                    WHERE id = NEW.current_id AND program_id = NEW.id AND decision_id IS NOT NULL
                ) THEN
                    RAISE EXCEPTION 'program % cannot offer version row %: it is not signed', NEW.id, NEW.current_id
                    USING ERRCODE = 'check_violation';
                END IF;
                RETURN NEW;
            END $$;
            CREATE TRIGGER only_what_is_signed BEFORE INSERT OR UPDATE OF current_id ON artists_program
            FOR EACH ROW WHEN (NEW.current_id IS NOT NULL) EXECUTE FUNCTION artists_only_what_is_signed();
            """,
            """
            DROP TRIGGER only_what_is_signed ON artists_program;
            DROP FUNCTION artists_only_what_is_signed();
            ALTER TABLE artists_programversion DROP CONSTRAINT signed_as_it_stands;
            ALTER TABLE artists_draft DROP CONSTRAINT decided_as_it_stands;
            """,
        ),
        write_once("artists_programversion", "decision_id", until="decision_id"),
    ]
