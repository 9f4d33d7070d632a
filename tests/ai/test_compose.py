from collections import Counter
from typing import Any, cast

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ai.compose import Composition, compose
from ai.exceptions import MissingClearance, NoUsableTemplate
from ai.facts import Facts
from ai.guard import check_text
from ai.wording import Wording
from rights.clearance_result import Clearance, ClearanceRefusal
from tests.ai.samples import CHOICE_KEY, CLEARANCE, FACTS, WORDING


def compose_sample(
    facts: Facts = FACTS, *, wording: Wording = WORDING, fan: str = "fan-1", **changes: Any
) -> Composition:
    given: dict[str, Any] = {"choice_key": CHOICE_KEY, "program": "program:1", "clearance": CLEARANCE, **changes}
    return compose(wording, facts, fan=fan, **given)


def test_a_repeated_call_gives_the_same_words() -> None:
    """The words are written out here, because a changed choice would change messages that were already decided."""
    assert [compose_sample(fan=f"fan-{n}").text for n in range(4)] == [
        "Thank you, Ana. 100 listens of “Tidal”. It means a lot, Ana.",
        "Thank you, Ana. 100 listens of “Tidal”. – Mara Veil",
        "Ana, 100 listens! – Mara Veil",
        "Ana, 100 listens! It means a lot, Ana.",
    ]


def test_all_templates_and_fragments_are_used_about_equally() -> None:
    counts = Counter(compose_sample(fan=f"fan-{n}").text for n in range(1200))

    assert len(counts) == 6
    assert min(counts.values()) > 140


def test_ids_that_read_the_same_when_joined_make_different_choices() -> None:
    apart = [compose_sample(program=f"{n}1", fan="1").text for n in range(40)]

    assert [compose_sample(program=f"{n}", fan="11").text for n in range(40)] != apart


def test_the_values_in_the_text_are_listed() -> None:
    wording = Wording.parse({"locale": "en", "templates": ["Thank you[, {name}]. {plays}!"]})

    made = compose_sample(wording=wording)

    assert (made.text, made.values) == ("Thank you, Ana. 100!", (("name", "Ana"), ("plays", "100")))


def test_a_missing_name_leaves_no_comma_behind() -> None:
    wording = Wording.parse({"locale": "en", "templates": ["Thank you[, {name}]."]})

    assert compose_sample(Facts(artist="Mara"), wording=wording).text == "Thank you."


def test_an_unsafe_name_is_left_out() -> None:
    wording = Wording.parse({"locale": "en", "templates": ["Thank you[, {name}]."]})

    assert compose_sample(Facts(artist="Mara", name="Mara Official"), wording=wording).text == "Thank you."


def test_a_template_whose_facts_are_missing_is_not_chosen() -> None:
    wording = Wording.parse({"locale": "en", "templates": ["{song}!", "Thank you.", "{since}!"]})

    assert {compose_sample(Facts(artist="Mara"), wording=wording, fan=str(n)).text for n in range(50)} == {"Thank you."}


def test_facts_that_are_too_few_for_every_template_are_named() -> None:
    wording = Wording.parse({"locale": "en", "templates": ["{song} {plays}", "{since} {plays} {song}"]})

    with pytest.raises(NoUsableTemplate) as refused:
        compose_sample(Facts(artist="Mara", plays=3), wording=wording)

    assert refused.value.missing == {"song"}


@pytest.mark.parametrize(
    ("locale", "name", "expected"),
    [
        ("en", "مريم", "a \u2068مريم\u2069 b"),
        ("en", "Ana", "a Ana b"),
        ("en", "Nguyễn", "a Nguyễn b"),
        ("en", "李", "a 李 b"),
        ("ar", "مريم", "a مريم b"),
        ("ar", "Ana", "a \u2068Ana\u2069 b"),
        ("he", "מרים", "a מרים b"),
    ],
)
def test_a_name_in_the_other_direction_is_isolated(locale: str, name: str, expected: str) -> None:
    wording = Wording.parse({"locale": locale, "templates": ["a[ {name}] b"]})

    assert compose_sample(Facts(artist="Mara", name=name), wording=wording).text == expected


def test_a_title_of_mixed_direction_is_isolated() -> None:
    wording = Wording.parse({"locale": "en", "templates": ["“{song}”"]})

    assert compose_sample(Facts(artist="M", song="ليل (Night)"), wording=wording).text == "“\u2068ليل (Night)\u2069”"


def test_numbers_and_dates_are_written_as_in_the_locale() -> None:
    wording = Wording.parse({"locale": "de", "templates": ["{plays} seit {since}"]})

    assert (
        compose_sample(Facts(artist="M", plays=1234, since=FACTS.since), wording=wording).text
        == "1.234 seit 3. Mai 2024"
    )


def test_nothing_is_composed_without_a_clearance_for_it() -> None:
    refusal = ClearanceRefusal(
        use="personal_message", artist_id=1, missing=("Mara Veil (artist): personal messages are off",)
    )
    other = Clearance(id=1, use="remix", artist_id=1, grants=(), until=None)

    with pytest.raises(MissingClearance, match="not ClearanceRefusal"):
        compose_sample(clearance=cast("Clearance", refusal))
    with pytest.raises(MissingClearance, match="this one is for remix"):
        compose_sample(clearance=other)
    with pytest.raises(MissingClearance, match="not NoneType"):
        compose_sample(clearance=None)


@given(name=st.text(max_size=60), song=st.text(max_size=140), plays=st.integers(0, 10**9), fan=st.text(max_size=20))
def test_the_message_passes_the_guard_whatever_the_fans_name(name: str, song: str, plays: int, fan: str) -> None:
    facts = Facts(artist="Mara Veil", name=name, song=song, plays=plays)

    made = compose_sample(facts, fan=fan)

    assert check_text(made.text, facts, wording=WORDING) == []
    assert made.text.count("\u2068") == made.text.count("\u2069")
    assert compose_sample(facts, fan=fan) == made
