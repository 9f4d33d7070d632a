"""SQL that keeps true what a delivered remix says of its sound: who heard it, how much, and which files it is."""

HEARINGS = """
-- A remix says that somebody heard it where whoever decided had heard all of exactly this. Its files are those that its
-- paper names, its sound is that of its moment, and the song is open for remixes until this has committed.
CREATE FUNCTION artists_check_delivered_remix() RETURNS trigger LANGUAGE plpgsql
SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    paper jsonb := CASE WHEN NEW.maker IN ('desk', 'rules', 'team') THEN NEW.text::jsonb END;
    said integer;
    heard integer;
    sound bigint;
    song bigint;
BEGIN
    IF paper IS NULL THEN
        IF NEW.mark = 'remixed' THEN
            PERFORM refuse('what was not made at the desk is not remixed');
        END IF;
        RETURN NEW;
    END IF;
    SELECT decision.heard_seconds, coalesce(hearing.seconds, 0), moment.render_id, render.recording_id
    INTO said, heard, sound, song
    FROM artists_draft draft JOIN rights_decision decision ON decision.id = NEW.decision_id
    JOIN artists_moment moment ON moment.id = draft.moment_id LEFT JOIN fans_render render ON render.id = moment.render_id
    LEFT JOIN artists_drafthearing hearing ON (hearing.draft_id, hearing.revision, hearing."by")
        = (draft.id, draft.revision, decision."by")
    WHERE draft.id = NEW.draft;
    IF said IS NULL OR said > heard THEN
        PERFORM refuse('nobody heard more of a remix than the database knows');
    END IF;
    IF NEW.mark <> 'bounds' AND said < (paper->>'frames')::bigint / 44100
        OR NEW.mark NOT IN ('bounds', CASE NEW.maker WHEN 'desk' THEN 'remixed' ELSE 'approved' END)
    THEN
        PERFORM refuse('a remix that nobody heard to its end is within bounds, and the desk or rules made the others');
    END IF;
    IF sound IS DISTINCT FROM (paper->>'render')::bigint OR (
        SELECT jsonb_object_agg(file.name, file.sha256) FROM fans_renderfile file WHERE file.render_id = sound
    ) IS DISTINCT FROM (
        SELECT jsonb_object_agg(promised.name, promised.facts->>'sha256')
        FROM jsonb_each(paper->'files') promised(name, facts)
    ) THEN
        PERFORM refuse('the files of a remix are those of its sound');
    END IF;
    PERFORM FROM fans_remixoffer offer WHERE offer.recording_id = song AND offer.ended_at IS NULL
    AND offer.expires_at > statement_timestamp() FOR SHARE;
    IF NOT FOUND THEN
        PERFORM refuse('a remix is delivered while its song is open for remixes');
    END IF;
    RETURN NEW;
END $$;
-- Its name is after `only_as_drafted`, which looks whether there is such a draft.
CREATE TRIGGER only_remixes_as_heard BEFORE INSERT ON fans_experience
FOR EACH ROW WHEN (NEW.kind = 'remix') EXECUTE FUNCTION artists_check_delivered_remix();

-- Nobody edits a sound.
CREATE TRIGGER sounds_as_made BEFORE UPDATE OF text ON artists_draft FOR EACH ROW
WHEN (OLD.maker IN ('desk', 'rules', 'team') AND NEW.text IS NOT NULL AND NEW.text IS DISTINCT FROM OLD.text)
EXECUTE FUNCTION refuse_change();
"""
DROP_HEARINGS = """
DROP TRIGGER sounds_as_made ON artists_draft;
DROP TRIGGER only_remixes_as_heard ON fans_experience;
DROP FUNCTION artists_check_delivered_remix();
"""
