from collections import Counter
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ai import guard
from ai.facts import Facts, format_facts
from ai.guard import Finding, check_text, check_words
from ai.names import safe_name, safe_title
from ai.unicode import script_of
from ai.wording import Wording
from tests.ai.samples import FACTS, facts_from_json, load_rows

NAMES, MESSAGES = load_rows("names.jsonl"), load_rows("messages.jsonl")
SUBTLE = ("subtle", "unforeseen")
"""The patterns are not expected to find these. Only a person finds the first kind."""


def check_row(row: dict[str, Any]) -> list[Finding]:
    wording = Wording.parse(row["wording"]) if "wording" in row else None
    return check_text(row["text"], facts_from_json(row["facts"]), wording=wording)


def check_row_as_model(row: dict[str, Any]) -> list[Finding]:
    known = facts_from_json(row["facts"])
    masked, wrong = guard._mask_known_values(row["text"], known, format_facts(known, "en"))
    return [*wrong, *check_words(masked, known, strict=True), *check_row(row)]


def test_the_labelled_sets_are_broad() -> None:
    scripts = {script_of(letter) for row in NAMES if row["ok"] for letter in row["name"]} - {"COMMON", "INHERITED"}

    assert len(scripts) >= 20
    assert min(Counter(row["ok"] for row in NAMES).values()) >= 200
    assert Counter(row["ok"] for row in MESSAGES)[True] >= 70
    assert Counter(row["ok"] for row in MESSAGES)[False] >= 150


def test_no_bad_name_is_repeated() -> None:
    assert [row for row in NAMES if not row["ok"] and safe_name(row["name"]) is not None] == []


def test_few_good_names_are_left_out() -> None:
    good = [row for row in NAMES if row["ok"]]

    assert len([row for row in good if safe_name(row["name"]) is None]) <= 0.03 * len(good)


def test_no_bad_message_of_a_known_kind_passes() -> None:
    bad = [row for row in MESSAGES if not row["ok"] and row["class"] not in SUBTLE]

    assert [row["text"] for row in bad if check_row(row) == []] == []


def test_few_good_messages_are_refused() -> None:
    good = [row for row in MESSAGES if row["ok"]]

    assert len([row for row in good if check_row(row)]) <= 0.03 * len(good)


def test_a_signed_wording_is_never_refused() -> None:
    assert [row["text"] for row in MESSAGES if row["class"] == "signed" and check_row(row)] == []


def test_unforeseen_words_of_a_model_are_found() -> None:
    """Thirty texts were written after the patterns, which find only eight of them."""
    unforeseen = [row for row in MESSAGES if row["class"] == "unforeseen"]

    assert len([row for row in unforeseen if check_row_as_model(row)]) >= 0.9 * len(unforeseen)


@pytest.mark.parametrize(
    ("raw", "name"),
    [
        ("  Ana  ", "Ana"),
        ("Ana\r\n", "Ana"),
        ("Ａｎａ", "Ana"),
        ("𝓐𝓷𝓪", "Ana"),
        ("O´Neill", "O’Neill"),
        ("Jose\u0301", "José"),
        ("渡邊\U000e0101", "渡邊"),
        ("علی\u200cرضا", "علی\u200cرضا"),
        ("™", "TM"),
        (None, None),
        ("", None),
        ("A\u200cna", None),
        ("\u200cعلی", None),
    ],
)
def test_a_name_is_written_as_people_write_it(raw: str | None, name: str | None) -> None:
    assert safe_name(raw) == name


@given(st.text(max_size=200))
def test_no_name_raises_and_a_safe_name_stays_the_same(raw: str) -> None:
    name = safe_name(raw)

    assert name is None or (safe_name(name) == name and 0 < len(name) <= 48 and "\u2068" not in name)


@pytest.mark.parametrize(
    ("raw", "title"),
    [
        ("99 Luftballons", "99 Luftballons"),
        ("867-5309/Jenny", "867-5309/Jenny"),
        ("Fuck You", "Fuck You"),
        ("S.O.S.", "S.O.S."),
        ("π", "π"),
        ("♥", "♥"),
        ("÷", "÷"),
        ("See me at nova.com", None),
        ("https://nova.example", None),
        ("Night\u202eSong", None),
        ("Night\nSong", None),
        ("Night\u200bSong", None),
        ("\ud800", None),
        ("...", "..."),
        ("!!!", "!!!"),
        ("???", "???"),
        ("…", "…"),
        ("\u0301", None),
        ("\u3000", None),
        ("x" * 121, None),
        (None, None),
    ],
)
def test_a_title_may_hold_anything_but_links_and_hidden_characters(raw: str | None, title: str | None) -> None:
    assert safe_title(raw) == title


@given(st.text(max_size=300))
def test_no_text_raises(text: str) -> None:
    assert isinstance(check_text(text, FACTS), list)


def test_a_finding_says_what_and_where() -> None:
    assert check_text("Thank you, Ana, for 101 listens.", FACTS) == [Finding("number", "101", 20)]


def test_a_signed_text_that_is_too_long_is_found() -> None:
    wording = Wording.parse({"locale": "en", "templates": ["Thank you. " * 20]})

    assert check_text("Thank you. " * 20, FACTS, limit=100, wording=wording) == [
        Finding("length", "220 characters; at most 100", 100)
    ]


def test_a_text_that_is_too_long_is_not_checked_further() -> None:
    """A million letters in one word would keep a process busy for hours."""
    assert [finding.code for finding in check_text("w" * 1_000_000, FACTS)] == ["length"]


@pytest.mark.parametrize(
    ("text", "codes"),
    [
        ("Thank you, \u2068Ana\u2069, for listening.", set()),
        ("Thank you, \u2068Ana, for listening.", {"direction"}),
        ("Thank you, Ana\u2069, for listening.", {"direction"}),
        ("Thank you, \u2068\u2068Ana\u2069\u2069, for listening.", {"direction"}),
        ("Thank you, \u2068you\u2069, for listening.", {"direction"}),
    ],
)
def test_isolates_are_allowed_in_pairs_around_known_values(text: str, codes: set[str]) -> None:
    assert {finding.code for finding in check_text(text, FACTS)} == codes


def test_a_song_of_small_words_does_not_hide_the_sentence() -> None:
    known = Facts(artist="Mara", song="you")

    assert [finding.code for finding in check_text("I love you, and thank you for listening.", known)] == ["romance"]


def test_names_and_numbers_of_the_signed_wording_may_be_used() -> None:
    wording = Wording.parse({"locale": "en", "templates": ["From Lisbon, since 1999: thank you for “Night Bus”."]})

    assert check_text("Thank you for “Night Bus”, from Lisbon, since 1999.", FACTS, wording=wording) == []
    assert [f.code for f in check_text("Thank you for “Night Bus”, from Lisbon, since 1999.", FACTS)] == [
        "title",
        "name",
        "name",
        "name",
        "number",
    ]


def test_free_text_in_another_language_does_not_pass() -> None:
    wording = Wording.parse({"locale": "pt", "templates": ["Obrigada."]})

    assert [finding.code for finding in check_text("Obrigada por tudo.", FACTS, wording=wording)] == [
        "language",
        "language",
    ]
