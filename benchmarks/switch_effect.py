"""The effect of a switch, which is shown before anybody presses it, with a million drafts of one artist.

The rows come from SQL, run as the owner without foreign keys and indexes, which are restored afterwards.
"""

import statistics
import time
from typing import Any

import harness  # noqa: F401 - sets up Django
from clearance_dataset import Catalogue
from django.db import connection
from pages_dataset import WORDING, without_keys_and_indexes

from artists import programs
from artists.models import ProgramVersion
from artists.switch_effects import MAX_COUNTED, measure_effect
from catalog.models import Artist, Recording
from config.database import as_owner, owner_url
from rights import clearance, grants
from rights.clearance_result import Clearance
from rights.models import Use

ROUNDS = 20
INSERT_MOMENTS = """
INSERT INTO artists_moment (program_id, version_id, person_id, point, state, reason, noticed_at)
SELECT %(program)s, %(version)s, %(person)s, n, 'drafted', '', now() - interval '1 hour'
FROM generate_series(1, %(drafts)s) n
"""
INSERT_DRAFTS = """
INSERT INTO artists_draft (moment_id, version_id, person_id, artist_id, clearance_id, state, reason, revision, salt,
    text, original_text, maker, team_typed, facts, why, written_at, deadline)
SELECT moment.id, version_id, person_id, %(artist)s, %(clearance)s,
    CASE WHEN moment.id %% 2 = 0 THEN 'pending' ELSE 'withdrawn' END,
    CASE WHEN moment.id %% 2 = 0 THEN '' ELSE 'withdrawn' END, 1, md5(moment.id::text), 'Thanks.', 'Thanks.',
    'composer', false, '[]', jsonb_build_object('moment', 'nth_listen', 'nth', point, 'recording', %(title)s::text,
        'program', 'Thank you',
        'noticed_at', to_char(noticed_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"+00:00"')),
    noticed_at, now() + interval '2 days'
FROM artists_moment moment WHERE program_id = %(program)s
"""


def measure_effects(catalogue: Catalogue, drafts: int) -> dict[str, float]:
    """Milliseconds for the slower of the two: the switch of all songs, and that of the one with all drafts."""
    artist = Artist.objects.select_related("team").get(pk=catalogue.artists[-1])
    song = Recording.objects.filter(artist=artist).order_by("pk")[0]
    started = time.monotonic()
    _store_drafts(artist, song, drafts)
    print(f"\nGenerating {drafts:,} drafts took {time.monotonic() - started:.0f} s.", flush=True)
    effect = measure_effect(artist, Use.PERSONAL_MESSAGE, song)
    if effect.waiting_drafts != min(drafts // 2, MAX_COUNTED + 1):
        raise SystemExit(f"The effect is {effect}.")
    cases = {
        "all songs": (Use.PERSONAL_MESSAGE, None),
        "one song": (Use.PERSONAL_MESSAGE, song),
        "remixes": (Use.REMIX, None),
    }
    medians = {name: _median(artist, *case) for name, case in cases.items()}
    for name, median in medians.items():
        print(f"  the effect of a switch over {drafts:,} drafts, {name}: {median:.1f} ms")
    return {"effect_ms": max(medians.values())}


def _median(artist: Artist, use: str, song: Recording | None) -> float:
    times = []
    for _ in range(ROUNDS):
        started = time.perf_counter()
        measure_effect(artist, use, song)
        times.append((time.perf_counter() - started) * 1000)
    return statistics.median(times)


def _store_drafts(artist: Artist, song: Recording, drafts: int) -> None:
    principal = artist.team.members.select_related("person").get().person
    grants.switch_on(artist, Use.PERSONAL_MESSAGE, by=principal, fresh=True)
    program = programs.create(artist, name="Thank you", by=principal)
    terms: dict[str, Any] = {"moment": "nth_listen", "nth": 10, "recording": song, "wording": WORDING}
    version: ProgramVersion = programs.edit(program, by=principal, **terms)
    programs.sign(version, by=principal, fresh=True)
    cleared = clearance.clear(Use.PERSONAL_MESSAGE, artist, [song], territory="DE")
    assert isinstance(cleared, Clearance)
    facts: dict[str, Any] = {
        "program": program.pk, "version": version.pk, "person": principal.pk, "artist": artist.pk, "drafts": drafts,
        "clearance": cleared.id, "title": song.title,
    }  # fmt: skip
    tables = ["artists_moment", "artists_draft"]
    with without_keys_and_indexes(owner_url(), tables), as_owner(), connection.cursor() as cursor:
        cursor.execute("SET synchronous_commit = off")
        for statement in (INSERT_MOMENTS, "ANALYZE", INSERT_DRAFTS, "ANALYZE"):
            cursor.execute(statement, facts)
