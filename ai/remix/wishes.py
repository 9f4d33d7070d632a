"""Understand a fan's wish by rules: words move the controls of the desk, and reach nothing else."""

import re
import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from functools import cache

import msgspec

from ai.remix import moods, wish_words
from ai.remix.check import recipe_if_inside
from ai.remix.envelope import Envelope
from ai.remix.fitting import fit
from ai.remix.recipe import Recipe, StemChange, original
from ai.remix.source import Section, Source

MAX_WISH = 140
"""Characters of a wish. What comes after is not read."""
TEMPO_STEP, GAIN_STEP, PITCH_STEP = 8, 12, 1
"""Percent, half decibels and semitones of "slower", "softer" and "lower"; "a bit" is half of it, "much" twice."""
WORD = re.compile(r"\d+|[^\W\d_]+(?:-[^\W\d_]+)*|[,.;!?+&/\n]")
SIGNS = {"+": "and", "&": "and"}
STEMS = ("drums", "bass", "chords", "vocals")
SECTIONS = ("intro", "verse", "pre-chorus", "chorus", "bridge", "break", "outro")
ORDINALS = {"first": 0, "second": 1, "third": 2, "last": -1}
SOUNDS = ("slower", "faster", "higher", "lower", "hall", "kitchen", "dry", "warm", "radio", "echo", "after_midnight",
          "first_bus", "original")  # fmt: skip
AMOUNTS = ("bit", "much")
ACTIONS = ("no", "only", "twice", "louder", "softer", "slower", "faster", "higher", "lower")


@dataclass(frozen=True, slots=True)
class Wish:
    """`recipe` is inside the envelope. `not_understood` and `not_allowed` are the fan's words, to show back."""

    recipe: Recipe
    not_understood: tuple[str, ...] = ()
    not_allowed: tuple[str, ...] = ()


@dataclass(slots=True)
class Clause:
    """What is between two commas or two "and": the words, and what each means."""

    words: list[str] = field(default_factory=list)
    meanings: list[str] = field(default_factory=list)

    @property
    def actions(self) -> list[str]:
        return [one for one in self.meanings if one in ACTIONS]

    @property
    def names_part(self) -> bool:
        """True where it names a stem or a section."""
        return any(one in STEMS or one in SECTIONS for one in self.meanings)

    @property
    def names_something(self) -> bool:
        """False for a "no" or "more" whose noun nobody here knows: the noun is told already."""
        return any(one not in ACTIONS and one not in AMOUNTS for one in self.meanings)

    @property
    def text(self) -> str:
        return " ".join(self.words)


def understand(wish: str, language: str, source: Source, envelope: Envelope, recipe: Recipe) -> Wish:
    """Change this recipe as the wish says, clause by clause. A clause that the envelope has no room for is left out."""
    unknown: list[str] = []
    refused: list[str] = []
    inherited: list[str] = []
    for clause in _clauses(wish, language, unknown):
        takes_over = clause.names_part and not clause.actions  # "no drums and bass"
        meanings = [*inherited, *clause.meanings] if takes_over else clause.meanings
        inherited = clause.actions or inherited
        changed = _carry_out(meanings, source, recipe)
        if changed is None:
            unknown.extend([clause.text] if clause.names_something else [])
            continue
        fitted = fit(source, envelope, changed)
        if (fitted == recipe and changed != recipe) or not recipe_if_inside(envelope, source, fitted.to_json()):
            refused.append(clause.text)
        else:
            recipe = fitted
    return Wish(recipe, tuple(unknown), tuple(refused))


def _clauses(wish: str, language: str, unknown: list[str]) -> Iterator[Clause]:
    """Split at punctuation and "and". Words that mean nothing here are added to `unknown`."""
    clause = Clause()
    for words, meaning in _read(wish, language):
        if meaning == "and":
            if clause.meanings:
                yield clause
            clause = Clause()
        elif meaning is None:
            unknown.append(words)
        elif meaning:
            clause.words.append(words)
            clause.meanings.append(meaning)
    if clause.meanings:
        yield clause


def _read(wish: str, language: str) -> Iterator[tuple[str, str | None]]:
    """Phrases with their meanings: the longest that fits. None means unknown, "" a word that says nothing."""
    words = WORD.findall(_normal(wish[:MAX_WISH]))
    phrases = _phrases(language if language in wish_words.LANGUAGES else "en")
    place = 0
    while place < len(words):
        for length in range(min(4, len(words) - place), 0, -1):
            phrase = " ".join(words[place : place + length])
            if phrase in phrases:
                break
        yield phrase, _meaning(phrase, phrases)
        place += length


def _meaning(phrase: str, phrases: dict[str, str]) -> str | None:
    if phrase.isdecimal():
        return phrase
    if not phrase[0].isalpha():
        return "and"
    return phrases.get(phrase)


def _normal(text: str) -> str:
    """Lower case, composed; without the dot that a Turkish capital I leaves behind."""
    return unicodedata.normalize("NFC", unicodedata.normalize("NFKC", text).casefold().replace("i\u0307", "i"))


