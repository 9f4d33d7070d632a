"""SQL that keeps imports true: whoever signs asks for one, and what was imported stays as it was. For 0002_promises."""

from audit.operations import CLOCK_PATH

IMPORTS = f"""
CREATE FUNCTION rights_check_import() RETURNS trigger LANGUAGE plpgsql SET search_path = {CLOCK_PATH} AS $$
BEGIN
    IF TG_OP = 'INSERT' THEN
        IF NEW.state <> 'reading' THEN
            PERFORM refuse('an import is read first');
        END IF;
        IF NOT EXISTS (SELECT FROM rights_roles(NEW.party_id, NEW.uploaded_by)) THEN
            PERFORM refuse('an import is brought by somebody of the team of its party');
        END IF;
        NEW.uploaded_at := statement_timestamp();
        RETURN NEW;
    END IF;
    IF OLD.state = 'done' AND TG_OP = 'UPDATE' AND OLD.told_at IS NULL AND NEW.told_at IS NOT NULL
        AND to_jsonb(NEW) - 'told_at' = to_jsonb(OLD) - 'told_at'
    THEN
        NEW.told_at := statement_timestamp();
        RETURN NEW;
    END IF;
    IF OLD.state = 'done' THEN
        PERFORM refuse('history is not changed: this was imported');
    END IF;
    IF TG_OP = 'DELETE' THEN
        IF EXISTS (SELECT FROM rights_claim WHERE catalog_import_id = OLD.id) THEN
            PERFORM refuse('history is not changed: claims were made by this import');
        END IF;
        RETURN OLD;
    END IF;
    IF NEW.state <> OLD.state AND (OLD.state, NEW.state) NOT IN (
        ('reading', 'ready'), ('reading', 'refused'), ('ready', 'requested'), ('requested', 'ready'),
        ('requested', 'done')
    ) THEN
        PERFORM refuse('an import is read, then asked for, then done');
    END IF;
    IF NEW.requested_by IS NOT NULL AND (NEW.state, NEW.requested_by) IS DISTINCT FROM (OLD.state, OLD.requested_by)
        AND NOT rights_may_sign(NEW.party_id, NEW.requested_by)
    THEN
        PERFORM refuse('an import is asked for by whoever signs for its party');
    END IF;
    IF NEW.imported_at IS NOT NULL THEN
        NEW.imported_at := statement_timestamp();
    END IF;
    IF NEW.state = 'done' AND EXISTS (
        SELECT FROM rights_importline line
        LEFT JOIN catalog_recording recording ON recording.id = line.recording_id
        LEFT JOIN catalog_work work ON work.id = line.work_id
        WHERE line.catalog_import_id = NEW.id AND (line.recording_id, line.work_id) IS DISTINCT FROM (recording.id, work.id)
    ) THEN
        PERFORM refuse('a line that was imported names a recording and a work that are there');
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER checked BEFORE INSERT OR UPDATE OR DELETE ON rights_catalogimport
FOR EACH ROW EXECUTE FUNCTION rights_check_import();
-- Claims and lines are looked for where others have committed them.
CREATE TRIGGER only_read_committed BEFORE INSERT OR UPDATE OR DELETE ON rights_catalogimport
FOR EACH STATEMENT EXECUTE FUNCTION require_read_committed();

-- The lines of a finished import say what came in, and what the old values were. For all lines at once: each is written
-- three times, and there can be 100,000. What artists are told of an import stays as it is, too. The import is locked, so
-- that none is finished while its lines are changed.
CREATE FUNCTION rights_check_unfinished_import() RETURNS trigger LANGUAGE plpgsql
SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    PERFORM FROM rights_catalogimport WHERE id IN (SELECT catalog_import_id FROM touched) ORDER BY id FOR NO KEY UPDATE;
    IF EXISTS (
        SELECT FROM rights_catalogimport WHERE state = 'done' AND id IN (SELECT catalog_import_id FROM touched)
    ) THEN
        PERFORM refuse('history is not changed: this was imported');
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER added AFTER INSERT ON rights_importline REFERENCING NEW TABLE AS touched
FOR EACH STATEMENT EXECUTE FUNCTION rights_check_unfinished_import();
CREATE TRIGGER changed AFTER UPDATE ON rights_importline REFERENCING OLD TABLE AS touched
FOR EACH STATEMENT EXECUTE FUNCTION rights_check_unfinished_import();
CREATE TRIGGER removed AFTER DELETE ON rights_importline REFERENCING OLD TABLE AS touched
FOR EACH STATEMENT EXECUTE FUNCTION rights_check_unfinished_import();
CREATE TRIGGER added AFTER INSERT ON rights_importedartist REFERENCING NEW TABLE AS touched
FOR EACH STATEMENT EXECUTE FUNCTION rights_check_unfinished_import();
CREATE TRIGGER removed AFTER DELETE ON rights_importedartist REFERENCING OLD TABLE AS touched
FOR EACH STATEMENT EXECUTE FUNCTION rights_check_unfinished_import();

-- What an artist's team is told is what the lines say, counted before the import is done.
CREATE FUNCTION rights_check_imported_artists() RETURNS trigger LANGUAGE plpgsql
SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    IF EXISTS (
        SELECT catalog_import_id, artist_id, added, changed FROM touched
        EXCEPT SELECT catalog_import_id, artist_id, count(*) FILTER (WHERE verdict = 'new'),
            count(*) FILTER (WHERE verdict = 'changed')
        FROM rights_importline WHERE catalog_import_id IN (SELECT catalog_import_id FROM touched)
        GROUP BY catalog_import_id, artist_id
    ) THEN
        PERFORM refuse('an artist is told what the lines of an import say');
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER counted AFTER INSERT ON rights_importedartist REFERENCING NEW TABLE AS touched
FOR EACH STATEMENT EXECUTE FUNCTION rights_check_imported_artists();

-- Whoever asked for an import made the claims that it names. For all rows at once: there can be 100,000. The import is
-- locked as a foreign key would lock it, so that nobody removes it meanwhile.
CREATE FUNCTION rights_check_imported_claims() RETURNS trigger LANGUAGE plpgsql
SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    PERFORM FROM rights_catalogimport WHERE id IN (SELECT catalog_import_id FROM added) ORDER BY id FOR KEY SHARE;
    IF EXISTS (
        SELECT FROM (SELECT DISTINCT catalog_import_id, claimed_by FROM added WHERE catalog_import_id IS NOT NULL) named
        WHERE NOT EXISTS (
            SELECT FROM rights_catalogimport brought WHERE brought.id = named.catalog_import_id
                AND brought.state = 'requested' AND brought.requested_by = named.claimed_by
        )
    ) THEN
        PERFORM refuse('a claim of an import is made by whoever asked for the import');
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER named_by_its_import AFTER INSERT ON rights_claim REFERENCING NEW TABLE AS added
FOR EACH STATEMENT EXECUTE FUNCTION rights_check_imported_claims();
-- Each line is written three times. With room in its page, the last time needs no new entry in any index.
ALTER TABLE rights_importline SET (fillfactor = 50);
REVOKE UPDATE, TRUNCATE ON rights_catalogimport, rights_importline, rights_importfile, rights_importedartist
FROM fanfare_app;
GRANT UPDATE (description, position, lines, last_number, state, problem, requested_by, imported_at, told_at)
ON rights_catalogimport TO fanfare_app;
GRANT UPDATE (verdict, reason, facts, recording_id, work_id) ON rights_importline TO fanfare_app;
"""  # noqa: S608 - our own constant
DROP_IMPORTS = """
ALTER TABLE rights_importline RESET (fillfactor);
GRANT UPDATE ON rights_catalogimport, rights_importline, rights_importfile, rights_importedartist TO fanfare_app;
DROP TRIGGER named_by_its_import ON rights_claim;
DROP FUNCTION rights_check_imported_claims();
DROP TRIGGER counted ON rights_importedartist;
DROP FUNCTION rights_check_imported_artists();
DROP TRIGGER removed ON rights_importedartist;
DROP TRIGGER added ON rights_importedartist;
DROP TRIGGER removed ON rights_importline;
DROP TRIGGER changed ON rights_importline;
DROP TRIGGER added ON rights_importline;
DROP FUNCTION rights_check_unfinished_import();
DROP TRIGGER only_read_committed ON rights_catalogimport;
DROP TRIGGER checked ON rights_catalogimport;
DROP FUNCTION rights_check_import();
"""
