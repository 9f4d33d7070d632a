"""Change the age band of a person: they raise it themselves, at most once in two years; staff lower it.

What must end then is not known here: a trigger of billing asks for it (`billing.closing`).
"""

from datetime import timedelta

from django.db import transaction
from django.db.models.functions import Now

from accounts import roles
from accounts.exceptions import NotAllowed
from accounts.models import AgeBand, AgeChange, Person
from audit import trail

BANDS = (AgeBand.FROM_13, AgeBand.FROM_16, AgeBand.ADULT)
EVERY = timedelta(days=732)
"""Never less than the two calendar years that the database counts."""


def list_higher(person: Person) -> list[AgeBand]:
    """The bands that the person can raise theirs to now; none within two years of the last change."""
    if AgeChange.objects.filter(person=person, at__gt=Now() - EVERY).exists():
        return []
    return [band for band in BANDS if BANDS.index(band) > BANDS.index(AgeBand(person.age_band))]


def raise_own(person: Person, band: str) -> None:
    """The person is older now. Raises NotAllowed."""
    with transaction.atomic():
        locked = Person.objects.select_for_update(no_key=True).get(pk=person.pk)
        if band not in list_higher(locked):
            raise NotAllowed("The age can be raised once in two years. Write to us if this is wrong.")
        _change(locked, AgeBand(band), by=person)


def lower(person: Person, band: str, *, by: Person, reason: str) -> None:
    """Staff learned that the person is younger. What they pay for ends, and the open period is paid back.

    Raises NotAllowed.
    """
    if not roles.is_staff(by) or by.pk == person.pk:
        raise NotAllowed("Only staff lower an age, and nobody their own.")
    with transaction.atomic():
        locked = Person.objects.select_for_update(no_key=True).get(pk=person.pk)
        if band not in BANDS or BANDS.index(AgeBand(band)) >= BANDS.index(AgeBand(locked.age_band)):
            raise NotAllowed("This is not lower than the age that is known.")
        _change(locked, AgeBand(band), by=by, reason=reason)


def _change(person: Person, band: AgeBand, *, by: Person, reason: str = "") -> None:
    before = person.age_band
    AgeChange.objects.create(person=person, before=before, after=band, actor=by.actor, reason=reason)
    trail.record("person.age_changed", by=by.actor, subject=person.actor, raised=by.pk == person.pk)
