"""The marks, as one table: who made it, who typed in it, who decided."""

import pytest

from accounts.models import Role
from artists import marks
from artists.models import Draft, ProgramVersion
from catalog.models import Artist
from fans.models import Mark

MADE = "Thank you, Ana. That was 3 listens."


def draft(maker: str, text: str, *, team_typed: bool = False) -> Draft:
    signed = ProgramVersion(decision_id=1)
    return Draft(
        artist=Artist(name="Mara Veil"),
        version=signed,
        maker=maker,
        original_text=MADE,
        text=text,
        team_typed=team_typed,
    )


@pytest.mark.parametrize(
    ("maker", "text", "team_typed", "decided_by", "words"),
    [
        ("composer", MADE, False, "principal", "Mara Veil's words, filled in for you"),
        ("composer", MADE, False, "reviewer", "Mara Veil's team's words, filled in for you"),
        ("composer", "Ana, this is me.", False, "principal", "Written by Mara Veil"),
        ("composer", "Ana, this is us.", True, "principal", "Written by Mara Veil's team"),
        ("model:tiny", MADE, False, "principal", "AI-made, approved by Mara Veil"),
        ("model:tiny", "Ana, this is me.", False, "principal", "AI draft, edited and approved by Mara Veil"),
        ("model:tiny", "Ana, this is us.", True, "principal", "AI draft, edited and approved by Mara Veil's team"),
        # typed in and typed back: nobody's words but the maker's
        ("composer", MADE, True, "principal", "Mara Veil's words, filled in for you"),
        ("model:tiny", MADE, True, "principal", "AI-made, approved by Mara Veil"),
        # other spaces and capitals are not typing it for this fan
        ("composer", MADE.upper() + "  ", False, "principal", "Mara Veil's words, filled in for you"),
        ("model:tiny", MADE.upper(), False, "principal", "AI-made, approved by Mara Veil"),
    ],
)
def test_the_mark_says_what_happened(maker: str, text: str, team_typed: bool, decided_by: str, words: str) -> None:
    made = draft(maker, text, team_typed=team_typed)

    assert marks.derive_mark(made).words(marks.derive_credit(made, decided_by=decided_by)) == words


@pytest.mark.parametrize("role", [role for role in Role if role != Role.PRINCIPAL])
def test_no_other_role_lends_the_artists_name(role: Role) -> None:
    assert marks.derive_credit(draft("composer", MADE), decided_by=role) == "Mara Veil's team"


@pytest.mark.parametrize(
    ("maker", "text", "within"),
    [
        ("composer", MADE, True),
        ("composer", MADE + " ", False),
        ("composer", MADE.lower(), False),
        ("model:tiny", MADE, False),
    ],
)
def test_a_signature_covers_its_words_to_the_letter(maker: str, text: str, within: bool) -> None:
    assert marks.is_within_shape(draft(maker, text)) is within


def test_the_name_in_a_mark_is_one_line() -> None:
    made = draft("composer", MADE)
    made.artist.name = "Mara\n Veil"

    assert marks.derive_credit(made, decided_by="principal") == "Mara Veil"


@pytest.mark.parametrize(
    ("maker", "text", "team_typed", "kinds"),
    [
        ("composer", MADE, False, ["person", "rules"]),
        ("composer", "Other.", False, ["person"]),
        ("model:tiny", MADE, False, ["model"]),
        ("model:tiny", "Other.", True, ["model"]),
    ],
)
def test_each_part_says_who_or_what_made_it(maker: str, text: str, team_typed: bool, kinds: list[str]) -> None:
    parts = marks.derive_parts(draft(maker, text, team_typed=team_typed))

    assert [part["kind"] for part in parts] == kinds


def test_a_machines_text_is_never_marked_written() -> None:
    untouched = [marks.derive_mark(draft(maker, MADE)) for maker in ("composer", "model:tiny")]

    assert untouched == [Mark.FILLED, Mark.APPROVED]


def test_what_nobody_signed_covers_nothing() -> None:
    made = draft("composer", MADE)
    made.version = ProgramVersion()

    assert not marks.is_within_shape(made)
