"""Artists keep their teams, who decide in their names. Songs keep their artists, their age and what they were of."""

from django.db import migrations

from audit.operations import CLOCK_PATH, never_removed, only_read_committed

# Of what a recording is, is said at the time that the clock has, or for later, and ends then. Who may end it is said by the
# rights, which know who wrote a work. The ids in the constraint are no plain columns, so that no query takes its index.
RECORDING_WORKS = f"""
ALTER TABLE catalog_recordingwork ADD CONSTRAINT a_work_once_a_recording EXCLUDE USING gist (
    (recording_id + 0) WITH =, (work_id + 0) WITH =, tstzrange(live_from, live_until) WITH &&
);
CREATE FUNCTION catalog_date_recording_work() RETURNS trigger LANGUAGE plpgsql SET search_path = {CLOCK_PATH} AS $$
BEGIN
    IF TG_OP = 'INSERT' THEN
        IF NEW.live_until IS NOT NULL THEN
            PERFORM refuse('what a recording is of ends after it was said');
        END IF;
        NEW.live_from := greatest(NEW.live_from, statement_timestamp());
        RETURN NEW;
    END IF;
    IF NEW.live_until IS NULL OR OLD.live_until <= statement_timestamp() OR NEW.live_until > OLD.live_until THEN
        PERFORM refuse('history is not changed: what a recording was of stays');
    END IF;
    NEW.live_until := greatest(NEW.live_until, statement_timestamp(), OLD.live_from);
    RETURN NEW;
END $$;
CREATE TRIGGER dated BEFORE INSERT OR UPDATE ON catalog_recordingwork
FOR EACH ROW EXECUTE FUNCTION catalog_date_recording_work();
"""
DROP_RECORDING_WORKS = """
DROP TRIGGER dated ON catalog_recordingwork;
DROP FUNCTION catalog_date_recording_work();
ALTER TABLE catalog_recordingwork DROP CONSTRAINT a_work_once_a_recording;
"""


class Migration(migrations.Migration):
    dependencies = [("catalog", "0001_initial"), ("accounts", "0002_promises"), ("audit", "0002_promises")]
    operations = [
        migrations.RunSQL(
            """
            CREATE FUNCTION catalog_is_iswc(code text) RETURNS boolean LANGUAGE sql IMMUTABLE PARALLEL SAFE STRICT
            RETURN CASE
                WHEN code ~ '^T[0-9]{10}$' THEN right(code, 1)::int = (10 - (
                    1 + substr(code, 2, 1)::int + 2 * substr(code, 3, 1)::int + 3 * substr(code, 4, 1)::int
                    + 4 * substr(code, 5, 1)::int + 5 * substr(code, 6, 1)::int + 6 * substr(code, 7, 1)::int
                    + 7 * substr(code, 8, 1)::int + 8 * substr(code, 9, 1)::int + 9 * substr(code, 10, 1)::int
                ) % 10) % 10
                ELSE false END;
            ALTER TABLE catalog_work ADD CONSTRAINT an_iswc_has_its_check_digit CHECK (public.catalog_is_iswc(iswc));

            CREATE FUNCTION catalog_only_an_artists_team() RETURNS trigger LANGUAGE plpgsql
            SET search_path = pg_catalog, public, pg_temp AS $$
            BEGIN
                IF NOT EXISTS (SELECT FROM accounts_team WHERE id = NEW.team_id AND kind = 'artist') THEN
                    RAISE EXCEPTION 'team % is not the team of an artist', NEW.team_id
                    USING ERRCODE = 'check_violation';
                END IF;
                RETURN NEW;
            END $$;
            CREATE TRIGGER has_an_artists_team BEFORE INSERT ON catalog_artist
            FOR EACH ROW EXECUTE FUNCTION catalog_only_an_artists_team();
            CREATE TRIGGER keeps_its_team BEFORE UPDATE ON catalog_artist
            FOR EACH ROW WHEN (OLD.team_id IS DISTINCT FROM NEW.team_id) EXECUTE FUNCTION refuse_change();

            -- A yes can be for one artist, and for the songs that there were when it was given.
            CREATE TRIGGER keeps_its_artist BEFORE UPDATE ON catalog_recording
            FOR EACH ROW WHEN ((OLD.artist_id, OLD.created_at) IS DISTINCT FROM (NEW.artist_id, NEW.created_at))
            EXECUTE FUNCTION refuse_change();
            CREATE TRIGGER stays_as_old BEFORE UPDATE ON catalog_work
            FOR EACH ROW WHEN (OLD.created_at IS DISTINCT FROM NEW.created_at) EXECUTE FUNCTION refuse_change();
            """,
            """
            DROP TRIGGER stays_as_old ON catalog_work;
            DROP TRIGGER keeps_its_artist ON catalog_recording;
            DROP TRIGGER keeps_its_team ON catalog_artist;
            DROP TRIGGER has_an_artists_team ON catalog_artist;
            DROP FUNCTION catalog_only_an_artists_team();
            ALTER TABLE catalog_work DROP CONSTRAINT an_iswc_has_its_check_digit;
            DROP FUNCTION catalog_is_iswc(text);
            """,
        ),
        migrations.RunSQL("CREATE EXTENSION IF NOT EXISTS btree_gist", migrations.RunSQL.noop),
        migrations.RunSQL(RECORDING_WORKS, DROP_RECORDING_WORKS),
        never_removed("catalog_recordingwork", "live_until", "ended_by"),
        *only_read_committed("catalog_recordingwork"),
    ]
