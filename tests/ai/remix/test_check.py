import json
from typing import Any

import jsonschema
import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ai.remix.check import OutOfBounds, check
from ai.remix.corners import corners
from ai.remix.recipe import Recipe, original, render_key, schema, seconds_of
from tests.ai.remix.samples import make_envelope, make_source

SOURCE = make_source()
ENVELOPE = make_envelope(SOURCE)


def as_json(**changes: Any) -> dict[str, Any]:
    return json.loads(original(SOURCE).to_json()) | changes


def find_violations(recipe: Any, envelope: Any = ENVELOPE, source: Any = SOURCE) -> list[tuple[str, str]]:
    with pytest.raises(OutOfBounds) as caught:
        check(envelope, source, recipe)
    return [(one.path, one.code) for one in caught.value.violations]


def test_the_recording_as_it_is_passes() -> None:
    assert check(ENVELOPE, SOURCE, as_json()) == original(SOURCE)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("tempo_percent", 100.0),
        ("tempo_percent", True),
        ("tempo_percent", "100"),
        ("tempo_percent", 10**30),
        ("tempo_percent", float("nan")),
        ("pitch_semitones", 0.5),
        ("sections", "intro"),
        ("sections", []),
        ("sections", ["chorus"] * 1000),
        ("sections", [["chorus"]]),
        ("stems", {}),
        ("stems", {"drums": {"gain_half_db": 0, "mute": 0}}),
        ("stems", {"drums": {"gain_half_db": 0, "mute": False, "solo": True}}),
        ("room", "cathedral"),
        ("room", None),
        ("title", "Mine"),
    ],
)
def test_what_is_no_recipe_is_refused(name: str, value: Any) -> None:
    assert find_violations(as_json(**{name: value}))


@pytest.mark.parametrize(
    "text",
    [
        "",
        "null",
        "[]",
        "[" * 10_000,
        '{"tempo_percent": NaN}',
        original(SOURCE).to_json().replace("100", "1e2"),
        original(SOURCE).to_json().replace("100", "100.0"),
        original(SOURCE).to_json().replace("100", "9" * 5000),
        original(SOURCE).to_json()[:-1] + ',"room":"none"}',
        original(SOURCE).to_json() + " " * 20_000,
        b"\xff\xfe{}",
    ],
)
def test_text_that_is_no_recipe_is_refused(text: str | bytes) -> None:
    assert [code for _, code in find_violations(text)] == ["form"]


@pytest.mark.parametrize(
    ("changes", "violations"),
    [
        ({"tempo_percent": 84}, [("tempo_percent", "too_low")]),
        ({"tempo_percent": 116}, [("tempo_percent", "too_high")]),
        ({"pitch_semitones": 3}, [("pitch_semitones", "too_high"), ("pitch_semitones", "vocals")]),
        ({"pitch_semitones": 2}, [("pitch_semitones", "vocals")]),
        ({"sections": ["intro", "verse"]}, [("sections.chorus", "required")]),
        ({"sections": ["chorus"] * 3}, [("sections.chorus", "too_often")]),
        ({"sections": ["chorus", "solo"]}, [("sections", "unknown")]),
        ({"sections": ["chorus", "verse"]}, [("sections", "order")]),
        ({"sections": ["verse", "chorus", "verse"]}, [("sections", "order")]),
    ],
)
def test_a_recipe_out_of_bounds_is_refused_for_what_is_wrong(
    changes: dict[str, Any], violations: list[tuple[str, str]]
) -> None:
    assert find_violations(as_json(**changes)) == violations


def test_a_stem_that_must_sound_is_not_muted() -> None:
    stems = as_json()["stems"] | {"vocals": {"gain_half_db": 0, "mute": True}}

    assert find_violations(as_json(stems=stems)) == [("stems.vocals.mute", "not_allowed")]


def test_one_stem_sounds_at_least() -> None:
    envelope = make_envelope(
        SOURCE, stems={stem.id: {"gain_half_db": [0, 0], "may_mute": True} for stem in SOURCE.stems}
    )
    stems = {stem.id: {"gain_half_db": 0, "mute": True} for stem in SOURCE.stems}

    assert find_violations(as_json(stems=stems), envelope) == [("stems", "all_silent")]


def test_without_the_voice_the_key_may_go_further() -> None:
    bounds = json.loads(ENVELOPE.to_json())["stems"] | {"vocals": {"gain_half_db": [0, 0], "may_mute": True}}
    envelope = make_envelope(SOURCE, stems=bounds)
    stems = as_json()["stems"] | {"vocals": {"gain_half_db": 0, "mute": True}}

    assert check(envelope, SOURCE, as_json(pitch_semitones=2, stems=stems)).pitch_semitones == 2


