"""Claims that an import made for others: list what waits of each file, and confirm it together."""

from dataclasses import dataclass

from django.db import transaction
from django.db.models import Count, QuerySet
from django.db.models.functions import Now

from accounts.models import Person
from audit import trail
from rights import notices, parties
from rights.claims import DISPUTED
from rights.exceptions import Recounted
from rights.models import CatalogImport, Claim, Party

MAX_TOGETHER = 5000
"""Claims that are confirmed at one press: a page does not wait longer than some seconds."""


@dataclass(frozen=True, slots=True)
class NamedIn:
    """A file that names a party, and how many of its claims wait for that party's yes."""

    catalog_import: CatalogImport
    """With the party that brought it."""
    number: int

    @property
    def at_once(self) -> int:
        """How many one press confirms."""
        return min(self.number, MAX_TOGETHER)


def list_waiting(parties: QuerySet[Party]) -> list[NamedIn]:
    """The files that name one of these parties in claims that wait, newest first, in two queries."""
    claims = _waiting().filter(party__in=parties).order_by().values("catalog_import").annotate(number=Count("pk"))
    numbers = dict(claims.values_list("catalog_import", "number"))
    files = CatalogImport.objects.filter(pk__in=numbers).select_related("party").order_by("-pk") if numbers else ()
    return [NamedIn(each, numbers[each.pk]) for each in files]


def list_imports(party: Party) -> QuerySet[CatalogImport]:
    """The imports that ever made a claim for the party."""
    return CatalogImport.objects.filter(claims__party=party).distinct()


def confirm_all(party: Party, catalog_import: CatalogImport, *, waiting: int, by: Person, fresh: bool) -> int:
    """The party confirms what a file says that it owns, the first MAX_TOGETHER of it. Return how many that were.

    `waiting` is the number that the person was shown, so that the same form sent twice confirms nothing more. Disputed
    claims are left out. Raises NotAllowed, ReauthenticationRequired and Recounted.
    """
    parties.require_signer(party, by=by, fresh=fresh, what="confirm what it owns")
    with transaction.atomic():
        CatalogImport.objects.select_for_update(of=("self",)).get(pk=catalog_import.pk)  # one form at a time
        claims = _waiting().filter(party=party, catalog_import=catalog_import).order_by("pk")
        if not waiting or claims.count() != waiting:
            raise Recounted(claims.count())
        some = claims.values("pk")[:MAX_TOGETHER]
        confirmed = Claim.objects.filter(pk__in=some, confirmed_at=None).update(
            confirmed_at=Now(), confirmed_by=by.actor
        )
        facts = {"party": party.pk, "number": confirmed}
        trail.record("claims.confirmed", by=by.actor, subject=str(catalog_import), **facts)
        artists = Party.objects.filter(artist__in=catalog_import.artists.values("artist"))
        notices.post_about_named("claim.confirmed", catalog_import, [party, *artists])
    return confirmed


def list_asked(catalog_import: CatalogImport) -> dict[int, int]:
    """How many claims of an import wait for each party, by its id."""
    waiting = _waiting().filter(catalog_import=catalog_import).order_by()
    return dict(waiting.values("party").annotate(number=Count("pk")).values_list("party", "number"))


def _waiting() -> QuerySet[Claim]:
    return Claim.objects.filter(~DISPUTED, catalog_import__isnull=False, confirmed_at=None, live_until=None)
