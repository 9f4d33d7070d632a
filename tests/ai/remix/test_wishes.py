"""Wishes in words: what rules understand in each language, and what a wish can never do."""

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ai.remix import wish_words
from ai.remix.changes import list_changes
from ai.remix.check import check
from ai.remix.recipe import Recipe, original
from ai.remix.wishes import MAX_WISH, Wish, understand
from tests.ai.remix.samples import make_envelope, make_source

SOURCE = make_source()
ENVELOPE = make_envelope(SOURCE)
RECORDED = original(SOURCE)


def wish(text: str, language: str = "en") -> Wish:
    return understand(text, language, SOURCE, ENVELOPE, RECORDED)


def said(text: str, language: str = "en") -> list[tuple[str, str, int | str]]:
    return [(one.kind, one.what, one.value) for one in list_changes(SOURCE, wish(text, language).recipe)]


@pytest.mark.parametrize(
    ("text", "changes"),
    [
        ("slower", [("tempo", "", 92)]),
        ("a bit faster please", [("tempo", "", 104)]),
        ("slower, and no drums", [("tempo", "", 92), ("mute", "drums", 0)]),
        ("no drums and chords", [("mute", "drums", 0), ("mute", "chords", 0)]),
        ("no bridge, hall", [("room", "", "hall"), ("skipped", "bridge", 0)]),
        ("softer drums, louder voice", [("gain", "drums", -12), ("gain", "vocals", 4)]),
        ("much softer bass", [("gain", "bass", -12)]),
        ("without the verse, chorus twice", [("skipped", "verse", 0), ("repeated", "chorus", 2)]),
        ("more bridge", [("repeated", "bridge", 2)]),
        ("in a big room, like a radio", [("room", "", "hall"), ("colour", "", "radio")]),
        ("higher", [("pitch", "", 1)]),
        ("dreamy", [("tempo", "", 88), ("room", "", "hall")]),
        ("slower slower", [("tempo", "", 92)]),
        ("as it was", []),
    ],
)
def test_a_wish_moves_the_controls(text: str, changes: list[tuple[str, str, int | str]]) -> None:
    assert said(text) == changes
    assert wish(text).not_understood == wish(text).not_allowed == ()


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("de", "langsamer, ohne Schlagzeug, Refrain zweimal"),
        ("es", "más lento, sin batería, estribillo dos veces"),
        ("fr", "plus lent, sans batterie, refrain deux fois"),
        ("pt", "mais lento, sem bateria, refrão duas vezes"),
        ("tr", "daha yavaş, davul olmadan, nakarat iki kez"),
        ("en", "MÁS LENTO, ohne drums, refrain twice"),
    ],
)
def test_the_same_wish_is_understood_in_each_language(language: str, text: str) -> None:
    assert said(text, language) == said("slower, no drums, chorus twice")
    assert wish(text, language).not_understood == ()


def test_what_nobody_knows_is_told_and_changes_nothing_else() -> None:
    found = wish("softer drums, and whales, no trumpets")

    assert [one.kind for one in list_changes(SOURCE, found.recipe)] == ["gain"]
    assert found.not_understood == ("whales", "trumpets")


@pytest.mark.parametrize("text", ["no bass", "no voice", "no chorus", "only vocals and no vocals"])
def test_what_the_envelope_does_not_allow_is_told(text: str) -> None:
    found = wish(text)

    assert found.not_allowed
    check(ENVELOPE, SOURCE, found.recipe.to_json())


def test_an_ordinal_or_a_number_names_one_of_several_sections() -> None:
    sections = [
        {"id": name, "name": name, "kind": name.split("-")[0], "first_bar": number * 2, "bars": 2}
        for number, name in enumerate(["verse-1", "chorus-1", "verse-2", "chorus-2", "verse-3"])
    ]
    source = make_source(sections=sections)
    bounds = {section["id"]: {"required": False, "max_times": 2} for section in sections}
    envelope = make_envelope(source, sections=bounds)

    def left(text: str) -> tuple[str, ...]:
        return understand(text, "en", source, envelope, original(source)).recipe.sections

    assert left("no second verse") == ("verse-1", "chorus-1", "chorus-2", "verse-3")
    assert left("skip the last verse") == ("verse-1", "chorus-1", "verse-2", "chorus-2")
    assert left("no chorus 1") == ("verse-1", "verse-2", "chorus-2", "verse-3")
    assert left("no verses") == ("chorus-1", "chorus-2")


@given(
    st.lists(
        st.sampled_from([each for one in wish_words.LANGUAGES.values() for known in one.values() for each in known])
    )
    | st.lists(st.text(max_size=12)),
    st.sampled_from([*wish_words.LANGUAGES, "xx"]),
)
def test_whatever_is_typed_stays_inside_the_envelope(words: list[str], language: str) -> None:
    recipe = wish(" ".join(words), language).recipe

    assert check(ENVELOPE, SOURCE, recipe.to_json()) == recipe
    assert msgspec.json.decode(recipe.to_json(), type=Recipe) == recipe


def test_only_so_many_characters_are_read() -> None:
    assert said("x" * MAX_WISH + " slower") == []


def test_the_words_of_a_wish_are_in_no_recipe() -> None:
    assert "whales" not in wish("slower whales </script>").recipe.to_json()
