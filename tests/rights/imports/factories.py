"""Catalogue files, brought and read as the product does it."""

from collections.abc import Iterable

from rights.imports import uploads, work
from rights.imports.counts import count_verdicts
from rights.imports.reasons import describe
from rights.models import CatalogImport, ImportLine, Party
from tests.rights import factories as owners
from tests.servers import wait_until

HEADING = "title,artist,isrc,duration"


def upload(label: Party, *rows: str, heading: str = HEADING) -> CatalogImport:
    content = "\n".join([heading, *rows, ""]).encode()
    return uploads.upload(label, "catalogue.csv", content, by=owners.get_signer(label))


def work_all() -> None:
    """Do the work that is there, or wait for the process of a whole site that does it."""
    while work.work_next():
        pass
    wait_until(lambda: not CatalogImport.objects.filter(state__in=uploads.WORKING_STATES).exists())


def read(label: Party, *rows: str, heading: str = HEADING) -> CatalogImport:
    """A file that was brought and read."""
    brought = upload(label, *rows, heading=heading)
    work_all()
    brought.refresh_from_db()
    return brought


def request(brought: CatalogImport) -> bool:
    return uploads.request_import(brought, by=owners.get_signer(brought.party), fresh=True)


def bring_in(label: Party, *rows: str, heading: str = HEADING) -> CatalogImport:
    """A file whose good lines were imported."""
    brought = read(label, *rows, heading=heading)
    assert request(brought)
    work_all()
    brought.refresh_from_db()
    return brought


def verdicts(brought: CatalogImport) -> list[tuple[int, str, str]]:
    """The number, verdict and reason of each line."""
    lines: Iterable[ImportLine] = brought.verdicts.order_by("number")
    return [(line.number, line.verdict, describe(line)) for line in lines]


def counts(brought: CatalogImport) -> dict[str, int]:
    return {verdict: number for verdict, number in count_verdicts(brought).items() if number}
