import hashlib
import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ai.exceptions import InvalidTemplate
from ai.facts import Facts, format_facts
from ai.previews import list_previews, plural_edges
from ai.wording import Wording, list_shapes, load_wording
from tests.ai.samples import FACTS, WORDING


def make_wording(*templates: str, **changes: Any) -> Wording:
    return Wording.parse({"locale": "en", "templates": list(templates), **changes})


def test_the_signed_text_does_not_depend_on_the_order_of_keys() -> None:
    fragments = {"closing": ["Bye."], "opening": ["Hi."]}
    one = {"locale": "en", "templates": ["{opening} {closing}"], "fragments": fragments}
    other = {"fragments": dict(reversed(fragments.items())), "templates": ["{opening} {closing}"], "locale": "en"}

    assert (
        Wording.parse(one).canonical()
        == Wording.parse(other).canonical()
        == (
            '{"fragments":{"closing":["Bye."],"opening":["Hi."]},"language":1,"locale":"en",'
            '"templates":["{opening} {closing}"]}'
        )
    )


@given(st.permutations(["a", "b", "c", "d"]))
def test_the_shape_hash_is_stable_under_key_order(names: list[str]) -> None:
    data = {"locale": "en", "templates": ["{a}{b}{c}{d}"], "fragments": {name: [f"{name}!"] for name in names}}

    read_again = Wording.parse(data)

    assert read_again.canonical() == (
        '{"fragments":{"a":["a!"],"b":["b!"],"c":["c!"],"d":["d!"]},"language":1,"locale":"en",'
        '"templates":["{a}{b}{c}{d}"]}'
    )
    assert read_again.digest == hashlib.sha256(read_again.canonical().encode()).hexdigest()


def test_a_signed_text_can_be_parsed_again() -> None:
    assert load_wording(WORDING.canonical()) == WORDING
    assert Wording.parse(json.loads(WORDING.canonical())).digest == WORDING.digest


def test_another_word_gives_another_hash() -> None:
    assert make_wording("Thank you.").digest != make_wording("Thank you!").digest


@pytest.mark.parametrize(
    ("data", "problem"),
    [
        ({"locale": "en", "templates": ["Hi {nam}"]}, "template 1: unknown slot {nam}"),
        ({"locale": "en", "templates": ["Hi", "Hi {nam}"]}, "template 2: unknown slot {nam}"),
        (
            {"locale": "en", "templates": ["Hi {end}"], "fragments": {"end": ["a", "{x}"]}},
            "fragment end, sentence 2: unknown slot {x}",
        ),
        (
            {"locale": "en", "templates": ["Hi {end}"], "fragments": {"end": ["{end}"]}},
            "fragment end, sentence 1: unknown slot {end}",
        ),
        ({"locale": "en", "templates": []}, "0 templates"),
        ({"locale": "en", "templates": ["Hi"] * 41}, "41 templates"),
        ({"locale": "xx-Nowhere", "templates": ["Hi"]}, "'xx-Nowhere' is no locale"),
        ({"locale": "", "templates": ["Hi"]}, "'' is no locale"),
        ({"locale": 7, "templates": ["Hi"]}, "the locale is a text"),
        ({"locale": "en", "templates": "Hi"}, "templates: a list of sentences"),
        ({"locale": "en", "templates": [7]}, "templates: a list of sentences"),
        ({"locale": "en", "templates": ["Hi"], "fragments": ["a"]}, "fragments are lists"),
        ({"locale": "en", "templates": ["Hi"], "fragments": {"name": ["a"]}}, "not that of a slot"),
        ({"locale": "en", "templates": ["Hi"], "fragments": {"a b": ["a"]}}, "lower-case letters"),
        ({"locale": "en", "templates": ["Hi"], "fragments": {"a": []}}, "0 sentences"),
        ({"locale": "en", "templates": ["Hi"], "colour": "red"}, "nothing else"),
        ({"locale": "en", "templates": ["Hi"], "language": 3}, "language 3"),
        ([], "a wording has a locale"),
        (None, "a wording has a locale"),
        ({"locale": "en", "templates": ["Hi {name}"]}, "a fan may have no name"),
        (
            {"locale": "en", "templates": ["Hi {a}"], "fragments": {"a": ["{name}"]}},
            "a fan may have no name",
        ),
        (
            {"locale": "en", "templates": ["mara{a}"], "fragments": {"a": [".com"]}},
            "template 1 with its fragments: link in it",
        ),
        (
            {
                "locale": "en",
                "templates": ["".join(f"{{{n}}}" for n in "abcdefghij")],
                "fragments": {n: ["a", "b", "c"] for n in "abcdefghij"},
            },
            "59049 combinations",
        ),
    ],
)
def test_an_invalid_wording_is_refused(data: Any, problem: str) -> None:
    with pytest.raises(InvalidTemplate) as refused:
        Wording.parse(data)

    assert problem in str(refused.value)


