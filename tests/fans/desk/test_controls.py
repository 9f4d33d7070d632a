"""The desk's controls: what the page shows, sent back untouched, is the same recipe; and what no control can send."""

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ai.remix.check import OutOfBounds, check
from ai.remix.moods import find_moods
from ai.remix.recipe import Recipe, original
from ai.remix.wishes import understand
from fans.desk import flow, form, words
from fans.desk.controls import Controls, build_controls
from tests.ai.remix.samples import make_envelope, make_source

SOURCE = make_source()
ENVELOPE = make_envelope(SOURCE, begin_with=["bridge"])
RECORDED = original(SOURCE)
WISHES = [
    "slower",
    "no drums",
    "chorus twice",
    "no bridge",
    "in a hall",
    "a bit softer bass",
    "higher",
    "like a radio",
    "no intro",
]


def sent_by(controls: Controls) -> dict[str, str]:
    """What a browser sends when nothing was touched."""
    data = {f"times-{piece.id}": str(piece.times) for piece in controls.pieces}
    data |= {level.road.name: str(level.road.value) for level in controls.levels}
    data |= {f"off-{level.id}": "1" for level in controls.levels if level.is_off}
    return data | {
        "tempo": str(controls.tempo.value),
        "pitch": str(controls.pitch),
        "begin": controls.begin,
        "room": controls.room,
        "colour": controls.colour,
    }


def send_back(recipe: Recipe) -> Recipe:
    return check(ENVELOPE, SOURCE, form.read_recipe(sent_by(build_controls(SOURCE, ENVELOPE, recipe)), SOURCE))


@given(st.lists(st.sampled_from(WISHES), max_size=6))
def test_what_the_page_shows_is_the_recipe(wishes: list[str]) -> None:
    recipe = understand(", ".join(wishes), "en", SOURCE, ENVELOPE, RECORDED).recipe

    assert send_back(recipe) == recipe


def test_a_remix_that_begins_with_the_bridge_is_shown_and_sent_back() -> None:
    data = sent_by(build_controls(SOURCE, ENVELOPE, RECORDED)) | {"begin": "bridge", "times-bridge": "1"}
    recipe = check(ENVELOPE, SOURCE, form.read_recipe(data, SOURCE))

    assert recipe.sections[:2] == ("bridge", "intro")
    assert build_controls(SOURCE, ENVELOPE, recipe).begin == "bridge"
    assert send_back(recipe) == recipe


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("tempo", ""), ("tempo", "1.5"), ("tempo", "1e3"), ("tempo", "NaN"), ("tempo", "99999999999"), ("tempo", "٩٩"),
        ("tempo", "200"), ("pitch", "12"), ("level-drums", "40"), ("times-chorus", "1000000000"),
        ("times-chorus", "-1"), ("times-chorus", "0"), ("off-bass", "1"), ("room", "cathedral"),
        ("begin", "chorus"), ("begin", "nowhere"),
    ],
)  # fmt: skip
def test_what_no_control_can_send_is_refused(name: str, value: str) -> None:
    data = sent_by(build_controls(SOURCE, ENVELOPE, RECORDED)) | {name: value}

    with pytest.raises(OutOfBounds):
        check(ENVELOPE, SOURCE, form.read_recipe(data, SOURCE))


def test_a_wall_is_where_the_envelope_ends() -> None:
    controls = build_controls(SOURCE, ENVELOPE, find_moods(SOURCE, ENVELOPE)["after_midnight"])
    drums = controls.levels[0]

    assert (controls.tempo.low, controls.tempo.high, controls.tempo.at_wall) == (85, 115, "")
    assert (drums.road.value, drums.road.low, drums.road.at_wall, drums.may_mute) == (-12, -12, "low", True)
    assert [level.may_mute for level in controls.levels] == [True, False, True, False]
    assert controls.beats == (106, 120, 102, 138)


def test_changes_are_told_in_plain_words() -> None:
    recipe = understand(
        "slower, no drums, softer bass, chorus twice, no bridge, hall, higher", "en", SOURCE, ENVELOPE, RECORDED
    ).recipe

    assert words.describe(SOURCE, recipe) == [
        ("Tempo", "120 → 110"), ("Key", "A minor → B♭ minor"), ("Room", "hall"), ("Drums", "off"),
        ("Bass", "6 dB softer"), ("Bridge", "skipped"), ("Chorus", "twice"),
    ]  # fmt: skip


def test_ribbons_lead_from_each_section_to_where_it_comes() -> None:
    ribbons = flow.draw_flow(SOURCE, understand("bridge twice", "en", SOURCE, ENVELOPE, RECORDED).recipe)

    assert [ribbon.name for ribbon in ribbons] == ["Intro", "Verse", "Chorus", "Bridge", "Bridge", "Outro"]
    assert ribbons[3].above == ribbons[4].above
    assert ribbons[-1].below[1] == flow.WIDTH
    assert all(before.below[1] == after.below[0] for before, after in itertools.pairwise(ribbons))
