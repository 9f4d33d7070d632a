"""SQL that keeps remixes on their way to a fan true: what was asked for, its sound, and who has heard it."""

from audit.operations import CLOCK_PATH

REMIXES = f"""
CREATE TRIGGER stays_of_its_kind BEFORE UPDATE OF kind ON artists_program
FOR EACH ROW WHEN (NEW.kind <> OLD.kind) EXECUTE FUNCTION refuse_change();

CREATE FUNCTION artists_check_words_of_version() RETURNS trigger LANGUAGE plpgsql
SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    IF (NEW.wording = '') <> (SELECT kind = 'remix' FROM artists_program WHERE id = NEW.program_id) THEN
        PERFORM refuse('a program of messages has sentences, and one of remixes has none');
    END IF;
    IF NEW.wording = '' AND NEW.moment <> 'request' AND NEW.recording_id IS NULL THEN
        PERFORM refuse('a program of remixes by moment names the song');
    END IF;
    IF NEW.wording = '' AND EXISTS (
        SELECT FROM artists_programversion earlier
        WHERE earlier.program_id = NEW.program_id AND (earlier.moment = 'request') <> (NEW.moment = 'request')
    ) THEN
        PERFORM refuse('a program of remixes stays by moment, or asked for');
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER has_words_where_they_are_said BEFORE INSERT ON artists_programversion
FOR EACH ROW EXECUTE FUNCTION artists_check_words_of_version();

-- A remix is asked for while its song is open for remixes. Its end waits for those who ask.
CREATE FUNCTION artists_check_requested_remix() RETURNS trigger LANGUAGE plpgsql SET search_path = {CLOCK_PATH} AS $$
DECLARE
    asked artists_experiencerequest := (
        SELECT request FROM artists_experiencerequest request JOIN artists_program program
        ON program.id = request.program_id AND program.kind = 'remix' WHERE request.id = NEW.request_id
    );
BEGIN
    PERFORM FROM fans_remixoffer offer WHERE offer.id = NEW.offer_id
    AND (offer.artist_id, offer.recording_id) = (asked.artist_id, asked.recording_id)
    AND offer.ended_at IS NULL AND offer.expires_at > statement_timestamp() FOR SHARE;
    IF NOT FOUND THEN
        PERFORM refuse('a fan asks for a remix of a song that is open for remixes');
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER of_an_open_offer BEFORE INSERT ON artists_requestedremix
FOR EACH ROW EXECUTE FUNCTION artists_check_requested_remix();

CREATE FUNCTION artists_require_recipe() RETURNS trigger LANGUAGE plpgsql
SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    IF (SELECT kind = 'remix' FROM artists_program WHERE id = NEW.program_id)
        AND NOT EXISTS (SELECT FROM artists_requestedremix WHERE request_id = NEW.id)
    THEN
        PERFORM refuse('a request of a remix says which');
    END IF;
    RETURN NULL;
END $$;
CREATE CONSTRAINT TRIGGER says_which_remix AFTER INSERT ON artists_experiencerequest
DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION artists_require_recipe();

-- The sound of a moment is a whole remix for its fan and of its song, and what was asked for where a fan asked.
CREATE FUNCTION artists_check_sound_of_moment() RETURNS trigger LANGUAGE plpgsql
SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    IF NOT EXISTS (
        SELECT FROM fans_render render JOIN artists_program program ON program.id = NEW.program_id
        WHERE render.id = NEW.render_id AND (render.kind, program.kind) = ('full', 'remix')
        AND (render.person_id, render.artist_id, render.recording_id)
            = (NEW.person_id, program.artist_id, artists_song_of(NEW.version_id, NEW.id))
        AND NOT EXISTS (
            SELECT FROM artists_requestedremix asked
            JOIN artists_experiencerequest request ON request.id = asked.request_id
            WHERE request.moment_id = NEW.id AND asked.recipe <> render.recipe
        )
    ) THEN
        PERFORM refuse('the sound of a moment is the whole remix that its fan asked for');
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER sounds_as_asked AFTER INSERT OR UPDATE OF render_id ON artists_moment
FOR EACH ROW WHEN (NEW.render_id IS NOT NULL) EXECUTE FUNCTION artists_check_sound_of_moment();

-- `drafts` looks whenever a whole remix is made, or cannot be.
CREATE FUNCTION artists_wake_drafts() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM pg_notify('moments', '');
    RETURN NULL;
END $$;
CREATE TRIGGER wake_drafts AFTER UPDATE OF state ON fans_render FOR EACH ROW
WHEN (NEW.kind = 'full' AND NEW.state IN ('ready', 'failed')) EXECUTE FUNCTION artists_wake_drafts();

-- What goes no further at a moment that nobody asked for keeps its sound for 30 days, as `renders.KEPT`, so that it can
-- still be undone. Of a request `requests.following` says so.
CREATE FUNCTION artists_let_go_of_sound() RETURNS trigger LANGUAGE plpgsql SET search_path = {CLOCK_PATH} AS $$
DECLARE
    noticed bigint := CASE TG_TABLE_NAME WHEN 'artists_moment' THEN NEW.id ELSE (to_jsonb(NEW) ->> 'moment_id')::bigint END;
    ends boolean := NEW.state IN ('refused', 'declined', 'expired', 'undeliverable', 'withdrawn');
BEGIN
    UPDATE fans_render render
    SET expires_at = CASE WHEN ends THEN statement_timestamp() + interval '30 days' END,
        state = CASE WHEN ends AND render.state = 'wanted' THEN 'replaced' ELSE render.state END
    FROM artists_moment moment WHERE moment.id = noticed AND render.id = moment.render_id
    AND (render.expires_at IS NULL) = ends
    AND NOT EXISTS (SELECT FROM artists_experiencerequest WHERE moment_id = noticed);
    RETURN NULL;
END $$;
CREATE TRIGGER lets_go_of_sound AFTER UPDATE OF state ON artists_draft FOR EACH ROW
WHEN (NEW.use = 'remix' AND NEW.state IS DISTINCT FROM OLD.state) EXECUTE FUNCTION artists_let_go_of_sound();
CREATE TRIGGER lets_go_of_sound AFTER UPDATE OF state ON artists_moment FOR EACH ROW
WHEN (NEW.render_id IS NOT NULL AND NEW.state = 'refused') EXECUTE FUNCTION artists_let_go_of_sound();

-- Nobody heard more of a draft than time has passed since its first byte was sent to them.
CREATE FUNCTION artists_check_hearing() RETURNS trigger LANGUAGE plpgsql SET search_path = {CLOCK_PATH} AS $$
BEGIN
    IF TG_OP = 'INSERT' THEN
        IF NEW.seconds <> 0 OR NOT EXISTS (
            SELECT FROM artists_draft draft
            WHERE (draft.id, draft.use, draft.revision) = (NEW.draft_id, 'remix', NEW.revision)
        ) THEN
            PERFORM refuse('a hearing begins with the first second of a draft that sounds');
        END IF;
    ELSIF NEW.seconds < OLD.seconds
        OR NEW.seconds > extract(epoch FROM statement_timestamp() - OLD.opened_at)
    THEN
        PERFORM refuse('what was heard grows, and not faster than time');
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER not_faster_than_time BEFORE INSERT OR UPDATE ON artists_drafthearing
FOR EACH ROW EXECUTE FUNCTION artists_check_hearing();

-- A remix that a fan asked for rests on that. Any other one reaches who agreed to words of remixes that rules choose:
-- `FLOWS` of fans/consent_texts.py.
CREATE FUNCTION artists_is_requested_remix(moment bigint) RETURNS boolean LANGUAGE sql STABLE AS $$
SELECT EXISTS (
    SELECT FROM public.artists_experiencerequest request
    JOIN public.artists_requestedremix asked ON asked.request_id = request.id WHERE request.moment_id = $1
)
$$;
CREATE FUNCTION artists_only_remixes_agreed_to() RETURNS trigger LANGUAGE plpgsql
SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    IF NOT fans_agreed_to(NEW.person_id, NEW.artist_id, 4) AND NOT EXISTS (
            SELECT FROM artists_draft draft WHERE draft.id = NEW.draft AND artists_is_requested_remix(draft.moment_id)
        )
    THEN
        PERFORM refuse('the fan neither asked for this remix nor agreed to remixes that nobody asked for');
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER only_remixes_agreed_to BEFORE INSERT ON fans_experience
FOR EACH ROW WHEN (NEW.kind = 'remix') EXECUTE FUNCTION artists_only_remixes_agreed_to();
"""  # noqa: S608 - our own constant
DROP_REMIXES = """
DROP TRIGGER only_remixes_agreed_to ON fans_experience;
DROP FUNCTION artists_only_remixes_agreed_to();
DROP FUNCTION artists_is_requested_remix(bigint);
DROP TRIGGER not_faster_than_time ON artists_drafthearing;
DROP FUNCTION artists_check_hearing();
DROP TRIGGER lets_go_of_sound ON artists_moment;
DROP TRIGGER lets_go_of_sound ON artists_draft;
DROP FUNCTION artists_let_go_of_sound();
DROP TRIGGER wake_drafts ON fans_render;
DROP FUNCTION artists_wake_drafts();
DROP TRIGGER sounds_as_asked ON artists_moment;
DROP FUNCTION artists_check_sound_of_moment();
DROP TRIGGER says_which_remix ON artists_experiencerequest;
DROP FUNCTION artists_require_recipe();
DROP TRIGGER of_an_open_offer ON artists_requestedremix;
DROP FUNCTION artists_check_requested_remix();
DROP TRIGGER has_words_where_they_are_said ON artists_programversion;
DROP FUNCTION artists_check_words_of_version();
DROP TRIGGER stays_of_its_kind ON artists_program;
"""
