"""Write split schemes: how income from a use is divided between roles, and who pays card fees."""

from collections.abc import Mapping

from django.db import transaction
from django.db.models import Max

from accounts.exceptions import NotAllowed
from accounts.models import Person
from accounts.roles import is_staff
from audit import trail
from rights.exceptions import Outrun
from rights.models import FeeBearer, SplitLine, SplitScheme


def add_scheme(
    use: str, shares: Mapping[str, int], *, by: Person, tier_class: str = "", fee_bearer: str = FeeBearer.PLATFORM
) -> SplitScheme:
    """Store a new version of how income from a use is split between roles, in basis points. Only staff may.

    The database refuses shares that do not add up, when the transaction commits. Raises NotAllowed and Outrun.
    """
    if not is_staff(by):
        raise NotAllowed("Only staff write split schemes.")
    with transaction.atomic():
        same = SplitScheme.objects.filter(use=use, tier_class=tier_class)
        version = (same.aggregate(newest=Max("version"))["newest"] or 0) + 1
        scheme, is_new = SplitScheme.objects.get_or_create(
            use=use, tier_class=tier_class, version=version, defaults={"fee_bearer": fee_bearer}
        )
        if not is_new:
            raise Outrun("Somebody stored another version at the same moment. Read it first. Nothing was stored.")
        lines = [SplitLine(scheme=scheme, role=role, share=share) for role, share in shares.items()]
        SplitLine.objects.bulk_create(lines)
        trail.record("scheme.added", by=by.actor, subject=f"scheme:{scheme.pk}", use=use, version=version)
    return scheme
