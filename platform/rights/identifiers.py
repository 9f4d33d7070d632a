"""Read the identifiers of parties as people type them, without Django. See `catalog.identifiers`."""

from catalog.identifiers import (
    DIGITS,
    DIGITS_OR_X,
    LETTERS_AND_DIGITS,
    InvalidIdentifier,
    match_places,
    normalise,
    require_check,
)

_ISNI = [DIGITS] * 15 + [DIGITS_OR_X]
_IPI = [DIGITS] * 11
_DPID = [*"PADPIDA"] + [LETTERS_AND_DIGITS] * 11


def parse_isni(text: str) -> str:
    """The 16 characters of an ISNI (ISO 27729). The last checks the others: ISO 7064, MOD 11-2."""
    code = match_places(text, "ISNI", _ISNI)
    total = 0
    for digit in code[:-1]:
        total = (total + int(digit)) * 2 % 11
    require_check(code, DIGITS_OR_X[(12 - total) % 11])
    return code


def parse_ipi(text: str) -> str:
    """The 11 digits of an IPI name number of CISAC. The last two check the others, modulo 101.

    A spreadsheet drops the zeros that a number begins with. They are put back, if the check digits then agree.
    """
    code = normalise(text).removeprefix("IPI")
    if code.isascii() and code.isdigit() and code[0] != "0" and len(code) < len(_IPI):
        padded = code.zfill(len(_IPI))
        if padded.endswith(_ipi_check_digits(padded)):
            return padded
    code = match_places(text, "IPI", _IPI)
    require_check(code, _ipi_check_digits(code))
    if not int(code):
        raise InvalidIdentifier("An IPI of zeros only stands for nobody.")
    return code


def parse_dpid(text: str) -> str:
    """The 18 characters of a DDEX party identifier. The last checks the others: ISO 7064, MOD 37,36."""
    code = match_places(text, "DPID", _DPID)
    check = 36
    for character in code[:-1]:
        check = ((check + LETTERS_AND_DIGITS.index(character)) % 36 or 36) * 2 % 37
    require_check(code, LETTERS_AND_DIGITS[(37 - check) % 36])
    return code


def _ipi_check_digits(code: str) -> str:
    """They make the sum a multiple of 101. 100 has no two digits and is written 00."""
    total = sum(weight * int(digit) for weight, digit in zip(range(10, 1, -1), code[:9], strict=True))
    return f"{-total % 101 % 100:02}"
