"""The tags and filters of fanfare.py: marks, times, numbers, names and sleeves."""

from dataclasses import astuple
from typing import Any

import pytest
from django.template import Context, Template
from django.utils import timezone

from catalog.models import Artist
from config import BASE_DIR
from fans.models import Experience, Mark
from fans.moment_text import ordinal
from fans.templatetags import fanfare
from tests.pages.html_page import HOSTILE_NAME, HTMLPage


@pytest.mark.parametrize(("number", "text"), [(1, "1"), (9999, "9999"), (10_000, "10k"), (12_345_678, "12m")])
def test_a_short_number_has_at_most_four_characters(number: int, text: str) -> None:
    assert fanfare.short_number(number) == text


@pytest.mark.parametrize(("number", "width"), [(7, "1"), (100, "3"), (12_345_678, "3")])
def test_a_figure_says_how_many_characters_it_has(number: int, width: str) -> None:
    printed = f'<span class="sleeve-figure" data-chars="{width}">{fanfare.short_number(number)}</span>'

    assert fanfare.sleeve_figure(number) == printed


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("Salt Radio", "Salt Radio"),
        ("Salt Radio, live", "Salt Radi…"),
        ("x\u0301" * 10, "x\u0301" * 10),  # ten visible characters of two code points each: nothing is cut
        ("<b>" * 9, "<b><b><b>…"),
    ],
)
def test_a_long_text_is_cut_by_visible_characters(text: str, shown: str) -> None:
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
def test_the_sleeve_shows_the_moment(why: dict[str, Any] | None, sleeve: tuple[Any, ...]) -> None:
    experience = Experience(artist=Artist(name="Mara Veil"), why=why)

    assert astuple(fanfare.sleeve(experience)) == sleeve


def test_the_sleeve_of_a_withdrawn_experience_names_no_recording() -> None:
    why = {"moment": "first_listen", "nth": 1, "recording": "Salt Radio"}
    gone = Experience(artist=Artist(name="Mara Veil"), why=why, withdrawn_at=timezone.now())

    assert astuple(fanfare.sleeve(gone)) == ("bell", "Taken back", "", 1)


@pytest.mark.parametrize("mark", Mark)
def test_each_mark_has_a_text_a_shape_and_a_colour(mark: Mark) -> None:
    words = mark.text(HOSTILE_NAME)

    drawn = fanfare.mark(mark.value, words)
    page = HTMLPage(drawn)

    assert len(page.all("span", class_="mark", data_made=mark.value)) == 1
    assert page.words == " ".join(words.split())
    assert fanfare.icon(f"m-{mark}") in drawn
    assert f'data-made="{mark}"' in (BASE_DIR / "static/components.css").read_text()


def test_no_two_marks_have_the_same_shape() -> None:
    shapes = [fanfare.icon(f"m-{mark}") for mark in Mark.values]

    assert len(set(shapes)) == len(Mark.values)


@pytest.mark.parametrize(
    ("number", "text"),
    [(1, "1st"), (2, "2nd"), (3, "3rd"), (11, "11th"), (22, "22nd"), (113, "113th"), (1000, "1,000th")],
)
def test_ordinals(number: int, text: str) -> None:
    assert ordinal(number) == text


@pytest.mark.parametrize(
    ("name", "letters"),
    [
        ("Zeynep Aydın", "ZA"),
        ("ana", "A"),
        ("Тиха Вода", "ТВ"),
        ("ليلى", "ل"),
        ("👩‍🎤", "·"),
        ("", "·"),
        ("A b c d", "AD"),
        ("<script>alert(1)</script>", "S"),
        ("¡Ándale!", "Á"),
    ],
)
def test_initials_in_any_script(name: str, letters: str) -> None:
    assert fanfare.initials(name) == letters


def test_scripts_without_capitals_are_tall() -> None:
    names = ("Mara Veil", "ÅSA", "Тиха Вода", "سُهى البحر", "नीला", "海辺")

    assert [fanfare.has_tall_script(name) for name in names] == [False, False, False, True, True, True]


def test_a_barcode_draws_the_bits_of_a_commitment() -> None:
    assert fanfare.barcode_path("a0") == "M0 0h40v56h-40zM80 0h40v56h-40z"
    assert fanfare.barcode_path("") == ""
    assert fanfare.barcode_path("f" * 64) == "M0 0h320v56h-320z"


def test_a_time_is_shown_in_the_time_zone_of_the_reader() -> None:
    html = Template("{% load fanfare %}{% local_time when %} {% local_time when 'full' %} {% local_time nothing %}")
    context = Context({"when": "2024-11-01T13:00:00+01:00", "nothing": None})

    assert html.render(context) == (
        '<time datetime="2024-11-01T12:00:00+00:00">1 Nov 2024, 12:00 UTC</time> '
        '<time datetime="2024-11-01T12:00:00+00:00">1 Nov 2024, 12:00:00 UTC</time> '
    )
    with timezone.override("America/New_York"):
        assert html.render(context) == (
            '<time datetime="2024-11-01T12:00:00+00:00">1 Nov 2024, 08:00</time> '
            '<time datetime="2024-11-01T12:00:00+00:00">1 Nov 2024, 08:00:00 GMT−4</time> '
        )
