"""SQL that keeps envelopes of remixes true: what is signed, by whom, and that nothing wider holds without a second."""

from audit.operations import CLOCK_PATH

# Of the types of `Envelope` of ai/remix/envelope.py: with others, each question about a song that has bounds would fail.
LIMITS = """
CREATE FUNCTION artists_has_keys(said json, names text[]) RETURNS boolean LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN CASE WHEN json_typeof(said) = 'object' THEN said::jsonb ?& names AND said::jsonb - names = '{}' ELSE false END;
CREATE FUNCTION artists_are_limits(said json) RETURNS boolean LANGUAGE sql STABLE PARALLEL SAFE
RETURN artists_has_keys(said, ARRAY[
    'source', 'tempo_percent', 'pitch_semitones', 'stems', 'sections', 'order', 'begin_with', 'max_sections', 'seconds',
    'rooms', 'colours', 'vocals', 'export', 'expires'
]) AND NOT EXISTS (
    SELECT FROM json_each(said) bound(name, value) WHERE CASE name
        WHEN 'source' THEN json_typeof(value) = 'string'
        WHEN 'tempo_percent' THEN rights_is_range(value, 70, 140)
        WHEN 'pitch_semitones' THEN rights_is_range(value, -5, 5)
        WHEN 'stems' THEN CASE WHEN json_typeof(value) = 'object' THEN NOT EXISTS (
            SELECT FROM json_each(value) stem(id, said) WHERE NOT rights_is_slug(id)
                OR NOT artists_has_keys(said, ARRAY['gain_half_db', 'may_mute'])
                OR NOT rights_is_range(said->'gain_half_db', -48, 12) OR json_typeof(said->'may_mute') <> 'boolean'
        ) END
        WHEN 'sections' THEN CASE WHEN json_typeof(value) = 'object' THEN NOT EXISTS (
            SELECT FROM json_each(value) section(id, said) WHERE NOT rights_is_slug(id)
                OR NOT artists_has_keys(said, ARRAY['required', 'max_times'])
                OR NOT rights_is_integer(said->'max_times', 0, 8) OR json_typeof(said->'required') <> 'boolean'
        ) END
        WHEN 'order' THEN value::text IN ('"recorded"', '"free"')
        WHEN 'begin_with' THEN rights_are_slugs(value)
        WHEN 'max_sections' THEN rights_is_integer(value, 1, 64)
        WHEN 'seconds' THEN rights_is_range(value, 1, 1200)
        WHEN 'rooms' THEN rights_are_of(value, '["none", "kitchen", "hall"]')
        WHEN 'colours' THEN rights_are_of(value, '["none", "warm", "radio", "echo"]')
        WHEN 'vocals' THEN artists_has_keys(value, ARRAY['max_pitch_semitones'])
            AND rights_is_integer(value->'max_pitch_semitones', 0, 5)
        WHEN 'export' THEN rights_is_export(value)
        WHEN 'expires' THEN rights_is_day(value)
    END IS NOT TRUE
);
ALTER TABLE artists_remixenvelope ADD CONSTRAINT limits_can_be_read CHECK (CASE
    WHEN content IS JSON OBJECT WITH UNIQUE KEYS THEN artists_are_limits(content::json) ELSE false END);
"""
DROP_LIMITS = """
ALTER TABLE artists_remixenvelope DROP CONSTRAINT limits_can_be_read;
DROP FUNCTION artists_are_limits(json);
DROP FUNCTION artists_has_keys(json, text[]);
"""

