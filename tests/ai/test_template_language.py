import pytest

from ai.exceptions import InvalidTemplate
from ai.facts import Facts, format_facts
from ai.template_language import fill_in, parse_template, plural_categories


def fill_in_source(source: str, locale: str = "en", **known: object) -> str | None:
    facts = Facts(**{"artist": "Mara", **known})
    return fill_in(parse_template(source, locale).parts, format_facts(facts, locale), locale, lambda name: None)


@pytest.mark.parametrize(
    ("source", "known", "expected"),
    [
        ("Thank you[, {name}].", {"name": "Ana"}, "Thank you, Ana."),
        ("Thank you[, {name}].", {}, "Thank you."),
        ("{plays} {plays, one: listen, other: listens}", {"plays": 1}, "1 listen"),
        ("{plays} {plays, one: listen, other: listens}", {"plays": 1234}, "1,234 listens"),
        ("{plays, one: once, twice as nice, other: often}", {"plays": 1}, "once, twice as nice"),
        ("{{{artist}}} [[so]]", {}, "{Mara} [so]"),
        ("{song}", {}, None),
        ("[{song} by {name}]!", {"song": "Tidal"}, "!"),
    ],
)
def test_a_sentence_is_filled_in(source: str, known: dict[str, object], expected: str | None) -> None:
    assert fill_in_source(source, **known) == expected


@pytest.mark.parametrize(
    ("plays", "form"), [(0, "odsłuchań"), (1, "odsłuchanie"), (2, "odsłuchania"), (5, "odsłuchań"), (22, "odsłuchania")]
)
def test_plurals_follow_the_rules_of_the_language(plays: int, form: str) -> None:
    source = "{plays, one: odsłuchanie, few: odsłuchania, many: odsłuchań, other: odsłuchania}"

    assert fill_in_source(source, "pl", plays=plays) == form


def test_a_language_needs_the_plural_forms_of_its_whole_numbers() -> None:
    assert plural_categories("en") == {"one", "other"}
    assert plural_categories("ja") == {"other"}
    assert plural_categories("cs") == {"one", "few", "other"}  # its "many" is for fractions
    assert plural_categories("ar") == {"zero", "one", "two", "few", "many", "other"}


def test_an_unknown_slot_is_named_with_its_place_and_the_slots_there_are() -> None:
    with pytest.raises(InvalidTemplate) as refused:
        parse_template("Hi {nam}", "en", fragments=frozenset({"closing"}))

    assert (refused.value.slot, refused.value.position) == ("nam", 3)
    assert str(refused.value) == (
        "unknown slot {nam}; slots are name, artist, song, plays, since, recipient, occasion, relation, event, day; "
        "fragments are closing (character 4)"
    )


@pytest.mark.parametrize(
    ("source", "problem"),
    [
        ("", "it is empty"),
        ("  \n", "it is empty"),
        ("Hi {name", "a { without its other half"),
        ("Hi name}", "a } without its other half"),
        ("Hi [{name}", "a [ that is never closed"),
        ("Hi {name}]", "a ] that closes nothing"),
        ("[a [{name}]]", "an optional part inside"),
        ("[so]", "an optional part without a slot"),
        ("{name, one: a, other: b}", "{name} is no number"),
        ("{since, one: a, other: b}", "{since} is no number"),
        ("{stars, one: a, other: b}", "unknown slot {stars}"),
        ("{plays, one: listen}", "{plays} lacks the plural form other"),
        ("{plays, other: listens}", "{plays} lacks the plural form one"),
        ("{plays, one: a, few: b, other: c}", "en has no plural form few"),
        ("{plays, one: , other: b}", "empty plural form one"),
        ("{plays, one: a, one: b, other: c}", "a plural is written"),
        ("{plays, listens}", "a plural is written"),
        ("{}", "unknown slot {}"),
        ("{ name.__class__ }", "unknown slot {name.__class__}"),
        ("a\0b", "a control character U+0000"),
        ("a\tb", "a control character U+0009"),
        ("a\ud800b", "a control character U+D800"),
        ("a\u200bb", "an invisible character U+200B"),
        ("a\u202eb", "a direction character U+202E"),
        ("a\u2068b", "a direction character U+2068"),
        ("a" * 1001, "it has 1001 characters"),
        ("more at https://mara.example/x", "link in it"),
        ("more at mara.com", "link in it"),
        ("more at {artist}.com", "link in it"),
        ("more at mara[.com, {name}]", "link in it"),
        ("write to mara@veil.example", "e-mail address in it"),
        ("call +351 912 345 678", "phone number in it"),
    ],
)
def test_an_invalid_template_is_refused(source: str, problem: str) -> None:
    with pytest.raises(InvalidTemplate) as refused:
        parse_template(source, "en")

    assert problem in str(refused.value)
