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


@pytest.mark.parametrize(
    ("title", "same"),
    [
        *((f"Don{apostrophe}t Stop", "don't stop") for apostrophe in "’‘´`ʼʻ′＇"),
        *((f"{opening}Heroes{closing}", '"heroes"') for opening, closing in ("“”", "„“", "«»", "＂＂")),
        *((f"Up{dash}Down", "up-down") for dash in "‐‑‒–—―−﹣－"),
        ("Night\u200b Tra\u00adin", "night train"),
        ("\ufeffNight Train\u200e", "night train"),
        ("\u202bNight\u2060 \u200dTrain\u202c\x07", "night train"),
        ("e\u200b\u0301t\u00e9", "été"),
        ("I ❤\ufe0f Trains", "i ❤ trains"),
        ("İSTANBUL", "istanbul"),
        ("Işık", "işik"),
        ("ISI", "ısı"),
        ("I\u0307zmir", "izmir"),
    ],
)
def test_typography_invisible_characters_and_the_turkish_i_make_no_difference(title: str, same: str) -> None:
    assert text_keys.fold(title) == text_keys.fold(same)
    assert text_keys.compute(title, "Ada") == text_keys.compute(same, "Ada")
    assert text_keys.compute("Night Train", title) == text_keys.compute("Night Train", same)


@pytest.mark.parametrize(
    ("title", "other"),
    [("Café", "Cafe"), ("Up-Down", "Up Down"), ("Don't", "Dont"), ("“It”", "'It'"), ("!!!", "???"), ("Ağ", "Ag")],
)
def test_different_titles_stay_different(title: str, other: str) -> None:
    assert text_keys.fold(title) != text_keys.fold(other)


@settings(max_examples=500)
@given(st.text())
def test_a_folded_text_folds_to_itself(text: str) -> None:
    assert text_keys.fold(text_keys.fold(text)) == text_keys.fold(text)


@settings(max_examples=500)
@given(st.text(st.characters(codec="utf-8", exclude_characters="´\u1ffd″‶")))  # of these NFKC makes other characters
def test_what_was_the_same_text_by_an_older_version_still_is(text: str) -> None:
    assert text_keys.fold(text_keys.normalise(text)) == text_keys.fold(text)


def test_the_key_is_a_hash_that_other_systems_can_compute() -> None:
    assert text_keys.compute("Night  Train—1", "ADA") == hashlib.sha256(b"night train-1\x1fada").digest()


def test_the_keys_of_older_versions_can_still_be_computed() -> None:
    first = hashlib.sha256("don’t stop\x1fada".encode()).digest()

    assert text_keys.compute("Don’t  STOP", "Ada", 1) == first
    assert text_keys.compute_older("Don’t  STOP", "Ada") == (first,)
    assert text_keys.compute_older("Don't  STOP", "Ada") is None  # all versions agree


@given(st.text(), st.text(), st.text(), st.text())
def test_title_and_credit_cannot_run_into_each_other(title: str, credit: str, title2: str, credit2: str) -> None:
    same = (text_keys.fold(title), text_keys.fold(credit)) == (text_keys.fold(title2), text_keys.fold(credit2))

    assert (text_keys.compute(title, credit) == text_keys.compute(title2, credit2)) == same


@given(st.text())
def test_no_separator_survives_in_a_text(text: str) -> None:
    assert all(text_keys.FIELD_SEPARATOR not in same(text) for same in text_keys.VERSIONS.values())
