"""Walk any JSON document level by level, so that deep nesting cannot exhaust the stack."""

from collections.abc import Iterable, Iterator
from typing import Any

MAX_DEPTH = 64  # levels; PostgreSQL's own stack is limited as well


def is_too_deep(document: object) -> bool:
    """Whether anything lies more than MAX_DEPTH levels down."""
    return any(depth > MAX_DEPTH for depth, _ in enumerate(_levels(document)))


def all_strings(document: object) -> Iterator[str]:
    """Yield every string in the document, keys and values."""
    for level in _levels(document):
        for value in level:
            if isinstance(value, str):
                yield value
            elif isinstance(value, dict):
                yield from value


def _levels(document: object) -> Iterator[list[Any]]:
    level = [document]
    while level:
        yield level
        level = [child for parent in level for child in _children(parent)]


def _children(value: object) -> Iterable[Any]:
    if isinstance(value, dict):
        return value.values()
    return value if isinstance(value, list) else ()
