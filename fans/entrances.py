"""Where the account menu leads to: the studios and the rightsholders' pages of a person's teams."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Self

from accounts.models import Person, Team
from catalog.models import Artist
from rights.models import Party


@dataclass(frozen=True, slots=True)
class Entrances:
    """The artists and the rightsholders whose team a person belongs to."""

    artists: list[Artist]
    parties: list[Party]

    @classmethod
    def of_teams(cls, teams: Iterable[Team]) -> Self:
        """`teams` with their artist and their party, as select_related fetches them."""
        return cls(
            [team.artist for team in teams if hasattr(team, "artist")],
            [team.party for team in teams if hasattr(team, "party") and team.party.verified_at],
        )


def entrances_of(person: Any) -> Entrances:
    """What the account menu leads to, in one query."""
    if not isinstance(person, Person):
        return Entrances([], [])
    teams = Team.objects.filter(members__person=person).select_related("artist", "party")
    return Entrances.of_teams(teams.order_by("artist__name", "party__name", "pk"))
