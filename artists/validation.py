"""Check what a person of the team typed: names, titles and codes, and the text of messages.

The studio previews messages with it and `review` stores with it, so it is a module of its own.
"""

import unicodedata
from collections.abc import Callable

from django.core.exceptions import ValidationError

from ai.facts import Facts
from ai.findings import Finding
from ai.guard import check_text
from artists import generation
from artists.exceptions import InvalidRequest
from artists.models import Draft
from catalog import identifiers
from catalog.hidden_characters import find_hidden_character
from catalog.lookalikes import has_visible_character
from catalog.validators import validate_name
from fans.remixes import is_remix

MAX_MESSAGE_LENGTH = 1000
"""In characters."""


def validate_visible(text: str) -> None:
    """Refuse a line of text with a character that nobody can see, as names are refused."""
    validate_name(text)


def validate_lines(text: str) -> None:
    """The same for a text of several lines."""
    if problem := find_hidden_character(text.replace("\r\n", "\n").replace("\t", " ")):
        raise ValidationError(problem, code="hidden")


def validate_title(text: str) -> None:
    """`validate_visible` for the title of a song, of which something has to be seen as well."""
    validate_visible(text)
    if not has_visible_character(text):
        raise ValidationError("Nobody can see this title.", code="hidden")


def parse_identifier[Identifier](parse: Callable[[str], Identifier], text: str | None) -> Identifier | None:
    """The stored form of an ISRC or another code, None for no text. For the `clean_*` of forms and serializers."""
    try:
        return parse(text) if text else None
    except identifiers.InvalidIdentifier as error:
        raise ValidationError(str(error)) from error


def clean_message(text: str, draft: Draft) -> str:
    """The text as it will be stored. Raises InvalidRequest, which says what to change."""
    if is_remix(draft.maker):
        raise InvalidRequest("Nobody can edit a sound here. Decline it, or suggest another remix instead.")
    cleaned = unicodedata.normalize("NFC", text.replace("\r\n", "\n").replace("\t", " ")).strip()
    for finding in check_text(cleaned, _allowed_names(draft), limit=MAX_MESSAGE_LENGTH):
        if finding.code in ERROR_MESSAGES:
            raise InvalidRequest(ERROR_MESSAGES[finding.code](finding) + " Nothing was changed.")
    return cleaned


def _allowed_names(draft: Draft) -> Facts:
    """The names in it are allowed even where they look like a link or an address."""
    return generation.build_facts(draft, draft.artist, None)


ERROR_MESSAGES = {
    "length": lambda finding: f"A message has from 1 to {MAX_MESSAGE_LENGTH} characters: {finding.text}.",
    "control": lambda finding: (
        f"There is a character in it that nobody can see ({_describe_position(finding)}). Take it out."
    ),
    "direction": lambda finding: (
        f"There is a hidden direction mark in it ({_describe_position(finding)}). Take it out."
    ),
    "link": lambda finding: f"Messages lead nowhere else. Take the link out: {finding.text!r}.",
    "contact": lambda finding: f"Messages lead nowhere else. Take this address or number out: {finding.text!r}.",
}


def _describe_position(finding: Finding) -> str:
    return f"{finding.text}, character {finding.position + 1}"
