"""SQL of the question who must say yes, and of what a stored clearance promises. Used by 0002_promises."""

# Tables and functions are named with their schema, so that a temporary table of the caller is never read in their
# place. statement_timestamp() is not: only the owner's clock of the demo can stand in for it.
# One text for two functions: `rights_answers`, and `rights_answers_supposing` of `_agreement_effect`.
QUESTION = """
-- The answers to many questions, by their number. Each has one row for each party that must say yes, and for each object
-- whose owners are not known, with the basis points that are. `problem` is empty where the party says yes, and `grant_id`
-- is then its narrowest yes. A recorded no refuses, however wide the yes beside it. A message and a voice are the artist's
-- alone. For anything else every owner of each recording and of each of its works says yes too. `recordings` are arrays of
-- ids as text, because PostgreSQL has no arrays of different lengths in one array.
-- In PL/pgSQL because it keeps the plan, which takes ten times as long as the question for one draft. The kept plan has to
-- be the one for few rows, also where a table had no statistics yet or was empty then: OFFSET 0 keeps rows looked up one
-- by one, enable_seqscan keeps that on an index, and ROWS says that few come out.
CREATE FUNCTION {name}(
    uses text[], tier_classes text[], artists bigint[], countries text[], recordings text[], asked_at timestamptz
    {more_parameters}
) RETURNS TABLE (
    n bigint, role text, party_id bigint, recording_id bigint, work_id bigint, grant_id bigint, problem text,
    known_share bigint
) LANGUAGE plpgsql STABLE ROWS 20 SET plan_cache_mode = force_generic_plan SET enable_seqscan = off AS $$
#variable_conflict use_column
BEGIN
RETURN QUERY
WITH {more_tables}asked AS MATERIALIZED (
    SELECT asked.n, use, tier_class, artist, country, songs::bigint[] AS songs,
        use NOT IN ('personal_message', 'voice') AS asks_owners
    FROM unnest(uses, tier_classes, artists, countries, recordings)
        WITH ORDINALITY AS asked (use, tier_class, artist, country, songs, n)
), song AS MATERIALIZED (
    SELECT DISTINCT asked.n, asked.asks_owners, id FROM asked, unnest(asked.songs) id
), part AS MATERIALIZED (
    SELECT song.n, song.id AS recording_id, NULL::bigint AS work_id, 'recording_owner' AS role
    FROM song WHERE song.asks_owners
    UNION ALL
    SELECT song.n, link.recording_id, link.work_id, role
    FROM song CROSS JOIN LATERAL (
        SELECT tie.recording_id, tie.work_id FROM public.catalog_recordingwork tie WHERE tie.recording_id = song.id
            AND tie.live_from <= asked_at AND (tie.live_until IS NULL OR tie.live_until > asked_at)
        OFFSET 0
    ) link, unnest(ARRAY['publisher', 'writer']) role
    WHERE song.asks_owners
), claim AS MATERIALIZED (
    SELECT part.n, part.role, part.recording_id, part.work_id, claim.party_id, claim.administered_by_id, claim.share,
        CASE WHEN claim.disputed_at <= asked_at AND (claim.settled_at IS NULL OR claim.settled_at > asked_at)
                THEN 'disputed'
            WHEN claim.confirmed_at IS NULL OR claim.confirmed_at > asked_at THEN 'unconfirmed' ELSE '' END AS problem
    FROM part CROSS JOIN LATERAL (
        SELECT * FROM public.rights_claim one
        WHERE part.work_id IS NULL AND one.recording_id = part.recording_id AND one.role = part.role
        UNION ALL
        SELECT * FROM public.rights_claim one WHERE one.work_id = part.work_id AND one.role = part.role
    ) claim
    WHERE claim.live_from <= asked_at AND claim.claimed_at <= asked_at
        AND (claim.live_until IS NULL OR claim.live_until > asked_at)
), known AS (
    -- No join of the parts with the claims: of many songs it would compare each part with each claim.
    SELECT n, role, recording_id, work_id, coalesce(sum(share) FILTER (WHERE problem = ''), 0) AS share,
        count(*) FILTER (WHERE problem <> '') AS problems
    FROM (
        SELECT n, role, recording_id, work_id, share, problem FROM claim
        UNION ALL SELECT n, role, recording_id, work_id, 0, '' FROM part
    ) one GROUP BY n, role, recording_id, work_id
), needed AS MATERIALIZED (
    SELECT asked.n, 'artist' AS role, party.id AS party_id, song.id AS recording_id, NULL::bigint AS work_id
    FROM asked LEFT JOIN LATERAL (
        SELECT one.id FROM public.rights_party one WHERE one.artist_id = asked.artist OFFSET 0
    ) party ON true LEFT JOIN song ON song.n = asked.n
    UNION
    -- The artist of a song, where another artist would use it.
    SELECT song.n, 'artist', party.id, song.id, NULL::bigint
    FROM song JOIN asked ON asked.n = song.n JOIN public.catalog_recording recording ON recording.id = song.id
    LEFT JOIN public.rights_party party ON party.artist_id = recording.artist_id
    WHERE recording.artist_id <> asked.artist
    UNION
    SELECT claim.n, claim.role, coalesce(claim.administered_by_id, claim.party_id), claim.recording_id, claim.work_id
    FROM claim WHERE claim.problem = ''
)
SELECT needed.n, needed.role, needed.party_id, needed.recording_id, needed.work_id,
    CASE WHEN said.refuses THEN NULL ELSE said.grant_id END,
    CASE WHEN said.refuses THEN 'refused'
        WHEN asked.use = 'remix' AND said.grant_id IS NOT NULL AND EXISTS (
            SELECT FROM public.rights_remixlimits signed JOIN public.rights_grant given ON given.id = said.grant_id
            JOIN public.rights_agreementversion agreed ON agreed.id = given.agreement_version_id
            WHERE signed.recording_id = needed.recording_id AND agreed.remix_bounds <> ''
                AND public.rights_is_within(signed.content::jsonb, agreed.remix_bounds::jsonb) IS NOT TRUE) THEN 'bounds'
        WHEN said.grant_id IS NOT NULL THEN '' WHEN said.elsewhere THEN 'country' ELSE 'off' END, 0::bigint
FROM needed JOIN asked ON asked.n = needed.n
LEFT JOIN public.catalog_recording recording ON recording.id = needed.recording_id
LEFT JOIN public.catalog_work work ON work.id = needed.work_id
CROSS JOIN LATERAL (
    SELECT bool_or(NOT one.allows AND (asked.country = '' OR one.country IN ('', asked.country))) AS refuses,
        (array_agg(one.id ORDER BY one.recording_id IS NULL AND one.work_id IS NULL, one.country = '',
            one.tier_class = '', one.artist_id IS NULL, one.id)
            FILTER (WHERE one.allows AND one.country IN ('', asked.country)))[1] AS grant_id,
        bool_or(one.allows) AS elsewhere
    FROM {grants} one
    WHERE one.party_id = needed.party_id AND one.use = asked.use
        AND (one.recording_id IS NULL OR one.recording_id = needed.recording_id)
        AND (one.work_id IS NULL OR one.work_id = needed.work_id)
        AND (one.artist_id IS NULL OR one.artist_id = asked.artist)
        AND (one.tier_class IN ('', asked.tier_class) OR asked.tier_class = '' AND NOT one.allows)
        AND one.live_from <= asked_at AND (one.live_until IS NULL OR one.live_until > asked_at)
        AND (one.ended_at IS NULL OR one.ended_at > asked_at)
        AND (NOT one.allows OR one.covers_later OR one.recording_id IS NOT NULL OR one.work_id IS NOT NULL
            OR coalesce(work.created_at, recording.created_at, one.live_from) <= one.live_from)
) said
UNION ALL
SELECT claim.n, claim.role, claim.party_id, claim.recording_id, claim.work_id, NULL, claim.problem, 0
FROM claim WHERE claim.problem <> ''
UNION ALL
SELECT known.n, known.role, NULL, known.recording_id, known.work_id, NULL, 'unknown', known.share FROM known
WHERE known.share <> 10000 AND known.problems = 0 AND NOT (known.role = 'publisher' AND known.share = 0)
UNION ALL
SELECT part.n, 'writer', NULL, part.recording_id, NULL, NULL, 'unknown', 0 FROM part
WHERE part.role = 'recording_owner'
    AND NOT EXISTS (
        SELECT FROM public.catalog_recordingwork tie WHERE tie.recording_id = part.recording_id
            AND tie.live_from <= asked_at AND (tie.live_until IS NULL OR tie.live_until > asked_at)
    );
END $$;
"""
ANSWERS = QUESTION.format(name="rights_answers", more_parameters="", more_tables="", grants="public.rights_grant")
ANSWERS += """
-- The questions of stored clearances, asked again: for the country of each, or for the one where somebody is now.
CREATE FUNCTION rights_answers_again(clearances bigint[], asked_at timestamptz, now_in text DEFAULT '')
RETURNS TABLE (
    clearance_id bigint, grant_id bigint, problem text, role text, party_id bigint, recording_id bigint, work_id bigint
)
LANGUAGE plpgsql STABLE SET plan_cache_mode = force_generic_plan SET enable_seqscan = off AS $$
#variable_conflict use_column
BEGIN
RETURN QUERY
WITH cleared AS MATERIALIZED (
    SELECT row_number() OVER () AS n, stored.*, ARRAY(
        SELECT song.recording_id FROM public.rights_clearancerecording song WHERE song.clearance_id = stored.id
    )::text AS songs
    FROM public.rights_clearance stored WHERE stored.id = ANY(clearances)
)
SELECT cleared.id, answer.grant_id, answer.problem, answer.role, answer.party_id, answer.recording_id, answer.work_id
FROM (
    SELECT array_agg(use::text ORDER BY n) AS uses, array_agg(tier_class::text ORDER BY n) AS tier_classes,
        array_agg(artist_id ORDER BY n) AS artists,
        array_agg(coalesce(nullif(now_in, ''), territory)::text ORDER BY n) AS countries,
        array_agg(songs ORDER BY n) AS recordings
    FROM cleared
) question, LATERAL public.rights_answers(
    question.uses, question.tier_classes, question.artists, question.countries, question.recordings, asked_at
) answer JOIN cleared ON cleared.n = answer.n
-- Whoever claims a share later can hold up what is new, until staff settle it, and nothing that everybody permitted.
-- Otherwise anybody with a signature could stop what fans have. Once it is confirmed, and settled where it is disputed, its
-- party is asked here too.
WHERE answer.problem NOT IN ('disputed', 'unconfirmed') OR EXISTS (
    SELECT FROM public.rights_claim claim
    WHERE (claim.party_id, claim.role) = (answer.party_id, answer.role) AND claim.claimed_at <= cleared.at
        AND (claim.work_id = answer.work_id OR answer.work_id IS NULL AND claim.recording_id = answer.recording_id)
        AND (claim.live_until IS NULL OR claim.live_until > asked_at)
);
END $$;

-- Whether exactly the grants of a stored clearance answer its question now.
CREATE FUNCTION rights_stands_on_what_counts_now(clearance bigint) RETURNS boolean LANGUAGE sql STABLE AS $$
SELECT ARRAY(
    SELECT DISTINCT said.grant_id FROM public.rights_answers_again(ARRAY[clearance], statement_timestamp()) said
    WHERE said.grant_id IS NOT NULL ORDER BY 1
) = ARRAY(SELECT grant_id FROM public.rights_clearancegrant WHERE clearance_id = clearance ORDER BY 1)
$$;

-- Both lists are sorted. The parts cannot run into each other: use, tier class and country hold no line break.
CREATE FUNCTION rights_clearance_digest(
    use text, tier_class text, artist bigint, territory text, recordings bigint[], grants bigint[]
) RETURNS bytea LANGUAGE sql STABLE PARALLEL SAFE AS $$
SELECT sha256(convert_to(concat_ws(
    E'\\n', use, tier_class, artist, territory, array_to_string(recordings, ','), array_to_string(grants, ',')
), 'UTF8'))
$$;

-- The answers with the names that describe them, the split scheme under which each yes was agreed, and a stored
-- clearance of the same question and the same grants. Any such row will do: max(id) would be looked for backwards along
-- the primary key. In PL/pgSQL as `rights_answers`: to plan these joins takes longer than to read them.
CREATE FUNCTION rights_answers_with_names(
    uses text[], tier_classes text[], artists bigint[], countries text[], recordings text[], asked_at timestamptz
) RETURNS TABLE (
    n bigint, use text, role text, party_id bigint, recording_id bigint, problem text, name text, kind text,
    song text, grant_id bigint, version integer, live_until timestamptz, stored_id bigint, scheme_id bigint,
    known_share bigint, at timestamptz
) LANGUAGE plpgsql STABLE SET plan_cache_mode = force_generic_plan SET enable_seqscan = off AS $$
#variable_conflict use_column
BEGIN
RETURN QUERY
WITH answer AS MATERIALIZED (
    SELECT * FROM public.rights_answers(uses, tier_classes, artists, countries, recordings, asked_at)
), stored AS MATERIALIZED (
    -- Once for each question, and not for each answer to it. All numbers have answers, so the place is the number.
    SELECT array_agg(CASE WHEN is_cleared THEN (
        SELECT stored.id FROM public.rights_clearance stored WHERE stored.digest = public.rights_clearance_digest(
            uses[one.n], tier_classes[one.n], artists[one.n], countries[one.n], recordings[one.n]::bigint[], one.grants
        ) LIMIT 1
    ) END ORDER BY one.n) AS ids
    FROM (
        SELECT n, bool_and(problem = '') AS is_cleared, array_agg(DISTINCT grant_id ORDER BY grant_id) AS grants
        FROM answer GROUP BY n
    ) one
)
SELECT answer.n, uses[answer.n], answer.role, answer.party_id, answer.recording_id, answer.problem,
    coalesce(party.name, artist.name, '')::text, coalesce(party.kind, 'artist')::text,
    coalesce(work.title, recording.title, '')::text, permission.id, permission.version, permission.live_until,
    CASE WHEN answer.role = 'artist' THEN (SELECT ids FROM stored)[answer.n] END, agreed.scheme_id, answer.known_share, asked_at
FROM answer LEFT JOIN public.rights_grant permission ON permission.id = answer.grant_id
LEFT JOIN public.rights_agreementversion agreed ON agreed.id = permission.agreement_version_id
LEFT JOIN public.rights_party party ON party.id = answer.party_id
LEFT JOIN public.catalog_artist artist ON answer.role = 'artist' AND artist.id = artists[answer.n]
LEFT JOIN public.catalog_recording recording ON recording.id = answer.recording_id
LEFT JOIN public.catalog_work work ON work.id = answer.work_id
ORDER BY answer.n, answer.role <> 'artist', answer.recording_id, answer.work_id NULLS FIRST, answer.role,
    answer.party_id;
END $$;
"""
DROP_ANSWERS = """
DROP FUNCTION rights_answers_with_names(text[], text[], bigint[], text[], text[], timestamptz);
DROP FUNCTION rights_clearance_digest(text, text, bigint, text, bigint[], bigint[]);
DROP FUNCTION rights_stands_on_what_counts_now(bigint);
DROP FUNCTION rights_answers_again(bigint[], timestamptz, text);
DROP FUNCTION rights_answers(text[], text[], bigint[], text[], text[], timestamptz);
"""

