from collections import Counter

from ai.evaluation.labelled import digest, load_injections, load_messages, load_names, load_statements
from ai.unicode import script_of


def test_the_sets_are_large_and_in_three_languages() -> None:
    messages = load_messages("fixed")
    languages = Counter((message.scene.language, message.is_good) for message in messages)
    scripts = {script_of(letter) for name in load_names("fixed") if name.ok for letter in name.name}

    assert len(messages) >= 400
    assert min(languages[language, good] for language in ("en", "es", "de") for good in (True, False)) >= 35
    assert len(load_names("fixed")) >= 500
    assert len(scripts - {"COMMON", "INHERITED"}) >= 20
    assert min(len(load_injections("fixed")), len(load_statements("fixed"))) >= 40


def test_the_held_out_set_is_frozen() -> None:
    """Its figures say something only as long as nobody improves the guard on its texts."""
    assert digest("held_out") == "21e05f9649d9977b24256da3cb80d9e8e2afec1e76694f784beb08fdcafd3c8b"


def test_a_third_of_the_messages_and_names_are_held_out() -> None:
    for load in (load_messages, load_names):
        fixed, held_out = len(load("fixed")), len(load("held_out"))

        assert held_out / (fixed + held_out) >= 0.32


def test_no_text_is_in_both_sets() -> None:
    assert {m.text for m in load_messages("fixed")} & {m.text for m in load_messages("held_out")} == set()
    assert {n.name for n in load_names("fixed")} & {n.name for n in load_names("held_out")} == set()
