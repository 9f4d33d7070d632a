"""Group recordings that are alike in all that the question who must say yes depends on, as SQL.

One of each group is then asked about, and stands for all of them. A catalogue of 100,000 recordings has few kinds.
"""

MAX_EXAMPLES = 3
# Alike are recordings of one artist that have the same owners and whose works have the same writers and publishers,
# with the same shares in the same state; that no grant and no scope names alone; and that are of the same age: a yes of
# an owner to what there was when it was given does not cover what came later. A group is known by its first recording.
_STATE = """CASE WHEN claim.disputed_at <= clock.at AND (claim.settled_at IS NULL OR claim.settled_at > clock.at)
    THEN 'disputed' WHEN claim.confirmed_at <= clock.at THEN '' ELSE 'unconfirmed' END"""
_CLAIMS = f"""
SELECT claim.{{place}}, string_agg(concat_ws(' ', claim.role, claim.party_id, claim.administered_by_id || 'a',
    claim.share, {_STATE}), ',' ORDER BY claim.role, claim.party_id) AS said
FROM clock, rights_claim claim JOIN {{those}} those ON those.id = claim.{{place}}
WHERE claim.live_from <= clock.at AND claim.claimed_at <= clock.at
    AND (claim.live_until IS NULL OR claim.live_until > clock.at)
GROUP BY claim.{{place}}
"""  # noqa: S608 - of constants
# Joins of whole sets, and no lookups: of 100,000 recordings each would take seconds.
GROUPS_SQL = f"""
one AS MATERIALIZED (
    SELECT DISTINCT id FROM reached
), link AS MATERIALIZED (
    SELECT link.recording_id, link.work_id, link.weight FROM clock, catalog_recordingwork link
    JOIN one ON one.id = link.recording_id
    WHERE link.live_from <= clock.at AND (link.live_until IS NULL OR link.live_until > clock.at)
), work AS MATERIALIZED (
    SELECT DISTINCT work_id AS id FROM link
), owner AS MATERIALIZED (
    SELECT party_id AS id FROM rights_claim claim JOIN one ON one.id = claim.recording_id
    UNION SELECT coalesce(administered_by_id, party_id) FROM rights_claim claim JOIN work ON work.id = claim.work_id
    UNION SELECT id FROM rights_party WHERE artist_id IN (SELECT artist_id FROM reached)
), said AS MATERIALIZED (
    SELECT given.* FROM clock, rights_grant given JOIN owner ON owner.id = given.party_id
    WHERE given.use = ANY(%(uses)s) AND (given.live_until IS NULL OR given.live_until > clock.at)
        AND (given.ended_at IS NULL OR given.ended_at > clock.at)
), age AS MATERIALIZED (
    SELECT coalesce(array_agg(DISTINCT live_from ORDER BY live_from), '{{}}') AS times FROM said
    WHERE allows AND NOT covers_later AND recording_id IS NULL AND work_id IS NULL
), named AS MATERIALIZED (
    SELECT recording_id, work_id FROM said WHERE recording_id IS NOT NULL OR work_id IS NOT NULL
    UNION SELECT recording_id, work_id FROM scope WHERE recording_id IS NOT NULL OR work_id IS NOT NULL
), kind_of_work AS MATERIALIZED (
    SELECT id, md5(concat_ws('/', width_bucket(created_at - interval '1 microsecond', age.times), named.work_id,
        coalesce(claims.said, ''))) AS kind
    FROM age, work JOIN catalog_work USING (id)
    LEFT JOIN (SELECT DISTINCT work_id FROM named) named ON named.work_id = id
    LEFT JOIN ({_CLAIMS.format(place="work_id", those="work")}) claims ON claims.work_id = id
), works AS MATERIALIZED (
    SELECT recording_id, string_agg(kind || '*' || weight, ',' ORDER BY kind) AS kinds
    FROM link JOIN kind_of_work ON kind_of_work.id = link.work_id GROUP BY recording_id
), kind AS MATERIALIZED (
    SELECT id, artist_id, concat_ws('|', width_bucket(created_at - interval '1 microsecond', age.times),
        named.recording_id, coalesce(claims.said, ''), works.kinds) AS kind
    FROM age, one JOIN catalog_recording USING (id)
    LEFT JOIN (SELECT DISTINCT recording_id FROM named) named ON named.recording_id = id
    LEFT JOIN ({_CLAIMS.format(place="recording_id", those="one")}) claims ON claims.recording_id = id
    LEFT JOIN works ON works.recording_id = id
), alike AS MATERIALIZED (
    SELECT artist_id, min(id) AS id, count(*) AS size, (array_agg(id ORDER BY id))[:{MAX_EXAMPLES}] AS examples
    FROM kind GROUP BY artist_id, kind ORDER BY max(id) DESC LIMIT %(most)s
)"""  # noqa: S608 - of constants