@cache
def _phrases(language: str) -> dict[str, str]:
    """Phrase -> meaning. The language of the page wins, then English."""
    order = [language, "en", *wish_words.LANGUAGES]
    found: dict[str, str] = {}
    for each in order:
        for meaning, phrases in wish_words.LANGUAGES[each].items():
            for phrase in phrases:
                found.setdefault(" ".join(WORD.findall(_normal(phrase))), meaning)
    return found


def _carry_out(meanings: list[str], source: Source, recipe: Recipe) -> Recipe | None:
    """The recipe as one clause wants it; None when the clause says nothing that can be done."""
    stems = [stem.id for stem in source.stems if stem.role in meanings]
    sections = [section.id for section in _find_sections(meanings, source)]
    if sections:
        return _change_sections(meanings, sections, recipe)
    if stems:
        return _change_stems(meanings, stems, recipe)
    if not any(each in STEMS or each in SECTIONS for each in meanings):
        return _change_sound(meanings, source, recipe)
    return None


def _find_sections(meanings: list[str], source: Source) -> list[Section]:
    """The sections of the kinds that are named: all of a kind, or the one that an ordinal or a number tells."""
    numbers = [ORDINALS[each] for each in meanings if each in ORDINALS]
    numbers += [int(each) - 1 for each in meanings if each.isdecimal() and len(each) < 3 and int(each)]
    found: list[Section] = []
    for kind in dict.fromkeys(each for each in meanings if each in SECTIONS):
        of_kind = [section for section in source.sections if section.kind == kind]
        if numbers:
            of_kind = [of_kind[number] for number in numbers if -len(of_kind) <= number < len(of_kind)]
        found.extend(of_kind)
    return found


def _change_sections(meanings: list[str], ids: Iterable[str], recipe: Recipe) -> Recipe | None:
    if "no" in meanings:
        return msgspec.structs.replace(recipe, sections=tuple(one for one in recipe.sections if one not in ids))
    if "only" in meanings:
        return msgspec.structs.replace(recipe, sections=tuple(one for one in recipe.sections if one in ids))
    if "twice" in meanings or "louder" in meanings:  # "more chorus"
        for section_id in ids:
            if recipe.sections.count(section_id) == 1:
                recipe = moods.repeat_section(recipe, section_id)
        return recipe
    return None


def _change_stems(meanings: list[str], ids: list[str], recipe: Recipe) -> Recipe | None:
    stems = dict(recipe.stems)
    if "only" in meanings:
        stems = {stem_id: StemChange(one.gain_half_db, stem_id not in ids) for stem_id, one in stems.items()}
    elif "no" in meanings:
        stems |= {stem_id: StemChange(stems[stem_id].gain_half_db, mute=True) for stem_id in ids}
    elif step := _direction(meanings, ("louder", "higher"), ("softer", "lower")):
        gain = step * _size(GAIN_STEP, meanings)
        stems |= {stem_id: StemChange(stems[stem_id].gain_half_db + gain) for stem_id in ids}
    else:
        return None
    return msgspec.structs.replace(recipe, stems=stems)


def _change_sound(meanings: list[str], source: Source, recipe: Recipe) -> Recipe | None:
    changed = recipe
    if step := _direction(meanings, ("faster",), ("slower",)):
        tempo = recipe.tempo_percent + step * _size(TEMPO_STEP, meanings)
        changed = msgspec.structs.replace(changed, tempo_percent=tempo)
    if step := _direction(meanings, ("higher",), ("lower",)):
        pitch = recipe.pitch_semitones + step * _size(PITCH_STEP, meanings)
        changed = msgspec.structs.replace(changed, pitch_semitones=pitch)
    changed = _change_effects(meanings, changed)
    if "after_midnight" in meanings:
        changed = msgspec.structs.replace(changed, tempo_percent=moods.SLOWER, room="hall")
    if "first_bus" in meanings:
        changed = msgspec.structs.replace(changed, tempo_percent=moods.FASTER)
    if "original" in meanings:
        changed = original(source)
    return changed if any(one in SOUNDS for one in meanings) else None


def _change_effects(meanings: list[str], recipe: Recipe) -> Recipe:
    is_off = "no" in meanings
    for room in ("hall", "kitchen"):
        if room in meanings:
            recipe = msgspec.structs.replace(recipe, room="none" if is_off else room)
    for colour in ("warm", "radio", "echo"):
        if colour in meanings:
            recipe = msgspec.structs.replace(recipe, colour="none" if is_off else colour)
    return msgspec.structs.replace(recipe, room="none") if "dry" in meanings else recipe


def _direction(meanings: list[str], up: tuple[str, ...], down: tuple[str, ...]) -> int:
    return any(each in up for each in meanings) - any(each in down for each in meanings)


def _size(step: int, meanings: list[str]) -> int:
    if "bit" in meanings:
        return max(step // 2, 1)
    return step * 2 if "much" in meanings else step
