"""Editing a draft: who may, which texts are allowed, and the mark afterwards."""

import pytest

from accounts.exceptions import NotAllowed
from artists import marks, review
from artists.exceptions import InvalidRequest, Uncleared
from artists.models import Draft
from audit.models import Entry
from rights import grants
from rights.models import Use
from tests import factories


@pytest.mark.django_db
def test_a_principals_edit_approves_the_draft() -> None:
    artist = factories.create_artist()
    draft, principal = factories.create_pending_draft(artist), factories.get_member(artist, "principal")

    edited = review.edit(draft.pk, "  Ana, I read every name.\r\nMara ", by=principal, revision=1, fresh=True)

    assert edited.text == "Ana, I read every name.\nMara"
    assert (edited.state, edited.revision, edited.mark, edited.credit) == ("approved", 2, "written", "Mara Veil")
    assert edited.original_text == draft.text
    assert Entry.objects.get(action="draft.approved").actor == principal.actor
    assert (edited.decision.content_hash, edited.decision.under) == (edited.content_hash, None)
    assert edited.decision.why_hash == edited.why_hash
    assert [part["kind"] for part in marks.derive_parts(edited)] == ["person"]


@pytest.mark.django_db
@pytest.mark.parametrize("role", ["owner", "editor", "reviewer"])
def test_the_edit_of_another_role_waits_for_a_principal(role: str) -> None:
    artist = factories.create_artist()
    draft, someone = factories.create_pending_draft(artist), factories.get_member(artist, role)

    edited = review.edit(draft.pk, "Ana, this is the team.", by=someone)

    assert (edited.state, edited.revision, edited.mark, edited.team_typed) == ("pending", 2, None, True)
    assert Entry.objects.get(action="draft.edited").actor == someone.actor
    with pytest.raises(NotAllowed):
        review.approve(draft.pk, by=someone)
    approved = review.approve(draft.pk, by=factories.get_member(artist, "principal"), revision=2, fresh=True)
    assert (approved.mark, approved.credit) == ("written", "Mara Veil’s team")
    assert Entry.objects.get(action="draft.edited").facts == {"revision": 2}


@pytest.mark.django_db
def test_a_principals_small_change_does_not_make_the_text_theirs() -> None:
    artist = factories.create_artist()
    draft = factories.create_pending_draft(artist)
    review.edit(draft.pk, "Ana, this is the team.", by=factories.get_member(artist, "editor"))

    edited = review.edit(draft.pk, "Ana, this is the team!", by=factories.get_member(artist, "principal"), fresh=True)

    assert (edited.mark, edited.credit) == ("written", "Mara Veil’s team")


@pytest.mark.django_db
def test_a_text_that_is_typed_back_counts_as_unchanged() -> None:
    artist = factories.create_artist()
    draft = factories.create_pending_draft(artist)
    review.edit(draft.pk, "Ana, this is the team.", by=factories.get_member(artist, "editor"))
    review.edit(draft.pk, draft.text, by=factories.get_member(artist, "editor"))

    approved = review.approve(draft.pk, by=factories.get_member(artist, "reviewer"))

    assert (approved.mark, approved.revision) == ("filled", 3)


@pytest.mark.django_db
def test_an_edit_without_a_change_stores_nothing() -> None:
    artist = factories.create_artist()
    draft = factories.create_pending_draft(artist)

    same = review.edit(draft.pk, draft.text, by=factories.get_member(artist, "reviewer"))
    assert (same.state, same.revision, same.team_typed) == ("pending", 1, False)
    assert not Entry.objects.filter(action="draft.edited").exists()

    approved = review.edit(draft.pk, draft.text, by=factories.get_member(artist, "principal"))
    assert (approved.state, approved.mark, approved.revision) == ("approved", "filled", 1)


@pytest.mark.django_db
def test_an_edited_text_of_a_model_is_marked_edited() -> None:
    artist = factories.create_artist()
    draft = factories.create_pending_draft(artist, by_model=True)

    edited = review.edit(draft.pk, "Ana, mine now.", by=factories.get_member(artist, "principal"), fresh=True)

    assert (edited.mark, edited.credit) == ("edited", "Mara Veil")
    parts = marks.derive_parts(edited)
    assert parts == [{"part": "words", "by": "the model tiny-1, changed by Mara Veil", "kind": "model"}]


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("See https://example.com/x", "Take the link out: 'https:"),
        ("Write to mara@example.com", "Take this address or number out"),
        ("Call +351 912 345 678", "Take this address or number out"),
        ("Thank you\0", r"nobody can see \(U\+0000, character 10\)"),
        ("Thank\u200b you", "nobody can see"),
        ("Thank \u202eyou", "hidden direction mark"),
        ("   ", "from 1 to 1000 characters"),
        ("x" * 1001, "1001 characters"),
    ],
)
@pytest.mark.parametrize("role", ["principal", "reviewer"])
def test_a_text_that_is_not_allowed_is_refused_and_changes_nothing(text: str, complaint: str, role: str) -> None:
    artist = factories.create_artist()
    draft = factories.create_pending_draft(artist)

    with pytest.raises(InvalidRequest, match=complaint):
        review.edit(draft.pk, text, by=factories.get_member(artist, role))

    after = Draft.objects.get(pk=draft.pk)
    assert (after.state, after.text, after.revision) == ("pending", draft.text, 1)


@pytest.mark.django_db
@pytest.mark.parametrize(
    "text",
    [
        "I met 400 of you in Porto, Ana. See you on Friday!",
        "Obrigada, Ana. És incrível 🎶",
        "תודה, Ana",
        "Ça va, “Ana”?\nMara",
    ],
)
def test_a_person_may_write_any_claim(text: str) -> None:
    artist = factories.create_artist()
    draft, principal = factories.create_pending_draft(artist), factories.get_member(artist, "principal")

    edited = review.edit(draft.pk, text, by=principal, fresh=True)

    assert edited.text == text


@pytest.mark.django_db
def test_an_edit_without_clearance_is_not_stored() -> None:
    artist = factories.create_artist()
    draft, principal = factories.create_pending_draft(artist), factories.get_member(artist, "principal")
    grants.switch_off(artist, Use.PERSONAL_MESSAGE, by=principal)

    with pytest.raises(Uncleared):
        review.edit(draft.pk, "Ana, mine.", by=principal, fresh=True)
    assert Draft.objects.get(pk=draft.pk).text == draft.text
