"""Titles are compared by their keys."""

import hashlib

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from catalog import text_keys


@pytest.mark.parametrize(
    ("title", "same"),
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
def test_a_title_written_in_two_ways_is_the_same_title(title: str, same: str) -> None:
    assert text_keys.normalise(title) == text_keys.normalise(same)


def test_different_titles_stay_different() -> None:
    assert text_keys.normalise("Café") != text_keys.normalise("Cafe")


def test_the_key_is_a_hash_that_other_systems_can_compute() -> None:
    assert text_keys.compute("Night  Train", "ADA") == hashlib.sha256(b"night train\x1fada").digest()


@settings(deadline=None)
@given(st.text(), st.text(), st.text(), st.text())
def test_title_and_credit_cannot_run_into_each_other(title: str, credit: str, title2: str, credit2: str) -> None:
    same = (text_keys.normalise(title), text_keys.normalise(credit)) == (
        text_keys.normalise(title2),
        text_keys.normalise(credit2),
    )

    assert (text_keys.compute(title, credit) == text_keys.compute(title2, credit2)) == same


@settings(deadline=None)
@given(st.text())
def test_no_separator_survives_in_a_text(text: str) -> None:
    assert text_keys.FIELD_SEPARATOR not in text_keys.normalise(text)
