"""Write the good lines of an import into the catalogue: all of them or none, in the caller's transaction."""

from itertools import batched
from typing import Any

from django.db import connection

from catalog import text_keys
from catalog.models import Artist
from rights.imports.verdicts import IS_OF, LIVE, OF_OTHERS, OF_WORK, SAID
from rights.models import CatalogImport, ImportLine

BATCH_SIZE = 5000
# In SQL: through the ORM each of up to 100,000 lines would be read, made an object and written again. The lines hold
# the keys already. Rows are written in the order of what is unique in them.
_GOOD = "line.catalog_import_id = %(import)s AND line.verdict IN ('new', 'changed')"
_STEPS = (
    # The only work of a recording gets the ISWC that nobody had.
    f"""
    UPDATE catalog_work work SET iswc = adopting.iswc FROM (
        SELECT DISTINCT ON (line.iswc) line.iswc, linked.only
        FROM rights_importline line CROSS JOIN LATERAL (
            SELECT min(work_id) AS only FROM catalog_recordingwork link
            WHERE link.recording_id = line.recording_id AND {IS_OF} HAVING count(*) = 1
        ) linked
        JOIN catalog_work known ON known.id = linked.only AND known.iswc IS NULL
        WHERE {_GOOD} AND line.verdict = 'changed' AND line.iswc IS NOT NULL AND NOT {OF_OTHERS.format("linked.only")}
            AND NOT EXISTS (SELECT FROM catalog_work taken WHERE taken.iswc = line.iswc)
        ORDER BY line.iswc, line.number
    ) adopting WHERE work.id = adopting.only
    """,  # noqa: S608 - of constants
    f"""
    INSERT INTO catalog_work (title, iswc)
    SELECT DISTINCT ON (iswc) coalesce(nullif(work_title, ''), title), iswc FROM rights_importline line
    WHERE {_GOOD} AND iswc IS NOT NULL
    ORDER BY iswc, number
    ON CONFLICT (iswc) DO NOTHING
    """,  # noqa: S608 - of constants
    # Ids of what is new. Lines without an ISWC are of one work where they say the same about it, by its title.
    f"""
    WITH placed AS MATERIALIZED (
        SELECT line.id, line.title, line.work_title, CASE WHEN line.iswc IS NOT NULL
            THEN (SELECT work.id FROM catalog_work work WHERE work.iswc = line.iswc) ELSE linked.only END AS work_id,
            CASE WHEN line.iswc IS NULL AND linked.works = 0 AND (line.work_title <> '' OR about.work <> '[]')
                THEN CASE WHEN line.work_title = '' THEN line.number::text
                    ELSE concat_ws(chr(31), line.artist_id, lower(line.work_title), about.work) END END AS new_work
        FROM rights_importline line
        CROSS JOIN LATERAL (SELECT {OF_WORK.format("line")} AS work) about
        CROSS JOIN LATERAL (
            SELECT CASE WHEN count(*) = 1 THEN min(work_id) END AS only, count(*) AS works
            FROM catalog_recordingwork link WHERE link.recording_id = line.recording_id AND {IS_OF}
        ) linked
        WHERE {_GOOD}
    ), created AS MATERIALIZED (
        SELECT new_work, nextval(pg_get_serial_sequence('catalog_work', 'id')) AS id,
            coalesce(nullif(work_title, ''), title) AS title
        FROM (SELECT DISTINCT ON (new_work) * FROM placed WHERE new_work IS NOT NULL ORDER BY new_work, id) one
    ), inserted AS (
        INSERT INTO catalog_work (id, title) SELECT id, title FROM created ORDER BY id
    )
    UPDATE rights_importline line SET work_id = coalesce(placed.work_id, created.id),
        recording_id = CASE line.verdict WHEN 'new' THEN nextval(pg_get_serial_sequence('catalog_recording', 'id'))
            ELSE line.recording_id END
    FROM placed LEFT JOIN created USING (new_work) WHERE line.id = placed.id
    """,  # noqa: S608 - of constants
    """
    INSERT INTO catalog_recording (
        id, artist_id, title, artist_credit, isrc, mbid, duration_ms, text_key, names_key, leads_key, key_version
    )
    SELECT line.recording_id, artist.id, line.title, artist.name, isrc, line.mbid, duration_ms, text_key, names_key,
        leads_key, %(key_version)s
    FROM rights_importline line JOIN catalog_artist artist ON artist.id = line.artist_id
    WHERE catalog_import_id = %(import)s AND verdict = 'new'
    ORDER BY isrc, line.number
    """,
    """
    UPDATE catalog_recording recording SET isrc = coalesce(recording.isrc, line.isrc),
        mbid = coalesce(recording.mbid, line.mbid), duration_ms = coalesce(line.duration_ms, recording.duration_ms)
    FROM rights_importline line
    WHERE catalog_import_id = %(import)s AND verdict = 'changed' AND share > 0 AND recording.id = line.recording_id
    """,
    f"""
    INSERT INTO catalog_recordingwork (recording_id, work_id, added_by)
    SELECT line.recording_id, line.work_id, %(by)s::text FROM rights_importline line
    WHERE {_GOOD} AND line.work_id IS NOT NULL AND NOT EXISTS (
        SELECT FROM catalog_recordingwork link
        WHERE link.recording_id = line.recording_id AND link.work_id = line.work_id AND {IS_OF}
    )
    """,  # noqa: S608 - of constants
    # All owners of a recording in one statement: whose an ISRC is depends on who confirmed a share there.
    f"""
    INSERT INTO rights_claim (
        recording_id, role, party_id, share, claimed_by, confirmed_at, confirmed_by, catalog_import_id
    )
    SELECT recording_id, 'recording_owner', %(party)s::bigint, share, %(by)s::text, statement_timestamp(),
        %(by)s::text, %(import)s
    FROM rights_importline line WHERE {_GOOD} AND share > 0 AND (verdict = 'new' OR facts ? 'share')
    UNION ALL
    SELECT line.recording_id, said.role, said.party, said.share, %(by)s::text, NULL, NULL, %(import)s
    FROM rights_importline line, {SAID}
    WHERE {_GOOD} AND said.role = 'recording_owner' AND NOT EXISTS (
        SELECT FROM rights_claim claim WHERE claim.recording_id = line.recording_id AND claim.role = said.role
            AND claim.party_id = said.party AND {LIVE}
    )
    ORDER BY 1
    """,  # noqa: S608 - of constants
    # Of several lines about one work the first counts. What the party itself has of it is confirmed with the import.
    f"""
    INSERT INTO rights_claim (
        work_id, role, party_id, share, claimed_by, confirmed_at, confirmed_by, catalog_import_id
    )
    SELECT line.work_id, said.role, said.party, said.share, %(by)s::text,
        CASE WHEN said.party = %(party)s THEN statement_timestamp() END,
        CASE WHEN said.party = %(party)s THEN %(by)s::text END, %(import)s
    FROM (
        SELECT DISTINCT ON (work_id) work_id, named FROM rights_importline line
        WHERE {_GOOD} AND work_id IS NOT NULL AND {OF_WORK.format("line")} <> '[]'
        ORDER BY work_id, number
    ) line, {SAID}
    WHERE said.role <> 'recording_owner' AND NOT EXISTS (
        SELECT FROM rights_claim claim WHERE claim.work_id = line.work_id AND claim.role = said.role
            AND claim.party_id = said.party AND {LIVE}
    )
    ORDER BY 1
    """,  # noqa: S608 - of constants
    """
    INSERT INTO rights_importedartist (catalog_import_id, artist_id, added, changed)
    SELECT %(import)s, artist_id, count(*) FILTER (WHERE verdict = 'new'), count(*) FILTER (WHERE verdict = 'changed')
    FROM rights_importline WHERE catalog_import_id = %(import)s AND verdict IN ('new', 'changed')
    GROUP BY artist_id ORDER BY artist_id
    """,
)
_RENAME = """
UPDATE catalog_recording recording SET title = new.title, text_key = new.text_key, names_key = new.names_key,
    leads_key = new.leads_key, key_version = %s, is_main = recording.is_main AND recording.names_key = new.names_key
FROM unnest(%s::bigint[], %s::text[], %s::bytea[], %s::bytea[], %s::bytea[])
    AS new (id, title, text_key, names_key, leads_key)
WHERE recording.id = new.id
"""


