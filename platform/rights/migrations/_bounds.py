"""SQL that holds remixes inside what owners agreed to. Used by 0002_promises.

An agreement can state bounds. The limits that an artist's side signed for a recording stand beside it, and the question
who must say yes compares the two: beyond the bounds of a yes, that yes does not count.
"""

# What `OuterBounds` of ai/remix/bounds.py reads, and a test compares them. Other types would not be compared with limits:
# each question about a song of the agreement would fail. Read as json, because jsonb takes 9e1 for 90. CASE, because only
# that keeps PostgreSQL from reading a type that is not there.
SHAPE = """
CREATE FUNCTION rights_is_integer(said json, lowest integer, highest integer) RETURNS boolean
LANGUAGE sql IMMUTABLE PARALLEL SAFE RETURN CASE
    WHEN json_typeof(said) = 'number' AND said #>> '{}' ~ '^-?[0-9]{1,4}$'
        THEN (said #>> '{}')::integer BETWEEN lowest AND highest
    ELSE false END;
CREATE FUNCTION rights_is_range(said json, lowest integer, highest integer) RETURNS boolean
LANGUAGE sql IMMUTABLE PARALLEL SAFE RETURN CASE
    WHEN json_typeof(said) = 'array' AND public.rights_is_integer(said->0, lowest, highest)
        AND public.rights_is_integer(said->1, lowest, highest) AND said->2 IS NULL
        THEN (said->>0)::integer <= (said->>1)::integer
    ELSE false END;
CREATE FUNCTION rights_is_slug(said text) RETURNS boolean LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN said ~ '^[a-z0-9]+(-[a-z0-9]+)*$' AND length(said) <= 40;
CREATE FUNCTION rights_are_slugs(said json) RETURNS boolean LANGUAGE sql IMMUTABLE PARALLEL SAFE RETURN CASE
    WHEN json_typeof(said) = 'array' THEN NOT EXISTS (
        SELECT FROM json_array_elements(said) name
        WHERE (json_typeof(name) = 'string' AND public.rights_is_slug(name #>> '{}')) IS NOT TRUE
    ) ELSE false END;
CREATE FUNCTION rights_are_of(said json, list jsonb) RETURNS boolean LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN json_typeof(said) = 'array' AND said::jsonb <@ list;
CREATE FUNCTION rights_is_export(said json) RETURNS boolean LANGUAGE sql IMMUTABLE PARALLEL SAFE RETURN CASE
    WHEN json_typeof(said) = 'object' THEN said::jsonb - ARRAY['stream', 'download', 'share'] = '{}'
        AND jsonb_path_query_array(said::jsonb, '$.*.type()') = '["boolean", "boolean", "boolean"]'
    ELSE false END;
CREATE FUNCTION rights_is_day(said json) RETURNS boolean LANGUAGE sql STABLE PARALLEL SAFE
RETURN json_typeof(said) = 'string' AND said #>> '{}' ~ '^[0-9]{4}-[0-9]{2}-[0-9]{2}$'
    AND pg_input_is_valid(said #>> '{}', 'date');
CREATE FUNCTION rights_are_bounds(said json) RETURNS boolean LANGUAGE sql STABLE PARALLEL SAFE
RETURN NOT EXISTS (
    SELECT FROM json_each(said) bound(name, value) WHERE CASE name
        WHEN 'tempo_percent' THEN public.rights_is_range(value, 70, 140)
        WHEN 'pitch_semitones' THEN public.rights_is_range(value, -5, 5)
        WHEN 'vocals_pitch_semitones' THEN public.rights_is_integer(value, 0, 5)
        WHEN 'seconds' THEN public.rights_is_range(value, 1, 1200)
        WHEN 'max_times' THEN public.rights_is_integer(value, 1, 8)
        WHEN 'order' THEN value::text IN ('"recorded"', '"free"')
        WHEN 'may_not_mute' THEN public.rights_are_slugs(value)
        WHEN 'gain_half_db' THEN CASE WHEN json_typeof(value) = 'object' THEN NOT EXISTS (
            SELECT FROM json_each(value) level(stem, gain)
            WHERE NOT public.rights_is_slug(stem) OR NOT public.rights_is_range(gain, -48, 12)
        ) END
        WHEN 'rooms' THEN public.rights_are_of(value, '["none", "kitchen", "hall"]')
        WHEN 'colours' THEN public.rights_are_of(value, '["none", "warm", "radio", "echo"]')
        WHEN 'export' THEN public.rights_is_export(value)
        WHEN 'expires' THEN public.rights_is_day(value)
    END IS NOT TRUE
);
ALTER TABLE rights_agreementversion ADD CONSTRAINT bounds_can_be_read CHECK (CASE
    WHEN remix_bounds = '' THEN true
    WHEN remix_bounds IS JSON OBJECT WITH UNIQUE KEYS THEN public.rights_are_bounds(remix_bounds::json)
    ELSE false END);
"""
DROP_SHAPE = """
ALTER TABLE rights_agreementversion DROP CONSTRAINT bounds_can_be_read;
DROP FUNCTION rights_are_bounds(json);
DROP FUNCTION rights_is_day(json);
DROP FUNCTION rights_is_export(json);
DROP FUNCTION rights_are_of(json, jsonb);
DROP FUNCTION rights_are_slugs(json);
DROP FUNCTION rights_is_slug(text);
DROP FUNCTION rights_is_range(json, integer, integer);
DROP FUNCTION rights_is_integer(json, integer, integer);
"""

