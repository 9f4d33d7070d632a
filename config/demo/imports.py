"""The demo's catalogue files: one that the label imported, which asks Mara about a share, and one that was read."""

from accounts.models import Person
from config.demo.label import SIGNATORY
from rights.imports import uploads, work
from rights.models import CatalogImport, Party

IMPORTED_NAME, READ_NAME = "singles-2025.csv", "catalogue-2026.csv"
HEADING = "title,artist,isrc,writers,publishers"
IMPORTED_ROWS = ("Breakwater,Mara Veil,PTPLR2500031,Mara Veil,",)
READ_ROWS = (
    "Ferry Lights,Mara Veil,PTPLR2600001,Mara Veil 60 %; Lídia Corvo 40 %,",
    "Tide Table,Mara Veil,PTPLR2600002,Mara Veil,Kestrel Row",
    "Harbour Wall,Mara Veil,PTPLR2600003,Mara Veil,",
    "Breakwater (2026 master),Mara Veil,PTPLR2500031,Mara Veil,",
    "Salt Radio,Mara Veil,,,",
    "Paper Boats,The Longshore,PTPLR2600004,,",
    "Slow Ferry,Mara Veil,PT-PLR-26-000,,",
)
"""Their verdicts, in this order: waits for a writer whom nobody here knows, new, new, changed, same, waits, no."""


def create_imports(label: Party) -> None:
    """The label imports a single of Mara's. It has brought a second file, and has not asked for its import."""
    rui = Person.objects.get(handle=SIGNATORY)
    uploads.request_import(_bring(label, IMPORTED_NAME, IMPORTED_ROWS, by=rui), by=rui, fresh=True)
    _work_all()
    _bring(label, READ_NAME, READ_ROWS, by=rui)


def _bring(label: Party, name: str, rows: tuple[str, ...], *, by: Person) -> CatalogImport:
    content = "\n".join([HEADING, *rows, ""]).encode()
    brought = uploads.upload(label, name, content, by=by)
    _work_all()
    brought.refresh_from_db()
    return brought


def _work_all() -> None:
    while work.work_next():
        pass
