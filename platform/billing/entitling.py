"""Write the lease of a subscription from our rows, and tell that it changed."""

from django.conf import settings

from billing.leases import Lease, compute_lease
from billing.models import Entitlement, TierPrice
from billing.subscription_rows import SubscriptionRows
from events import cloudevents, outbox, topics

FIELDS = ("tier_id", "version_id", "valid_until", "may_generate", "reason")
KIND = "fanfare.entitlement.changed.v1"


def write_lease(rows: SubscriptionRows) -> bool:
    """Write the entitlement of a locked subscription. Returns whether it changed."""
    row = rows.row
    assert row.person_id is not None
    assert row.artist_id is not None
    lease = compute_lease(rows.get_state(), grace=settings.GRACE)
    entitlement = Entitlement.objects.filter(subscription=row).first()
    if lease is None:
        return entitlement is not None and _end(entitlement)
    entitlement = entitlement or Entitlement(
        subscription=row,
        source=str(row),
        person_id=row.person_id,
        artist_id=row.artist_id,
        book=row.book,
        valid_from=lease.valid_from,
    )
    price = row.price if row.price and row.price_id == lease.price else None
    return _write(entitlement, lease, price or TierPrice.objects.select_related("version").get(pk=lease.price))


def _write(entitlement: Entitlement, lease: Lease, price: TierPrice) -> bool:
    version = price.version
    before = _values(entitlement)
    entitlement.tier_id, entitlement.version_id, entitlement.valid_until = (
        version.tier_id,
        version.pk,
        lease.valid_until,
    )
    entitlement.may_generate, entitlement.reason = lease.may_generate, lease.reason
    if _values(entitlement) == before:
        return False
    entitlement.save(update_fields=FIELDS if entitlement.pk else None)
    _publish(entitlement)
    return True


def _end(entitlement: Entitlement) -> bool:
    if entitlement.valid_until == entitlement.valid_from:
        return False
    entitlement.valid_until, entitlement.reason = entitlement.valid_from, "ended"
    entitlement.save(update_fields=FIELDS)
    _publish(entitlement)
    return True


def _values(entitlement: Entitlement) -> tuple[object, ...]:
    return tuple(getattr(entitlement, name) for name in FIELDS)


def _publish(entitlement: Entitlement) -> None:
    """Put an event into the outbox. It holds ids and times, and nobody's name."""
    logged = entitlement.log.latest("pk")
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
    outbox.put(
        [
            outbox.Outgoing(
                topic=topics.ENTITLEMENTS,
                key=str(entitlement.pk).encode(),
                value=cloudevents.encode(
                    KIND, source="/billing", subject=str(entitlement), idempotency_key=f"log:{logged.pk}", data=data
                ),
                keep_until_counted=False,
                headers=cloudevents.STRUCTURED_HEADERS,
            )
        ]
    )
