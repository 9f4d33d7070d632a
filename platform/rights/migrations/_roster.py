"""SQL that keeps the roster true: who proposes, answers and ends, and when. Used by 0002_promises."""

from audit.operations import CLOCK_PATH

ROSTER = f"""
ALTER TABLE rights_rosterentry ADD CONSTRAINT one_roster_entry_at_a_time EXCLUDE USING gist (
    label_id WITH =, artist_id WITH =, tstzrange(live_from, live_until) WITH &&
) WHERE (accepted);

CREATE FUNCTION rights_may_answer_for(asked_artist bigint, actor text) RETURNS boolean LANGUAGE sql STABLE AS $$
SELECT EXISTS (
    SELECT FROM public.catalog_artist artist
    JOIN public.accounts_member member ON member.team_id = artist.team_id AND member.role IN ('principal', 'owner')
    JOIN public.accounts_person person ON person.id = member.person_id AND person.is_active
    WHERE artist.id = $1 AND person.id = public.accounts_person_id($2)
)
$$;

CREATE FUNCTION rights_check_proposal() RETURNS trigger LANGUAGE plpgsql SET search_path = {CLOCK_PATH} AS $$
BEGIN
    NEW.proposed_at := statement_timestamp();
    IF NEW.answered_at IS NOT NULL OR NEW.live_until IS NOT NULL THEN
        PERFORM refuse('a proposal is answered after it was made');
    END IF;
    IF EXISTS (SELECT FROM rights_party WHERE id = NEW.label_id AND artist_id IS NOT NULL) THEN
        PERFORM refuse('an artist has no roster');
    END IF;
    IF NOT rights_may_sign(NEW.label_id, NEW.proposed_by) THEN
        PERFORM refuse('a roster entry is proposed by whoever signs for the rightsholder');
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER proposed_by_the_label BEFORE INSERT ON rights_rosterentry
FOR EACH ROW EXECUTE FUNCTION rights_check_proposal();

-- An answer is given once. An end that lies ahead can come sooner, and nothing is dated back.
CREATE FUNCTION rights_check_roster() RETURNS trigger LANGUAGE plpgsql SET search_path = {CLOCK_PATH} AS $$
BEGIN
    IF (OLD.answered_at, OLD.answered_by, OLD.accepted, OLD.live_from)
        IS DISTINCT FROM (NEW.answered_at, NEW.answered_by, NEW.accepted, NEW.live_from) THEN
        IF OLD.answered_at IS NOT NULL OR OLD.live_until IS NOT NULL THEN
            PERFORM refuse('history is not changed: a proposal is answered once');
        END IF;
        IF NOT rights_may_answer_for(NEW.artist_id, NEW.answered_by) THEN
            PERFORM refuse('a proposal is answered by a principal or an owner of the artist''s team');
        END IF;
        NEW.answered_at := statement_timestamp();
        NEW.live_from := CASE WHEN NEW.accepted THEN statement_timestamp() END;
    END IF;
    IF (OLD.live_until, OLD.ended_by) IS DISTINCT FROM (NEW.live_until, NEW.ended_by) THEN
        IF NEW.live_until IS NULL OR NEW.accepted IS FALSE OR OLD.live_until <= statement_timestamp()
            OR OLD.live_until IS NOT DISTINCT FROM NEW.live_until OR NEW.live_until > OLD.live_until
        THEN
            PERFORM refuse('history is not changed: what ended stays ended');
        END IF;
        IF NOT (
            rights_may_stop(NEW.label_id, NEW.ended_by)
            OR NEW.accepted IS TRUE AND rights_may_answer_for(NEW.artist_id, NEW.ended_by)
        ) THEN
            PERFORM refuse('a roster entry is ended by one of its two sides');
        END IF;
        NEW.live_until := CASE
            WHEN NEW.accepted THEN greatest(NEW.live_until, statement_timestamp(), NEW.live_from)
            ELSE statement_timestamp()
        END;
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER answered_by_the_artist BEFORE UPDATE ON rights_rosterentry
FOR EACH ROW EXECUTE FUNCTION rights_check_roster();
"""  # noqa: S608 - our own constant
DROP_ROSTER = """
DROP TRIGGER answered_by_the_artist ON rights_rosterentry;
DROP TRIGGER proposed_by_the_label ON rights_rosterentry;
DROP FUNCTION rights_check_roster();
DROP FUNCTION rights_check_proposal();
DROP FUNCTION rights_may_answer_for(bigint, text);
ALTER TABLE rights_rosterentry DROP CONSTRAINT one_roster_entry_at_a_time;
"""
