"""Constraints in SQL: decisions cover exact content, only signed versions are live, moments and drafts are kept."""

from django.db import migrations

from audit.operations import write_once


class Migration(migrations.Migration):
    dependencies = [("artists", "0001_initial"), ("audit", "0002_promises"), ("fans", "0002_promises")]
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

            REVOKE DELETE, TRUNCATE ON artists_moment, artists_draft FROM fanfare_app;

            -- A fan may delete the listen of a moment. The moment stays, so that it does not happen again.
            ALTER TABLE artists_moment ADD CONSTRAINT moment_outlives_its_listen FOREIGN KEY (listen_id)
            REFERENCES listens_listen (id) ON DELETE SET NULL DEFERRABLE INITIALLY DEFERRED;
            """,
            """
            ALTER TABLE artists_moment DROP CONSTRAINT moment_outlives_its_listen;
            GRANT DELETE ON artists_moment, artists_draft TO fanfare_app;
            DROP TRIGGER only_what_is_signed ON artists_program;
            DROP FUNCTION artists_only_what_is_signed();
            ALTER TABLE artists_programversion DROP CONSTRAINT signed_as_it_stands;
            ALTER TABLE artists_draft DROP CONSTRAINT decided_as_it_stands;
            """,
        ),
        write_once("artists_programversion", "decision_id", until="decision_id"),
    ]
