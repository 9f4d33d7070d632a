"""SQL of the question who must say yes, as it would be answered under an agreement that is not in force. Used by 0002."""

from rights.migrations._clearance import QUESTION

# The same text as `rights_answers`, over other grants: those of the replaced versions are left out, and those that are
# supposed count as given. Types are those of the table, so that the planner looks grants up by their index here too.
_SUPPOSED = """supposed AS MATERIALIZED (
    SELECT 0::bigint AS id, party_id, artist_id, use, tier_class, recording_id, work_id, country, true AS allows,
        covers_later, asked_at AS live_from, NULL::timestamptz AS live_until, NULL::timestamptz AS ended_at
    FROM jsonb_to_recordset(supposed_grants) one (
        party_id bigint, artist_id bigint, use varchar, tier_class varchar, recording_id bigint, work_id bigint,
        country varchar, covers_later boolean
    )
), """
_GRANTS = """(
        SELECT id, party_id, artist_id, use, tier_class, recording_id, work_id, country, allows, covers_later,
            live_from, live_until, ended_at
        FROM public.rights_grant
        WHERE agreement_version_id IS NULL OR agreement_version_id <> ALL (replaced_versions)
        UNION ALL SELECT * FROM supposed
    )"""
ANSWERS_SUPPOSING = QUESTION.format(
    name="rights_answers_supposing",
    more_parameters=", supposed_grants jsonb, replaced_versions bigint[]",
    more_tables=_SUPPOSED,
    grants=_GRANTS,
)
DROP_ANSWERS_SUPPOSING = """
DROP FUNCTION rights_answers_supposing(text[], text[], bigint[], text[], text[], timestamptz, jsonb, bigint[]);
"""
