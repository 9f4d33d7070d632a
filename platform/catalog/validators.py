"""Django's validators for names, and for identifiers in their stored form.

Forms and imports call `identifiers.parse_*` first.
"""

from collections.abc import Callable

from django.core.exceptions import ValidationError

from catalog import identifiers
from catalog.hidden_characters import find_hidden_in_line


def validate_identifier(value: str, parse: Callable[[str], str]) -> None:
    """Raise ValidationError with what is wrong, also if only the spelling is not the stored one."""
    try:
        stored = parse(value)
    except identifiers.InvalidIdentifier as error:
        raise ValidationError(str(error), code="invalid") from None
    if stored != value:
        raise ValidationError("Write it as %(stored)s.", code="invalid", params={"stored": stored})


def validate_isrc(value: str) -> None:
    validate_identifier(value, identifiers.parse_isrc)


def validate_iswc(value: str) -> None:
    validate_identifier(value, identifiers.parse_iswc)


def validate_name(value: str) -> None:
    """Raise ValidationError for a name of several lines, or with a character that nobody can see."""
    if problem := find_hidden_in_line(value):
        raise ValidationError(problem, code="hidden")
