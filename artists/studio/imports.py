"""What the studio shows of catalogue files that rightsholders imported: what came in of the artist's songs."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

from django.db.models import QuerySet

from catalog.models import Artist
from rights.imports import named_claims
from rights.imports.counts import GOOD
from rights.imports.named_claims import NamedIn
from rights.imports.reasons import describe_values
from rights.models import ImportedArtist, ImportLine, Party
from rights.shares import format_share

LISTED = 40
PAGE_SIZE = 50


@dataclass(frozen=True, slots=True)
class ImportedSong:
    """One song that an import added or changed."""

    line: ImportLine
    party_name: str

    @property
    def words(self) -> str:
        """What it changed, or whose the song is."""
        line = self.line
        share = f"{self.party_name} owns {format_share(line.share)} of the recording." if line.share else ""
        if line.verdict == ImportLine.Verdict.NEW:
            return f"{line.isrc or 'No ISRC'}. {share}".rstrip()
        return " ".join(filter(None, [describe_values(line), share if "share" in line.facts else ""]))

    @property
    def named(self) -> str:
        """Who else has a share by this file, for example "Ida Koro (writer, 60 %)"."""
        roles = {"recording_owner": "owner"}
        return ", ".join(
            f"{each['name']} ({roles.get(each['role'], each['role'])}, {format_share(each['share'])})"
            for each in self.line.named
        )


@dataclass(frozen=True)
class ImportedPage:
    """What one import did to the artist's songs, some of them at a time."""

    news: ImportedArtist
    after: int = 0

    @cached_property
    def _found(self) -> Sequence[ImportLine]:
        return list(lines_of(self.news).filter(number__gt=self.after).order_by("number")[: PAGE_SIZE + 1])

    @property
    def songs(self) -> list[ImportedSong]:
        return [ImportedSong(line, self.news.catalog_import.party.name) for line in self._found[:PAGE_SIZE]]

    @property
    def next_after(self) -> int | None:
        """The number of the line after which the next page begins."""
        return self._found[PAGE_SIZE - 1].number if len(self._found) > PAGE_SIZE else None


def news_of(artist: Artist) -> QuerySet[ImportedArtist]:
    """The imports that added or changed songs of the artist, with their parties."""
    done = ImportedArtist.objects.filter(artist=artist, catalog_import__imported_at__isnull=False)
    return done.select_related("catalog_import__party")


def list_news(artist: Artist) -> list[ImportedArtist]:
    """The newest of `news_of`, in one query."""
    return list(news_of(artist).order_by("-catalog_import")[:LISTED])


def lines_of(news: ImportedArtist) -> QuerySet[ImportLine]:
    """The lines of the artist's songs that came in."""
    return ImportLine.objects.filter(catalog_import=news.catalog_import, artist=news.artist_id, verdict__in=GOOD)


def list_named(artist: Artist) -> list[NamedIn]:
    """The files that say the artist has a share of something, which the artist has not confirmed."""
    return named_claims.list_waiting(Party.objects.filter(artist=artist))
