"""Identifiers of parties are read as people type them, and typing mistakes are found by their check digits."""

from collections.abc import Callable

import pytest
from django.core.exceptions import ValidationError
from hypothesis import given
from hypothesis import strategies as st

from catalog.identifiers import InvalidIdentifier
from rights import validators
from rights.identifiers import parse_dpid, parse_ipi, parse_isni

# Where each stands: ISNI in the Wikipedia articles on the standard (English, Turkish), 0000-0002-1825-0097 and
# 0000-0002-1694-233X in ORCID's documentation of the check digit; IPI in the Wikipedia article "Interested Parties
# Information"; DPID in DDEX's knowledge base ("DPID registry", "Communication of identifiers in DDEX messages").
PUBLISHED = [
    (parse_isni, "0000 0001 2150 090X", "000000012150090X"),
    (parse_isni, "ISNI 0000 0001 2146 438x", "000000012146438X"),
    (parse_isni, "0000-0002-1825-0097", "0000000218250097"),
    (parse_isni, "0000-0002-1694-233X", "000000021694233X"),
    (parse_ipi, "00045620792", "00045620792"),
    (parse_ipi, "00052210040", "00052210040"),
    (parse_ipi, "00334284961", "00334284961"),
    (parse_ipi, "IPI 00014107338", "00014107338"),
    (parse_ipi, "14107338", "00014107338"),
    (parse_ipi, "334284961", "00334284961"),
    (parse_dpid, "PA-DPIDA-2014122301-Q", "PADPIDA2014122301Q"),
    (parse_dpid, "padpida3897722461g", "PADPIDA3897722461G"),
    (parse_dpid, "DPID: PADPIDA3897722461G", "PADPIDA3897722461G"),
]


@pytest.mark.parametrize(("parse", "typed", "stored"), PUBLISHED)
def test_a_published_identifier_is_read(parse: Callable[[str], str], typed: str, stored: str) -> None:
    assert parse(typed) == stored


@pytest.mark.parametrize(
    ("parse", "typed", "message"),
    [
        (parse_isni, "0000 0001 2150 090", "A digit is missing: the ISNI has 16 characters, and this has 15."),
        (parse_isni, "0000 0001 2150 0900 12", "2 digits are too many: the ISNI has 16 characters, and this has 18."),
        (parse_isni, "0000 0001 2150 09OX", "Character 15 is “O”, where this ISNI needs a digit."),
        (parse_isni, "0000 0001 2150 090Y", "Character 16 is “Y”, where this ISNI needs a digit or X."),
        (parse_isni, "0000 0001 2150 0900", "The last character should be X, if the others are right"),
        (parse_isni, "0000 0002 1825 0096", "The last digit should be 7, if the others are right"),
        (parse_isni, "0" * 16, "The last digit should be 1"),
        (parse_ipi, "0004562079", "A digit is missing: the IPI has 11 characters, and this has 10."),
        (parse_ipi, "45620793", "3 digits are missing: the IPI has 11 characters, and this has 8."),
        (parse_ipi, "00045620793", "The last two digits should be 92, if the others are right"),
        (parse_ipi, "0" * 11, "An IPI of zeros only stands for nobody."),
        (parse_ipi, "", "11 characters are missing"),
        (parse_dpid, "PA-DPIDA-2014122301", "A character is missing: the DPID has 18 characters, and this has 17."),
        (parse_dpid, "PA-DPIDB-2014122301-Q", "Character 7 is “B”, where this DPID needs A."),
        (parse_dpid, "PA-DPIDA-2014122302-Q", "The last character should be "),
    ],
)
def test_a_mistake_is_told_in_plain_words(parse: Callable[[str], str], typed: str, message: str) -> None:
    with pytest.raises(InvalidIdentifier) as raised:
        parse(typed)

    assert message in str(raised.value)


@pytest.mark.parametrize(("parse", "typed", "stored"), PUBLISHED)
@given(data=st.data())
def test_one_wrong_character_is_always_found(
    parse: Callable[[str], str], typed: str, stored: str, data: st.DataObject
) -> None:
    place = data.draw(st.integers(0, len(stored) - 1))
    other = data.draw(st.sampled_from("0123456789X").filter(lambda character: character != stored[place]))

    with pytest.raises(InvalidIdentifier):
        parse(stored[:place] + other + stored[place + 1 :])


@pytest.mark.parametrize(("parse", "typed", "stored"), [each for each in PUBLISHED if each[0] is not parse_dpid])
def test_two_neighbours_in_the_wrong_order_are_always_found(
    parse: Callable[[str], str], typed: str, stored: str
) -> None:
    """MOD 37,36, which a DPID uses, misses a few of them."""
    for place in range(len(stored) - 1):
        left, right = stored[place : place + 2]
        if left != right:
            with pytest.raises(InvalidIdentifier):
                parse(stored[:place] + right + left + stored[place + 2 :])


@given(st.text(max_size=40))
def test_any_text_is_read_or_refused_and_what_was_read_is_read_again(text: str) -> None:
    for parse in (parse_isni, parse_ipi, parse_dpid):
        try:
            stored = parse(text)
        except InvalidIdentifier:
            pass
        else:
            assert parse(stored) == stored


def test_a_model_stores_the_one_form_only() -> None:
    validators.validate_isni("000000012150090X")
    validators.validate_ipi("00052210040")
    validators.validate_dpid("PADPIDA2014122301Q")

    with pytest.raises(ValidationError, match="Write it as 00052210040"):
        validators.validate_ipi("52210040")
    with pytest.raises(ValidationError, match="last character should be X"):
        validators.validate_isni("0000000121500900")
    with pytest.raises(ValidationError, match="Write it as PADPIDA2014122301Q"):
        validators.validate_dpid("PA-DPIDA-2014122301-Q")
