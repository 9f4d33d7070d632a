"""The dry run of an agreement as SQL: count over the recordings that a party has a part in."""

from rights.agreement_groups_sql import GROUPS_SQL, MAX_EXAMPLES

MAX_ASKED = 20_000
"""Kinds of recordings that are asked about, together over all uses and countries. More would take a page minutes."""
MAX_BLOCKERS = 40
"""So many are listed; all are counted."""

# In SQL: the question is a function, and 100,000 recordings do not come into Python. Of each kind of recording that the
# viewer has a part in, once for each use and country.
_SCOPE = "use varchar, tier_class varchar, artist_id bigint, recording_id bigint, work_id bigint, country varchar"
_IS_LIVE = "claim.live_from <= clock.at AND (claim.live_until IS NULL OR claim.live_until > clock.at)"
_IS_TIED = "link.live_from <= clock.at AND (link.live_until IS NULL OR link.live_until > clock.at)"
_COUNTS = "claim.confirmed_at IS NOT NULL AND (claim.disputed_at IS NULL OR claim.settled_at IS NOT NULL)"
_OWN = f"""
clock AS MATERIALIZED (SELECT greatest(%(at)s, statement_timestamp()) AS at),
own AS MATERIALIZED (
    SELECT recording.id, recording.artist_id FROM catalog_recording recording WHERE recording.artist_id = %(artist)s
    UNION
    SELECT recording.id, recording.artist_id FROM clock, rights_claim claim
    JOIN catalog_recording recording ON recording.id = claim.recording_id
    WHERE (claim.party_id = %(party)s OR claim.administered_by_id = %(party)s) AND {_IS_LIVE}
    UNION
    SELECT recording.id, recording.artist_id FROM clock, rights_claim claim
    JOIN catalog_recordingwork link ON link.work_id = claim.work_id
    JOIN catalog_recording recording ON recording.id = link.recording_id
    WHERE (claim.party_id = %(party)s OR claim.administered_by_id = %(party)s) AND {_IS_LIVE} AND {_IS_TIED}
)"""  # noqa: S608 - of constants
# In parts of one artist, because a question is about one, and of 100: to ask about 500 takes ten times as long.
_PARTS = """
    SELECT use, tier_class, country, artist_id, array_agg(id ORDER BY id)::text AS songs
    FROM (
        SELECT *, row_number() OVER (PARTITION BY use, tier_class, country, artist_id ORDER BY id) / 100 AS number
        FROM {songs}
    ) numbered GROUP BY use, tier_class, country, artist_id, number
"""
# Countries that no owner names in a grant are alike, so one of them is asked for all.
COUNTRIES_SQL = f"""
WITH {_OWN}, owner AS (
    SELECT party_id AS id FROM rights_claim claim JOIN own ON own.id = claim.recording_id
    UNION SELECT coalesce(administered_by_id, party_id) FROM rights_claim claim
    JOIN catalog_recordingwork link ON link.work_id = claim.work_id JOIN own ON own.id = link.recording_id
    UNION SELECT party.id FROM rights_party party WHERE party.artist_id IN (SELECT artist_id FROM own)
)
SELECT DISTINCT country FROM rights_grant JOIN owner ON owner.id = party_id WHERE country <> '' AND use = ANY(%(uses)s)
"""  # noqa: S608
_SONGS = f"""
{_OWN}, scope AS (
    SELECT * FROM jsonb_to_recordset(%(scopes)s) scope ({_SCOPE})
), reached AS MATERIALIZED (
    SELECT DISTINCT scope.use, scope.tier_class, scope.country, own.artist_id, own.id
    FROM scope JOIN own ON (scope.artist_id IS NULL OR scope.artist_id = own.artist_id)
        AND (scope.recording_id IS NULL OR scope.recording_id = own.id)
        AND (scope.work_id IS NULL OR EXISTS (
            SELECT FROM catalog_recordingwork link, clock
            WHERE link.work_id = scope.work_id AND link.recording_id = own.id AND {_IS_TIED}
        ))
), {GROUPS_SQL}, song AS MATERIALIZED (
    SELECT reached.*, alike.size FROM reached JOIN alike USING (id)
), part AS MATERIALIZED ({_PARTS.format(songs="song")})"""  # noqa: S608
EFFECT_SQL = f"""
WITH {_SONGS}, supposed AS MATERIALIZED (
    SELECT * FROM jsonb_to_recordset(%(supposed)s) one ({_SCOPE}, party_id bigint, covers_later boolean)
), answer AS MATERIALIZED (
    SELECT part.use, part.country, answer.* FROM clock, part, LATERAL rights_answers_supposing(
        ARRAY[part.use::text], ARRAY[part.tier_class::text], ARRAY[part.artist_id], ARRAY[part.country::text],
        ARRAY[part.songs], clock.at, (
            SELECT coalesce(jsonb_agg(to_jsonb(supposed)), '[]') FROM supposed
            WHERE supposed.use = part.use AND supposed.country IN ('', part.country)
                AND (supposed.artist_id IS NULL OR supposed.artist_id = part.artist_id)
        ), %(replaced)s
    ) answer WHERE answer.problem <> '' OR part.use = %(scheme_use)s AND answer.grant_id <> 0
), blocked AS MATERIALIZED (
    SELECT DISTINCT use, recording_id FROM answer WHERE problem <> ''
), total AS (
    SELECT (SELECT count(DISTINCT id) FROM reached) AS reached, coalesce(sum(size), 0) AS recordings,
        coalesce(sum(size) FILTER (WHERE is_usable), 0) AS usable, count(DISTINCT artist_id) AS artists,
        count(DISTINCT artist_id) FILTER (WHERE is_usable) AS usable_artists
    FROM (SELECT artist_id, size, id NOT IN (SELECT recording_id FROM blocked) AS is_usable FROM alike) one
), by_use AS (
    SELECT use, sum(size) AS recordings, coalesce(sum(size) FILTER (WHERE is_blocked), 0) AS blocked
    FROM (
        SELECT DISTINCT use, id, size, (use, id) IN (SELECT use, recording_id FROM blocked) AS is_blocked FROM song
    ) one GROUP BY use ORDER BY use
), blocker AS MATERIALIZED (
    SELECT problem, party_id, bool_or(role = 'artist') AS is_artist, array_agg(DISTINCT role) AS roles,
        array_agg(DISTINCT use::text) AS uses, array_agg(DISTINCT country::text) AS countries,
        array_agg(DISTINCT recording_id) AS kinds
    FROM answer WHERE problem <> '' GROUP BY problem, party_id, CASE WHEN party_id IS NULL THEN role END
), counted AS MATERIALIZED (
    SELECT problem, party_id, is_artist, roles, uses, countries, alike.recordings, alike.examples
    FROM blocker CROSS JOIN LATERAL (
        SELECT sum(size) AS recordings, (
            SELECT (array_agg(example ORDER BY example))[:{MAX_EXAMPLES}]
            FROM alike shown, unnest(shown.examples) example WHERE shown.id = ANY(blocker.kinds)
        ) AS examples
        FROM alike WHERE alike.id = ANY(blocker.kinds)
    ) alike
), sold AS MATERIALIZED (
    SELECT DISTINCT id, size FROM song WHERE use = %(scheme_use)s
        AND id NOT IN (SELECT recording_id FROM blocked WHERE use = %(scheme_use)s)
), split_gap AS (
    -- Everybody who says yes outside this agreement has not accepted this split there, or has.
    SELECT '' AS role, party_id, sum(size) AS recordings
    FROM (
        SELECT DISTINCT answer.party_id, sold.id, sold.size
        FROM answer JOIN sold ON sold.id = answer.recording_id JOIN rights_grant said ON said.id = answer.grant_id
        LEFT JOIN rights_agreementversion version ON version.id = said.agreement_version_id
        WHERE answer.problem = '' AND answer.use = %(scheme_use)s
            AND version.scheme_id IS DISTINCT FROM %(scheme)s::bigint
    ) one GROUP BY party_id
    UNION ALL
    -- The question itself asks for all owners and writers; these roles it does not ask for.
    SELECT line.role, NULL, sum(sold.size) FROM sold JOIN rights_splitline line ON line.scheme_id = %(scheme)s::bigint,
        clock, LATERAL (
            SELECT coalesce(sum(claim.share), 0) AS share FROM rights_claim claim
            WHERE claim.recording_id = sold.id AND claim.role = line.role AND {_IS_LIVE} AND {_COUNTS}
        ) shares
    WHERE line.role IN ('featured_artist', 'session_pool') AND shares.share <> 10000
    GROUP BY line.role
    UNION ALL
    SELECT line.role, NULL, sum(sold.size) FROM sold
        JOIN rights_splitline line ON line.scheme_id = %(scheme)s::bigint AND line.role = 'publisher'
    WHERE EXISTS (
        SELECT FROM catalog_recordingwork link, clock
        WHERE link.recording_id = sold.id AND {_IS_TIED} AND NOT EXISTS (
            SELECT FROM rights_claim claim WHERE claim.work_id = link.work_id AND claim.role = line.role
                AND {_IS_LIVE} AND {_COUNTS}
        )
    ) GROUP BY line.role
), overlap AS (
    SELECT DISTINCT said.party_id, agreement.number FROM clock, supposed JOIN rights_grant said
        ON said.party_id = supposed.party_id
        AND (said.use, said.tier_class, said.country) = (supposed.use, supposed.tier_class, supposed.country)
        AND (said.artist_id, said.recording_id, said.work_id)
            IS NOT DISTINCT FROM (supposed.artist_id, supposed.recording_id, supposed.work_id)
    JOIN rights_agreementversion version ON version.id = said.agreement_version_id
    JOIN rights_agreement agreement ON agreement.id = version.agreement_id
    WHERE version.id <> ALL (%(replaced)s) AND (said.live_until IS NULL OR said.live_until > clock.at)
        AND (said.ended_at IS NULL OR said.ended_at > clock.at)
        AND (%(ends_at)s::timestamptz IS NULL OR said.live_from < %(ends_at)s)
)
SELECT (SELECT to_jsonb(total) FROM total),
    coalesce((SELECT jsonb_agg(to_jsonb(by_use)) FROM by_use), '[]'),
    coalesce((SELECT jsonb_agg(to_jsonb(one)) FROM (
        SELECT * FROM counted ORDER BY recordings DESC, problem, party_id LIMIT {MAX_BLOCKERS}
    ) one), '[]'),
    coalesce((SELECT jsonb_agg(to_jsonb(split_gap) ORDER BY role, recordings DESC) FROM split_gap), '[]'),
    (SELECT count(*) FROM counted), ARRAY(SELECT number FROM overlap WHERE party_id = %(viewer)s ORDER BY 1),
    (SELECT count(*) FROM overlap WHERE party_id <> %(viewer)s), (
        SELECT jsonb_build_object('recordings', count(*), 'titles', coalesce(
            to_jsonb((array_agg(recording.title ORDER BY recording.id))[:{MAX_EXAMPLES}]), '[]'))
        FROM catalog_recording recording JOIN rights_remixlimits signed ON signed.recording_id = recording.id
        WHERE %(remix_bounds)s <> '' AND recording.id IN (SELECT id FROM reached WHERE use = 'remix')
        AND rights_is_within(signed.content::jsonb, nullif(%(remix_bounds)s, '')::jsonb) IS NOT TRUE
    )
"""  # noqa: S608
# How many recordings can be used now and could not without this version. Only those are asked about twice whose answers
# rest on it.
LOST_SQL = f"""
WITH {_SONGS}, answer AS MATERIALIZED (
    SELECT answer.* FROM clock, part, LATERAL rights_answers(
        ARRAY[part.use::text], ARRAY[part.tier_class::text], ARRAY[part.artist_id], ARRAY[part.country::text],
        ARRAY[part.songs], clock.at
    ) answer
), usable AS MATERIALIZED (
    SELECT recording_id AS id, bool_or(grant_id IN (
        SELECT said.id FROM rights_grant said WHERE said.agreement_version_id = %(ended)s
    )) AS rests_on_it
    FROM answer GROUP BY recording_id HAVING bool_and(problem = '')
), again AS MATERIALIZED ({_PARTS.format(songs="song JOIN usable USING (id) WHERE usable.rests_on_it")})
SELECT coalesce(sum(size), 0) FROM alike WHERE id IN (
    SELECT answer.recording_id FROM clock, again, LATERAL rights_answers_supposing(
        ARRAY[again.use::text], ARRAY[again.tier_class::text], ARRAY[again.artist_id], ARRAY[again.country::text],
        ARRAY[again.songs], clock.at, '[]', ARRAY[%(ended)s]::bigint[]
    ) answer WHERE answer.problem <> ''
)
"""  # noqa: S608
