"""The SQL that generates the data for the page benchmarks, with temporary tables in between."""

CREATE_ARTISTS = """
CREATE TEMP TABLE whose (
    n int PRIMARY KEY, artist bigint, program bigint, version bigint, shape bigint, clearance bigint, song bigint,
    name text, actor text, words text
)
"""
INSERT_FANS = """
CREATE TEMP TABLE fan AS WITH made AS (
    INSERT INTO accounts_person (id, password, email, handle, name, country, age_band, is_staff, is_active)
    SELECT gen_random_uuid(), '!', 'fan' || n || '@bench.example', 'fan-' || n, 'Fan ' || n, 'DE', '18_plus', false,
        true
    FROM generate_series(0, %(fans)s - 1) n RETURNING id, handle, name
) SELECT substr(handle, 5)::int AS n, id, name FROM made
"""
# Every fan follows the first artist and four others; the two busiest fans follow twenty.
CREATE_PAIRS = """
CREATE TEMP TABLE pair AS
SELECT fan.n AS fan, fan.id AS person, whose.n AS artist, greatest(%(of_one)s / 20, 1) AS points
FROM fan, whose WHERE fan.n < 2 AND whose.n < 20
UNION ALL
SELECT fan.n, fan.id, CASE WHEN k = 0 THEN 0 ELSE 1 + (fan.n * 7 + k * 13) %% (%(artists)s - 1) END, 10
FROM fan, generate_series(0, %(followed)s - 1) k WHERE fan.n >= 2
"""
INSERT_OPT_INS = [
    """
    WITH given AS (
        INSERT INTO accounts_consent (person_id, about, act, version, words)
        SELECT person, 'artist:' || whose.artist, 'given', %(about)s, words
        FROM pair JOIN whose ON whose.n = pair.artist RETURNING id, person_id, about
    )
    INSERT INTO fans_optin (person_id, artist_id, consent_id, since)
    SELECT person_id, substr(about, 8)::bigint, id, now() - interval '2 years' FROM given
    """,
    """
    INSERT INTO fans_engagement (person_id, artist_id, listens, first_at, last_at)
    SELECT person, whose.artist, points * 10, now() - interval '2 years', now() - random() * interval '30 days'
    FROM pair JOIN whose ON whose.n = pair.artist
    """,
]
INSERT_LISTENS = [
    "INSERT INTO listens_source (uri) VALUES ('/api/bench')",
    """
    INSERT INTO listens_listen (person_id, started_at, second, text_key, key_version, source_id, event_id, recording_id,
        title, artist_credit, album, isrc, time_basis, origin, client, extra, accepted_at)
    SELECT fan.id, at, extract(epoch FROM at)::bigint, sha256(whose.name::bytea), 2,
        (SELECT id FROM listens_source WHERE uri = '/api/bench'), fan.n || '-' || k, whose.song,
        'Song of ' || whose.name, whose.name, '', '', 'start', 'live', '', '{}', at
    FROM fan, generate_series(1, CASE WHEN fan.n < 2 THEN %(month)s ELSE %(each)s END) k,
        LATERAL (SELECT date_trunc('second', now()) - k * interval '1 hour' AS at) began,
        whose
    WHERE whose.n = (fan.n + k) %% %(artists)s
    """,
]
# Ids are given in the order of time, as if everything had happened then.
CREATE_PLANNED = """
CREATE TEMP TABLE planned AS
SELECT nextval(pg_get_serial_sequence('artists_moment', 'id')) AS moment,
    nextval(pg_get_serial_sequence('artists_draft', 'id')) AS draft,
    CASE WHEN fate = 'delivered' THEN nextval(pg_get_serial_sequence('rights_decision', 'id')) END AS decision,
    CASE WHEN fate <> 'delivered' THEN NULL
        WHEN fan = 1 THEN CASE WHEN artist < 5 AND point = 1 THEN 'filled' ELSE 'approved' END
        WHEN luck < 0.6 THEN 'filled' WHEN luck < 0.8 THEN 'edited' ELSE 'approved' END AS mark,
    md5(random()::text) AS salt, ordered.*
FROM (
    SELECT 'delivered' AS fate, fan, artist, point, random() AS luck,
        now() - interval '2 hours' - random() * interval '365 days' AS at
    FROM pair, generate_series(1, points) point
    UNION ALL
    SELECT 'pending', 0, 0, 100000 + k, random(), now() - interval '1 hour' FROM generate_series(1, %(for_one)s) k
    UNION ALL
    SELECT CASE WHEN k < %(pending)s THEN 'pending' ELSE 'declined' END, fan, artist, 1000 + k / %(fans)s, random(),
        now() - interval '2 hours' - random() * CASE WHEN k < %(pending)s THEN interval '20 hours'
            ELSE interval '365 days' END
    FROM generate_series(0, %(pending)s + %(declined)s - 1) k, LATERAL (
        SELECT (k / 2) %% %(fans)s AS fan, CASE WHEN k %% 2 = 0 THEN 0
            ELSE 1 + ((k / 2) %% %(fans)s * 7 + (1 + k / 2 / %(fans)s %% 4) * 13) %% (%(artists)s - 1) END AS artist
    ) somebody
    ORDER BY at
) ordered
"""
INSERT_HISTORY = [
    """
    CREATE TEMP TABLE now_on ON COMMIT DROP AS
    SELECT *, rights_content_hash(salt, person, artist_id, mark, by_name, text) AS hash,
        rights_why_hash(salt, person, artist_id, why) AS why_hash,
        CASE WHEN mark IN ('edited', 'approved') THEN 'model:small' ELSE 'composer' END AS maker FROM (
    SELECT planned.*, fan.id AS person, whose.artist AS artist_id, whose.name AS by_name, program, version, shape,
        clearance, actor, format('Thank you, %%s. That was %%s listens to my songs since the spring, and I see every '
            'one of them. It means a lot. %%s', fan.name, point, whose.name) AS text,
        jsonb_build_array(
            jsonb_build_object('slot', 'name', 'label', 'Fan''s name', 'value', fan.name, 'from', 'as the fan typed it',
                'used', true),
            jsonb_build_object('slot', 'artist', 'label', 'Artist', 'value', whose.name, 'from', 'the catalogue',
                'used', false),
            jsonb_build_object('slot', 'plays', 'label', 'Listens', 'value', point, 'from', 'counted', 'used', true)
        ) AS facts,
        jsonb_build_object('moment', 'nth_listen', 'nth', point, 'recording', NULL, 'program', 'Thank you',
            'noticed_at', to_char(at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"+00:00"')) AS why
    FROM planned JOIN fan ON fan.n = fan JOIN whose ON whose.n = planned.artist
    WHERE moment >= %(from)s AND moment < %(to)s
    ) AS happened ORDER BY moment
    """,
    """
    INSERT INTO artists_moment (id, program_id, version_id, person_id, point, state, reason, noticed_at)
    SELECT moment, program, version, person, point, 'drafted', '', at FROM now_on
    """,
    """
    INSERT INTO rights_decision (id, artist_id, kind, content_hash, why_hash, by, role, under_id, at)
    SELECT decision, artist_id, 'item', hash, why_hash, actor, %(role)s,
        CASE WHEN mark = 'filled' THEN shape END, at
    FROM now_on WHERE decision IS NOT NULL
    """,
    """
    INSERT INTO artists_draft (id, moment_id, version_id, person_id, artist_id, clearance_id, state, reason, revision,
        salt, text, original_text, maker, team_typed, facts, why, mark, credit, decision_id, written_at, deadline,
        decided_by, decided_at, deliver_after)
    SELECT draft, moment, version, person, artist_id, clearance, fate,
        CASE WHEN fate = 'declined' THEN 'declined' ELSE '' END, 1, salt,
        text, CASE WHEN mark = 'edited' THEN 'Thanks.' ELSE text END,
        maker, false, facts, why, mark,
        CASE WHEN mark IS NOT NULL THEN by_name END, decision, at, at + interval '1 day' + random() * interval '2 days',
        CASE WHEN fate <> 'pending' THEN actor END, CASE WHEN fate <> 'pending' THEN at END,
        CASE WHEN fate = 'delivered' THEN at END
    FROM now_on
    """,
    """
    INSERT INTO fans_experience (id, person_id, artist_id, draft, kind, mark, credit, salt, text, why, maker, program,
        program_version, decision_id, clearance_id, receipt_key, delivered_at)
    SELECT uuidv7(at - now()), person, artist_id, draft, 'message', mark, by_name, salt, text, why, maker, program,
        1, decision, clearance, md5(salt), at
    FROM now_on WHERE decision IS NOT NULL
    """,
    """
    INSERT INTO audit_entry (at, actor, action, subject, facts)
    SELECT at, actor, CASE WHEN fate = 'declined' THEN 'draft.declined' ELSE 'draft.approved' END, 'draft:' || draft,
        '{"revision": 1}' FROM now_on WHERE fate <> 'pending'
    """,
]
INSERT_NOTICES = [
    """
    INSERT INTO live_notice (person_id, sequence, kind, reference, at)
    SELECT person_id, row_number() OVER (PARTITION BY person_id ORDER BY delivered_at), 'experience.delivered',
        'experience:' || id, delivered_at
    FROM fans_experience
    """,
    """
    INSERT INTO live_counter (person_id, newest) SELECT person_id, count(*) FROM fans_experience GROUP BY person_id
    """,
]
