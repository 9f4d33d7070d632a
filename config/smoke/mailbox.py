"""Read: the mail that Django left in a folder."""

import email
import email.policy
from collections.abc import Iterator
from email.message import EmailMessage
from pathlib import Path

MESSAGE_SEPARATOR = b"\n" + b"-" * 79 + b"\n"
"""After each letter: a second one of the same second may stand in the same file."""


def read_messages(folder: Path) -> Iterator[EmailMessage]:
    """Newest first."""
    for file in sorted(folder.glob("*"), key=lambda found: found.stat().st_mtime, reverse=True):
        for written in reversed(file.read_bytes().split(MESSAGE_SEPARATOR)):
            if written.strip():
                yield email.message_from_bytes(written, policy=email.policy.default)


def plain_text(letter: EmailMessage) -> str:
    """Its plain text."""
    body = letter.get_body(preferencelist=("plain",))
    return str(body.get_content()) if body else ""
