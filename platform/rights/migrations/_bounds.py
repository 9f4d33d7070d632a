"""SQL that holds remixes inside what owners agreed to. Used by 0002_promises.

An agreement can state bounds. The limits that an artist's side signed for a recording stand beside it, and the question
who must say yes compares the two: beyond the bounds of a yes, that yes does not count.
"""

# The same as `within` of ai/remix/bounds.py; a test compares them. NULL, where something is missing, is no.
WITHIN = """
ALTER TABLE rights_agreementversion ADD CONSTRAINT bounds_are_an_object
CHECK (remix_bounds = '' OR remix_bounds IS JSON OBJECT WITH UNIQUE KEYS);
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
ALTER TABLE rights_agreementversion DROP CONSTRAINT bounds_are_an_object;
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
