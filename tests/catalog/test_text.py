"""When two titles are one."""

import hashlib

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from catalog import text


@pytest.mark.parametrize(
    ("said", "same"),
    [
        ("Night Train", "night train"),
        ("  Night \t Train\n", "night train"),
        ("Straße", "STRASSE"),
        ("ﬁre", "Fire"),
        ("Ａｄａ", "ada"),
        ("Cafe\u0301", "caf\u00e9"),
        ("a\u00a0b", "a b"),
        ("a\x1fb", "a b"),
    ],
)
def test_one_title_written_in_two_ways_is_one_title(said: str, same: str) -> None:
    assert text.normalise(said) == text.normalise(same)


def test_different_titles_stay_different() -> None:
    assert text.normalise("Café") != text.normalise("Cafe")


def test_the_key_is_what_other_systems_can_compute() -> None:
    assert text.key("Night  Train", "ADA") == hashlib.sha256(b"night train\x1fada").digest()


@settings(deadline=None)
@given(st.text(), st.text(), st.text(), st.text())
def test_title_and_credit_cannot_run_into_each_other(title: str, credit: str, title2: str, credit2: str) -> None:
    same = (text.normalise(title), text.normalise(credit)) == (text.normalise(title2), text.normalise(credit2))

    assert (text.key(title, credit) == text.key(title2, credit2)) == same


@settings(deadline=None)
@given(st.text())
def test_no_separator_survives_in_a_text(said: str) -> None:
    assert text.SEPARATOR not in text.normalise(said)
