"""Write the leases of subscriptions from our rows, and tell what changed."""

from collections.abc import Collection, Mapping, Sequence

from django.conf import settings
from django.db.models import Max
from django.utils import timezone

from billing.leases import Lease, compute_lease
from billing.models import Entitlement, EntitlementLog, Subscription, TierPrice
from billing.subscription_rows import SubscriptionRows
from events import cloudevents, outbox, topics

FIELDS = ("tier_id", "version_id", "valid_until", "may_generate", "reason")
CLOSED = "closed"
"""The reason of a lease whose person closed the account, or whose artist left. It stays ended, whatever is paid."""
KIND = "fanfare.entitlement.changed.v1"


def write_leases(all_rows: Collection[SubscriptionRows]) -> set[Subscription]:
    """Write the entitlements of locked subscriptions, in one statement. Returns those whose lease changed."""
    leases = {rows.row: compute_lease(rows.get_state(), grace=settings.GRACE) for rows in all_rows}
    known = {one.subscription_id: one for one in Entitlement.objects.filter(subscription__in=leases)}
    prices = _find_prices(leases)
    changed: dict[Subscription, Entitlement] = {}
    for row, lease in leases.items():
        entitlement = known.get(row.pk)
        if lease is None:
            has_changed = entitlement is not None and _end(entitlement)
        else:
            entitlement = entitlement or _begin(row, lease)
            has_changed = _copy(entitlement, lease, prices[lease.price])
        if entitlement is not None and has_changed:
            changed[row] = entitlement
    if changed:
        Entitlement.objects.bulk_create(
            changed.values(), update_conflicts=True, unique_fields=["subscription"], update_fields=FIELDS
        )
        _publish(list(changed.values()))
    return set(changed)


def _find_prices(leases: Mapping[Subscription, Lease | None]) -> dict[int, TierPrice]:
    """What the leases are of. Most are of the price that the subscription has now."""
    known = {row.price.pk: row.price for row, lease in leases.items() if lease and row.price}
    others = {lease.price for lease in leases.values() if lease} - known.keys()
    return known | TierPrice.objects.select_related("version").in_bulk(others) if others else known


def _begin(row: Subscription, lease: Lease) -> Entitlement:
    assert row.person_id is not None
    assert row.artist_id is not None
    return Entitlement(
        subscription=row,
        source=str(row),
        person_id=row.person_id,
        artist_id=row.artist_id,
        book=row.book,
        valid_from=lease.valid_from,
    )


def close(lease: Entitlement) -> None:
    """End a lease now, for good. Its subscription is locked."""
    lease.valid_until, lease.reason = max(lease.valid_from, timezone.now()), CLOSED
    lease.save(update_fields=["valid_until", "reason"])
    _publish([lease])


def _copy(entitlement: Entitlement, lease: Lease, price: TierPrice) -> bool:
    """Whether anything of it changed."""
    if entitlement.reason == CLOSED:
        return False
    before, version = _values(entitlement), price.version
    entitlement.tier_id, entitlement.version_id = version.tier_id, version.pk
    entitlement.valid_until, entitlement.may_generate = lease.valid_until, lease.may_generate
    entitlement.reason = lease.reason
    return _values(entitlement) != before


def _end(entitlement: Entitlement) -> bool:
    if entitlement.valid_until == entitlement.valid_from:
        return False
    entitlement.valid_until = entitlement.valid_from
    if entitlement.reason != CLOSED:  # else what is paid after all would give it back
        entitlement.reason = "ended"
    return True


def _values(entitlement: Entitlement) -> tuple[object, ...]:
    return tuple(getattr(entitlement, name) for name in FIELDS)


def _publish(changed: Sequence[Entitlement]) -> None:
    """Put an event of each into the outbox. It holds ids and times, and nobody's name."""
    of_changed = EntitlementLog.objects.filter(entitlement__in=[one.pk for one in changed])
    newest = dict(of_changed.values_list("entitlement").annotate(Max("pk")))
    outbox.put(_make_record(one, newest[one.pk]) for one in changed)


def _make_record(entitlement: Entitlement, logged: int) -> outbox.Outgoing:
    data = {
        "entitlement": entitlement.pk,
        "artist": entitlement.artist_id,
        "tier": entitlement.tier_id,
        "tier_version": entitlement.version_id,
        "book": entitlement.book,
        "valid_until": entitlement.valid_until.isoformat(),
        "may_generate": entitlement.may_generate,
        "reason": entitlement.reason,
    }
    return outbox.Outgoing(
        topic=topics.ENTITLEMENTS,
        key=str(entitlement.pk).encode(),
        value=cloudevents.encode(
            KIND, source="/billing", subject=str(entitlement), idempotency_key=f"log:{logged}", data=data
        ),
        keep_until_counted=False,
        headers=cloudevents.STRUCTURED_HEADERS,
    )
