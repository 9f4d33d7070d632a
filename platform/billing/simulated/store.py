"""Everything that FakeStripe knows, as JSON objects by kind and id, and which of them changed since they were saved."""

from collections.abc import Iterable, Iterator

from billing.simulated.objects import Object


class Store:
    """Objects in memory, in the order in which they were made. Kinds that begin with `_` are FakeStripe's own."""

    def __init__(self, rows: Iterable[tuple[str, str, Object]] = ()) -> None:
        self.kinds: dict[str, dict[str, Object]] = {}
        self.changed: set[tuple[str, str]] = set()
        for kind, identifier, body in rows:
            self.kinds.setdefault(kind, {})[identifier] = body

    def put(self, kind: str, identifier: str, body: Object) -> None:
        self.kinds.setdefault(kind, {})[identifier] = body
        self.changed.add((kind, identifier))

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