# The same as `within` of ai/remix/bounds.py; a test compares them. NULL, where something is missing, is no.
WITHIN = """
CREATE FUNCTION rights_is_inside(one jsonb, other jsonb) RETURNS boolean LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN other IS NULL OR (one->>0)::integer >= (other->>0)::integer AND (one->>1)::integer <= (other->>1)::integer;
CREATE FUNCTION rights_is_within(limits jsonb, bounds jsonb) RETURNS boolean LANGUAGE sql STABLE PARALLEL SAFE AS $$
SELECT public.rights_is_inside(limits->'tempo_percent', bounds->'tempo_percent')
    AND public.rights_is_inside(limits->'pitch_semitones', bounds->'pitch_semitones')
    AND public.rights_is_inside(limits->'seconds', bounds->'seconds')
    AND (NOT bounds ? 'vocals_pitch_semitones'
        OR (limits->'vocals'->>'max_pitch_semitones')::integer <= (bounds->>'vocals_pitch_semitones')::integer)
    AND (NOT bounds ? 'expires' OR (limits->>'expires')::date <= (bounds->>'expires')::date)
    AND (NOT bounds ? 'rooms' OR limits->'rooms' <@ (bounds->'rooms' || '["none"]'))
    AND (NOT bounds ? 'colours' OR limits->'colours' <@ (bounds->'colours' || '["none"]'))
    AND (NOT bounds ? 'export' OR (
        (limits->'export'->>'stream')::boolean <= (bounds->'export'->>'stream')::boolean
        AND (limits->'export'->>'download')::boolean <= (bounds->'export'->>'download')::boolean
        AND (limits->'export'->>'share')::boolean <= (bounds->'export'->>'share')::boolean
    ))
    AND (NOT bounds ? 'order' OR bounds->>'order' = 'free'
        OR limits->>'order' = 'recorded' AND limits->'begin_with' = '[]')
    AND (NOT bounds ? 'max_times' OR jsonb_typeof(limits->'sections') = 'object' AND NOT EXISTS (
        SELECT FROM jsonb_each(limits->'sections') section(id, said)
        WHERE ((said->>'max_times')::integer <= (bounds->>'max_times')::integer) IS NOT TRUE
    ))
    AND (NOT bounds ? 'may_not_mute' OR jsonb_typeof(limits->'stems') = 'object' AND NOT EXISTS (
        SELECT FROM jsonb_each(limits->'stems') stem(id, said),
            jsonb_array_elements_text(bounds->'may_not_mute') name
        WHERE (stem.id = name OR starts_with(stem.id, name || '-')) AND (said->>'may_mute')::boolean IS NOT FALSE
    ))
    AND (NOT bounds ? 'gain_half_db' OR jsonb_typeof(limits->'stems') = 'object' AND NOT EXISTS (
        SELECT FROM jsonb_each(limits->'stems') stem(id, said), jsonb_each(bounds->'gain_half_db') bound(name, gain)
        WHERE (stem.id = name OR starts_with(stem.id, name || '-'))
            AND public.rights_is_inside(said->'gain_half_db', gain) IS NOT TRUE
    ))
$$;
"""
DROP_WITHIN = """
DROP FUNCTION rights_is_within(jsonb, jsonb);
DROP FUNCTION rights_is_inside(jsonb, jsonb);
"""

# Limits are written by the trigger of whoever signs them; the app role only reads them.
BOUNDS = """
REVOKE INSERT, UPDATE, DELETE, TRUNCATE ON rights_remixlimits FROM fanfare_app;
-- The bounds of every agreement under which somebody says yes to remixes of a recording now, anywhere.
CREATE FUNCTION rights_bounds_on_remixes(recording bigint)
RETURNS TABLE (party_id bigint, remix_bounds text) LANGUAGE sql STABLE AS $$
WITH asked AS (
    SELECT array_agg(country) AS countries, count(*)::integer AS number FROM (
        SELECT '' AS country
        UNION SELECT scope.country FROM public.rights_agreementversion version
        JOIN public.rights_agreementscope scope ON scope.version_id = version.id AND scope.use = 'remix'
        WHERE version.remix_bounds <> '' AND version.live_from IS NOT NULL
            AND (version.ended_at IS NULL OR version.ended_at > statement_timestamp())
    ) country
)
SELECT DISTINCT answer.party_id, version.remix_bounds
FROM asked JOIN public.catalog_recording song ON song.id = recording
CROSS JOIN LATERAL public.rights_answers(
    array_fill('remix'::text, ARRAY[asked.number]), array_fill(''::text, ARRAY[asked.number]),
    array_fill(song.artist_id, ARRAY[asked.number]), asked.countries,
    array_fill(ARRAY[song.id]::text, ARRAY[asked.number]), statement_timestamp()
) answer
JOIN public.rights_grant permission ON permission.id = answer.grant_id
JOIN public.rights_agreementversion version ON version.id = permission.agreement_version_id
WHERE version.remix_bounds <> ''
$$;
"""
DROP_BOUNDS = """
DROP FUNCTION rights_bounds_on_remixes(bigint);
GRANT INSERT, UPDATE, DELETE ON rights_remixlimits TO fanfare_app;
"""
