import pytest

from ai.languages import JUDGED


@pytest.mark.parametrize(
    ("code", "word", "known"),
    [
        ("en", "listeners", True),
        ("en", "heart-warming", True),
        ("en", "casserole", False),
        ("es", "canciones", True),
        ("es", "guitarras", True),
        ("es", "cazuela", False),
        ("de", "zugehört", True),
        ("de", "lieblingslied", True),
        ("de", "sonnenschein", True),
        ("de", "wien", False),
        ("de", "bratpfanne", False),
    ],
)
def test_a_form_or_compound_of_an_everyday_word_is_known(code: str, word: str, known: bool) -> None:
    assert JUDGED[code].knows(word) is known


def test_every_language_knows_the_same_kinds_of_claim() -> None:
    assert {tuple(sorted(language.claims)) for language in JUDGED.values()} == {
        (
            "elsewhere",
            "hate",
            "health",
            "machine",
            "meeting",
            "minors",
            "money",
            "politics",
            "promise",
            "romance",
        )
    }
