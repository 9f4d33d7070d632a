"""Group recordings that are alike in all that the question who must say yes depends on, as SQL.

One of each group is then asked about, and stands for all of them. A catalogue of 100,000 recordings has few kinds.
"""

MAX_EXAMPLES = 3
# Alike are recordings of one artist that have the same owners and whose works have the same writers and publishers,
# with the same shares in the same state; that no grant and no scope names alone; and that are of the same age: a yes to
# what there was when it was given does not cover what came later. A group is known by its first recording.
_STATE = """CASE WHEN claim.disputed_at <= clock.at AND (claim.settled_at IS NULL OR claim.settled_at > clock.at)
    THEN 'disputed' WHEN claim.confirmed_at <= clock.at THEN '' ELSE 'unconfirmed' END"""
_CLAIMS = f"""
SELECT coalesce(string_agg(concat_ws(' ', claim.role, claim.party_id, claim.administered_by_id || 'a', claim.share,
    {_STATE}), ',' ORDER BY claim.role, claim.party_id), '')
FROM rights_claim claim, clock
WHERE {{place}} AND claim.live_from <= clock.at AND claim.claimed_at <= clock.at
    AND (claim.live_until IS NULL OR claim.live_until > clock.at)
"""  # noqa: S608 - of constants
GROUPS_SQL = f"""
age AS MATERIALIZED (
    SELECT coalesce(array_agg(DISTINCT live_from ORDER BY live_from), '{{}}') AS times FROM rights_grant
    WHERE allows AND NOT covers_later AND recording_id IS NULL AND work_id IS NULL AND use = ANY(%(uses)s)
), named AS MATERIALIZED (
    SELECT recording_id, work_id FROM rights_grant
    WHERE use = ANY(%(uses)s) AND (recording_id IS NOT NULL OR work_id IS NOT NULL)
    UNION SELECT recording_id, work_id FROM scope WHERE recording_id IS NOT NULL OR work_id IS NOT NULL
), kind_of_work AS MATERIALIZED (
    SELECT work.id, md5(concat_ws('/', width_bucket(work.created_at - interval '1 microsecond', age.times), (
        SELECT named.work_id FROM named WHERE named.work_id = work.id LIMIT 1
    ), ({_CLAIMS.format(place="claim.work_id = work.id")}))) AS kind
    FROM age, catalog_work work WHERE work.id IN (
        SELECT link.work_id FROM catalog_recordingwork link WHERE link.recording_id IN (SELECT id FROM reached)
    )
), kind AS MATERIALIZED (
    SELECT recording.id, recording.artist_id, concat_ws('|',
        width_bucket(recording.created_at - interval '1 microsecond', age.times),
        (SELECT named.recording_id FROM named WHERE named.recording_id = recording.id LIMIT 1),
        ({_CLAIMS.format(place="claim.recording_id = recording.id")}), (
            SELECT string_agg(of_work.kind || '*' || link.weight, ',' ORDER BY of_work.kind)
            FROM catalog_recordingwork link JOIN kind_of_work of_work ON of_work.id = link.work_id
            WHERE link.recording_id = recording.id
        )) AS kind
    FROM age, catalog_recording recording WHERE recording.id IN (SELECT id FROM reached)
), alike AS MATERIALIZED (
    SELECT artist_id, min(id) AS id, count(*) AS size, (array_agg(id ORDER BY id))[:{MAX_EXAMPLES}] AS examples
    FROM kind GROUP BY artist_id, kind ORDER BY max(id) DESC LIMIT %(most)s
)"""  # noqa: S608 - of constants
