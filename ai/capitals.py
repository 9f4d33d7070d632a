"""Find capitalised words that are names nobody told the model."""

import re
from collections.abc import Collection, Iterator, Sequence

from ai.findings import Finding
from ai.languages.language import Language
from ai.signed_sentences import lower

_SENTENCE_START = re.compile(r"(?:^|[.!?…:;\n–—-])[\s\"'“”‘’„‚(«»‹›¡¿]*$")
_CALLED = re.compile(r"\s*[,!]")
_ALWAYS_CAPITALISED = frozenset({"I", "OK"})


def find_unknown_names(
    words: str, matches: Sequence[re.Match[str]], known: Collection[str], languages: Sequence[Language]
) -> Iterator[Finding]:
    """Capitalised words inside a sentence, words in capitals, and unknown words that call somebody at its start.

    `matches` are the words in `words`.
    """
    for number, match in enumerate(matches):
        word, at = match.group(), match.start()
        if not word[0].isupper() or word in known or re.split("['’]", word)[0] in _ALWAYS_CAPITALISED:
            continue
        if word.isupper() and len(word) > 1:
            yield Finding("name", word, at)
        elif _SENTENCE_START.search(words, 0, at):
            if _CALLED.match(words, match.end()) and not _is_a_word(word, languages):
                yield Finding("name", word, at)
        elif not any(_is_capitalised_in(each, word, matches[max(0, number - 2) : number]) for each in languages):
            yield Finding("name", word, at)


def _is_a_word(word: str, languages: Sequence[Language]) -> bool:
    return not languages or any(language.knows(lower(word)) for language in languages)


def _is_capitalised_in(language: Language, word: str, before: Sequence[re.Match[str]]) -> bool:
    """Whether this language writes the word with a capital although it is no name.

    Where all nouns are written so, this is one that is known, ends like a noun, or follows an article. `before` are
    the two words before it.
    """
    if language.capitalised is not None and language.capitalised.fullmatch(word):
        return True
    if not language.determiners:
        return False
    plain = word.lower()
    if language.knows(plain) or plain.endswith(language.noun_endings):
        return True
    return any(match.group().lower() in language.determiners for match in before)
