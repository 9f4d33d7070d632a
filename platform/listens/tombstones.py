"""Say in SQL which arriving listens tell of a play that the fan retracted. They are not stored.

`plays` has the same rule in Python, for listens that are stored. This one is part of the statement that inserts a
batch, so that ingest needs no query more. tests/listens/test_forgotten_plays.py compares the two.
"""

from listens import plays

# Up to a minute off, or up to its own duration where that is shorter, whoever tells it.
IS_CLOSE = """abs(tombstone.second - arriving.second) < greatest(1, least(%(close)s, arriving.duration_ms / 1000))"""
# How many seconds apart two clients may tell of one play: `plays._window`.
WINDOW = """
    CASE WHEN tombstone.time_basis = 'start' AND arriving.time_basis = 'start' THEN %(close)s ELSE least(
        CASE WHEN tombstone.time_basis IN ('start', 'minute') AND arriving.time_basis IN ('start', 'minute')
            THEN %(minute)s END,
        least(coalesce(tombstone.duration_ms / 1000, %(typical)s), %(longest)s) + %(close)s,
        least(coalesce(arriving.duration_ms / 1000, %(typical)s), %(longest)s) + %(close)s
    ) END
"""
# A client that told of the play itself may have told of its next one now: `plays._is_repeat`. A tombstone
# keeps no session, so that rule is left out.
IS_OF_NEXT_PLAY = """
    EXISTS (
        SELECT FROM listens_tombstone AS own
        LEFT JOIN catalog_recording AS recording ON recording.id = own.recording_id
        CROSS JOIN LATERAL (SELECT coalesce(
            least(nullif(own.played_ms, 0), nullif(arriving.played_ms, 0)),
            least(coalesce(own.duration_ms, recording.duration_ms), arriving.duration_ms),
            %(shortest)s
        ) AS shortest_ms) AS play
        WHERE own.person_id = arriving.person_id AND own.retracted_at = tombstone.retracted_at
            AND own.second BETWEEN arriving.second - %(reach)s AND arriving.second + %(reach)s
            AND own.source_id = arriving.source_id AND own.client = arriving.client
            AND abs(own.second - arriving.second) * 1000 >= shortest_ms - least(%(crossfade)s, shortest_ms / 2)
    )
"""
# The text is compared by the key of the tombstone's version; `older_keys` holds those of the older versions, and is
# NULL where all are equal.
# OFFSET 0 keeps PostgreSQL from joining by fan alone: 2000 listens of a fan with 5000 tombstones took 3 s, now 30 ms.
IS_FORGOTTEN = f"""EXISTS (
    SELECT FROM listens_tombstone AS tombstone
    WHERE tombstone.person_id = arriving.person_id
        AND tombstone.second BETWEEN arriving.second - %(reach)s AND arriving.second + %(reach)s
        AND (
            tombstone.text_key = coalesce(arriving.older_keys[tombstone.key_version], arriving.text_key)
            OR tombstone.recording_id = arriving.recording_id
        )
        AND (
            {IS_CLOSE}
            OR tombstone.source_id IS NOT NULL
                AND abs(tombstone.second - arriving.second) <= {WINDOW}
                AND NOT {IS_OF_NEXT_PLAY}
        )
    OFFSET 0
)"""
VALUES = {
    "close": plays.CLOSE_SECONDS,
    "minute": plays.MINUTE_SECONDS,
    "typical": plays.TYPICAL_SECONDS,
    "longest": plays.LONGEST_SECONDS,
    "reach": plays.LONGEST_REACH,
    "shortest": plays.SHORTEST_PLAY_MS,
    "crossfade": plays.CROSSFADE_MS,
}
