"""SQL that keeps imports true: whoever signs asks for one, and what was imported stays as it was. For 0002_promises."""

from audit.operations import CLOCK_PATH

IMPORTS = f"""
CREATE FUNCTION rights_check_import() RETURNS trigger LANGUAGE plpgsql SET search_path = {CLOCK_PATH} AS $$
BEGIN
    IF TG_OP = 'INSERT' THEN
        IF NEW.state <> 'reading' THEN
            PERFORM rights_refuse('an import is read first');
        END IF;
        IF NOT EXISTS (SELECT FROM rights_roles(NEW.party_id, NEW.uploaded_by)) THEN
            PERFORM rights_refuse('an import is brought by somebody of the team of its party');
        END IF;
        NEW.uploaded_at := statement_timestamp();
        RETURN NEW;
    END IF;
    IF OLD.state = 'done' THEN
        PERFORM rights_refuse('history is not changed: this was imported');
    END IF;
    IF TG_OP = 'DELETE' THEN
        RETURN OLD;
    END IF;
    IF NEW.state <> OLD.state AND (OLD.state, NEW.state) NOT IN (
        ('reading', 'ready'), ('reading', 'refused'), ('ready', 'requested'), ('requested', 'ready'),
        ('requested', 'done')
    ) THEN
        PERFORM rights_refuse('an import is read, then asked for, then done');
    END IF;
    IF NEW.requested_by IS NOT NULL AND (NEW.state, NEW.requested_by) IS DISTINCT FROM (OLD.state, OLD.requested_by)
        AND NOT rights_may_sign(NEW.party_id, NEW.requested_by)
    THEN
        PERFORM rights_refuse('an import is asked for by whoever signs for its party');
    END IF;
    IF NEW.imported_at IS NOT NULL THEN
        NEW.imported_at := statement_timestamp();
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER checked BEFORE INSERT OR UPDATE OR DELETE ON rights_catalogimport
FOR EACH ROW EXECUTE FUNCTION rights_check_import();

-- The lines of a finished import say what came in, and what the old values were.
CREATE FUNCTION rights_check_import_line() RETURNS trigger LANGUAGE plpgsql
SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    IF EXISTS (
        SELECT FROM rights_catalogimport WHERE state = 'done'
        AND id = CASE WHEN TG_OP = 'INSERT' THEN NEW.catalog_import_id ELSE OLD.catalog_import_id END
    ) THEN
        PERFORM rights_refuse('history is not changed: this was imported');
    END IF;
    RETURN CASE WHEN TG_OP = 'DELETE' THEN OLD ELSE NEW END;
END $$;
CREATE TRIGGER checked BEFORE INSERT OR UPDATE OR DELETE ON rights_importline
FOR EACH ROW EXECUTE FUNCTION rights_check_import_line();
REVOKE UPDATE, TRUNCATE ON rights_catalogimport, rights_importline, rights_importfile FROM fanfare_app;
GRANT UPDATE (description, position, lines, last_number, state, problem, requested_by, imported_at)
ON rights_catalogimport TO fanfare_app;
GRANT UPDATE (verdict, reason, facts, recording_id) ON rights_importline TO fanfare_app;
"""  # noqa: S608 - our own constant
DROP_IMPORTS = """
GRANT UPDATE ON rights_catalogimport, rights_importline, rights_importfile TO fanfare_app;
DROP TRIGGER checked ON rights_importline;
DROP FUNCTION rights_check_import_line();
DROP TRIGGER checked ON rights_catalogimport;
DROP FUNCTION rights_check_import();
"""