def test_every_shape_is_listed() -> None:
    shapes = list_shapes(make_wording("Hi[ {name}]! {end}", fragments={"end": ["Bye.", "Bye[, {name}]."]}))

    assert [shape.text for shape in shapes] == ["Hi {name}! Bye.", "Hi! Bye.", "Hi {name}! Bye, {name}.", "Hi! Bye."]


def test_previews_show_the_edges_of_every_shape() -> None:
    previews = {
        (preview.case, preview.text)
        for preview in list_previews(
            make_wording("{plays} {plays, one: listen, other: listens}[, {name}]"), artist="Mara"
        )
    }

    assert previews == {
        ("usual", "100 listens, Ana"),
        ("shortest", "2 listens, Y"),
        ("longest", "1,234,567 listens, Maximiliana Konstantinopoulou de Vasconcelos Sá"),
        ("other direction", "100 listens, \u2068مريم\u2069"),
        ("plays: 0", "0 listens, Ana"),
        ("plays: 1", "1 listen, Ana"),
        ("plays: 2", "2 listens, Ana"),
        ("usual", "100 listens"),
        ("shortest", "2 listens"),
        ("longest", "1,234,567 listens"),
        ("plays: 0", "0 listens"),
        ("plays: 1", "1 listen"),
    }


def test_previews_reach_every_plural_form_of_a_language() -> None:
    assert plural_edges("ar") == [0, 1, 2, 3, 11, 100]


def test_an_optional_part_and_a_plural_match() -> None:
    wording = make_wording("{plays} {plays, one: listen, other: listens}[, {name}]")

    assert wording.matches("1 listen", format_facts(Facts(artist="Mara", plays=1), "en"))
    assert wording.matches("2 listens, Ana", format_facts(Facts(artist="Mara", name="Ana", plays=2), "en"))
    assert not wording.matches("2 listens", format_facts(Facts(artist="Mara", name="Ana", plays=2), "en"))
    assert not wording.matches("2 listens", format_facts(Facts(artist="Mara"), "en"))


def test_only_signed_words_match() -> None:
    placed = format_facts(FACTS, "en")

    assert WORDING.matches("Thank you, Ana. 100 listens of “Tidal”. – Mara Veil", placed)
    assert not WORDING.matches("Thank you, Ana. 101 listens of “Tidal”. – Mara Veil", placed)
    assert not WORDING.matches("Thank you. 100 listens of “Tidal”. – Mara Veil", placed)
    assert not WORDING.matches("Thank you, Ana. 100 listens of “Tidal”. – Mara Veil ", placed)
    assert not WORDING.matches(
        "Thank you, Ana. 100 listens of “Tidal”. – Mara Veil", format_facts(Facts(artist="Bo"), "en")
    )


WRITTEN = {"how": "written", "model": "", "day": ""}
SUGGESTED = {"how": "suggested", "model": "small-7b", "day": "2026-11-27"}


def with_origins(*origins: dict[str, str], unread: bool = False) -> dict[str, Any]:
    told = {"templates": list(origins), "fragments": {}}
    return {
        "language": 2,
        "locale": "en",
        "templates": ["Hi.", "Ho."],
        "fragments": {},
        "origins": told,
        "unread": unread,
    }


def test_where_sentences_come_from_and_whether_they_go_out_unread_is_hashed() -> None:
    said = [
        Wording.parse(with_origins(WRITTEN, WRITTEN)),
        Wording.parse(with_origins(WRITTEN, SUGGESTED)),
        Wording.parse(with_origins(WRITTEN, SUGGESTED, unread=True)),
        Wording.parse({"locale": "en", "templates": ["Hi.", "Ho."], "fragments": {}}),
    ]

    assert len({wording.digest for wording in said}) == 4
    assert [Wording.parse(json.loads(wording.canonical())) for wording in said] == said
    assert said[1].find_origin(1, {}).maker == "suggested:2026-11-27:small-7b"


@pytest.mark.parametrize(
    "origins",
    [
        [WRITTEN],
        [WRITTEN] * 3,
        [WRITTEN, {**WRITTEN, "model": "small-7b", "day": "2026-11-27"}],
        [WRITTEN, {**SUGGESTED, "model": ""}],
        [WRITTEN, {**SUGGESTED, "how": "guessed"}],
        [WRITTEN, {"how": "written"}],
        [WRITTEN, "written"],
    ],
)
def test_each_sentence_has_one_whole_origin(origins: list[Any]) -> None:
    with pytest.raises(InvalidTemplate):
        Wording.parse(with_origins(*origins))
