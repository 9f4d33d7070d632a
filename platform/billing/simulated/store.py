"""Everything that FakeStripe knows, as JSON objects by kind and id, and which of them changed since they were saved."""

from collections.abc import Iterable, Iterator

from billing.simulated.objects import Object

OWNERS = {
    "charge": ("customer", "payment_intent"),
    "dispute": ("charge", "payment_intent"),
    "invoice": ("customer", "subscription"),
    "invoice_payment": ("invoice",),
    "payment_intent": ("customer",),
    "refund": ("charge", "payment_intent"),
    "subscription": ("customer",),
    "transfer": ("source_transaction", "transfer_group"),
}
"""Fields that never change and by which objects are looked up."""


def owner_of(kind: str, field: str, body: Object) -> str | None:
    """What an object belongs to. An invoice names its subscription in its parent."""
    if (kind, field) == ("invoice", "subscription"):
        found = ((body.get("parent") or {}).get("subscription_details") or {}).get("subscription")
    else:
        found = body.get(field)
    return str(found) if found else None


class Store:
    """Objects in memory, in the order in which they were made. Kinds that begin with `_` are FakeStripe's own."""

    def __init__(self, rows: Iterable[tuple[str, str, Object]] = ()) -> None:
        self.kinds: dict[str, dict[str, Object]] = {}
        self.changed: set[tuple[str, str]] = set()
        self.owned: dict[tuple[str, str, str], dict[str, None]] = {}
        for kind, identifier, body in rows:
            self.put(kind, identifier, body)
        self.changed.clear()

    def put(self, kind: str, identifier: str, body: Object) -> None:
        self.kinds.setdefault(kind, {})[identifier] = body
        self.changed.add((kind, identifier))
        for field in OWNERS.get(kind, ()):
            if owner := owner_of(kind, field, body):
                self.owned.setdefault((kind, field, owner), {})[identifier] = None

    def belonging(self, kind: str, field: str, owner: str) -> list[Object]:
        """All objects of a kind that name this owner, oldest first."""
        found = self.kinds.get(kind, {})
        return [found[identifier] for identifier in self.owned.get((kind, field, owner), ())]

    def get(self, kind: str, identifier: str) -> Object | None:
        return self.kinds.get(kind, {}).get(identifier)

    def remove(self, kind: str, identifier: str) -> None:
        if self.kinds.get(kind, {}).pop(identifier, None) is not None:
            self.changed.add((kind, identifier))

    def all(self, kind: str) -> list[Object]:
        return list(self.kinds.get(kind, {}).values())

    def newest_first(self, kind: str) -> Iterator[Object]:
        return reversed(self.kinds.get(kind, {}).values())

    def take_changes(self) -> list[tuple[str, str, Object | None]]:
        """What changed since the last call: kind, id and the object, or None where it was removed."""
        changes = [(kind, identifier, self.get(kind, identifier)) for kind, identifier in sorted(self.changed)]
        self.changed.clear()
        return changes
