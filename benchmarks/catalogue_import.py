"""Import a catalogue file of many recordings: the dry run of its lines, and then all of them at once."""

import time

import harness  # noqa: F401 - sets up Django
from clearance_dataset import Catalogue, create_rightsholder

from catalog.models import Artist
from rights import roster
from rights.imports import uploads, work
from rights.imports.counts import count_verdicts
from rights.models import CatalogImport, Party

ROSTER = 20


def measure_import(catalogue: Catalogue, lines: int) -> dict[str, float]:
    """Seconds to read a file and to import it, as the worker does both."""
    label, signer = create_rightsholder(Party.Kind.LABEL, "import")
    for kind in (Party.Kind.WRITER, Party.Kind.PUBLISHER):
        create_rightsholder(kind, "import")
    artists = list(Artist.objects.filter(pk__in=catalogue.artists[:ROSTER]).select_related("team"))
    for artist in artists:
        entry = roster.propose(label, artist, by=signer, fresh=True)
        principal = artist.team.members.select_related("person").get().person
        roster.answer(entry, accepted=True, by=principal, fresh=True)
    heading = "title,artist,isrc,duration,iswc,writers,publishers"
    content = "\n".join([heading, *(_line(n, artists[n % ROSTER]) for n in range(lines))])
    brought = uploads.upload(label, "catalogue.csv", content.encode(), by=signer)
    started = time.perf_counter()
    work.work_next()
    read = time.perf_counter()
    uploads.request_import(brought, by=signer, fresh=True)
    work.work_next()
    imported = time.perf_counter()
    brought.refresh_from_db()
    if brought.state != CatalogImport.State.DONE or count_verdicts(brought)["new"] != lines:
        raise SystemExit(f"Not everything was imported: {brought.state}, {count_verdicts(brought)}.")
    seconds = f"read in {read - started:.1f} s, imported in {imported - read:.1f} s"
    print(f"\n  {lines:,} recordings with works, writers and publishers: {seconds}")
    return {"import_s": imported - started}


def _line(n: int, artist: Artist) -> str:
    digits = f"{n:09}"
    check = -(1 + sum(place * int(digit) for place, digit in enumerate(digits, start=1))) % 10
    codes = f"ZZIMP{n:07},3:45,T{digits}{check}"
    return f"Import {n},{artist.slug},{codes},writer import,publisher import"
