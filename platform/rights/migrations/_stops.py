"""SQL that says by whom and since when a stored clearance is no longer answered with yes. Used by 0002_promises."""

STOPS = """
-- One row for each of these clearances whose question is refused: the first of the reasons that hold now. `by` is empty
-- where nobody knows who owns something. It is asked for the country where the fan is now; `country` is that one where
-- the party permitted nothing there, and nothing ended. In PL/pgSQL as `rights_answers_again`.
CREATE FUNCTION rights_stops(clearances bigint[], asked_at timestamptz, now_in text)
RETURNS TABLE (clearance_id bigint, by text, at timestamptz, country text)
LANGUAGE plpgsql STABLE SET plan_cache_mode = force_generic_plan AS $$
#variable_conflict use_column
BEGIN
RETURN QUERY
WITH answer AS MATERIALIZED (
    SELECT again.*, coalesce(nullif(now_in, ''), cleared.territory) AS asked_in, cleared.use, cleared.artist_id
    FROM public.rights_answers_again(clearances, asked_at, now_in) again
    JOIN public.rights_clearance cleared ON cleared.id = again.clearance_id WHERE again.problem <> ''
), dated AS (
    SELECT answer.clearance_id, answer.role, answer.party_id, said.ended_by,
        CASE WHEN answer.problem = 'country' AND said.at IS NULL THEN answer.asked_in ELSE '' END AS elsewhere,
        CASE answer.problem
        WHEN 'country' THEN said.at
        WHEN 'refused' THEN refused.at
        WHEN 'disputed' THEN claim.disputed_at
        WHEN 'unconfirmed' THEN claim.claimed_at
        WHEN 'unknown' THEN coalesce(claim.ended_at, tie.ended_at)
        ELSE greatest(said.at, claim.begun_at, tie.begun_at) END AS at
    FROM answer
    LEFT JOIN LATERAL (
        SELECT max(greatest(one.live_from, one.claimed_at, one.confirmed_at)) FILTER (WHERE is_live) AS begun_at,
            max(one.disputed_at) FILTER (WHERE is_live) AS disputed_at,
            max(one.claimed_at) FILTER (WHERE is_live) AS claimed_at,
            max(one.live_until) FILTER (WHERE NOT is_live) AS ended_at
        FROM public.rights_claim one,
            LATERAL (SELECT one.live_until IS NULL OR one.live_until > asked_at AS is_live) lives
        WHERE one.role = answer.role AND one.live_from <= asked_at
            AND (answer.work_id IS NULL AND one.recording_id = answer.recording_id OR one.work_id = answer.work_id)
            AND (answer.party_id IS NULL OR answer.party_id IN (one.party_id, one.administered_by_id))
    ) claim ON true
    LEFT JOIN LATERAL (
        SELECT max(one.live_from) FILTER (WHERE answer.work_id IS NOT NULL) AS begun_at, max(one.live_until) AS ended_at
        FROM public.catalog_recordingwork one
        WHERE one.recording_id = answer.recording_id AND (answer.work_id IS NULL OR one.work_id = answer.work_id)
            AND one.live_from <= asked_at
    ) tie ON answer.role IN ('publisher', 'writer')
    LEFT JOIN LATERAL (
        SELECT least(one.ended_at, one.live_until) AS at, one.ended_by FROM public.rights_grant one
        WHERE one.party_id = answer.party_id AND one.use = answer.use AND one.allows
            AND least(one.ended_at, one.live_until) <= asked_at
            AND (one.recording_id IS NULL OR one.recording_id = answer.recording_id)
            AND (one.work_id IS NULL OR one.work_id = answer.work_id)
            AND (one.artist_id IS NULL OR one.artist_id = answer.artist_id)
            AND (one.country IN ('', answer.asked_in) OR answer.problem = 'off')
        ORDER BY one.country IN ('', answer.asked_in) DESC, 1 DESC LIMIT 1
    ) said ON true
    LEFT JOIN LATERAL (
        SELECT min(one.live_from) AS at FROM public.rights_grant one
        WHERE one.party_id = answer.party_id AND one.use = answer.use AND NOT one.allows
            AND one.live_from <= asked_at AND (one.ended_at IS NULL OR one.ended_at > asked_at)
            AND (one.recording_id IS NULL OR one.recording_id = answer.recording_id)
            AND (one.work_id IS NULL OR one.work_id = answer.work_id)
            AND (one.artist_id IS NULL OR one.artist_id = answer.artist_id)
            AND (answer.asked_in = '' OR one.country IN ('', answer.asked_in))
    ) refused ON true
)
-- An agreement ends for all of its parties at once: the one whose team ended it comes first.
SELECT DISTINCT ON (dated.clearance_id) dated.clearance_id, coalesce(party.name, '')::text, dated.at, dated.elsewhere
FROM dated LEFT JOIN public.rights_party party ON party.id = dated.party_id
ORDER BY dated.clearance_id, dated.at NULLS LAST, NOT public.rights_may_stop(dated.party_id, dated.ended_by),
    dated.role <> 'artist', dated.party_id;
END $$;
"""
DROP_STOPS = """
DROP FUNCTION rights_stops(bigint[], timestamptz, text);
"""
