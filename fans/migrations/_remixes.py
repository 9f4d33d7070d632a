"""SQL that keeps offers of remixes and renders true: what is offered is signed, what is rendered is cleared."""

REMIXES = """
ALTER TABLE fans_remixoffer ADD CONSTRAINT a_remix_offer_is_signed_as_it_stands
FOREIGN KEY (decision_id, artist_id, envelope_hash) REFERENCES rights_decision (id, artist_id, envelope_hash);

-- Everybody who must say yes to a remix of this recording did so, and what is made stays of it.
CREATE FUNCTION fans_check_render() RETURNS trigger LANGUAGE plpgsql
SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    IF TG_OP = 'UPDATE' THEN
        IF (OLD.kind, OLD.person_id, OLD.artist_id, OLD.recording_id, OLD.source_id, OLD.recipe, OLD.choice,
                OLD.section, OLD.seconds, OLD.cache_key, OLD.clearance_id)
            IS DISTINCT FROM (NEW.kind, NEW.person_id, NEW.artist_id, NEW.recording_id, NEW.source_id, NEW.recipe,
                NEW.choice, NEW.section, NEW.seconds, NEW.cache_key, NEW.clearance_id)
            OR OLD.state IN ('ready', 'failed', 'replaced') AND NEW.state <> OLD.state
            OR OLD.state = 'ready' AND NEW.sha256 <> OLD.sha256
        THEN
            PERFORM refuse('a render stays of what was wanted');
        END IF;
    ELSIF NOT EXISTS (
        SELECT FROM rights_clearance cleared JOIN rights_clearancerecording song ON song.clearance_id = cleared.id
        JOIN catalog_recordingsource source ON source.recording_id = song.recording_id
        WHERE cleared.id = NEW.clearance_id AND cleared.artist_id = NEW.artist_id
        AND cleared.use = CASE NEW.kind WHEN 'shelf' THEN 'share' ELSE 'remix' END
        AND song.recording_id = NEW.recording_id AND source.id = NEW.source_id
    ) THEN
        PERFORM refuse('a render is cleared for remixes of its recording');
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER cleared_and_unchanged BEFORE INSERT OR UPDATE ON fans_render
FOR EACH ROW EXECUTE FUNCTION fans_check_render();

-- A fan hears parts of a remix at the desk, never the whole: 60 seconds of recipes that sound alike.
CREATE FUNCTION fans_check_part() RETURNS trigger LANGUAGE plpgsql SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    PERFORM FROM accounts_person WHERE id = NEW.person_id FOR NO KEY UPDATE;  -- one after the other
    IF (SELECT sum(seconds) FROM fans_remixpart part WHERE part.person_id = NEW.person_id
            AND (part.recording_id, part.family) = (NEW.recording_id, NEW.family)) > 60 THEN
        PERFORM refuse('a remix is heard in parts at the desk, 60 seconds at most');
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER never_the_whole AFTER INSERT OR UPDATE ON fans_remixpart
FOR EACH ROW EXECUTE FUNCTION fans_check_part();
"""
DROP_REMIXES = """
DROP TRIGGER never_the_whole ON fans_remixpart;
DROP FUNCTION fans_check_part();
DROP TRIGGER cleared_and_unchanged ON fans_render;
DROP FUNCTION fans_check_render();
ALTER TABLE fans_remixoffer DROP CONSTRAINT a_remix_offer_is_signed_as_it_stands;
"""

FILES = """
-- A whole remix is ready with both of its files, a copy for the shelf with its stream. They never change, and go with it
-- once it may go.
CREATE FUNCTION fans_check_files() RETURNS trigger LANGUAGE plpgsql SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    IF NOT EXISTS (
        SELECT FROM fans_render WHERE (id, state) = (NEW.render_id, 'ready')
        AND (kind = 'full' OR kind = 'shelf' AND NEW.name = 'stream')
    ) THEN
        PERFORM refuse('a file is of a whole remix that is ready');
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER of_a_whole_remix BEFORE INSERT ON fans_renderfile FOR EACH ROW EXECUTE FUNCTION fans_check_files();
CREATE FUNCTION fans_require_files() RETURNS trigger LANGUAGE plpgsql
SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    IF (SELECT count(*) FROM fans_renderfile WHERE render_id = NEW.id) <> (CASE NEW.kind WHEN 'full' THEN 2 ELSE 1 END)
        AND EXISTS (SELECT FROM fans_render WHERE id = NEW.id)
    THEN
        PERFORM refuse('a whole remix is ready with its files');
    END IF;
    RETURN NULL;
END $$;
CREATE CONSTRAINT TRIGGER has_both_files AFTER INSERT OR UPDATE OF state ON fans_render DEFERRABLE INITIALLY DEFERRED
FOR EACH ROW WHEN (NEW.kind IN ('full', 'shelf') AND NEW.state = 'ready') EXECUTE FUNCTION fans_require_files();
CREATE FUNCTION fans_keep_files() RETURNS trigger LANGUAGE plpgsql SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    IF NOT EXISTS (SELECT FROM fans_render WHERE id = OLD.render_id AND expires_at < statement_timestamp()) THEN
        PERFORM refuse('a file is kept as long as its remix');
    END IF;
    RETURN OLD;
END $$;
CREATE TRIGGER kept_with_its_remix BEFORE DELETE ON fans_renderfile FOR EACH ROW EXECUTE FUNCTION fans_keep_files();
CREATE TRIGGER never_changed BEFORE UPDATE ON fans_renderfile FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
REVOKE UPDATE, TRUNCATE ON fans_renderfile FROM fanfare_app;
"""
DROP_FILES = """
GRANT UPDATE ON fans_renderfile TO fanfare_app;
DROP TRIGGER never_changed ON fans_renderfile;
DROP TRIGGER kept_with_its_remix ON fans_renderfile;
DROP FUNCTION fans_keep_files();
DROP TRIGGER has_both_files ON fans_render;
DROP FUNCTION fans_require_files();
DROP TRIGGER of_a_whole_remix ON fans_renderfile;
DROP FUNCTION fans_check_files();
"""