# A clearance, its recordings, its grants and the keys that they ask for are inserted by one statement, and checked at its end.
STORED_WHOLE = """
CREATE FUNCTION rights_stamp_clearance() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    NEW.at := statement_timestamp();
    RETURN NEW;
END $$;
CREATE TRIGGER stamped BEFORE INSERT ON rights_clearance FOR EACH ROW EXECUTE FUNCTION rights_stamp_clearance();

CREATE FUNCTION rights_clearance_digest_of(clearance bigint) RETURNS bytea LANGUAGE sql STABLE AS $$
SELECT public.rights_clearance_digest(
    use, tier_class, artist_id, territory,
    ARRAY(SELECT recording_id FROM public.rights_clearancerecording WHERE clearance_id = cleared.id ORDER BY 1),
    ARRAY(SELECT grant_id FROM public.rights_clearancegrant WHERE clearance_id = cleared.id ORDER BY 1)
) FROM public.rights_clearance cleared WHERE id = clearance
$$;

CREATE FUNCTION rights_only_with_every_yes() RETURNS trigger LANGUAGE plpgsql
SET enable_seqscan = off AS $$
DECLARE
    songs bigint[] := ARRAY(SELECT recording_id FROM public.rights_clearancerecording WHERE clearance_id = NEW.id ORDER BY 1);
    yeses bigint[];
    is_cleared boolean;
    ends_at timestamptz;
BEGIN
    SELECT array_agg(DISTINCT grant_id ORDER BY grant_id), bool_and(problem = ''), min(said.live_until)
    INTO yeses, is_cleared, ends_at
    FROM public.rights_answers(
        ARRAY[NEW.use::text], ARRAY[NEW.tier_class::text], ARRAY[NEW.artist_id], ARRAY[NEW.territory::text],
        ARRAY[songs::text], NEW.at
    ) LEFT JOIN public.rights_grant said ON said.id = grant_id;
    IF is_cleared IS NOT TRUE OR yeses IS DISTINCT FROM
        ARRAY(SELECT grant_id FROM public.rights_clearancegrant WHERE clearance_id = NEW.id ORDER BY 1)
    THEN
        PERFORM public.refuse('a clearance that does not rest on the yes of everybody who must give it');
    END IF;
    IF public.rights_has_other_keys(NEW.id) THEN
        PERFORM public.refuse('a clearance has the keys that its agreements ask for');
    END IF;
    IF (NEW.digest, NEW.until) IS DISTINCT FROM (public.rights_clearance_digest_of(NEW.id), ends_at) THEN
        PERFORM public.refuse('a clearance has its own digest, and ends with the first of its grants');
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER only_with_every_yes AFTER INSERT ON rights_clearance
FOR EACH ROW EXECUTE FUNCTION rights_only_with_every_yes();

CREATE FUNCTION rights_clearance_stays_whole() RETURNS trigger LANGUAGE plpgsql
SET enable_seqscan = off AS $$
BEGIN
    IF EXISTS (
        SELECT FROM public.rights_clearance
        WHERE id IN (SELECT clearance_id FROM added) AND digest <> public.rights_clearance_digest_of(id)
    ) THEN
        PERFORM public.refuse('a clearance is stored whole');
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER stored_whole AFTER INSERT ON rights_clearancegrant REFERENCING NEW TABLE AS added
FOR EACH STATEMENT EXECUTE FUNCTION rights_clearance_stays_whole();
CREATE TRIGGER stored_whole AFTER INSERT ON rights_clearancerecording REFERENCING NEW TABLE AS added
FOR EACH STATEMENT EXECUTE FUNCTION rights_clearance_stays_whole();
"""
DROP_STORED_WHOLE = """
DROP TRIGGER stored_whole ON rights_clearancerecording;
DROP TRIGGER stored_whole ON rights_clearancegrant;
DROP FUNCTION rights_clearance_stays_whole();
DROP TRIGGER only_with_every_yes ON rights_clearance;
DROP FUNCTION rights_only_with_every_yes();
DROP FUNCTION rights_clearance_digest_of(bigint);
DROP TRIGGER stamped ON rights_clearance;
DROP FUNCTION rights_stamp_clearance();
"""
