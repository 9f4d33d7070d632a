"""Write the good lines of an import into the catalogue: all of them or none, in the caller's transaction."""

from itertools import batched
from typing import Any

from django.db import connection

from catalog import text_keys
from catalog.models import Artist
from rights.models import CatalogImport, ImportLine

BATCH_SIZE = 5000
# In SQL: through the ORM each of up to 100,000 lines would be read, made an object and written again. The lines hold
# the keys already. Rows are written in the order of what is unique in them.
_STEPS = (
    """
    UPDATE rights_importline SET recording_id = nextval(pg_get_serial_sequence('catalog_recording', 'id'))
    WHERE catalog_import_id = %(import)s AND verdict = 'new'
    """,
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
    WHERE catalog_import_id = %(import)s AND verdict = 'changed' AND recording.id = line.recording_id
    """,
    """
    INSERT INTO catalog_work (title, iswc)
    SELECT DISTINCT ON (iswc) title, iswc FROM rights_importline
    WHERE catalog_import_id = %(import)s AND verdict IN ('new', 'changed') AND iswc IS NOT NULL
    ORDER BY iswc, number
    ON CONFLICT (iswc) DO NOTHING
    """,
    """
    INSERT INTO catalog_recordingwork (recording_id, work_id)
    SELECT line.recording_id, work.id
    FROM rights_importline line JOIN catalog_work work ON work.iswc = line.iswc
    WHERE catalog_import_id = %(import)s AND verdict IN ('new', 'changed')
    ON CONFLICT (recording_id, work_id) DO NOTHING
    """,
    """
    INSERT INTO rights_claim (recording_id, role, party_id, share, claimed_by, confirmed_at, confirmed_by)
    SELECT recording_id, 'recording_owner', %(party)s, share, %(by)s, statement_timestamp(), %(by)s
    FROM rights_importline
    WHERE catalog_import_id = %(import)s AND (verdict = 'new' OR verdict = 'changed' AND facts ? 'share')
    ORDER BY number
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
