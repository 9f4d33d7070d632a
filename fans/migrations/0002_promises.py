"""Experiences need a decision on exactly their content, are inserted whole and never deleted, and stay as they were."""

from django.db import migrations

from audit.operations import never_removed


class Migration(migrations.Migration):
    dependencies = [("fans", "0001_initial"), ("audit", "0002_promises"), ("rights", "0002_promises")]
    operations = [
        migrations.RunSQL(
            """
            ALTER TABLE fans_experience ADD CONSTRAINT nothing_undecided
            FOREIGN KEY (decision_id, artist_id, content_hash, why_hash)
            REFERENCES rights_decision (id, artist_id, content_hash, why_hash);

            -- An experience is cleared for its artist and use, and everybody who must say yes does so when it is stored.
            ALTER TABLE fans_experience ADD CONSTRAINT cleared_for_its_artist_and_use
            FOREIGN KEY (clearance_id, artist_id, use) REFERENCES rights_clearance (id, artist_id, use);
            CREATE FUNCTION fans_only_what_is_still_clear() RETURNS trigger LANGUAGE plpgsql AS $$
            BEGIN
                IF EXISTS (
                    SELECT FROM public.rights_answers_again(
                        ARRAY(SELECT DISTINCT clearance_id FROM added), statement_timestamp()
                    ) WHERE problem <> ''
                ) THEN
                    RAISE EXCEPTION 'not everybody who must say yes to an experience still does'
                    USING ERRCODE = 'check_violation';
                END IF;
                RETURN NULL;
            END $$;
            CREATE TRIGGER only_what_is_still_clear AFTER INSERT ON fans_experience REFERENCING NEW TABLE AS added
            FOR EACH STATEMENT EXECUTE FUNCTION fans_only_what_is_still_clear();

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

            CREATE TRIGGER stays_so BEFORE UPDATE ON fans_experience FOR EACH ROW WHEN (
                (OLD.opened_at IS NOT NULL AND NEW.opened_at IS DISTINCT FROM OLD.opened_at)
                OR (OLD.withdrawn_at IS NOT NULL AND NEW.withdrawn_at IS DISTINCT FROM OLD.withdrawn_at)
                OR (NEW.why IS NOT NULL AND NEW.why IS DISTINCT FROM OLD.why)
            ) EXECUTE FUNCTION refuse_change();
            """,
            """
            DROP TRIGGER stays_so ON fans_experience;
            DROP TRIGGER only_what_is_still_clear ON fans_experience;
            DROP FUNCTION fans_only_what_is_still_clear();
            ALTER TABLE fans_experience DROP CONSTRAINT cleared_for_its_artist_and_use;
            DROP TRIGGER inserted_whole ON fans_experience;
            DROP FUNCTION fans_refuse_partial_insert();
            ALTER TABLE fans_experience DROP CONSTRAINT nothing_undecided;
            """,
        ),
        # Opening, erasing and withdrawing are the only changes.
        never_removed("fans_experience", "salt", "text", "why", "opened_at", "withdrawn_at"),
    ]
