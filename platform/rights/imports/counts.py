"""Count the verdicts of an import."""

from django.db.models import Count

from rights.models import CatalogImport, ImportLine

GOOD = (ImportLine.Verdict.NEW, ImportLine.Verdict.CHANGED)
"""Lines that an import writes. `same` lines are good too, and there is nothing to write."""


def count_verdicts(catalog_import: CatalogImport) -> dict[str, int]:
    """How many lines have each verdict, in one query, also those that no line has."""
    rows = ImportLine.objects.filter(catalog_import=catalog_import).order_by().values("verdict")
    found = dict(rows.annotate(number=Count("pk")).values_list("verdict", "number"))
    return {verdict: found.get(verdict, 0) for verdict in ImportLine.Verdict.values}
