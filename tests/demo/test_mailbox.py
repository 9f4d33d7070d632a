"""Read the messages that the file backend wrote."""

from pathlib import Path

from django.core.mail import EmailMessage
from django.core.mail.backends.filebased import EmailBackend

from config.smoke.mailbox import plain_text, read_messages


def test_two_messages_of_one_second_are_both_read(tmp_path: Path) -> None:
    backend = EmailBackend(file_path=str(tmp_path))
    backend.send_messages(
        [EmailMessage("First", "one", to=["ana@example.com"]), EmailMessage("Second", "two", to=["bo@example.com"])]
    )

    messages = [(message["To"], message["Subject"], plain_text(message).strip()) for message in read_messages(tmp_path)]

    assert len(list(tmp_path.iterdir())) == 1
    assert messages == [("bo@example.com", "Second", "two"), ("ana@example.com", "First", "one")]
