"""Moods and the recipe that rules choose: inside the envelope, the same for the same fan, and another each turn."""

from hypothesis import given
from hypothesis import strategies as st

from ai.remix.changes import list_changes
from ai.remix.check import check
from ai.remix.moods import ListeningHints, find_moods, surprise
from tests.ai.remix.samples import make_envelope, make_source

SOURCE = make_source()
ENVELOPE = make_envelope(SOURCE)
AT_NIGHT = ListeningHints(night_percent=60, morning_percent=10)
IN_THE_MORNING = ListeningHints(night_percent=10, morning_percent=50)


def kinds(recipe: object) -> set[str]:
    return {change.kind for change in list_changes(SOURCE, recipe)}


def test_each_mood_is_another_recipe_and_the_first_changes_nothing() -> None:
    moods = find_moods(SOURCE, ENVELOPE)

    assert list(moods) == ["original", "after_midnight", "first_bus", "kitchen", "old_radio"]
    assert [kinds(recipe) for recipe in moods.values()] == [
        set(), {"tempo", "room", "gain"}, {"tempo", "colour"}, {"room", "mute"}, {"colour"}
    ]  # fmt: skip


def test_a_mood_that_the_envelope_has_no_room_for_is_not_offered() -> None:
    narrow = make_envelope(SOURCE, rooms=["none"], colours=["none"], tempo_percent=[100, 100])

    moods = find_moods(SOURCE, narrow)

    assert list(moods) == ["original", "after_midnight", "kitchen"]


def test_who_listens_at_night_gets_it_slower_and_who_runs_in_the_morning_faster() -> None:
    night, morning = surprise(SOURCE, ENVELOPE, AT_NIGHT, 0), surprise(SOURCE, ENVELOPE, IN_THE_MORNING, 0)

    assert night
    assert night.tempo_percent == 88
    assert night.room == "hall"
    assert morning
    assert morning.tempo_percent == 110


def test_a_section_that_the_fan_comes_back_to_comes_once_more() -> None:
    recipe = surprise(SOURCE, ENVELOPE, ListeningHints(60, 0, ("bridge",)), 0)

    assert recipe
    assert recipe.sections.count("bridge") == 2


def test_a_stem_that_the_fan_turned_up_again_and_again_is_louder_and_never_off() -> None:
    hints = ListeningHints(0, 0, favourite_stems=("drums", "vocals", "gone"))

    recipe = surprise(SOURCE, ENVELOPE, hints, 0)

    assert recipe
    assert recipe.room == "kitchen"
    assert {key: (change.gain_half_db, change.mute) for key, change in recipe.stems.items()} == {
        "drums": (4, False), "bass": (0, False), "chords": (0, False), "vocals": (4, False)
    }  # fmt: skip


def test_each_turn_is_another_and_the_same_turn_the_same() -> None:
    turns = [surprise(SOURCE, ENVELOPE, AT_NIGHT, turn) for turn in range(4)]

    assert len({turn.to_json() for turn in turns if turn}) == 4
    assert turns[0] == surprise(SOURCE, ENVELOPE, AT_NIGHT, 0)
    assert find_moods(SOURCE, ENVELOPE)["original"] not in turns


@given(
    st.tuples(st.integers(70, 100), st.integers(100, 140)),
    st.tuples(st.integers(-48, 0), st.integers(0, 12)),
    st.booleans(),
    st.integers(0, 100),
    st.integers(0, 9),
    st.lists(st.sampled_from([stem.id for stem in SOURCE.stems]), unique=True),
)
def test_whatever_the_envelope_a_surprise_is_inside(
    tempo: tuple[int, int], gain: tuple[int, int], may_mute: bool, night: int, turn: int, loud: list[str]
) -> None:
    stems = {stem.id: {"gain_half_db": gain, "may_mute": may_mute} for stem in SOURCE.stems}
    envelope = make_envelope(SOURCE, tempo_percent=tempo, stems=stems)

    recipe = surprise(SOURCE, envelope, ListeningHints(night, 100 - night, ("chorus",), tuple(loud)), turn)

    assert recipe
    assert check(envelope, SOURCE, recipe.to_json()) == recipe
