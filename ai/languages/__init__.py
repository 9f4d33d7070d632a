"""What the guard knows of each language: its claims, its number words and its everyday words."""

from collections.abc import Mapping

from ai import unicode
from ai.languages.english import ENGLISH
from ai.languages.german import GERMAN
from ai.languages.language import Language
from ai.languages.spanish import SPANISH

JUDGED: Mapping[str, Language] = {language.code: language for language in (ENGLISH, SPANISH, GERMAN)}
"""By code, the languages in which the guard knows claims. In any other one a principal reads what a model wrote."""


def find_language(locale: str) -> Language | None:
    """The language of this locale, or None where the guard does not know it."""
    return JUDGED.get(unicode.parse_locale(locale).language)
