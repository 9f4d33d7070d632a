"""SQL that keeps calls for suggestions as they were, and tells words of a model from those of a person."""

SUGGESTIONS = """
ALTER TABLE artists_suggestioncall ADD CONSTRAINT of_a_program_of_the_artist
FOREIGN KEY (program_id, artist_id) REFERENCES artists_program (id, artist_id);
CREATE TRIGGER answered_once BEFORE UPDATE ON artists_suggestioncall
FOR EACH ROW WHEN (OLD.state <> 'asked') EXECUTE FUNCTION refuse_change();

CREATE FUNCTION artists_check_suggestion_call() RETURNS trigger LANGUAGE plpgsql
SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    PERFORM FROM artists_modelprofile WHERE id = NEW.profile_id AND in_use FOR SHARE;
    IF NOT FOUND OR NEW.state <> 'asked' THEN
        PERFORM refuse('a call is made to the server in use');
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER made_to_the_server_in_use BEFORE INSERT ON artists_suggestioncall
FOR EACH ROW EXECUTE FUNCTION artists_check_suggestion_call();

-- The composer alone made a text only where a person wrote some template of its version; and a model that is named as the
-- maker suggested a sentence of it. Which template it was, the code knows.
CREATE FUNCTION artists_is_origin_of(maker text, wording text) RETURNS boolean LANGUAGE sql IMMUTABLE
SET search_path = pg_catalog, pg_temp AS $$
SELECT CASE
    WHEN $1 = 'composer' THEN $2 = '' OR $2::jsonb->'origins' IS NULL
        OR jsonb_path_exists($2::jsonb, '$.origins.templates[*] ? (@.how == "written")')
    WHEN $1 LIKE 'suggested:%' OR $1 LIKE 'changed:%' THEN coalesce(jsonb_path_exists(
        $2::jsonb, 'strict $.origins.** ? (@.how == $how && @.day == $day && @.model == $model)', jsonb_build_object(
            'how', split_part($1, ':', 1), 'day', split_part($1, ':', 2),
            'model', substr($1, length(split_part($1, ':', 1)) + length(split_part($1, ':', 2)) + 3)
        ), true
    ), false)
    ELSE true
END
$$;
CREATE FUNCTION artists_check_makers() RETURNS trigger LANGUAGE plpgsql
SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    IF EXISTS (
        SELECT FROM written JOIN artists_programversion version ON version.id = written.version_id
        WHERE NOT artists_is_origin_of(written.maker, version.wording)
    ) THEN
        RAISE EXCEPTION 'words that a model put in are not told as those of a person, nor the reverse'
        USING ERRCODE = 'check_violation';
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER made_by_who_is_named AFTER INSERT ON artists_draft
REFERENCING NEW TABLE AS written FOR EACH STATEMENT EXECUTE FUNCTION artists_check_makers();

-- A decision without anybody who read the message rests on the signature of its version, which is in use and says that it
-- goes out so. The composer made it for an adult, nobody changed it, and its mark does not say that somebody saw it.
CREATE FUNCTION artists_check_unread() RETURNS trigger LANGUAGE plpgsql
SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    IF EXISTS (
        SELECT FROM rights_decision decision JOIN artists_programversion version ON version.id = NEW.version_id
        JOIN artists_program program ON program.id = version.program_id
        WHERE decision.id = NEW.decision_id AND decision.by IS NULL AND (
            decision.under_id = version.decision_id
            AND coalesce((nullif(version.wording, '')::jsonb->>'unread')::boolean, false)
            AND version.moment <> 'request' AND program.state = 'live' AND program.current_id = version.id
            AND NEW.use = 'personal_message' AND NEW.text = NEW.original_text AND NOT NEW.team_typed
            AND (NEW.maker = 'composer' AND NEW.mark IN ('filled', 'bounds')
                OR (NEW.maker LIKE 'suggested:%' OR NEW.maker LIKE 'changed:%') AND NEW.mark = 'bounds')
            AND fans_agreed_to(NEW.person_id, NEW.artist_id, 3)
            AND EXISTS (SELECT FROM accounts_person WHERE id = NEW.person_id AND age_band = '18_plus')
        ) IS NOT TRUE
    ) THEN
        PERFORM refuse('a message goes out unread where its words were signed for that');
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER unread_only_as_signed BEFORE INSERT OR UPDATE OF decision_id ON artists_draft
FOR EACH ROW WHEN (NEW.decision_id IS NOT NULL) EXECUTE FUNCTION artists_check_unread();

-- Until it is delivered: whoever pauses the program, or signs other words, stops what nobody read.
CREATE FUNCTION artists_check_unread_delivery() RETURNS trigger LANGUAGE plpgsql
SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    IF EXISTS (
        SELECT FROM added JOIN rights_decision decision ON decision.id = added.decision_id AND decision.by IS NULL
        JOIN artists_draft draft ON draft.id = added.draft
        LEFT JOIN artists_program program ON program.current_id = draft.version_id AND program.state = 'live'
        WHERE program.id IS NULL
    ) THEN
        PERFORM refuse('a message goes out unread while its words are in use');
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER unread_while_in_use AFTER INSERT ON fans_experience REFERENCING NEW TABLE AS added
FOR EACH STATEMENT EXECUTE FUNCTION artists_check_unread_delivery();
"""
DROP_SUGGESTIONS = """
DROP TRIGGER unread_while_in_use ON fans_experience;
DROP FUNCTION artists_check_unread_delivery();
DROP TRIGGER unread_only_as_signed ON artists_draft;
DROP FUNCTION artists_check_unread();
DROP TRIGGER made_by_who_is_named ON artists_draft;
DROP FUNCTION artists_check_makers();
DROP FUNCTION artists_is_origin_of(text, text);
DROP TRIGGER made_to_the_server_in_use ON artists_suggestioncall;
DROP FUNCTION artists_check_suggestion_call();
DROP TRIGGER answered_once ON artists_suggestioncall;
ALTER TABLE artists_suggestioncall DROP CONSTRAINT of_a_program_of_the_artist;
"""
ANSWER_COLUMNS = ("state", "reason", "answer", "refused", "counted_tokens", "answered_at")
"""What the app role may write into a call after it was made."""