ENVELOPES = f"""
ALTER TABLE artists_remixenvelope ADD CONSTRAINT an_envelope_is_of_a_song_of_its_artist
FOREIGN KEY (recording_id, artist_id) REFERENCES catalog_recording (id, artist_id),
ADD CONSTRAINT an_envelope_is_signed_as_it_stands
FOREIGN KEY (decision_id, artist_id, envelope_hash) REFERENCES rights_decision (id, artist_id, envelope_hash),
ADD CONSTRAINT an_envelope_is_signed_again_as_it_stands
FOREIGN KEY (second_id, artist_id, envelope_hash) REFERENCES rights_decision (id, artist_id, envelope_hash);

-- The same as `narrower` of ai/remix/bounds.py; a test compares them. NULL, where something is missing, is no.
CREATE FUNCTION artists_is_inside(one jsonb, other jsonb) RETURNS boolean LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN (one->>0)::integer >= (other->>0)::integer AND (one->>1)::integer <= (other->>1)::integer;
CREATE FUNCTION artists_keys_of(one jsonb) RETURNS text[] LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN ARRAY(SELECT id FROM jsonb_object_keys(one) id ORDER BY id);
CREATE FUNCTION artists_is_narrower(one jsonb, other jsonb) RETURNS boolean LANGUAGE sql STABLE AS $$
SELECT one->>'source' = other->>'source'
    AND public.artists_is_inside(one->'tempo_percent', other->'tempo_percent')
    AND public.artists_is_inside(one->'pitch_semitones', other->'pitch_semitones')
    AND public.artists_is_inside(one->'seconds', other->'seconds')
    AND public.artists_keys_of(one->'stems') = public.artists_keys_of(other->'stems')
    AND public.artists_keys_of(one->'sections') = public.artists_keys_of(other->'sections')
    AND NOT EXISTS (
        SELECT FROM jsonb_each(one->'stems') stem(id, bounds) WHERE (
            public.artists_is_inside(bounds->'gain_half_db', other->'stems'->id->'gain_half_db')
            AND (bounds->>'may_mute')::boolean <= (other->'stems'->id->>'may_mute')::boolean
        ) IS NOT TRUE
    )
    AND NOT EXISTS (
        SELECT FROM jsonb_each(one->'sections') section(id, bounds) WHERE (
            (bounds->>'max_times')::integer <= (other->'sections'->id->>'max_times')::integer
            AND (bounds->>'required')::boolean >= (other->'sections'->id->>'required')::boolean
        ) IS NOT TRUE
    )
    AND CASE other->>'order'
        WHEN 'free' THEN one->>'order' IN ('free', 'recorded') AND one ? 'begin_with' AND other ? 'begin_with'
        WHEN 'recorded' THEN one->>'order' = 'recorded' AND one->'begin_with' <@ (other->'begin_with')
    END
    AND (one->>'max_sections')::integer <= (other->>'max_sections')::integer
    AND one->'rooms' <@ (other->'rooms') AND one->'colours' <@ (other->'colours')
    AND (one->'vocals'->>'max_pitch_semitones')::integer <= (other->'vocals'->>'max_pitch_semitones')::integer
    AND (one->'export'->>'stream')::boolean <= (other->'export'->>'stream')::boolean
    AND (one->'export'->>'download')::boolean <= (other->'export'->>'download')::boolean
    AND (one->'export'->>'share')::boolean <= (other->'export'->>'share')::boolean
    AND (one->>'expires')::date <= (other->>'expires')::date
$$;

CREATE FUNCTION artists_check_new_envelope() RETURNS trigger LANGUAGE plpgsql SET search_path = {CLOCK_PATH} AS $$
BEGIN
    IF num_nonnulls(NEW.decision_id, NEW.second_id, NEW.in_force_from, NEW.ended_at) > 0 THEN
        PERFORM refuse('an envelope is signed after it was made');
    END IF;
    IF NOT EXISTS (
        SELECT FROM catalog_recordingsource source WHERE source.id = NEW.source_id
        AND source.recording_id = NEW.recording_id AND source.digest = NEW.content::jsonb->>'source'
    ) THEN
        PERFORM refuse('an envelope is about a source of its recording');
    END IF;
    NEW.expires_at := ((NEW.content::jsonb->>'expires')::date + 1)::timestamp AT TIME ZONE 'UTC';
    RETURN NEW;
END $$;
CREATE TRIGGER unsigned_about_its_source BEFORE INSERT ON artists_remixenvelope
FOR EACH ROW EXECUTE FUNCTION artists_check_new_envelope();

-- The first signature is of whoever heard every corner; the database knows them by name from the decision.
CREATE FUNCTION artists_heard_every_corner(envelope bigint, listener text) RETURNS boolean LANGUAGE sql STABLE AS $$
SELECT count(*) > 0 AND bool_and(EXISTS (
    SELECT FROM public.artists_cornerhearing heard
    WHERE heard.corner_id = corner.id AND heard."by" = listener AND heard.heard_at IS NOT NULL
)) FROM public.artists_envelopecorner corner WHERE corner.envelope_id = envelope
$$;

-- A second person, or the same one a day later where nobody else of the team could have signed meanwhile.
CREATE FUNCTION artists_is_second_signature(first bigint, second bigint) RETURNS boolean LANGUAGE sql STABLE AS $$
SELECT EXISTS (
    SELECT FROM public.rights_decision one JOIN public.rights_decision another ON another.under_id = one.id
    JOIN public.catalog_artist artist ON artist.id = one.artist_id
    WHERE one.id = first AND another.id = second AND (
        another."by" <> one."by"
        OR another.at >= one.at + interval '24 hours' AND NOT EXISTS (
            SELECT FROM public.accounts_membershipperiod member
            WHERE member.team_id = artist.team_id AND member.role IN ('principal', 'owner')
            AND 'person:' || member.person_id <> one."by" AND (member.until IS NULL OR member.until > one.at)
        )
    )
)
$$;

CREATE FUNCTION artists_check_envelope() RETURNS trigger LANGUAGE plpgsql SET search_path = {CLOCK_PATH} AS $$
DECLARE
    last artists_remixenvelope;
BEGIN
    IF OLD.decision_id IS NOT NULL AND NEW.decision_id IS DISTINCT FROM OLD.decision_id
        OR OLD.second_id IS NOT NULL AND NEW.second_id IS DISTINCT FROM OLD.second_id
        OR OLD.in_force_from IS NOT NULL AND NEW.in_force_from IS DISTINCT FROM OLD.in_force_from
        OR OLD.ended_at IS NOT NULL AND (NEW.ended_at, NEW.ended_by) IS DISTINCT FROM (OLD.ended_at, OLD.ended_by)
    THEN
        PERFORM refuse('what was signed, and when it ended, stays');
    END IF;
    IF OLD.decision_id IS NULL AND NEW.decision_id IS NOT NULL AND NOT EXISTS (
        SELECT FROM rights_decision signed WHERE signed.id = NEW.decision_id AND signed.under_id IS NULL
        AND artists_heard_every_corner(NEW.id, signed."by")
    ) THEN
        PERFORM refuse('an envelope is signed first by somebody who heard each of its corners');
    END IF;
    IF OLD.second_id IS NULL AND NEW.second_id IS NOT NULL
        AND NOT artists_is_second_signature(NEW.decision_id, NEW.second_id)
    THEN
        PERFORM refuse('the second signature is of another person, or, in a team of one, a day later');
    END IF;
    IF OLD.in_force_from IS NULL AND NEW.in_force_from IS NOT NULL THEN
        -- One at a time, so that each is compared with the one that was in force last.
        PERFORM FROM catalog_recording WHERE id = NEW.recording_id FOR NO KEY UPDATE;
        SELECT * INTO last FROM artists_remixenvelope earlier WHERE earlier.recording_id = NEW.recording_id
        AND earlier.in_force_from IS NOT NULL ORDER BY earlier.in_force_from DESC, earlier.id DESC LIMIT 1;
        IF last.id IS NOT NULL AND last.version >= NEW.version THEN
            PERFORM refuse('a newer envelope was in force');
        END IF;
        IF last.id IS NOT NULL AND NEW.second_id IS NULL
            AND artists_is_narrower(NEW.content::jsonb, last.content::jsonb) IS NOT TRUE
        THEN
            PERFORM refuse('an envelope that is wider than the last one needs a second signature');
        END IF;
        IF NEW.expires_at <= statement_timestamp() THEN
            PERFORM refuse('an envelope that has expired does not come into force');
        END IF;
        IF EXISTS (
            SELECT FROM rights_bounds_on_remixes(NEW.recording_id) owned
            WHERE rights_is_within(NEW.content::jsonb, owned.remix_bounds::jsonb) IS NOT TRUE
        ) THEN
            PERFORM refuse('an envelope goes no further than the owners of the song agreed to');
        END IF;
        NEW.in_force_from := statement_timestamp();
    END IF;
    IF OLD.ended_at IS NULL AND NEW.ended_at IS NOT NULL THEN
        NEW.ended_at := statement_timestamp();
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER signed_as_it_is BEFORE UPDATE ON artists_remixenvelope
FOR EACH ROW EXECUTE FUNCTION artists_check_envelope();

-- What is in force stands where the question who must say yes compares it with what the owners agreed to.
CREATE FUNCTION artists_write_remix_limits() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    DELETE FROM rights_remixlimits WHERE recording_id = NEW.recording_id;
    INSERT INTO rights_remixlimits (recording_id, content)
    SELECT recording_id, content FROM artists_remixenvelope
    WHERE recording_id = NEW.recording_id AND in_force_from IS NOT NULL AND ended_at IS NULL;
    RETURN NULL;
END $$;
CREATE TRIGGER writes_its_limits AFTER UPDATE OF in_force_from, ended_at ON artists_remixenvelope
FOR EACH ROW EXECUTE FUNCTION artists_write_remix_limits();

-- Fans see exactly what is in force.
CREATE FUNCTION artists_check_remix_offer() RETURNS trigger LANGUAGE plpgsql
SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    PERFORM FROM artists_remixenvelope envelope WHERE envelope.id = NEW.envelope
    AND (envelope.artist_id, envelope.recording_id, envelope.version, envelope.source_id, envelope.content,
            envelope.decision_id, envelope.expires_at)
        = (NEW.artist_id, NEW.recording_id, NEW.version, NEW.source_id, NEW.content, NEW.decision_id, NEW.expires_at)
    AND envelope.in_force_from IS NOT NULL AND envelope.ended_at IS NULL FOR SHARE;
    IF NOT FOUND OR NEW.ended_at IS NOT NULL THEN
        PERFORM refuse('fans are offered an envelope that is in force, as it is');
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER as_in_force BEFORE INSERT ON fans_remixoffer
FOR EACH ROW EXECUTE FUNCTION artists_check_remix_offer();

-- With its envelope an offer ends, whoever ends it.
CREATE FUNCTION artists_end_remix_offer() RETURNS trigger LANGUAGE plpgsql
SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    UPDATE fans_remixoffer SET ended_at = NEW.ended_at WHERE envelope = NEW.id AND ended_at IS NULL;
    RETURN NULL;
END $$;
CREATE TRIGGER ends_its_offer AFTER UPDATE OF ended_at ON artists_remixenvelope
FOR EACH ROW WHEN (NEW.ended_at IS NOT NULL) EXECUTE FUNCTION artists_end_remix_offer();
"""  # noqa: S608 - our own constant
DROP_ENVELOPES = """
DROP TRIGGER ends_its_offer ON artists_remixenvelope;
DROP FUNCTION artists_end_remix_offer();
DROP TRIGGER as_in_force ON fans_remixoffer;
DROP FUNCTION artists_check_remix_offer();
DROP TRIGGER writes_its_limits ON artists_remixenvelope;
DROP FUNCTION artists_write_remix_limits();
DROP TRIGGER signed_as_it_is ON artists_remixenvelope;
DROP FUNCTION artists_check_envelope();
DROP FUNCTION artists_is_second_signature(bigint, bigint);
DROP FUNCTION artists_heard_every_corner(bigint, text);
DROP TRIGGER unsigned_about_its_source ON artists_remixenvelope;
DROP FUNCTION artists_check_new_envelope();
DROP FUNCTION artists_is_narrower(jsonb, jsonb);
DROP FUNCTION artists_keys_of(jsonb);
DROP FUNCTION artists_is_inside(jsonb, jsonb);
ALTER TABLE artists_remixenvelope DROP CONSTRAINT an_envelope_is_signed_again_as_it_stands,
DROP CONSTRAINT an_envelope_is_signed_as_it_stands, DROP CONSTRAINT an_envelope_is_of_a_song_of_its_artist;
"""
