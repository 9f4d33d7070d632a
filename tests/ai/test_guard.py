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
"""What the rules alone are not expected to find; nothing but a person finds the first."""


def check_row(row: dict[str, Any]) -> list[Finding]:
    wording = Wording.parse(row["wording"]) if "wording" in row else None
    return check_text(row["text"], facts_from_json(row["facts"]), wording=wording)


def check_row_as_model(row: dict[str, Any]) -> list[Finding]:
    known = facts_from_json(row["facts"])
    blanked, wrong = guard._mask_known_values(row["text"], known, format_facts(known, "en"))
    return [*wrong, *check_words(blanked, known, strict=True), *check_row(row)]


def test_the_sets_are_as_broad_as_they_claim() -> None:
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


def test_what_a_principal_signed_is_never_refused() -> None:
    assert [row["text"] for row in MESSAGES if row["class"] == "signed" and check_row(row)] == []


def test_a_models_words_are_doubted_where_no_rule_was_written_for_them() -> None:
    """Thirty texts written after the rules, of which the rules alone find eight."""
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
def test_no_name_raises_and_what_passes_is_safe_already(raw: str) -> None:
    name = safe_name(raw)

    assert name is None or (safe_name(name) == name and 0 < len(name) <= 32 and "\u2068" not in name)


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
        ("...", None),
        ("x" * 121, None),
        (None, None),
    ],
)
def test_a_title_is_the_artists_own_business_but_leads_nowhere(raw: str | None, title: str | None) -> None:
    assert safe_title(raw) == title


@given(st.text(max_size=300))
def test_no_text_raises(text: str) -> None:
    assert isinstance(check_text(text, FACTS), list)


def test_a_finding_says_what_and_where() -> None:
    assert check_text("Thank you, Ana, for 101 listens.", FACTS) == [Finding("number", "101", 20)]


def test_a_text_that_is_too_long_is_found_even_when_signed() -> None:
    wording = Wording.parse({"locale": "en", "templates": ["Thank you. " * 20]})

    assert check_text("Thank you. " * 20, FACTS, limit=100, wording=wording) == [
        Finding("length", "220 characters; at most 100", 100)
    ]


def test_of_a_text_that_is_too_long_nothing_else_is_looked_at() -> None:
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
def test_isolates_stand_in_pairs_around_what_is_known(text: str, codes: set[str]) -> None:
    assert {finding.code for finding in check_text(text, FACTS)} == codes


def test_a_song_of_small_words_does_not_hide_the_sentence() -> None:
    known = Facts(artist="Mara", song="you")

    assert [finding.code for finding in check_text("I love you, and thank you for listening.", known)] == ["romance"]


def test_the_signed_words_own_names_and_numbers_may_be_used() -> None:
    wording = Wording.parse({"locale": "en", "templates": ["From Lisbon, since 1999: thank you for “Night Bus”."]})

    assert check_text("Thank you for “Night Bus”, from Lisbon, since 1999.", FACTS, wording=wording) == []
    assert [f.code for f in check_text("Thank you for “Night Bus”, from Lisbon, since 1999.", FACTS)] == [
        "title",
        "name",
        "name",
        "name",
        "number",
    ]


def test_free_text_in_a_language_that_is_not_judged_does_not_pass() -> None:
    wording = Wording.parse({"locale": "pt", "templates": ["Obrigada."]})

    assert [finding.code for finding in check_text("Obrigada por tudo.", FACTS, wording=wording)] == [
        "language",
        "language",
    ]
