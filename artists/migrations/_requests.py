"""SQL that keeps requests true: whose they are, what they rest on, and that nothing is delivered unpaid."""

REQUESTS = """
-- A card pays what the signed offer says, and nobody has more free tries than it gives. The fan's row is locked, so
-- that two requests at once do not count the same try. One that ended counts for none, and tries are of one kind.
CREATE FUNCTION artists_require_price(asked artists_experiencerequest) RETURNS void LANGUAGE plpgsql
SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    signed jsonb := (SELECT version.terms::jsonb FROM artists_programversion version WHERE version.id = asked.version_id);
    kind_of_it text := (SELECT kind FROM artists_program WHERE id = asked.program_id);
BEGIN
    IF asked.paid_by = 'card' AND asked.amount IS DISTINCT FROM (signed -> 'prices' ->> asked.currency)::bigint THEN
        PERFORM refuse('a card pays what the offer says');
    END IF;
    IF asked.paid_by = 'free' THEN
        PERFORM FROM accounts_person WHERE id = asked.person_id FOR NO KEY UPDATE;
        IF (
            SELECT count(*) FROM artists_experiencerequest earlier
            JOIN artists_program program ON program.id = earlier.program_id
            WHERE (earlier.person_id, earlier.artist_id, earlier.paid_by, program.kind)
            = (asked.person_id, asked.artist_id, 'free', kind_of_it) AND earlier.state <> 'ended'
        ) >= (signed ->> 'free_tries')::integer THEN
            PERFORM refuse('a fan has as many free tries as the offer gives');
        END IF;
    END IF;
END $$;

-- A request rests on what its own fan agreed to, is for a signed offer of its artist, and its moment is its own.
CREATE FUNCTION artists_only_what_was_asked_for() RETURNS trigger LANGUAGE plpgsql
SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    IF NOT EXISTS (
        SELECT FROM accounts_consent consent WHERE consent.id = NEW.consent_id
        AND (consent.person_id, consent.about, consent.act) = (NEW.person_id, 'request:' || NEW.id, 'given')
    ) THEN
        PERFORM refuse('a request rests on what its fan agreed to');
    END IF;
    IF NOT EXISTS (
        SELECT FROM artists_programversion version WHERE version.id = NEW.version_id
        AND (version.program_id, version.artist_id, version.moment) = (NEW.program_id, NEW.artist_id, 'request')
        AND version.decision_id IS NOT NULL
    ) THEN
        PERFORM refuse('a request is for a signed offer of its artist');
    END IF;
    IF TG_OP = 'INSERT' THEN
        PERFORM artists_require_price(NEW);
        IF (CASE (SELECT kind FROM artists_program WHERE id = NEW.program_id)
            WHEN 'remix' THEN NEW.recording_id IS NULL OR num_nonnulls(NEW.recipient, NEW.day, NEW.note) > 0
                OR (NEW.occasion, NEW.relation, NEW.event) <> ('', '', '')
            ELSE NEW.occasion = ''
        END) THEN
            PERFORM refuse('who asks for a remix chooses a song and nothing else, who asks for a message an occasion');
        END IF;
    END IF;
    IF NEW.recording_id IS NOT NULL AND NOT EXISTS (
        SELECT FROM catalog_recording song WHERE (song.id, song.artist_id) = (NEW.recording_id, NEW.artist_id)
    ) THEN
        PERFORM refuse('a request names a song of its artist');
    END IF;
    IF NEW.moment_id IS NOT NULL AND NOT EXISTS (
        SELECT FROM artists_moment moment WHERE moment.id = NEW.moment_id
        AND (moment.program_id, moment.version_id, moment.person_id, moment.point)
            = (NEW.program_id, NEW.version_id, NEW.person_id, NEW.id)
        AND moment.recording_id IS NOT DISTINCT FROM NEW.recording_id
    ) THEN
        PERFORM refuse('the moment of a request has its number as its point');
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER only_what_was_asked_for BEFORE INSERT OR UPDATE OF moment_id ON artists_experiencerequest
FOR EACH ROW EXECUTE FUNCTION artists_only_what_was_asked_for();

-- What was asked stays as it was asked. It goes forward, and what is over stays over.
CREATE TRIGGER stays_as_asked BEFORE UPDATE ON artists_experiencerequest FOR EACH ROW WHEN (
    (OLD.recipient IS NOT DISTINCT FROM NEW.recipient OR NEW.recipient IS NULL) IS FALSE
    OR (OLD.note IS NOT DISTINCT FROM NEW.note OR NEW.note IS NULL) IS FALSE
    OR (OLD.moment_id IS NOT NULL AND NEW.moment_id IS DISTINCT FROM OLD.moment_id)
    OR (OLD.state IN ('delivered', 'ended') AND (NEW.state, NEW.ending, NEW.ended_at)
        IS DISTINCT FROM (OLD.state, OLD.ending, OLD.ended_at))
    OR (NEW.state <> OLD.state AND NOT (
        (OLD.state = 'paying' AND NEW.state IN ('waiting', 'ended'))
        OR (OLD.state = 'waiting' AND NEW.state IN ('capturing', 'delivered', 'ended'))
        OR (OLD.state = 'capturing' AND NEW.state IN ('paid', 'ended'))
        OR (OLD.state = 'paid' AND NEW.state IN ('delivered', 'ended'))
    ))
) EXECUTE FUNCTION refuse_change();

-- Of what a fan asked for: nothing is delivered after its end, and of what a card pays for nothing before the charge.
CREATE FUNCTION artists_only_what_is_paid() RETURNS trigger LANGUAGE plpgsql
SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    IF EXISTS (
        SELECT FROM artists_draft draft JOIN artists_experiencerequest asked ON asked.moment_id = draft.moment_id
        WHERE draft.id = NEW.draft AND (
            asked.state NOT IN ('waiting', 'paid')
            OR asked.paid_by = 'card' AND NOT EXISTS (
                SELECT FROM billing_authorisation hold WHERE hold.reference = 'request:' || asked.id
                AND hold.status = 'captured' AND hold.decision_id = NEW.decision_id
                AND (hold.person_id, hold.artist_id, hold.amount, hold.currency)
                    = (asked.person_id, asked.artist_id, asked.amount, asked.currency)
            )
            OR asked.paid_by = 'credit' AND NOT EXISTS (
                SELECT FROM billing_requestcredit credit WHERE credit.reference = 'request:' || asked.id
                AND credit.status = 'reserved' AND (credit.person_id, credit.artist_id) = (asked.person_id, asked.artist_id)
            )
        )
    ) OR EXISTS (
        SELECT FROM artists_draft draft JOIN artists_programversion version ON version.id = draft.version_id
        WHERE draft.id = NEW.draft AND version.moment = 'request'
        AND NOT EXISTS (SELECT FROM artists_experiencerequest asked WHERE asked.moment_id = draft.moment_id)
    ) THEN
        PERFORM refuse('what a fan asked for is delivered once it is paid, and not after its end');
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER only_what_is_paid BEFORE INSERT ON fans_experience
FOR EACH ROW EXECUTE FUNCTION artists_only_what_is_paid();

-- `following` looks whenever a draft or a moment goes no further.
CREATE FUNCTION artists_wake_requests() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM pg_notify('requests', '');
    RETURN NULL;
END $$;
CREATE TRIGGER wake_requests AFTER UPDATE OF state ON artists_draft FOR EACH ROW
WHEN (NEW.state IN ('declined', 'expired', 'undeliverable', 'withdrawn')) EXECUTE FUNCTION artists_wake_requests();
CREATE TRIGGER wake_requests AFTER UPDATE OF state ON artists_moment FOR EACH ROW
WHEN (NEW.state = 'refused') EXECUTE FUNCTION artists_wake_requests();

CREATE TRIGGER asked_while_here BEFORE INSERT ON artists_experiencerequest
FOR EACH ROW EXECUTE FUNCTION catalog_require_artist();
CREATE TRIGGER live_while_here BEFORE UPDATE OF state ON artists_program FOR EACH ROW
WHEN (NEW.state = 'live' AND OLD.state <> 'live') EXECUTE FUNCTION catalog_require_artist();
"""

DROP_REQUESTS = """
DROP TRIGGER live_while_here ON artists_program;
DROP TRIGGER asked_while_here ON artists_experiencerequest;
DROP TRIGGER wake_requests ON artists_moment;
DROP TRIGGER wake_requests ON artists_draft;
DROP FUNCTION artists_wake_requests();
DROP TRIGGER only_what_is_paid ON fans_experience;
DROP FUNCTION artists_only_what_is_paid();
DROP TRIGGER stays_as_asked ON artists_experiencerequest;
DROP TRIGGER only_what_was_asked_for ON artists_experiencerequest;
DROP FUNCTION artists_only_what_was_asked_for();
DROP FUNCTION artists_require_price(artists_experiencerequest);
"""
