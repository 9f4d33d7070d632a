"""The background work of imports: read what was uploaded, and import what was asked for."""

import logging

from django.db import IntegrityError, connection, transaction
from django.db.models.functions import Now

from audit import trail
from rights import notices
from rights.imports import catalog_rows, dry_run, verdicts
from rights.imports.counts import count_verdicts
from rights.imports.uploads import WORKING_STATES
from rights.models import CatalogImport
from worker import advisory_locks

logger = logging.getLogger(__name__)

LOCK_CLASS = 0x0FA_0011
"""Ours among the advisory locks with two numbers: which import a process works at, and who writes the catalogue."""
CHANGED_MEANWHILE = "The catalogue has changed since this file was read. The verdicts are new: look again."
MANY_LINES = 1000
"""From so many lines on, PostgreSQL counts anew what the tables hold."""
FILLED = ("catalog_recording", "catalog_work", "catalog_recordingwork", "rights_claim")
REFUSED = "Nothing was imported: you may not sign any more, or the catalogue changed at the same moment. Try again."


def work_next() -> bool:
    """Read or import one file. Return whether there was one that no other process works at."""
    for catalog_import in (
        CatalogImport.objects.filter(state__in=WORKING_STATES).select_related("party__represented_by").order_by("pk")
    ):
        with advisory_locks.hold(LOCK_CLASS, catalog_import.pk % 2**31) as is_ours:
            if is_ours:
                catalog_import.refresh_from_db(fields=["state", "lines", "last_number", "requested_by"])
                if catalog_import.state == CatalogImport.State.READING:
                    dry_run.read(catalog_import)
                elif catalog_import.state == CatalogImport.State.REQUESTED:
                    import_lines(catalog_import)
                return True
    return False


def import_lines(catalog_import: CatalogImport) -> None:
    """Write all good lines of a file, or none; see `_import_lines`. What went wrong stands in the import."""
    try:
        with transaction.atomic():
            _import_lines(catalog_import)
    except IntegrityError:
        logger.exception("%s was refused by the database", catalog_import)
        _return(catalog_import, REFUSED)
        return
    if catalog_import.lines >= MANY_LINES:
        _analyze()


def _analyze() -> None:
    """Let PostgreSQL see how large the tables are now. Until it does by itself, pages take minutes after an import."""
    with connection.cursor() as cursor:
        may = "SELECT name FROM unnest(%s::text[]) AS name WHERE has_table_privilege(name, 'MAINTAIN')"
        cursor.execute(may, [list(FILLED)])
        tables = [row[0] for row in cursor.fetchall()]
        if len(tables) < len(FILLED):
            logger.warning("This role may not ANALYZE %s", ", ".join(sorted({*FILLED} - {*tables})))
        if tables:
            cursor.execute(f"ANALYZE (SKIP_LOCKED) {', '.join(tables)}")


def _import_lines(catalog_import: CatalogImport) -> None:
    """Ask for each verdict again, and write only if none has changed. One import writes at a time."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s, 0)", [LOCK_CLASS])
    catalog_rows.lock_artists(catalog_import)
    if verdicts.judge(catalog_import):
        _return(catalog_import, CHANGED_MEANWHILE)
        return
    catalog_rows.write(catalog_import)
    requested = CatalogImport.objects.filter(pk=catalog_import.pk, state=CatalogImport.State.REQUESTED)
    requested.update(state=CatalogImport.State.DONE, imported_at=Now())
    facts = {"party": catalog_import.party_id, **count_verdicts(catalog_import)}
    trail.record("import.done", by=str(catalog_import.requested_by), subject=str(catalog_import), **facts)
    notices.post_about_import(catalog_import)


def _return(catalog_import: CatalogImport, problem: str) -> None:
    """Let people look at the verdicts again."""
    with transaction.atomic():
        requested = CatalogImport.objects.filter(pk=catalog_import.pk, state=CatalogImport.State.REQUESTED)
        requested.update(state=CatalogImport.State.READY, requested_by=None, problem=problem)
        notices.post_about_import(catalog_import)
