import pytest
from hypothesis import given
from hypothesis import strategies as st

from ai.evaluation.figures import (
    count_good_messages,
    count_injections,
    count_names,
    count_statements,
    judge,
    total,
)
from ai.evaluation.labelled import SIGNED, UNGATED, load_messages, load_names
from ai.facts import Facts
from ai.findings import Finding, hard, soft
from ai.guard import check_text
from ai.names import safe_name, safe_title
from ai.wording import Wording
from tests.ai.samples import FACTS


def test_no_bad_name_is_repeated() -> None:
    assert [name.name for name in load_names("fixed") if not name.ok and safe_name(name.name) is not None] == []


def test_few_good_names_are_left_out() -> None:
    assert total("good", count_names("fixed", ok=True)).rate <= 0.03


def test_every_bad_message_of_a_hard_class_has_a_hard_finding() -> None:
    bad = [message for message in load_messages("fixed") if not message.is_good and message.kind not in UNGATED]

    assert [message.text for message in bad if not hard(judge(message.text, message.scene))] == []


def test_few_good_messages_have_a_finding() -> None:
    assert total("hard", count_good_messages("fixed", hard)).rate <= 0.03
    assert total("soft", count_good_messages("fixed", soft)).rate <= 0.20


def test_false_facts_and_injections_have_a_hard_finding_and_true_facts_none() -> None:
    assert {figure.rate for figure in count_statements("fixed", ok=False)} == {1.0}
    assert {figure.rate for figure in count_statements("fixed", ok=True)} == {0.0}
    assert {figure.rate for figure in count_injections("fixed")} == {1.0}


def test_a_signed_wording_is_never_refused() -> None:
    assert [m.text for m in load_messages("fixed") if m.kind == SIGNED and judge(m.text, m.scene)] == []


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


LISBON = Wording.parse({"locale": "en", "templates": ["See you in Lisbon. Since 1999: thank you[, {name}]! 🌊 Zephyr"]})


def test_a_whole_signed_sentence_silences_what_is_hard() -> None:
    assert check_text("Thank you for listening. See you in Lisbon.", FACTS, wording=LISBON) == []
    assert check_text("Thank you for listening. Since 1999: thank you, Ana!", FACTS, wording=LISBON) == []


@pytest.mark.parametrize(
    ("text", "codes"),
    [
        ("See you in Lisbon, Ana.", ["meeting", "name"]),
        ("Thank you for listening since 1999.", ["number"]),
        ("Thank you for listening from Lisbon.", ["name"]),
    ],
)
def test_a_signed_word_in_another_sentence_does_not(text: str, codes: list[str]) -> None:
    assert [finding.code for finding in check_text(text, FACTS, wording=LISBON)] == codes


def test_a_signed_sentence_hides_nothing_beside_it() -> None:
    music = Wording.parse({"locale": "en", "templates": ["Thank you for the music."]})
    french = Wording.parse({"locale": "fr", "templates": ["Merci de tout cœur."]})

    assert check_text("See you in Lisbon. See you at the show, Ana.", FACTS, wording=LISBON) == [
        Finding("meeting", "See you at", 19)
    ]
    assert [f.code for f in hard(check_text("Thank you for the music.com/x", FACTS, wording=music))] == ["link"]
    assert [f.code for f in check_text("Merci de tout cœur. Je pense à toi.", FACTS, wording=french)] == ["language"]


def test_a_letter_that_grows_in_lower_case_moves_no_finding() -> None:
    found = check_text("İ. İ. İ. İ. I met you, Ana. See you in Lisbon.", FACTS, wording=LISBON)

    assert hard(found) == [Finding("meeting", "I met you", 12)]


@pytest.mark.parametrize(
    ("text", "codes"),
    [
        ("Thank you, Ana, for 'Kwame.", {"name", "word"}),
        ("Thank you, Ana, for _Kwame.", {"name", "word"}),
        ("Thank you, Ana, for each -zephyr.", {"word"}),
        ("Thank you, Ana, for each 1Привет.", {"number", "script"}),
    ],
)
def test_a_sign_or_a_digit_before_a_word_does_not_hide_it(text: str, codes: set[str]) -> None:
    assert {finding.code for finding in check_text(text, FACTS)} == codes


def test_a_finding_has_the_words_as_the_text_has_them() -> None:
    assert check_text("I know Ana.", FACTS) == [Finding("meeting", "I know Ana", 0)]
    assert Finding("title", "Low Zephyr", 21) in check_text("Thank you, Ana, for “Low Zephyr”.", FACTS)


def test_a_signed_word_silences_what_is_soft() -> None:
    assert [finding.code for finding in check_text("Thank you for each zephyr 🌊", FACTS)] == ["word", "tone"]
    assert check_text("Thank you for each zephyr 🌊", FACTS, wording=LISBON) == []


@pytest.mark.parametrize(
    ("locale", "text", "codes"),
    [
        ("de", "Danke für deine Ohren, Ana.", []),
        ("de", "Danke für diese Bügelfalte, Ana.", []),
        ("de", "Danke von Kwame, Ana.", ["name"]),
        ("de", "Ich vermisse dich, Ana.", ["romance"]),
        ("de", "Danke, Ana. I miss you so much, my darling.", ["meeting", "romance"]),
        ("es", "Gracias por escuchar, Ana.", []),
        ("es", "Gracias por tu visita a Lisboa, Ana.", ["name"]),
        ("es", "Te echo mucho de menos, Ana.", ["romance"]),
    ],
)
def test_claims_and_names_are_known_in_three_languages(locale: str, text: str, codes: list[str]) -> None:
    wording = Wording.parse({"locale": locale, "templates": ["{plays, one: x, other: x}"]})

    found = check_text(text, FACTS, wording=wording)

    assert [finding.code for finding in hard(found)] == codes


def test_a_principal_has_to_read_free_text_in_another_language() -> None:
    wording = Wording.parse({"locale": "pt", "templates": ["Obrigada."]})

    found = check_text("Obrigada por tudo.", FACTS, wording=wording)

    assert [(finding.code, finding.is_hard) for finding in found] == [("language", False)]
    assert found[0].reason == "The guard cannot judge this language, so only a principal can."


def test_every_finding_has_a_reason() -> None:
    found = {finding for message in load_messages("fixed") for finding in judge(message.text, message.scene)}

    assert len({finding.code for finding in found}) >= 18
    assert all(finding.reason.endswith(".") for finding in found)
