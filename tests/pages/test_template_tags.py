"""What a sleeve says of the moment that earned it, and what fits on it."""

from dataclasses import astuple
from typing import Any

import pytest
from django.utils import timezone

from catalog.models import Artist
from fans.models import Experience
from fans.templatetags import fanfare


@pytest.mark.parametrize(("number", "said"), [(1, "1"), (9999, "9999"), (10_000, "10k"), (12_345_678, "12m")])
def test_a_sleeve_has_room_for_four(number: int, said: str) -> None:
    assert fanfare.short_number(number) == said


@pytest.mark.parametrize(("number", "width"), [(7, "1"), (100, "3"), (12_345_678, "3")])
def test_a_numeral_knows_how_wide_it_is(number: int, width: str) -> None:
    printed = f'<span class="sleeve-figure" data-chars="{width}">{fanfare.short_number(number)}</span>'

    assert fanfare.sleeve_figure(number) == printed


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("Salt Radio", "Salt Radio"),
        ("Salt Radio, live", "Salt Radi…"),
        ("x\u0301" * 10, "x\u0301" * 10),  # ten letters in twenty characters: nothing is cut from what is read
        ("<b>" * 9, "<b><b><b>…"),
    ],
)
def test_a_long_text_is_clipped_by_what_is_read(text: str, shown: str) -> None:
    assert fanfare.clip(text, 10) == shown


@pytest.mark.parametrize(
    ("why", "sleeve"),
    [
        ({"moment": "nth_listen", "nth": 100, "recording": "Salt Radio"}, ("bell", "100th listen", "Salt Radio", 100)),
        ({"moment": "nth_listen", "nth": 2, "recording": None}, ("bell", "2nd listen", "Mara Veil", 2)),
        ({"moment": "first_listen", "nth": 1, "recording": None}, ("sun", "First listen", "Mara Veil", 1)),
        (None, ("bars", "Mara Veil", "", None)),  # erased
    ],
)
def test_the_moment_that_earned_it_is_the_artwork(why: dict[str, Any] | None, sleeve: tuple[Any, ...]) -> None:
    experience = Experience(artist=Artist(name="Mara Veil"), why=why)

    assert astuple(fanfare.sleeve(experience)) == sleeve


def test_what_was_taken_back_says_so_and_not_what_it_was_about() -> None:
    why = {"moment": "first_listen", "nth": 1, "recording": "Salt Radio"}
    gone = Experience(artist=Artist(name="Mara Veil"), why=why, withdrawn_at=timezone.now())

    assert astuple(fanfare.sleeve(gone)) == ("bell", "Taken back", "", 1)
