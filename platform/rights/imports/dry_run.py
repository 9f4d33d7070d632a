"""Read an uploaded file line by line, and store a verdict on each. Nothing comes into the catalogue."""

import io
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import batched
from typing import Any

from django.db import connection, transaction
from psycopg.types.json import Jsonb

from catalog import text_keys
from catalog.models import Artist
from rights import notices, roster
from rights.imports import verdicts
from rights.imports.exceptions import UnreadableFile
from rights.imports.files import open_file
from rights.imports.lines import Line, shorten
from rights.models import CatalogImport, ImportFile, ImportLine
from rights.shares import WHOLE

BATCH_SIZE = 5000
MAX_LINES = 200_000
_COLUMNS = (
    "catalog_import_id, number, verdict, reason, facts, title, artist_name, artist_id, isrc, mbid, iswc, duration_ms,"
    " share, others, text_key, names_key, leads_key"
)


class _Stopped(Exception):
    """Somebody removed the import while it was read."""


def read(catalog_import: CatalogImport) -> None:
    """Read the rest of a file. Each batch is a transaction, so that everybody sees how far it is."""
    content = ImportFile.objects.filter(pk=catalog_import.pk).values_list("content", flat=True).first()
    if content is None:
        return
    file = io.BytesIO(content)
    try:
        catalog_file = open_file(file)
        lines = (line for line in catalog_file if line.number > catalog_import.last_number)
        for batch in batched(lines, BATCH_SIZE, strict=False):
            _store_batch(catalog_import, batch, description=catalog_file.description, position=file.tell())
        _finish(catalog_import, CatalogImport.State.READY, size=len(content))
    except UnreadableFile as error:
        _finish(catalog_import, CatalogImport.State.REFUSED, size=len(content), problem=str(error))
    except _Stopped:
        pass


def _store_batch(catalog_import: CatalogImport, lines: Sequence[Line], **progress: Any) -> None:
    """Store some lines with their verdicts. Raises _Stopped, and UnreadableFile for too many lines."""
    number = catalog_import.lines + len(lines)
    if number > MAX_LINES:
        raise UnreadableFile(f"This file has more than {MAX_LINES:,} lines. Bring it in parts.")
    with transaction.atomic():
        # Compare-and-set: two processes that read the same file cannot both store this batch.
        progress |= {"lines": number, "last_number": lines[-1].number}
        reading = CatalogImport.objects.filter(pk=catalog_import.pk, state=CatalogImport.State.READING)
        if not reading.filter(last_number=catalog_import.last_number).update(**progress):
            raise _Stopped
        _copy(catalog_import, lines)
        verdicts.judge(catalog_import, after=catalog_import.last_number)
        notices.post_about_import(catalog_import)
    catalog_import.lines, catalog_import.last_number = number, lines[-1].number


def _finish(catalog_import: CatalogImport, state: str, *, size: int, problem: str = "") -> None:
    with transaction.atomic():
        reading = CatalogImport.objects.filter(pk=catalog_import.pk, state=CatalogImport.State.READING)
        if reading.update(state=state, position=size, problem=problem):
            if state == CatalogImport.State.REFUSED:
                ImportLine.objects.filter(catalog_import=catalog_import).delete()
            ImportFile.objects.filter(pk=catalog_import.pk).delete()
            notices.post_about_import(catalog_import)


def _copy(catalog_import: CatalogImport, lines: Sequence[Line]) -> None:
    artists = _Roster.of(catalog_import)
    statement = f"COPY rights_importline ({_COLUMNS}) FROM STDIN"
    with connection.cursor() as cursor, connection.wrap_database_errors, cursor.copy(statement) as copy:
        for line in lines:
            copy.write_row((catalog_import.pk, line.number, *artists.prepare(line)))


@dataclass(frozen=True, slots=True)
class _Roster:
    """The artists who are on a roster or were asked, by name and by slug."""

    artists: Mapping[str, Sequence[Artist]]
    party_name: str

    @classmethod
    def of(cls, catalog_import: CatalogImport) -> "_Roster":
        """In one query."""
        entries = catalog_import.party.roster.filter(roster.OPEN | roster.LIVE).select_related("artist")
        by_name: dict[str, dict[int, Artist]] = defaultdict(dict)
        for entry in entries:
            for name in (text_keys.normalise(entry.artist.name), entry.artist.slug):
                by_name[name][entry.artist_id] = entry.artist
        artists = {name: list(found.values()) for name, found in by_name.items()}
        return cls(artists, text_keys.normalise(catalog_import.party.name))

    def prepare(self, line: Line) -> Iterator[Any]:
        """The row of a line, without its import and number. Lines that need the catalogue get their verdict later."""
        found = self.artists.get(text_keys.normalise(line.artist), [])
        artist = found[0] if len(found) == 1 else None
        shares = {text_keys.normalise(owner.name): owner.share for owner in line.owners}
        share = shares.pop(self.party_name, 0) if line.owners else WHOLE
        names = ", ".join(owner.name for owner in line.owners)
        verdict, reason, facts = _judge_alone(line, found, share, shorten(names))
        others = ", ".join(owner.name for owner in line.owners if text_keys.normalise(owner.name) in shares)
        yield from (verdict, reason, Jsonb(facts), line.title, line.artist, artist and artist.pk)
        yield from (line.isrc, line.mbid, line.iswc, line.duration_ms, share, shorten(others))
        is_readable = verdict != ImportLine.Verdict.NO
        keys = text_keys.recording_keys(line.title, artist.name) if is_readable and artist else None
        yield from (keys["text_key"], keys["names_key"], keys["leads_key"]) if keys else (None, None, None)


def _judge_alone(
    line: Line, artists: Sequence[Artist], share: int, owners: str
) -> tuple[ImportLine.Verdict, str, dict[str, str]]:
    """The verdict that needs no catalogue. `unanswered` stands for those that `verdicts.judge` decides."""
    if line.problem:
        return ImportLine.Verdict.NO, "unreadable", {"problem": line.problem}
    if not share:
        return ImportLine.Verdict.NO, "not_an_owner", {"owners": owners}
    if not artists:
        return ImportLine.Verdict.WAITS, "not_on_roster", {}
    if len(artists) > 1:
        return ImportLine.Verdict.NO, "several_artists", {}
    return ImportLine.Verdict.WAITS, "unanswered", {}
