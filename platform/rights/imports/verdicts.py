"""Compare the lines of an import with the catalogue and its owners, in one statement for many lines."""

from django.db import connection

from rights.models import CatalogImport

# In SQL: a dry run and the import itself ask the same question, over up to 100,000 lines, and Django cannot write it.
# Lines are compared with each other by windows, which sort them: looking up earlier lines for each takes hours where
# many are of one work.
# A line without a share of the recording is a publisher's or a writer's, and changes nothing of the recording itself.
# A line that could be read has a text key; the verdict of the others does not depend on the catalogue.
SAID = "jsonb_to_recordset(line.named) said (role text, party bigint, name text, share integer)"
OF_WORK = """jsonb_path_query_array({}.named, '$[*] ? (@.role != "recording_owner")')"""
"""What a line says about the work: empty where it names neither writers nor publishers."""
IS_OF = "(link.live_until IS NULL OR link.live_until > statement_timestamp())"
OF_OTHERS = f"""EXISTS (
    SELECT FROM catalog_recordingwork link JOIN catalog_recording other ON other.id = link.recording_id
    WHERE link.work_id = {{}} AND other.artist_id <> line.artist_id AND {IS_OF}
)"""
LIVE = "(claim.live_until IS NULL OR claim.live_until > statement_timestamp())"
COUNTS = "claim.confirmed_at IS NOT NULL AND (claim.disputed_at IS NULL OR claim.settled_at IS NOT NULL)"
NAMED_BY_OTHERS = f"""(
    SELECT song.artist_id <> line.artist_id AND NOT EXISTS (
        SELECT FROM rights_rosterentry entry
        WHERE entry.label_id = %(party)s AND entry.artist_id = song.artist_id AND entry.accepted
            AND (entry.live_until IS NULL OR entry.live_until > statement_timestamp())
    ) AND NOT EXISTS (
        SELECT FROM rights_claim claim WHERE claim.work_id = {{}} AND claim.party_id = %(party)s AND {LIVE}
            AND {COUNTS}
    )
    FROM catalog_recordingwork link JOIN catalog_recording song ON song.id = link.recording_id
    WHERE link.work_id = {{}} AND {IS_OF} ORDER BY link.live_from, link.id LIMIT 1
)"""  # noqa: S608 - of constants
"""Whether others say who owns a work, as `rights_check_claims_on_works` asks of whoever signs for the party."""
_SAY_SHARE = "round({share} / 100.0, 2)::real || '\u00a0%%'"
_JUDGE = f"""
WITH found AS MATERIALIZED (
    SELECT line.id, line.number, line.title, line.artist_id, line.isrc, line.mbid, line.work_title, line.iswc,
        line.duration_ms, line.share, line.about, line.first_of_isrc, line.first_of_mbid, line.first_of_text,
        known.id AS known_id, known.artist_id AS known_artist, known.title AS known_title,
        known.isrc AS known_isrc, known.mbid AS known_mbid, known.duration_ms AS known_duration,
        owned.others AS owned_by_others, owned.confirmed AS confirmed_of_others, owned.own AS own_share,
        owned.names AS owner_names, EXISTS (
            SELECT FROM rights_rosterentry entry
            WHERE entry.label_id = %(party)s AND entry.artist_id = line.artist_id AND entry.accepted
                AND (entry.live_until IS NULL OR entry.live_until > statement_timestamp())
        ) AS is_on_roster, (
            SELECT holder.name FROM rights_isrcprefix registered
            JOIN rights_party holder ON holder.id = registered.party_id
            WHERE registered.prefix = left(line.isrc, 5) AND registered.ended_at IS NULL AND owned.own IS NULL
                AND owned.confirmed IS NULL AND holder.id <> %(party)s
        ) AS registered_for, linked.works, known_work.id AS known_work, known_work.of_others, named.unclaimed,
        named.unclaimed_share, named.unclaimed_of_work, named.unclaimed_own_of_work, named.differing,
        written.differing AS differing_of_work
    FROM (
        SELECT *, {OF_WORK.format("line")} AS about,
            CASE WHEN isrc IS NOT NULL THEN min(number) OVER (PARTITION BY isrc) END AS first_of_isrc,
            CASE WHEN mbid IS NOT NULL THEN min(number) OVER (PARTITION BY mbid) END AS first_of_mbid,
            CASE WHEN isrc IS NULL THEN min(number) OVER same_text
                ELSE min(number) FILTER (WHERE isrc IS NULL) OVER same_text END AS first_of_text
        FROM rights_importline line
        WHERE catalog_import_id = %(import)s AND text_key IS NOT NULL AND artist_id IS NOT NULL
        WINDOW same_text AS (PARTITION BY artist_id, text_key)
    ) line
    LEFT JOIN LATERAL (
        SELECT * FROM (
            SELECT 1 AS rank, * FROM catalog_recording WHERE isrc = line.isrc
            UNION ALL SELECT 2, * FROM catalog_recording WHERE mbid = line.mbid
            UNION ALL SELECT 3, * FROM catalog_recording
            WHERE text_key = line.text_key AND artist_id + 0 = line.artist_id AND (isrc IS NULL OR line.isrc IS NULL)
        ) AS candidate
        ORDER BY rank, isrc NULLS FIRST, id
        LIMIT 1
    ) known ON true
    LEFT JOIN LATERAL (
        SELECT sum(claim.share) FILTER (WHERE claim.party_id <> %(party)s) AS others,
            sum(claim.share) FILTER (WHERE claim.party_id <> %(party)s AND confirmed_at IS NOT NULL) AS confirmed,
            max(claim.share) FILTER (WHERE claim.party_id = %(party)s) AS own,
            string_agg(party.name, ', ' ORDER BY party.name) FILTER (WHERE party.id <> %(party)s) AS names
        FROM rights_claim claim JOIN rights_party party ON party.id = claim.party_id
        WHERE claim.recording_id = known.id AND claim.role = 'recording_owner' AND {LIVE}
    ) owned ON true
    CROSS JOIN LATERAL (
        SELECT count(*) AS works, min(work_id) AS only FROM catalog_recordingwork link
        WHERE recording_id = known.id AND {IS_OF}
    ) linked
    -- The work of this ISWC. Where there is none, the only work of the recording, which then gets the ISWC.
    LEFT JOIN LATERAL (
        SELECT candidate.id, {NAMED_BY_OTHERS.format("candidate.id", "candidate.id")} AS of_others
        FROM (
            SELECT 1 AS rank, id FROM catalog_work WHERE iswc = line.iswc
            UNION ALL SELECT 2, id FROM catalog_work WHERE id = linked.only AND linked.works = 1
                AND (line.iswc IS NULL OR iswc IS NULL AND NOT {OF_OTHERS.format("linked.only")})
        ) candidate
        ORDER BY rank LIMIT 1
    ) known_work ON true
    CROSS JOIN LATERAL (
        SELECT count(*) FILTER (WHERE claim.id IS NULL) AS unclaimed,
            coalesce(sum(said.share) FILTER (WHERE claim.id IS NULL AND said.role = 'recording_owner'), 0)
                AS unclaimed_share,
            count(*) FILTER (WHERE claim.id IS NULL AND said.role <> 'recording_owner') AS unclaimed_of_work,
            count(*) FILTER (WHERE claim.id IS NULL AND said.role <> 'recording_owner' AND said.party = %(party)s)
                AS unclaimed_own_of_work,
            string_agg(said.name || ' ' || {_SAY_SHARE.format(share="claim.share")}, ', ' ORDER BY said.name)
                FILTER (WHERE said.role = 'recording_owner' AND claim.share <> said.share) AS differing
        FROM {SAID} LEFT JOIN LATERAL (
            SELECT * FROM rights_claim claim WHERE said.role = 'recording_owner' AND claim.recording_id = known.id
                AND claim.role = said.role AND claim.party_id = said.party AND {LIVE}
            UNION ALL
            SELECT * FROM rights_claim claim WHERE said.role <> 'recording_owner' AND claim.work_id = known_work.id
                AND claim.role = said.role AND claim.party_id = said.party AND {LIVE}
        ) claim ON true
    ) named
    CROSS JOIN LATERAL (
        SELECT string_agg(party.name || ' ' || {_SAY_SHARE.format(share="claim.share")}, ', '
            ORDER BY party.name) FILTER (WHERE EXISTS (SELECT FROM {SAID} WHERE said.role = claim.role)
                AND NOT EXISTS (
                    SELECT FROM {SAID}
                    WHERE (said.role, said.party, said.share) = (claim.role, claim.party_id, claim.share)
                )) AS differing
        FROM rights_claim claim JOIN rights_party party ON party.id = claim.party_id
        WHERE known_work.id IS NOT NULL AND claim.work_id = known_work.id AND {LIVE}  -- the first spares a look
    ) written
), within_file AS MATERIALIZED (
    SELECT *, least(first_of_isrc, first_of_mbid, first_of_text,
            CASE WHEN known_id IS NOT NULL THEN min(number) OVER (PARTITION BY known_id) END) AS earlier,
        CASE WHEN about = '[]' THEN NULL
            WHEN known_work IS NOT NULL AND about <> first_value(about) OVER same_work
                THEN first_value(number) OVER same_work
            WHEN iswc IS NOT NULL AND about <> first_value(about) OVER same_iswc
                THEN first_value(number) OVER same_iswc END AS earlier_of_work,
        CASE WHEN known_work IS NOT NULL AND iswc <> first_value(iswc) OVER same_identified
            THEN first_value(number) OVER same_identified END AS earlier_of_iswc
    FROM found
    WINDOW same_identified AS (PARTITION BY known_work ORDER BY iswc IS NULL, number),
        same_work AS (PARTITION BY known_work ORDER BY about = '[]', number),
        same_iswc AS (PARTITION BY iswc ORDER BY about = '[]', number)
), compared AS MATERIALIZED (
    SELECT line.*, CASE WHEN known_id IS NOT NULL THEN jsonb_strip_nulls(jsonb_build_object(
        'title', CASE WHEN share > 0 AND title <> known_title THEN known_title END,
        'isrc', CASE WHEN share > 0 AND isrc IS NOT NULL AND known_isrc IS NULL THEN '' END,
        'mbid', CASE WHEN share > 0 AND mbid IS NOT NULL AND known_mbid IS NULL THEN '' END,
        'duration_ms', CASE WHEN share > 0 AND duration_ms <> coalesce(known_duration, 0)
            THEN coalesce(known_duration, 0) END,
        'share', CASE WHEN share > 0 AND own_share IS NULL THEN 0 END,
        'iswc', CASE WHEN iswc IS NOT NULL AND NOT EXISTS (
            SELECT FROM catalog_recordingwork link JOIN catalog_work work ON work.id = link.work_id
            WHERE link.recording_id = known_id AND work.iswc = line.iswc AND {IS_OF}
        ) THEN '' END,
        'work', CASE WHEN iswc IS NULL AND works = 0 AND (work_title <> '' OR unclaimed_of_work > 0) THEN '' END,
        'claims', nullif(unclaimed, 0)
    )) END AS before
    FROM within_file line
), judged AS MATERIALIZED (
    SELECT id, known_id, CASE
        WHEN earlier < number THEN jsonb_build_array('no', 'repeated', jsonb_build_object('line', earlier))
        WHEN earlier_of_work IS NOT NULL
            THEN jsonb_build_array('no', 'other_writers', jsonb_build_object('line', earlier_of_work))
        WHEN NOT is_on_roster THEN jsonb_build_array('waits', 'unanswered', '{{}}'::jsonb)
        WHEN known_artist <> artist_id THEN jsonb_build_array('waits', 'of_another', jsonb_build_object(
            'artist', (SELECT name FROM catalog_artist WHERE catalog_artist.id = known_artist)))
        WHEN known_isrc <> isrc THEN jsonb_build_array('no', 'other_isrc', jsonb_build_object('isrc', known_isrc))
        WHEN known_mbid <> mbid OR EXISTS (
            SELECT FROM catalog_recording other WHERE other.mbid = compared.mbid AND other.id IS DISTINCT FROM known_id
        ) THEN jsonb_build_array('no', 'other_mbid', '{{}}'::jsonb)
        WHEN registered_for IS NOT NULL AND share + unclaimed_share > 0
            THEN jsonb_build_array('waits', 'other_prefix', jsonb_build_object('holder', registered_for))
        WHEN share > 0 AND own_share <> share
            THEN jsonb_build_array('no', 'other_share', jsonb_build_object('share', own_share))
        WHEN differing IS NOT NULL THEN jsonb_build_array('waits', 'owned', jsonb_build_object('owners', differing))
        WHEN coalesce(owned_by_others, 0) + share + unclaimed_share > 10000
            THEN jsonb_build_array('waits', 'owned', jsonb_build_object('owners', owner_names))
        WHEN earlier_of_iswc IS NOT NULL
            THEN jsonb_build_array('no', 'other_iswc', jsonb_build_object('line', earlier_of_iswc))
        -- Else the song would be of two works, and those who own the second could stop it.
        WHEN iswc IS NOT NULL AND works > 0 AND NOT EXISTS (
            SELECT FROM catalog_recordingwork link
            WHERE link.recording_id = known_id AND link.work_id = known_work AND {IS_OF}
        ) THEN jsonb_build_array('waits', 'other_iswc', jsonb_build_object('works', (
            SELECT jsonb_agg(jsonb_build_array(work.title, work.iswc) ORDER BY work.id)
            FROM catalog_recordingwork link JOIN catalog_work work ON work.id = link.work_id
            WHERE link.recording_id = known_id AND {IS_OF}
        )))
        WHEN iswc IS NULL AND works > 1 AND unclaimed_of_work > 0
            THEN jsonb_build_array('waits', 'several_works', '{{}}'::jsonb)
        WHEN differing_of_work IS NOT NULL
            THEN jsonb_build_array('waits', 'written', jsonb_build_object('writers', differing_of_work))
        -- Else whoever knows an ISWC could hold up songs of others by naming somebody who never answers.
        WHEN unclaimed_of_work > 0 AND of_others
            THEN jsonb_build_array('waits', 'work_of_others', '{{}}'::jsonb)
        -- The import confirms the own share, so of what was here before, somebody else says first that it is one.
        WHEN unclaimed_own_of_work > 0 AND (known_id IS NOT NULL OR EXISTS (
            SELECT FROM catalog_recordingwork link WHERE link.work_id = known_work AND {IS_OF}
        )) AND NOT EXISTS (
            SELECT FROM rights_claim claim
            WHERE claim.work_id = known_work AND claim.party_id = %(party)s AND {LIVE} AND {COUNTS}
        ) THEN jsonb_build_array('waits', 'unclaimed_work', '{{}}'::jsonb)
        WHEN known_id IS NULL THEN jsonb_build_array('new', 'new', '{{}}'::jsonb)
        WHEN own_share IS NULL AND confirmed_of_others IS NULL AND share + unclaimed_share > 0
            THEN jsonb_build_array('waits', 'unclaimed', '{{}}'::jsonb)
        WHEN before = '{{}}'::jsonb THEN jsonb_build_array('same', 'same', before)
        ELSE jsonb_build_array('changed', 'changed', before)
    END AS answer
    FROM compared
)
UPDATE rights_importline line
SET verdict = answer->>0, reason = answer->>1, facts = answer->2, recording_id = known_id
FROM judged
WHERE line.id = judged.id AND (verdict, reason, facts, recording_id)
    IS DISTINCT FROM (answer->>0, answer->>1, answer->2, known_id)
"""  # noqa: S608 - of constants


def judge(catalog_import: CatalogImport) -> int:
    """Write the verdict of each readable line. Return how many verdicts changed.

    The caller has a transaction.
    """
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL work_mem = '64MB'")  # else the lines go to the disk and back between the steps
        cursor.execute(_JUDGE, {"party": catalog_import.party_id, "import": catalog_import.pk})
        return int(cursor.rowcount)
