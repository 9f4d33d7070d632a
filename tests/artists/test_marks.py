"""The marks by maker, editor and decider."""

import pytest

from accounts.models import Role
from ai.wording import Wording
from artists import marks
from artists.models import Draft, ProgramVersion
from catalog.models import Artist
from fans.models import Mark

ORIGINAL = "Thank you, Ana. That was 3 listens."
WORDING = Wording.parse({"locale": "en", "templates": ["Thank you[, {name}]. That was {plays} listens.", "Hi."]})
FACTS = [{"slot": "artist", "value": "Mara Veil"}, {"slot": "name", "value": "Ana"}, {"slot": "plays", "value": 3}]


def build_draft(maker: str, text: str, *, team_typed: bool = False) -> Draft:
    signed = ProgramVersion(decision_id=1, wording=WORDING.canonical())
    return Draft(
        artist=Artist(name="Mara Veil"),
        version=signed,
        maker=maker,
        original_text=ORIGINAL,
        text=text,
        team_typed=team_typed,
        facts=FACTS,
    )


@pytest.mark.parametrize(
    ("maker", "text", "team_typed", "decided_by", "words"),
    [
        ("composer", ORIGINAL, False, "principal", "Mara Veil’s words, filled in for you"),
        ("composer", ORIGINAL, False, "reviewer", "Mara Veil’s team’s words, filled in for you"),
        ("composer", "Ana, this is me.", False, "principal", "Written by Mara Veil"),
        ("composer", "Ana, this is us.", True, "principal", "Written by Mara Veil’s team"),
        ("model:tiny", ORIGINAL, False, "principal", "AI-made, approved by Mara Veil"),
        ("model:tiny", "Ana, this is me.", False, "principal", "AI draft, edited and approved by Mara Veil"),
        ("model:tiny", "Ana, this is us.", True, "principal", "AI draft, edited and approved by Mara Veil’s team"),
        # edited and typed back: it counts as unchanged
        ("composer", ORIGINAL, True, "principal", "Mara Veil’s words, filled in for you"),
        ("model:tiny", ORIGINAL, True, "principal", "AI-made, approved by Mara Veil"),
        # other spaces and capitals do not count as a change
        ("composer", ORIGINAL.upper() + "  ", False, "principal", "Mara Veil’s words, filled in for you"),
        ("model:tiny", ORIGINAL.upper(), False, "principal", "AI-made, approved by Mara Veil"),
    ],
)
def test_the_mark_by_maker_editor_and_decider(
    maker: str, text: str, team_typed: bool, decided_by: str, words: str
) -> None:
    draft = build_draft(maker, text, team_typed=team_typed)

    assert marks.derive_mark(draft).text(marks.derive_credit(draft, decided_by=decided_by)) == words


@pytest.mark.parametrize("role", [role for role in Role if role != Role.PRINCIPAL])
def test_only_a_principal_gives_the_artists_name(role: Role) -> None:
    assert marks.derive_credit(build_draft("composer", ORIGINAL), decided_by=role) == "Mara Veil’s team"


@pytest.mark.parametrize(
    ("text", "within"),
    [
        (ORIGINAL, True),
        ("Hi.", True),
        (ORIGINAL + " ", False),
        (ORIGINAL.lower(), False),
        ("Thank you, Bea. That was 3 listens.", False),
        ("Thank you, Ana. That was 4 listens.", False),
        ("Thank you. That was 3 listens.", False),  # the name is known, so the signed sentence has it
        ("", False),
    ],
)
@pytest.mark.parametrize("maker", ["composer", "model:tiny"])
def test_a_signature_covers_the_exact_text_of_these_facts_whoever_is_said_to_have_made_it(
    maker: str, text: str, within: bool
) -> None:
    draft = build_draft(maker, text)
    draft.original_text = text

    assert marks.is_within_shape(draft) is within


def test_the_name_in_a_mark_is_one_line() -> None:
    draft = build_draft("composer", ORIGINAL)
    draft.artist.name = "Mara\n Veil"

    assert marks.derive_credit(draft, decided_by="principal") == "Mara Veil"


@pytest.mark.parametrize(
    ("maker", "text", "team_typed", "kinds"),
    [
        ("composer", ORIGINAL, False, ["person", "rules"]),
        ("composer", "Other.", False, ["person"]),
        ("model:tiny", ORIGINAL, False, ["model"]),
        ("model:tiny", "Other.", True, ["model"]),
    ],
)
def test_the_parts_say_who_or_what_made_them(maker: str, text: str, team_typed: bool, kinds: list[str]) -> None:
    parts = marks.derive_parts(build_draft(maker, text, team_typed=team_typed))

    assert [part["kind"] for part in parts] == kinds


def test_an_unchanged_text_is_never_marked_written() -> None:
    untouched = [marks.derive_mark(build_draft(maker, ORIGINAL)) for maker in ("composer", "model:tiny")]

    assert untouched == [Mark.FILLED, Mark.APPROVED]


def test_an_unsigned_version_covers_no_text() -> None:
    draft = build_draft("composer", ORIGINAL)
    draft.version = ProgramVersion(wording=WORDING.canonical())

    assert not marks.is_within_shape(draft)


def test_an_erased_draft_is_within_no_shape() -> None:
    draft = build_draft("composer", ORIGINAL)
    draft.text = draft.facts = None

    assert not marks.is_within_shape(draft)
