"""Record which experiences a fan used of a tier, with who is paid of each."""

from collections import defaultdict
from collections.abc import Iterable
from fractions import Fraction
from uuid import UUID

from django.conf import settings
from django.db.models.functions import Now

from artists.models import ExperienceUse
from artists.royalties import income
from artists.royalties.lines import Fractions
from billing.models import Entitlement
from fans.models import Experience
from rights.models import Use
from rights.sales import Sale
from rights.splits import ShareKey


def record(experience: Experience) -> None:
    """Record it in the caller's transaction. A second time changes nothing.

    What the fan paid for the month is shared among what was used in it, whatever other fans use.
    """
    ExperienceUse.objects.bulk_create([_describe(experience)], ignore_conflicts=True)


def record_delivered(delivered: Iterable[Experience]) -> None:
    """Record those that a tier includes: of a program that is part of what the fan has paid for."""
    by_fan: dict[tuple[UUID, int, int], list[Experience]] = defaultdict(list)
    for one in delivered:
        by_fan[one.person_id, one.artist_id, one.program].append(one)
    live = Entitlement.objects.filter(
        person__in={person for person, _, _ in by_fan}, book=settings.PAYMENTS, valid_until__gt=Now()
    ).select_related("version")
    included = [
        experience
        for one in live
        for program in one.version.programs
        for experience in by_fan.get((one.person_id, one.artist_id, program["id"]), ())
    ]
    ExperienceUse.objects.bulk_create([_describe(one) for one in included], ignore_conflicts=True)


def read_fractions(use: ExperienceUse) -> Fractions:
    """Who is paid of it. Empty where the artist's own income is meant."""
    return {
        ShareKey(party, role, recording, work): Fraction(numerator, denominator)
        for party, role, recording, work, numerator, denominator in use.fractions
    }


def _describe(experience: Experience) -> ExperienceUse:
    """A message is shared as the payment itself is. Where a use cannot be sold on its own, so is it."""
    sale = None
    if experience.use != Use.PERSONAL_MESSAGE:
        found = income.find_sale(experience.artist, experience.use, experience.clearance.recordings.all())
        sale = found if isinstance(found, Sale) else None
    return ExperienceUse(
        experience=experience,
        person_id=experience.person_id,
        artist_id=experience.artist_id,
        month=f"{experience.delivered_at:%Y%m}",
        use=experience.use,
        scheme=sale.scheme if sale else None,
        fractions=[
            [key.party, key.role, key.recording, key.work, fraction.numerator, fraction.denominator]
            for key, fraction in (sale.fractions.items() if sale else ())
        ],
    )
