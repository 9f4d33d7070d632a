import pytest

from accounts.roles import NotAllowed
from artists import review
from artists.models import Draft
from artists.refusals import Stale, TooLate
from audit.models import Entry
from rights.models import Decision
from tests import world


@pytest.mark.django_db
def test_an_approval_can_be_undone_within_the_grace() -> None:
    artist = world.an_artist()
    draft = world.a_pending_draft(artist)
    first = review.approve(draft.pk, by=world.a_member(artist, "principal"))

    undone = review.undo(draft.pk, by=world.a_member(artist, "reviewer"))

    assert (undone.state, undone.decision, undone.mark, undone.credit) == ("pending", None, None, None)
    assert (undone.decided_by, undone.decided_at, undone.deliver_after) == (None, None, None)
    assert Entry.objects.get(action="draft.undone").facts == {"decision": first.decision_id}
    again = review.approve(draft.pk, by=world.a_member(artist, "reviewer"))
    assert (again.state, again.credit) == ("approved", "Mara Veil's team")
    assert Decision.objects.filter(kind="item").count() == 2


@pytest.mark.django_db
def test_after_the_grace_nothing_is_undone() -> None:
    artist = world.an_artist()
    draft = world.an_approved_draft(artist)

    with pytest.raises(TooLate, match="The time to undo is over"):
        review.undo(draft.pk, by=world.a_member(artist, "principal"))
    assert Draft.objects.get(pk=draft.pk).state == "approved"


@pytest.mark.django_db
def test_only_an_approval_is_undone() -> None:
    artist = world.an_artist()
    draft, reviewer = world.a_pending_draft(artist), world.a_member(artist, "reviewer")

    with pytest.raises(Stale, match="this draft is pending"):
        review.undo(draft.pk, by=reviewer)
    review.decline(draft.pk, by=reviewer)
    with pytest.raises(Stale, match="this draft is declined"):
        review.undo(draft.pk, by=reviewer)


@pytest.mark.django_db
def test_words_of_the_team_stay_the_teams_after_an_undo() -> None:
    artist = world.an_artist()
    draft, principal = world.a_pending_draft(artist), world.a_member(artist, "principal")
    review.edit(draft.pk, "Ana, mine.", by=principal)
    review.undo(draft.pk, by=principal)

    with pytest.raises(NotAllowed):
        review.approve(draft.pk, by=world.a_member(artist, "reviewer"))
    assert review.approve(draft.pk, by=principal).mark == "written"
