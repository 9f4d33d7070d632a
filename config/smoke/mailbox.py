"""Read the messages that Django's file backend wrote into a folder."""

import email
import email.policy
from collections.abc import Iterator
from email.message import EmailMessage
from pathlib import Path

MESSAGE_SEPARATOR = b"\n" + b"-" * 79 + b"\n"
"""Django ends every message with it. Messages of the same second are in one file."""


def read_messages(folder: Path) -> Iterator[EmailMessage]:
    """Every message in the folder, newest first."""
    for file in sorted(folder.glob("*"), key=lambda path: path.stat().st_mtime, reverse=True):
        for message in reversed(file.read_bytes().split(MESSAGE_SEPARATOR)):
            if message.strip():
                yield email.message_from_bytes(message, policy=email.policy.default)


def plain_text(message: EmailMessage) -> str:
    """The plain text part of a message, "" if it has none."""
    body = message.get_body(preferencelist=("plain",))
    return str(body.get_content()) if body else ""
