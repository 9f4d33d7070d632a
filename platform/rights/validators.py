"""Django's validators for the identifiers of parties, in the form that is stored."""

from catalog.validators import validate_identifier
from rights import identifiers


def validate_isni(value: str) -> None:
    validate_identifier(value, identifiers.parse_isni)


def validate_ipi(value: str) -> None:
    validate_identifier(value, identifiers.parse_ipi)


def validate_dpid(value: str) -> None:
    validate_identifier(value, identifiers.parse_dpid)
