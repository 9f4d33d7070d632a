"""Text direction and isolates."""

import pytest

from ai.unicode import isolate, isolated_value_pattern, strip_isolates, text_direction


@pytest.mark.parametrize(
    ("language_tag", "direction"),
    [
        ("ar", "rtl"),
        ("he", "rtl"),
        ("fa-IR", "rtl"),
        ("en", "ltr"),
        ("pt_BR", "ltr"),
        ("xx-Nowhere", "ltr"),
        ("", "ltr"),
    ],
)
def test_a_language_is_written_in_one_direction(language_tag: str, direction: str) -> None:
    assert text_direction(language_tag) == direction


def test_isolates_are_put_around_a_value_and_taken_away_again() -> None:
    assert isolate("Ana") == "\u2068Ana\u2069"
    assert strip_isolates(isolate("Ana")) == strip_isolates("Ana") == "Ana"


@pytest.mark.parametrize(
    ("text", "found"), [("Hi \u2068Ana\u2069!", "\u2068Ana\u2069"), ("Hi Ana", "Ana"), ("Hi Anam", None)]
)
def test_a_value_is_found_with_and_without_isolates(text: str, found: str | None) -> None:
    match = isolated_value_pattern("Ana").search(text)

    assert (match and match.group()) == found
