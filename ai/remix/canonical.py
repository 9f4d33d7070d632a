"""Write a value as canonical JSON and hash it: sorted keys, no spaces, integers and text alone."""

import hashlib
from typing import Any, Self

import msgspec


class InvalidValue(ValueError):
    """A text is not the JSON of the value that was asked for. The message says where and why."""


def write(value: object) -> str:
    return msgspec.json.encode(value, order="sorted").decode()


def read[T: msgspec.Struct](text: str | bytes, kind: type[T]) -> T:
    """Raises InvalidValue. Neither floats nor unknown keys are taken."""
    try:
        return msgspec.json.decode(text, type=kind)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as error:
        raise InvalidValue(str(error)) from error


def digest(*texts: str) -> str:
    """SHA-256 over the texts with a line feed between each, as 64 hex digits."""
    return hashlib.sha256("\n".join(texts).encode()).hexdigest()


class Document(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A value that is stored as canonical JSON."""

    @classmethod
    def parse(cls, text: str | bytes) -> Self:
        """Raises InvalidValue."""
        return read(text, cls)

    def to_json(self) -> str:
        return write(self)

    @property
    def digest(self) -> str:
        return digest(self.to_json())


def as_json(value: object) -> Any:
    """The value as dicts, lists, text and integers."""
    return msgspec.to_builtins(value)
