"""Artists keep their teams, who decide in their names. Songs keep their artists, their age and what they were of."""

from django.db import migrations

from audit.operations import CLOCK_PATH, append_only, dated_by_clock, never_removed, only_read_committed

# An artist leaves once. Whoever sells or asks for something of the artist at that moment holds the row, so the leaving waits,
# and then finds it.
LEAVING = f"""
CREATE FUNCTION catalog_leave() RETURNS trigger LANGUAGE plpgsql SET search_path = {CLOCK_PATH} AS $$
BEGIN
    IF TG_OP = 'UPDATE' AND OLD.left_at IS NOT NULL OR TG_OP = 'INSERT' AND NEW.left_at IS NOT NULL THEN
        PERFORM refuse('history is not changed: an artist leaves once');
    END IF;
    NEW.left_at := CASE WHEN NEW.left_at IS NOT NULL THEN statement_timestamp() END;
    RETURN NEW;
END $$;
CREATE TRIGGER leaves_later BEFORE INSERT ON catalog_artist FOR EACH ROW
WHEN (NEW.left_at IS NOT NULL) EXECUTE FUNCTION catalog_leave();
CREATE TRIGGER leaves_once BEFORE UPDATE ON catalog_artist FOR EACH ROW
WHEN (OLD.left_at IS DISTINCT FROM NEW.left_at) EXECUTE FUNCTION catalog_leave();

CREATE FUNCTION catalog_require_artist() RETURNS trigger LANGUAGE plpgsql
SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    gone timestamptz;
BEGIN
    SELECT left_at INTO gone FROM catalog_artist WHERE id = NEW.artist_id FOR SHARE;
    IF gone IS NOT NULL THEN
        PERFORM refuse('the artist has left');
    END IF;
    RETURN NEW;
END $$;
"""  # noqa: S608 - our own constant
DROP_LEAVING = """
DROP FUNCTION catalog_require_artist();
DROP TRIGGER leaves_once ON catalog_artist;
DROP TRIGGER leaves_later ON catalog_artist;
DROP FUNCTION catalog_leave();
"""

# Of what a recording is, is said at the time that the clock has, or for later, and ends then. Who may end it is said by the
# rights, which know who wrote a work. The ids in the index are no plain columns, so that no query takes it for them. What
# ends later is compared by a trigger, for all rows of a statement at once: an exclusion constraint takes ten times as long,
# and an import inserts 100,000. It runs after the index made it wait for whoever sets an end at the same moment.
RECORDING_WORKS = f"""
CREATE UNIQUE INDEX a_work_once_a_recording ON catalog_recordingwork ((recording_id + 0), (work_id + 0))
WHERE live_until IS NULL;
CREATE FUNCTION catalog_compare_recording_works() RETURNS trigger LANGUAGE plpgsql
SET search_path = pg_catalog, public, pg_temp
SET enable_hashjoin = off SET enable_mergejoin = off SET enable_seqscan = off AS $$
BEGIN
    -- No song and no work goes away, so this is asked once.
    IF EXISTS (
        SELECT FROM added tie LEFT JOIN catalog_recording song ON song.id = tie.recording_id
        LEFT JOIN catalog_work work ON work.id = tie.work_id WHERE song.id IS NULL OR work.id IS NULL
    ) THEN
        PERFORM refuse('a recording that is there is of a work that is there');
    END IF;
    IF EXISTS (
        SELECT FROM added tie JOIN catalog_recordingwork other ON other.recording_id = tie.recording_id
        WHERE other.work_id = tie.work_id AND other.id <> tie.id AND tstzrange(other.live_from, other.live_until)
            && tstzrange(tie.live_from, tie.live_until)
    ) THEN
        PERFORM refuse('a_work_once_a_recording: what it is of is said once for a time');
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER once_a_work AFTER INSERT ON catalog_recordingwork REFERENCING NEW TABLE AS added
FOR EACH STATEMENT EXECUTE FUNCTION catalog_compare_recording_works();
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
"""  # noqa: S608 - of a constant
DROP_RECORDING_WORKS = """
DROP TRIGGER dated ON catalog_recordingwork;
DROP FUNCTION catalog_date_recording_work();
DROP TRIGGER once_a_work ON catalog_recordingwork;
DROP FUNCTION catalog_compare_recording_works();
DROP INDEX a_work_once_a_recording;
"""

