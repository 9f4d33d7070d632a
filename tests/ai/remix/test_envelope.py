import json
from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ai.remix.bounds import OuterBounds, narrower, within
from ai.remix.canonical import InvalidValue
from ai.remix.check import OutOfBounds, check
from ai.remix.envelope import Envelope, problems_with
from ai.remix.source import Source
from tests.ai.remix.samples import make_envelope, make_source
from tests.ai.remix.test_check import recipes

SOURCE = make_source()
ENVELOPE = make_envelope(SOURCE)


@pytest.mark.parametrize("value", [SOURCE, ENVELOPE])
def test_a_value_is_the_same_after_a_journey_through_its_json(value: Source | Envelope) -> None:
    text = value.to_json()

    assert type(value).parse(text) == value
    assert text == json.dumps(json.loads(text), sort_keys=True, separators=(",", ":"), ensure_ascii=False)


@pytest.mark.parametrize(
    "changes",
    [
        {"bpm_milli": 112000.0},
        {"bpm_milli": 10**9},
        {"frames": 0},
        {"frames": 20 * 60 * 44100 + 1},
        {"key": "h-minor"},
        {"sample_rate": 48000},
        {"stems": []},
        {"stems": [{"id": "a", "role": "bass", "sha256": "0" * 64}] * 2},
        {"stems": [{"id": name, "role": "master", "sha256": "0" * 64} for name in ("a", "b")]},
        {"stems": [{"id": "A b", "role": "bass", "sha256": "0" * 64}]},
        {"sections": []},
        {"sections": [{"id": "a", "name": "A", "kind": "verse", "first_bar": 0, "bars": 16}]},
        {
            "sections": [
                {"id": name, "name": "A", "kind": "verse", "first_bar": at, "bars": 2} for name, at in ("a0", "b3")
            ]
        },
        {"owner": "somebody"},
    ],
)
def test_a_source_that_cannot_be_is_refused(changes: dict[str, Any]) -> None:
    with pytest.raises(InvalidValue):
        make_source(**changes)


@pytest.mark.parametrize(
    "changes",
    [
        {"tempo_percent": [115, 85]},
        {"tempo_percent": [10, 85]},
        {"rooms": ["hall"]},
        {"rooms": ["none", "none"]},
        {"seconds": [30, 10**9]},
        {"sections": {"chorus": {"required": True, "max_times": 0}}},
        {"sections": {"chorus": {"required": True, "max_times": 10**9}}},
        {"expires": "31.5.2027"},
        {"vocals": {"max_pitch_semitones": True}},
    ],
)
def test_an_envelope_that_cannot_be_is_refused(changes: dict[str, Any]) -> None:
    with pytest.raises(InvalidValue):
        make_envelope(SOURCE, **changes)


def test_an_envelope_names_what_its_source_does_not_have() -> None:
    assert problems_with(ENVELOPE, SOURCE) == []
    assert problems_with(ENVELOPE, make_source(frames=1_400_001)) == ["it is about another source"]
    assert problems_with(make_envelope(SOURCE, begin_with=["solo"]), SOURCE) == [
        "a section that may begin is not one of the source"
    ]


def test_bars_do_not_drift() -> None:
    source = make_source(bpm_milli=112_345, frames=20 * 60 * 44100)

    assert source.frame_of_bar(500) == 441 + round(500 * 4 * 60 * 44100 * 1000 / 112_345)


WIDER: list[dict[str, Any]] = [
    {"tempo_percent": [84, 115]},
    {"pitch_semitones": [-2, 3]},
    {"seconds": [8, 121]},
    {"max_sections": 13},
    {"order": "free"},
    {"begin_with": ["bridge"]},
    {"vocals": {"max_pitch_semitones": 2}},
    {"export": {"stream": True, "download": True, "share": False}},
    {"expires": "2027-06-01"},
    {"stems": json.loads(ENVELOPE.to_json())["stems"] | {"bass": {"gain_half_db": [-12, 4], "may_mute": True}}},
    {"stems": json.loads(ENVELOPE.to_json())["stems"] | {"bass": {"gain_half_db": [-12, 5], "may_mute": False}}},
    {"sections": json.loads(ENVELOPE.to_json())["sections"] | {"verse": {"required": False, "max_times": 3}}},
    {"sections": json.loads(ENVELOPE.to_json())["sections"] | {"chorus": {"required": False, "max_times": 2}}},
]


@pytest.mark.parametrize("changes", WIDER)
def test_what_allows_one_thing_more_is_not_narrower(changes: dict[str, Any]) -> None:
    wider = make_envelope(SOURCE, **changes)

    assert not narrower(wider, ENVELOPE)
    assert narrower(ENVELOPE, wider)
    assert narrower(wider, wider)


@given(st.sampled_from(WIDER), st.sampled_from(WIDER), recipes)
@settings(max_examples=200, deadline=None)
def test_a_narrower_envelope_lets_nothing_new_through(
    one: dict[str, Any], other: dict[str, Any], recipe: dict[str, Any]
) -> None:
    new, old = make_envelope(SOURCE, **one), make_envelope(SOURCE, **other)
    try:
        check(new, SOURCE, recipe)
    except OutOfBounds:
        return
    if narrower(new, old):
        assert check(old, SOURCE, recipe)


@pytest.mark.parametrize(
    ("bounds", "path"),
    [
        (OuterBounds(tempo_percent=(90, 110)), "tempo_percent"),
        (OuterBounds(pitch_semitones=(-1, 1)), "pitch_semitones"),
        (OuterBounds(vocals_pitch_semitones=0), "vocals.max_pitch_semitones"),
        (OuterBounds(seconds=(1, 60)), "seconds"),
        (OuterBounds(max_times=1), "sections.bridge.max_times"),
        (OuterBounds(may_not_mute=("drums",)), "stems.drums.may_mute"),
        (OuterBounds(gain_half_db={"bass": (-11, 4)}), "stems.bass.gain_half_db"),
        (OuterBounds(rooms=("kitchen",)), "rooms"),
        (OuterBounds(colours=()), "colours"),
        (OuterBounds.parse('{"export":{"stream":false,"download":true,"share":true}}'), "export.stream"),
        (OuterBounds.parse('{"expires":"2027-01-01"}'), "expires"),
    ],
)
def test_an_envelope_does_not_go_beyond_what_the_owners_agreed_to(bounds: OuterBounds, path: str) -> None:
    assert path in [violation.path for violation in within(ENVELOPE, bounds)]
    assert within(ENVELOPE, OuterBounds()) == []
    assert OuterBounds.parse(bounds.to_json()) == bounds


def test_owners_who_want_the_recorded_order_allow_no_other_opening() -> None:
    bounds = OuterBounds(order="recorded")

    assert within(ENVELOPE, bounds) == []
    assert [one.path for one in within(make_envelope(SOURCE, begin_with=["bridge"]), bounds)] == ["order"]
    assert [one.path for one in within(msgspec.structs.replace(ENVELOPE, order="free"), bounds)] == ["order"]
