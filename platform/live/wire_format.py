"""Encode: what a record on notices.v1 says. Persons, numbers and references; never a text, never a session's key."""

import hashlib

import msgspec

SESSION_ENDED = "session.ended"


class Hint(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """One notice of one person. Sequence 0: no notice, a word to the person's sockets themselves."""

    person: bytes
    sequence: int
    kind: str
    reference: str


class UnreadableHint(Exception):
    """A record that is none of ours."""


_decoder = msgspec.msgpack.Decoder(list[Hint])


def encode_hints(hints: list[Hint]) -> bytes:
    return msgspec.msgpack.encode(hints)


def decode_hints(record: bytes | None) -> list[Hint]:
    try:
        return _decoder.decode(record or b"")
    except msgspec.MsgspecError as error:
        raise UnreadableHint(str(error)) from error


def session_reference(session_key: str) -> str:
    """Names a session to whoever holds its key, and gives the key to nobody."""
    return f"session:{hashlib.sha256(session_key.encode()).hexdigest()}"
