"""Walk: any JSON document, level by level, so that no depth of it overturns us."""

from collections.abc import Iterable, Iterator
from typing import Any

MAX_DEPTH = 64  # levels: a stack is finite, also PostgreSQL's


def is_too_deep(document: object) -> bool:
    """Whether anything lies more than DEEPEST levels down."""
    return any(depth > MAX_DEPTH for depth, _ in enumerate(_levels(document)))


def all_strings(document: object) -> Iterator[str]:
    """Every string in it, keys and values."""
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
        level = [inner for outer in level for inner in _inside(outer)]


def _inside(value: object) -> Iterable[Any]:
    if isinstance(value, dict):
        return value.values()
    return value if isinstance(value, list) else ()
