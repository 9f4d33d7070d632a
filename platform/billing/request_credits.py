"""Request credits: the requests that a tier includes each month, which are reserved, used, and given back.

The credits of a month are made when the first of them is looked for. The months are those of the lease.
"""

from datetime import datetime

from django.conf import settings
from django.db import connection
from django.db.models import Q, QuerySet
from django.db.models.functions import Now

from accounts.models import Person
from billing.leases import find_access
from billing.models import Entitlement, RequestCredit

Status = RequestCredit.Status
TAKEN = (Status.RESERVED, Status.USED)
MAX_LAPSED = 1_000
GIVES = ("paid", "trial", "gift")
"""Reasons of a lease whose month is paid. In its days of grace a tier includes no new requests."""

# The months are counted in SQL, by the functions that the triggers use, so both always agree.
THIS_MONTH = """
SELECT billing_month_of(valid_from, statement_timestamp()),
    billing_month_start(valid_from, billing_month_of(valid_from, statement_timestamp()) + 1)
FROM billing_entitlement WHERE id = %s
"""


def count_left(person: Person, artist_id: int) -> int:
    """How many requests to this artist the fan has free, with those of this month that were not made yet."""
    count = _find_usable(person, artist_id).count()
    lease = _find_lease(person, artist_id)
    if lease is None:
        return count
    month, _ = _read_month(lease)
    return count + max(lease.version.requests_a_month - lease.credits.filter(month=month).count(), 0)


def reserve(person: Person, artist_id: int, reference: str) -> bool:
    """Reserve the fan's credit that ends first. False if there is none. Reserving the same again changes nothing."""
    _require_transaction()
    if RequestCredit.objects.filter(reference=reference, status__in=TAKEN, person=person).exists():
        return True
    if lease := _find_lease(person, artist_id):
        _grant(lease)
    usable = _find_usable(person, artist_id).order_by("expires_at", "pk")
    credit = usable.select_for_update(skip_locked=True, of=("self",), no_key=True).first()
    if credit is None:
        return False
    return bool(RequestCredit.objects.filter(pk=credit.pk).update(status=Status.RESERVED, reference=reference))


def use(reference: str) -> bool:
    """What it was reserved for is delivered. False if nothing is reserved for it."""
    _require_transaction()
    return bool(RequestCredit.objects.filter(reference=reference, status=Status.RESERVED).update(status=Status.USED))


def give_back(reference: str) -> bool:
    """It was turned down, so it does not count. The database lets it be used for 30 days at least."""
    _require_transaction()
    reserved = RequestCredit.objects.filter(reference=reference, status=Status.RESERVED)
    return bool(reserved.update(status=Status.FREE, reference=""))


def give_back_used(reference: str) -> bool:
    """What it paid for was delivered and stopped. A trigger of artists refuses it for what did not."""
    _require_transaction()
    used = RequestCredit.objects.filter(reference=reference, status=Status.USED)
    return bool(used.update(status=Status.FREE, reference=""))


def lapse_due() -> bool:
    """Write down which credits are over. Always False: there is nothing more to do at once."""
    over = RequestCredit.objects.filter(status=Status.FREE, expires_at__lte=Now()).order_by("expires_at")
    if due := list(over.values_list("pk", flat=True)[:MAX_LAPSED]):
        RequestCredit.objects.filter(pk__in=due, status=Status.FREE, expires_at__lte=Now()).update(status=Status.LAPSED)
    return False


def _find_lease(person: Person, artist_id: int) -> Entitlement | None:
    """What gives the fan requests to this artist now."""
    lease = find_access(person.pk, artist_id, to_generate=True)
    return lease if lease is not None and lease.reason in GIVES else None


def _find_usable(person: Person, artist_id: int) -> QuerySet[RequestCredit]:
    """Those of a tier that lasts, and those that came back."""
    free = RequestCredit.objects.filter(
        person=person, artist=artist_id, entitlement__book=settings.PAYMENTS, status=Status.FREE, expires_at__gt=Now()
    )
    lasts = Q(entitlement__valid_until__gt=Now(), entitlement__may_generate=True)
    return free.filter(lasts | Q(returned_at__isnull=False))


def _read_month(lease: Entitlement) -> tuple[int, datetime]:
    """The month of the lease that is now, and when it ends."""
    with connection.cursor() as cursor:
        cursor.execute(THIS_MONTH, [lease.pk])
        month, ends_at = cursor.fetchone()
    return int(month), ends_at


def _grant(lease: Entitlement) -> None:
    """Make the credits of this month that are not there. After an upgrade these are the ones that are new."""
    month, ends_at = _read_month(lease)
    made = set(lease.credits.filter(month=month).values_list("number", flat=True))
    RequestCredit.objects.bulk_create(
        [
            RequestCredit(
                person_id=lease.person_id,
                artist_id=lease.artist_id,
                entitlement=lease,
                month=month,
                number=number,
                expires_at=ends_at,
            )
            for number in range(1, lease.version.requests_a_month + 1)
            if number not in made
        ],
        ignore_conflicts=True,
    )


def _require_transaction() -> None:
    if not connection.in_atomic_block:
        raise RuntimeError("A credit is reserved, used or given back in the transaction of what it is for.")
