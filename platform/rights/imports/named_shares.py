"""Read who owns, wrote or publishes something, such as "Ida Koro 60 %; Jon Vale (IPI 00052210040): 40". No models."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache

from catalog.identifiers import InvalidIdentifier
from rights.identifiers import parse_dpid, parse_ipi, parse_isni
from rights.imports import texts
from rights.imports.exceptions import InvalidLine
from rights.shares import PLURALS, WHOLE, Role, describe_gap, format_share

MAX_NAME = 120
MAX_NAMED = 20
_SEPARATOR = re.compile(r"[;|\r\n]|(?<=%) ?,")
_SHARE_INSIDE = re.compile(r"[^\W\d].*\d ?%(?! ?$)")
"""A name, its share, and something behind it that is no separator."""
_PARSERS = {"IPI": parse_ipi, "ISNI": parse_isni, "DPID": parse_dpid}
_SHARE = re.compile(r"(?P<name>.*[^\s:=])(?: ?[:=] ?| )(?P<percent>\d{1,3}(?:[.,]\d{1,2})?) ?%?", re.ASCII)
_NUMBER_BEHIND = re.compile(r"[^:=,]*[^\s:=,] \d+", re.ASCII)
"""A name and a whole number without a sign, as in "Blink 182"."""
_CODE = re.compile(
    r"(?P<name>[^()]*?) ?\(?\b(?P<kind>IPI|ISNI|DPID)\b[ :]*(?P<code>\d[\dX .-]+|PA-?DPIDA[\dA-Z-]+)\)?",
    re.ASCII | re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class NamedShare:
    """A name in a column of shares, its code where one stands beside it, and its share in basis points."""

    name: str
    share: int
    code: str = ""
    """An IPI, ISNI or DPID, as it is stored. It says who is meant, whatever the name."""


@lru_cache(maxsize=1000)  # many songs of a catalogue have the same owners
def read_shares(text: str, role: Role) -> tuple[NamedShare, ...]:
    """The parties of a role. Raises InvalidLine."""
    names = [name for each in _SEPARATOR.split(text) if (name := texts.clean(each))]
    try:
        return check_shares([_read_share(each, alone=len(names) == 1) for each in names], role)
    except InvalidLine as error:
        joined = next((name for name in names if "," in name), "")
        if not joined:
            raise
        hint = f"“{texts.shorten(joined, 60)}” is read as one name: write “;” between names, not “,”."
        raise InvalidLine(f"{error} {hint}") from error


def check_shares(named: Sequence[NamedShare], role: Role) -> tuple[NamedShare, ...]:
    """The shares of a role, which add up to 100 %. Raises InvalidLine."""
    plural = PLURALS[role]
    if len(named) > MAX_NAMED:
        raise InvalidLine(f"{len(named)} {plural} are too many. One song may have {MAX_NAMED}.")
    keys = [each.code or each.name.casefold() for each in named]
    if repeated := [each.name or each.code for each, key in zip(named, keys, strict=True) if keys.count(key) > 1]:
        raise InvalidLine(f"“{min(repeated)}” stands among the {plural} twice.")
    total = sum(each.share for each in named)
    if named and total != WHOLE:
        raise InvalidLine(f"Shares of the {plural} {describe_gap(total)}.")
    return tuple(named)


def make_share(name: str, share: int, code: str = "") -> NamedShare:
    """One named share. Raises InvalidLine for a name that nobody can have, and for a share of nothing."""
    if not 0 < share <= WHOLE:
        raise InvalidLine(f"“{texts.shorten(name or code, 60)}” cannot own {format_share(share)}.")
    return NamedShare(name if code and not name else texts.require(name, "name of an owner", MAX_NAME), share, code)


def read_code(kind: str, text: str) -> str:
    """An identifier of a party in its stored form. Raises InvalidLine."""
    try:
        return _PARSERS[kind.upper()](text)
    except InvalidIdentifier as error:
        words = texts.begin_small(str(error))
        raise InvalidLine(f"{kind.upper()} {texts.shorten(text.strip(), 40)}: {words}") from error


def _read_share(text: str, *, alone: bool) -> NamedShare:
    if _SHARE_INSIDE.search(text):
        shown = texts.shorten(text, 60)
        raise InvalidLine(f"“{shown}” has more behind a share. Write each share last, and “;” between names.")
    match = None if alone and _is_name_with_number(text) else _SHARE.fullmatch(text)
    if match:
        name, share = match["name"], int(Decimal(match["percent"].replace(",", ".")) * 100)
    elif alone and not text.endswith("%"):
        name, share = text, WHOLE
    elif text.endswith("%"):
        raise InvalidLine(f"“{texts.shorten(text, 60)}” has no share that we can read. Write it so: 33.33 %.")
    else:
        raise InvalidLine(
            f"The share of “{texts.shorten(text, 60)}” is missing. Write it after the name, such as 50 %."
        )
    code = _CODE.fullmatch(name)
    if code is None:
        return make_share(name, share)
    return make_share(code["name"], share, read_code(code["kind"], code["code"]))


def _is_name_with_number(text: str) -> bool:
    """Whether the number at the end is of the name: a share of somebody alone is 100 %.

    Raises InvalidLine for a 100 without a sign, which can be either.
    """
    if not _NUMBER_BEHIND.fullmatch(text):
        return False
    if text.endswith(" 100"):
        shown = texts.shorten(text, 60)
        raise InvalidLine(f"“{shown}” can be a name or a share. Write “{shown} %”, or “{shown} 100 %” for the name.")
    return True