def write(catalog_import: CatalogImport) -> None:
    """Add the new recordings, with their works and the party's claims, and change those that changed."""
    values = {
        "import": catalog_import.pk,
        "party": catalog_import.party_id,
        "by": catalog_import.requested_by,
        "key_version": text_keys.VERSION,
    }
    with connection.cursor() as cursor:
        # The triggers of these tables look rows up. PostgreSQL plans that once, and while a table is small it plans to
        # read all of it, which takes hours once there are 100,000 rows.
        cursor.execute("SET LOCAL enable_seqscan = off")
        cursor.execute("SET LOCAL work_mem = '64MB'")  # else what the triggers compare goes to the disk between them
        for step in _STEPS:
            cursor.execute(step, values)
    _rename(catalog_import)


def _rename(catalog_import: CatalogImport) -> None:
    """Give recordings their new titles. Their keys depend on the credit, which the file does not change."""
    renamed = ImportLine.objects.filter(
        catalog_import=catalog_import, verdict=ImportLine.Verdict.CHANGED, facts__has_key="title"
    )
    rows = renamed.order_by("recording").values_list("recording", "title", "recording__artist_credit")
    for batch in batched(rows.iterator(chunk_size=BATCH_SIZE), BATCH_SIZE, strict=False):
        keys = [text_keys.recording_keys(title, credit) for _, title, credit in batch]
        columns: list[Any] = [
            [pk for pk, _, _ in batch],
            [title for _, title, _ in batch],
            [each["text_key"] for each in keys],
            [each["names_key"] for each in keys],
            [each["leads_key"] for each in keys],
        ]
        with connection.cursor() as cursor:
            cursor.execute(_RENAME, [text_keys.VERSION, *columns])


def lock_artists(catalog_import: CatalogImport) -> None:
    """Let nobody else add recordings to these artists until the transaction ends, in the order of their ids."""
    artists = ImportLine.objects.filter(catalog_import=catalog_import, artist__isnull=False).values("artist")
    list(Artist.objects.select_for_update(no_key=True).filter(pk__in=artists).order_by("pk").values_list("pk"))