def test_only_a_section_that_may_begin_comes_before_earlier_ones() -> None:
    envelope = make_envelope(SOURCE, begin_with=["bridge"])

    assert check(envelope, SOURCE, as_json(sections=["bridge", "intro", "chorus"]))
    assert find_violations(as_json(sections=["outro", "intro", "chorus"]), envelope) == [("sections", "order")]


def test_a_phrase_that_is_never_cut_keeps_its_two_sections_together() -> None:
    source = make_source(no_cut=({"first_bar": 5, "bars": 2},))
    envelope = make_envelope(source)

    assert check(envelope, source, as_json(sections=["verse", "chorus"]))
    assert find_violations(as_json(sections=["intro", "chorus"]), envelope, source) == [("sections.1", "cut")]
    assert find_violations(as_json(sections=["verse", "chorus", "chorus"]), envelope, source) == [("sections.2", "cut")]


def test_a_remix_is_neither_too_short_nor_too_long() -> None:
    assert find_violations(as_json(), make_envelope(SOURCE, seconds=[60, 120])) == [("sections", "too_short")]
    assert find_violations(as_json(), make_envelope(SOURCE, seconds=[8, 29])) == [("sections", "too_long")]


def test_an_envelope_of_another_source_allows_nothing() -> None:
    assert find_violations(as_json(), ENVELOPE, make_source(frames=1_400_001)) == [("", "other_source")]


def test_the_length_is_that_of_the_bars_at_the_new_tempo_and_a_tail() -> None:
    faster = msgspec.structs.replace(original(SOURCE), tempo_percent=112)

    assert seconds_of(SOURCE, original(SOURCE)) == 28 + 2
    assert seconds_of(SOURCE, faster) == pytest.approx(28 / 1.12 + 2, abs=1 / 44100)


def test_two_recipes_share_a_render_only_when_they_are_the_same() -> None:
    faster = msgspec.structs.replace(original(SOURCE), tempo_percent=112)

    assert render_key(original(SOURCE), SOURCE) == render_key(Recipe.parse(original(SOURCE).to_json()), SOURCE)
    assert render_key(original(SOURCE), SOURCE) != render_key(faster, SOURCE)
    assert render_key(original(SOURCE), SOURCE) != render_key(original(SOURCE), make_source(frames=1_400_001))


def test_every_corner_is_inside_the_envelope() -> None:
    found = corners(SOURCE, ENVELOPE)

    assert [corner.name for corner in found] == [
        "slow-low",
        "fast-low",
        "slow-high",
        "fast-high",
        "without-drums",
        "without-chords",
        "voice-up",
        "loudest",
    ]
    for corner in found:
        assert check(ENVELOPE, SOURCE, corner.recipe.to_json()) == corner.recipe


def test_an_envelope_without_room_has_one_corner() -> None:
    fixed = {stem.id: {"gain_half_db": [0, 0], "may_mute": False} for stem in SOURCE.stems}
    envelope = make_envelope(SOURCE, tempo_percent=[100, 100], pitch_semitones=[0, 0], stems=fixed)

    assert [corner.recipe for corner in corners(SOURCE, envelope)] == [original(SOURCE)]


recipes = st.fixed_dictionaries(
    {
        "tempo_percent": st.integers(80, 120) | st.floats() | st.booleans(),
        "pitch_semitones": st.integers(-3, 3),
        "stems": st.fixed_dictionaries(
            {
                stem.id: st.fixed_dictionaries({"gain_half_db": st.integers(-14, 6), "mute": st.booleans()})
                for stem in SOURCE.stems
            }
        ),
        "sections": st.lists(st.sampled_from([section.id for section in SOURCE.sections]), max_size=14)
        | st.sets(st.integers(0, 4), min_size=1).map(lambda some: [SOURCE.sections[one].id for one in sorted(some)]),
        "room": st.sampled_from(["none", "hall", "cathedral"]),
        "colour": st.sampled_from(["none", "warm"]),
    }
)


@given(recipes)
@settings(max_examples=200, deadline=None)
def test_what_passes_the_check_passes_the_schema_too(recipe: dict[str, Any]) -> None:
    try:
        checked = check(ENVELOPE, SOURCE, recipe)
    except OutOfBounds:
        return
    jsonschema.validate(json.loads(checked.to_json()), schema(ENVELOPE, SOURCE))
