"""Read an uploaded file line by line, and store a verdict on each. Nothing comes into the catalogue."""

import io
import json
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence, Set
from dataclasses import dataclass, field
from itertools import batched
from typing import Any

from django.db import connection, transaction
from django.utils.text import get_text_list

from catalog import text_keys
from catalog.models import Artist
from rights import notices, roster
from rights.imports import verdicts
from rights.imports.exceptions import UnreadableFile
from rights.imports.files import open_file
from rights.imports.lines import Line, SharesByRole
from rights.imports.named_parties import NamedParties, NotFound, is_party, list_named
from rights.imports.named_shares import NamedShare
from rights.imports.texts import shorten
from rights.models import CatalogImport, ImportFile, ImportLine, Party
from rights.parties import KINDS_BY_ROLE
from rights.shares import PLURALS, WHOLE, Role

BATCH_SIZE = 5000
MAX_LINES = 200_000
UNANSWERED = "unanswered"
_COLUMNS = (
    "catalog_import_id, number, verdict, reason, facts, title, artist_name, artist_id, isrc, mbid, work_title, iswc,"
    " duration_ms, share, named, unshared, text_key, names_key, leads_key"
)


class _Stopped(Exception):
    """Somebody removed the import while it was read."""


def read(catalog_import: CatalogImport) -> None:
    """Read the rest of a file, and judge all its lines. Each batch is a transaction: everybody sees how far it is."""
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
    """Store some lines. Those that can be read wait for their verdict until the end of the file.

    Raises _Stopped, and UnreadableFile for too many lines.
    """
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
        notices.post_about_import(catalog_import)
    catalog_import.lines, catalog_import.last_number = number, lines[-1].number


def _finish(catalog_import: CatalogImport, state: str, *, size: int, problem: str = "") -> None:
    with transaction.atomic():
        reading = CatalogImport.objects.filter(pk=catalog_import.pk, state=CatalogImport.State.READING)
        list(reading.select_for_update(no_key=True).values_list("pk"))  # before its lines, as whoever removes it does
        if state == CatalogImport.State.READY:
            verdicts.judge(catalog_import)  # at the end, because lines of different batches can be of one recording
        if reading.update(state=state, position=size, problem=problem):
            if state == CatalogImport.State.REFUSED:
                ImportLine.objects.filter(catalog_import=catalog_import).delete()
            ImportFile.objects.filter(pk=catalog_import.pk).delete()
            notices.post_about_import(catalog_import)


def _copy(catalog_import: CatalogImport, lines: Sequence[Line]) -> None:
    artists = _list_roster(catalog_import)
    ids = frozenset(artist.pk for some in artists.values() for artist in some)
    rows = _Rows(catalog_import.party, artists, ids, NamedParties.of(lines))
    statement = f"COPY rights_importline ({_COLUMNS}) FROM STDIN"
    with connection.cursor() as cursor, connection.wrap_database_errors, cursor.copy(statement) as copy:
        for line in lines:
            copy.write_row((catalog_import.pk, line.number, *rows.prepare(line)))


def _list_roster(catalog_import: CatalogImport) -> dict[str, list[Artist]]:
    """The artists who are on the roster or were asked, by name and by slug, in one query."""
    entries = catalog_import.party.roster.filter(roster.OPEN | roster.LIVE).select_related("artist")
    by_name: dict[str, dict[int, Artist]] = defaultdict(dict)
    for entry in entries:
        for name in (text_keys.normalise(entry.artist.name), entry.artist.slug):
            by_name[name][entry.artist_id] = entry.artist
    return {name: list(found.values()) for name, found in by_name.items()}


@dataclass(frozen=True, slots=True)
class _Rows:
    """Makes rows of the lines that a party brings."""

    party: Party
    artists: Mapping[str, Sequence[Artist]]
    roster: Set[int]
    """The ids of these artists."""
    named: NamedParties
    known: dict[Any, str] = field(default_factory=dict)
    """What was found for the same names and shares on another line, as JSON."""

    def prepare(self, line: Line) -> Iterator[Any]:
        """The row of a line, without its import and number. Lines that need the catalogue get their verdict later."""
        found = self.artists.get(text_keys.normalise(line.artist), [])
        artist = found[0] if len(found) == 1 else None
        share = self._find_share(line.shares.get(Role.RECORDING_OWNER, ()))
        named = "[]"
        verdict, reason, facts = self._judge_alone(line, found, share)
        if reason == UNANSWERED:
            try:
                named = self._find_named(line.shares, artist)
            except NotFound as error:
                verdict, reason, facts = error.verdict, error.reason, error.facts
        yield from (verdict, reason, json.dumps(facts) if facts else "{}")
        yield from (line.title, line.artist, artist and artist.pk)
        unshared = [PLURALS[role] for role, shares in line.shares.items() if not shares]
        yield from (line.isrc, line.mbid, line.work_title, line.iswc, line.duration_ms, share, named)
        yield get_text_list(unshared, "and") if unshared else ""
        keys = text_keys.recording_keys(line.title, artist.name) if reason == UNANSWERED and artist else None
        yield from (keys["text_key"], keys["names_key"], keys["leads_key"]) if keys else (None, None, None)

    def _find_named(self, shares: SharesByRole, artist: Artist | None) -> str:
        """Of several artists of one name, the line's own is meant, or one of the roster. Raises NotFound."""
        key = (artist and artist.pk, *shares.items())
        if key not in self.known:
            near = ({artist.pk} if artist else set(), self.roster)
            self.known[key] = json.dumps(list_named(shares, self.party, self.named, near))
        return self.known[key]

    @property
    def _owns_recordings(self) -> bool:
        return self.party.kind in KINDS_BY_ROLE[Role.RECORDING_OWNER]

    def _find_share(self, owners: Sequence[NamedShare]) -> int:
        """The own share in the recording: all of it where the file names no owner and the party can be one."""
        if owners:
            return sum(owner.share for owner in owners if is_party(owner, self.party))
        return WHOLE if self._owns_recordings else 0

    def _judge_alone(
        self, line: Line, artists: Sequence[Artist], share: int
    ) -> tuple[ImportLine.Verdict, str, Mapping[str, str]]:
        """The verdict that needs no catalogue. UNANSWERED stands for those that `verdicts.judge` decides."""
        if line.problem:
            return ImportLine.Verdict.NO, "unreadable", {"problem": line.problem}
        if refusal := self._refuse_share(line, share):
            return ImportLine.Verdict.NO, *refusal
        if not artists:
            return ImportLine.Verdict.WAITS, "not_on_roster", {}
        if len(artists) > 1:
            return ImportLine.Verdict.NO, "several_artists", {}
        return ImportLine.Verdict.WAITS, UNANSWERED, {}

    def _refuse_share(self, line: Line, share: int) -> tuple[str, Mapping[str, str]] | None:
        """Why the party has no business with this line. Publishers and writers own a part of the work alone."""
        if self._owns_recordings:
            if share:
                return None
            owners = ", ".join(owner.name or owner.code for owner in line.shares.get(Role.RECORDING_OWNER, ()))
            return "not_an_owner", {"owners": shorten(owners)}
        kind = self.party.get_kind_display().lower()
        if share:
            return "wrong_kind", {"name": self.party.name, "kind": kind, "role": Role.RECORDING_OWNER.label.lower()}
        of_work = [each for role in (Role.WRITER, Role.PUBLISHER) for each in line.shares.get(role, ())]
        return None if any(is_party(each, self.party) for each in of_work) else ("no_share", {"kind": kind})