# The stems of a source are those that its content names, all as long as it, and a whole song stands alone. The content and
# the stems come in one transaction, so this is asked at its end.
SOURCES = """
CREATE FUNCTION catalog_name_source() RETURNS trigger LANGUAGE plpgsql SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    IF NEW.version <> 1 + coalesce((SELECT max(version) FROM catalog_recordingsource
                                    WHERE recording_id = NEW.recording_id), 0) THEN
        PERFORM refuse('versions of a source follow each other');
    END IF;
    IF NOT EXISTS (
        SELECT FROM accounts_member m JOIN catalog_artist a ON a.team_id = m.team_id JOIN catalog_recording r ON r.artist_id = a.id
        WHERE r.id = NEW.recording_id AND 'person:' || m.person_id = NEW.confirmed_by AND m.role IN ('principal', 'owner', 'editor')
    ) THEN
        PERFORM refuse('a source is confirmed by somebody of the team who may edit');
    END IF;
    NEW.digest := encode(sha256(convert_to(NEW.content, 'UTF8')), 'hex');
    RETURN NEW;
END $$;
CREATE TRIGGER named BEFORE INSERT ON catalog_recordingsource FOR EACH ROW EXECUTE FUNCTION catalog_name_source();

CREATE FUNCTION catalog_compare_source() RETURNS trigger LANGUAGE plpgsql SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    source bigint := CASE TG_TABLE_NAME WHEN 'catalog_sourcestem' THEN (to_jsonb(NEW) ->> 'source_id')::bigint ELSE NEW.id END;
    content jsonb := (SELECT s.content::jsonb FROM catalog_recordingsource s WHERE s.id = source);
BEGIN
    IF NOT EXISTS (SELECT FROM catalog_sourcestem s WHERE s.source_id = source) OR EXISTS (
        SELECT FROM jsonb_to_recordset(content -> 'stems') AS said (id text, role text, sha256 text)
        FULL JOIN (SELECT * FROM catalog_sourcestem WHERE source_id = source) AS stem
        ON (said.id, said.role, said.sha256) = (stem.stem, stem.role, stem.audio_id)
        WHERE said.id IS NULL OR stem.id IS NULL
    ) THEN
        PERFORM refuse('the content of a source names its stems');
    END IF;
    IF EXISTS (
        SELECT FROM catalog_sourcestem s JOIN catalog_audiofile a ON a.sha256 = s.audio_id
        WHERE s.source_id = source AND a.frames IS DISTINCT FROM (content ->> 'frames')::bigint
    ) THEN
        PERFORM refuse('the stems of a source have one length');
    END IF;
    IF EXISTS (SELECT FROM catalog_sourcestem s WHERE s.source_id = source
               HAVING bool_or(s.role = 'master') AND count(*) > 1 OR count(*) > 12) THEN
        PERFORM refuse('a whole song stands alone, and a source has at most twelve stems');
    END IF;
    RETURN NULL;
END $$;
CREATE CONSTRAINT TRIGGER has_its_stems AFTER INSERT ON catalog_recordingsource DEFERRABLE INITIALLY DEFERRED
FOR EACH ROW EXECUTE FUNCTION catalog_compare_source();
CREATE CONSTRAINT TRIGGER is_of_its_source AFTER INSERT ON catalog_sourcestem DEFERRABLE INITIALLY DEFERRED
FOR EACH ROW EXECUTE FUNCTION catalog_compare_source();
CREATE TRIGGER keeps_its_sound BEFORE UPDATE ON catalog_audiofile
FOR EACH ROW WHEN ((OLD.sha256, OLD.frames, OLD.channels, OLD.size, OLD.peaks)
    IS DISTINCT FROM (NEW.sha256, NEW.frames, NEW.channels, NEW.size, NEW.peaks))
EXECUTE FUNCTION refuse_change();
"""
DROP_SOURCES = """
DROP TRIGGER keeps_its_sound ON catalog_audiofile;
DROP TRIGGER is_of_its_source ON catalog_sourcestem;
DROP TRIGGER has_its_stems ON catalog_recordingsource;
DROP FUNCTION catalog_compare_source();
DROP TRIGGER named ON catalog_recordingsource;
DROP FUNCTION catalog_name_source();
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

            -- A yes can be for one artist, and for the songs that there were when it was given. No song and no work goes
            -- away: lines of an import name them without a foreign key.
            CREATE TRIGGER keeps_its_artist BEFORE UPDATE ON catalog_recording FOR EACH ROW
            WHEN ((OLD.id, OLD.artist_id, OLD.created_at) IS DISTINCT FROM (NEW.id, NEW.artist_id, NEW.created_at))
            EXECUTE FUNCTION refuse_change();
            CREATE TRIGGER stays_as_old BEFORE UPDATE ON catalog_work
            FOR EACH ROW WHEN ((OLD.id, OLD.created_at) IS DISTINCT FROM (NEW.id, NEW.created_at))
            EXECUTE FUNCTION refuse_change();
            CREATE TRIGGER never_removed BEFORE DELETE OR TRUNCATE ON catalog_recording
            FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
            CREATE TRIGGER never_removed BEFORE DELETE OR TRUNCATE ON catalog_work
            FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
            REVOKE DELETE, TRUNCATE ON catalog_recording, catalog_work FROM fanfare_app;
            """,
            """
            GRANT DELETE ON catalog_recording, catalog_work TO fanfare_app;
            DROP TRIGGER never_removed ON catalog_work;
            DROP TRIGGER never_removed ON catalog_recording;
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
        migrations.RunSQL(LEAVING, DROP_LEAVING),
        migrations.RunSQL(RECORDING_WORKS, DROP_RECORDING_WORKS),
        never_removed("catalog_recordingwork", "live_until", "ended_by"),
        migrations.RunSQL(SOURCES, DROP_SOURCES),
        append_only("catalog_recordingsource"),
        append_only("catalog_sourcestem"),
        dated_by_clock("catalog_recordingsource", "confirmed_at"),
        *only_read_committed("catalog_recordingwork", "catalog_recordingsource"),
    ]
