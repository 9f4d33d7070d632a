"""The marks by maker, editor and decider."""

import pytest

from accounts.models import Role
from artists import marks
from artists.models import Draft, ProgramVersion
from catalog.models import Artist
from fans.models import Mark

ORIGINAL = "Thank you, Ana. That was 3 listens."


def build_draft(maker: str, text: str, *, team_typed: bool = False) -> Draft:
    signed = ProgramVersion(decision_id=1)
    return Draft(
        artist=Artist(name="Mara Veil"),
        version=signed,
        maker=maker,
        original_text=ORIGINAL,
        text=text,
        team_typed=team_typed,
    )


@pytest.mark.parametrize(
    ("maker", "text", "team_typed", "decided_by", "words"),
    [
        ("composer", ORIGINAL, False, "principal", "Mara Veil's words, filled in for you"),
        ("composer", ORIGINAL, False, "reviewer", "Mara Veil's team's words, filled in for you"),
        ("composer", "Ana, this is me.", False, "principal", "Written by Mara Veil"),
        ("composer", "Ana, this is us.", True, "principal", "Written by Mara Veil's team"),
        ("model:tiny", ORIGINAL, False, "principal", "AI-made, approved by Mara Veil"),
        ("model:tiny", "Ana, this is me.", False, "principal", "AI draft, edited and approved by Mara Veil"),
        ("model:tiny", "Ana, this is us.", True, "principal", "AI draft, edited and approved by Mara Veil's team"),
        # edited and typed back: it counts as unchanged
        ("composer", ORIGINAL, True, "principal", "Mara Veil's words, filled in for you"),
        ("model:tiny", ORIGINAL, True, "principal", "AI-made, approved by Mara Veil"),
        # other spaces and capitals do not count as a change
        ("composer", ORIGINAL.upper() + "  ", False, "principal", "Mara Veil's words, filled in for you"),
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
    assert marks.derive_credit(build_draft("composer", ORIGINAL), decided_by=role) == "Mara Veil's team"


@pytest.mark.parametrize(
    ("maker", "text", "within"),
    [
        ("composer", ORIGINAL, True),
        ("composer", ORIGINAL + " ", False),
        ("composer", ORIGINAL.lower(), False),
        ("model:tiny", ORIGINAL, False),
    ],
)
def test_a_signature_covers_the_exact_text_only(maker: str, text: str, within: bool) -> None:
    assert marks.is_within_shape(build_draft(maker, text)) is within


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
    draft.version = ProgramVersion()

    assert not marks.is_within_shape(draft)
