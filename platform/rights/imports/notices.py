"""Tell the team's open pages how far an import is."""

from accounts.models import Member
from live import notices
from live.notices import NewNotice
from rights.models import CatalogImport

KIND = "catalog.import"


def post(catalog_import: CatalogImport) -> None:
    """Post a notice to each member of the team that acts for the party, in the transaction of the change."""
    teams = catalog_import.party.acting_team_ids
    members = Member.objects.filter(team__in=teams, person__is_active=True).order_by("person")
    people = members.values_list("person", flat=True).distinct()
    notices.post([NewNotice(person, KIND, f"import:{catalog_import.pk}") for person in people])
