"""The format of records on notices.v1 and of messages to open sockets.

They hold persons, sequence numbers and references, but never a text and never a session's key.
"""

import hashlib

import msgspec

from live.exceptions import UnreadableHint

SESSION_ENDED = "session.ended"

# The codes that a socket is closed with.
CLOSE_TRY_AGAIN = 1013  # from the registry of WebSocket close codes
CLOSE_MALFORMED = 4400
CLOSE_SIGNED_OUT = 4401
CLOSE_TOO_MANY_SOCKETS = 4429


class Hint(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """One notice of one person. With sequence 0 it is no notice: `kind` says what to do with the person's sockets."""

    person: bytes
    sequence: int
    kind: str
    reference: str


_decoder = msgspec.msgpack.Decoder(list[Hint])


def encode_hints(hints: list[Hint]) -> bytes:
    return msgspec.msgpack.encode(hints)


def decode_hints(record: bytes | None) -> list[Hint]:
    """Raises UnreadableHint."""
    try:
        return _decoder.decode(record or b"")
    except msgspec.MsgspecError as error:
        raise UnreadableHint(str(error)) from error


def encode_notice(sequence: int, kind: str, reference: str) -> str:
    """The JSON message about one notice, encoded once for all sockets of its person."""
    message = {"type": "notice", "sequence": sequence, "kind": kind, "reference": reference}
    return msgspec.json.encode(message).decode()


def session_reference(session_key: str) -> str:
    """A name for a session that does not give its key away."""
    return f"session:{hashlib.sha256(session_key.encode()).hexdigest()}"
