"""Identifiers of recordings and works are read as people type them, and typing mistakes are found."""

from collections.abc import Callable
from uuid import UUID

import pytest
from django.core.exceptions import ValidationError
from hypothesis import given
from hypothesis import strategies as st

from catalog import validators
from catalog.identifiers import InvalidIdentifier, parse_isrc, parse_iswc, parse_mbid


@pytest.mark.parametrize(
    ("typed", "stored"),
    [
        ("AA6Q72000047", "AA6Q72000047"),  # https://isrc.ifpi.org/isrc-standard/structure
        ("ISRC AA-6Q7-20-00047", "AA6Q72000047"),  # the same page: "visually presented as"
        ("gb-emi-03-00013", "GBEMI0300013"),  # the example of Wikipedia's article
        ("US\u2011RC1\u201376\u201407839", "USRC17607839"),
        (" us rc1 76 07839\u200b\n", "USRC17607839"),
        ("ISRC: ISRC12345678", "ISRC12345678"),
        ("ISRC12345678", "ISRC12345678"),
    ],
)
def test_an_isrc_is_read_with_hyphens_spaces_and_small_letters(typed: str, stored: str) -> None:
    assert parse_isrc(typed) == stored


@pytest.mark.parametrize(
    ("typed", "stored"),
    [
        ("T-034.524.680-1", "T0345246801"),  # the worked example of Wikipedia's article
        ("t-000.000.001-0", "T0000000010"),  # Dancing Queen, the first that was assigned
        ("ISWC T-345.246.800-3", "T3452468003"),
    ],
)
def test_an_iswc_is_read_with_hyphens_dots_and_a_small_letter(typed: str, stored: str) -> None:
    assert parse_iswc(typed) == stored


def test_an_mbid_is_read_in_capitals_and_without_hyphens() -> None:
    mbid = UUID(
        "83d91898-7763-47d7-b03b-b92132375c47"
    )  # https://musicbrainz.org/artist/83d91898-7763-47d7-b03b-b92132375c47

    assert parse_mbid(str(mbid)) == parse_mbid(mbid.hex.upper()) == parse_mbid(f" {mbid} ") == mbid


@pytest.mark.parametrize(
    ("parse", "typed", "message"),
    [
        (parse_isrc, "", "12 characters are missing: the ISRC has 12 characters, and this has 0."),
        (parse_isrc, "US-RC1-76-0783", "A digit is missing: the ISRC has 12 characters, and this has 11."),
        (parse_isrc, "US-RC1-76-078399", "A digit is too many: the ISRC has 12 characters, and this has 13."),
        (parse_isrc, "1S-RC1-76-07839", "Character 1 is “1”, where this ISRC needs a letter."),
        (parse_isrc, "US-RC1-76-O7839", "Character 8 is “O”, where this ISRC needs a digit."),
        (parse_isrc, "US-RÇ1-76-07839", "Character 4 is “Ç”, where this ISRC needs a letter or a digit."),
        (parse_isrc, "US-RC1-76-0783٩", "Character 12 is “٩”, where this ISRC needs a digit."),
        (parse_iswc, "T-034.524.68-1", "A digit is missing: the ISWC has 11 characters, and this has 10."),
        (parse_iswc, "7-034.524.680-1", "Character 1 is “7”, where this ISWC needs T."),
        (
            parse_iswc,
            "T-034.524.680-2",
            "The last digit should be 1, if the others are right: check for a typing mistake.",
        ),
        (parse_mbid, "83d91898-7763-47d7-b03b-b92132375c4", "A character is missing: the MBID has 32"),
        (parse_mbid, "83g91898-7763-47d7-b03b-b92132375c47", "needs a digit or a letter from A to F."),
        (parse_mbid, "00000000-0000-0000-0000-000000000000", "zeros"),
    ],
)
def test_a_mistake_is_told_in_plain_words(parse: Callable[[str], object], typed: str, message: str) -> None:
    with pytest.raises(InvalidIdentifier) as raised:
        parse(typed)

    assert message in str(raised.value)


@given(st.text(max_size=40))
def test_any_text_is_read_or_refused_and_what_was_read_is_read_again(text: str) -> None:
    for parse in (parse_isrc, parse_iswc, parse_mbid):
        try:
            stored = parse(text)
        except InvalidIdentifier:
            pass
        else:
            assert parse(str(stored)) == stored


@given(st.integers(0, 8), st.integers(1, 9))
def test_a_wrong_digit_of_an_iswc_is_found_where_its_weight_can_tell(place: int, change: int) -> None:
    """The weights 2, 4, 5, 6 and 8 share factors with 10, so some changes at these places pass."""
    digits = "034524680"
    other = str((int(digits[place]) + change) % 10)
    changed = digits[:place] + other + digits[place + 1 :]
    seen = (place + 1) * (int(other) - int(digits[place])) % 10 != 0

    if seen:
        with pytest.raises(InvalidIdentifier, match="last digit should be"):
            parse_iswc(f"T{changed}1")
    else:
        assert parse_iswc(f"T{changed}1") == f"T{changed}1"


def test_a_model_stores_the_one_form_only() -> None:
    validators.validate_isrc("AA6Q72000047")
    validators.validate_iswc("T0345246801")

    with pytest.raises(ValidationError, match="Write it as AA6Q72000047"):
        validators.validate_isrc("aa-6q7-20-00047")
    with pytest.raises(ValidationError, match="last digit should be 1"):
        validators.validate_iswc("T0345246802")
