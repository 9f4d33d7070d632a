"""Two letters of one second stand in one file; each is read."""

from pathlib import Path

from django.core.mail import EmailMessage
from django.core.mail.backends.filebased import EmailBackend

from config.smoke.mailbox import plain_text, read_messages


def test_two_letters_in_one_file_are_both_read(tmp_path: Path) -> None:
    box = EmailBackend(file_path=str(tmp_path))
    box.send_messages(
        [EmailMessage("First", "one", to=["ana@example.com"]), EmailMessage("Second", "two", to=["bo@example.com"])]
    )

    found = [(letter["To"], letter["Subject"], plain_text(letter).strip()) for letter in read_messages(tmp_path)]

    assert len(list(tmp_path.iterdir())) == 1
    assert found == [("bo@example.com", "Second", "two"), ("ana@example.com", "First", "one")]
