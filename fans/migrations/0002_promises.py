"""Experiences need a decision on exactly their content, are inserted whole and never deleted, and stay as they were."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("fans", "0001_initial"), ("audit", "0002_promises"), ("rights", "0002_promises")]
    operations = [
        migrations.RunSQL(
            """
            ALTER TABLE fans_experience ADD CONSTRAINT nothing_undecided
            FOREIGN KEY (decision_id, content_hash, why_hash)
            REFERENCES rights_decision (id, content_hash, why_hash);

            -- An experience without its words has no hash, and without a hash nothing is compared with the decision.
            CREATE FUNCTION fans_refuse_partial_insert() RETURNS trigger LANGUAGE plpgsql
            SET search_path = pg_catalog, public, pg_temp AS $$
            BEGIN
                RAISE EXCEPTION 'an experience is inserted whole: with its text, salt and why'
                USING ERRCODE = 'check_violation';
            END $$;
            CREATE TRIGGER inserted_whole BEFORE INSERT ON fans_experience
            FOR EACH ROW WHEN (num_nulls(NEW.text, NEW.salt, NEW.why) > 0)
            EXECUTE FUNCTION fans_refuse_partial_insert();

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
            DROP TRIGGER inserted_whole ON fans_experience;
            DROP FUNCTION fans_refuse_partial_insert();
            DROP TRIGGER never_removed ON fans_experience;
            ALTER TABLE fans_experience DROP CONSTRAINT nothing_undecided;
            GRANT UPDATE, DELETE ON fans_experience TO fanfare_app;
            """,
        ),
    ]
