import pytest

from accounts.exceptions import NotAllowed
from artists import review
from artists.exceptions import DraftNotFound, OptedOut, Stale, TooLate
from artists.models import Draft
from audit.models import Entry
from fans import opt_ins
from live.models import Notice
from rights.models import Decision
from tests import factories


@pytest.mark.django_db
def test_an_approval_can_be_undone_within_the_time_to_undo() -> None:
    artist = factories.create_artist()
    draft = factories.create_pending_draft(artist)
    first = review.approve(draft.pk, by=factories.get_member(artist, "principal"))

    undone = review.undo(draft.pk, by=factories.get_member(artist, "reviewer"))

    assert (undone.state, undone.decision, undone.mark, undone.credit) == ("pending", None, None, None)
    assert (undone.decided_by, undone.decided_at, undone.deliver_after) == (None, None, None)
    assert Entry.objects.get(action="draft.undone").facts == {"decision": first.decision_id}
    again = review.approve(draft.pk, by=factories.get_member(artist, "reviewer"))
    assert (again.state, again.credit) == ("approved", "Mara Veil’s team")
    assert Decision.objects.filter(kind="item").count() == 2


@pytest.mark.django_db
def test_after_the_time_to_undo_nothing_is_undone() -> None:
    artist = factories.create_artist()
    draft = factories.create_approved_draft(artist)

    with pytest.raises(TooLate, match="The time to undo is over"):
        review.undo(draft.pk, by=factories.get_member(artist, "principal"))
    assert Draft.objects.get(pk=draft.pk).state == "approved"


@pytest.mark.django_db
def test_a_decline_can_be_undone_and_decided_again() -> None:
    artist = factories.create_artist()
    reviewer = factories.get_member(artist, "reviewer")
    draft = factories.create_pending_draft(artist)
    review.decline(draft.pk, by=reviewer, reason="a stray swipe")

    undone = review.undo(draft.pk, by=factories.get_member(artist, "owner"))

    assert (undone.state, undone.reason, undone.decided_by, undone.decided_at) == ("pending", "", None, None)
    assert Entry.objects.get(action="draft.undone").facts == {"was": "declined"}
    notices = Notice.objects.filter(kind="draft.pending", reference=f"draft:{draft.pk}", person=reviewer)
    assert notices.count() == 2  # when it was written, and now
    assert review.approve(draft.pk, by=reviewer).state == "approved"


@pytest.mark.django_db
@pytest.mark.parametrize("over", ["time to undo", "deadline"])
def test_a_decline_stays_once_the_time_to_undo_or_the_deadline_is_over(over: str) -> None:
    artist = factories.create_artist()
    draft, reviewer = factories.create_pending_draft(artist), factories.get_member(artist, "reviewer")
    factories.set_undo_time(artist, 0 if over == "time to undo" else 60)
    review.decline(draft.pk, by=reviewer)
    if over == "deadline":
        factories.pass_deadline(draft)

    with pytest.raises(TooLate, match="it stays declined"):
        review.undo(draft.pk, by=reviewer)
    assert Draft.objects.get(pk=draft.pk).state == "declined"


@pytest.mark.django_db
def test_a_decline_is_not_undone_by_outsiders_or_after_an_opt_out() -> None:
    artist, fan = factories.create_artist(), factories.create_fan("Ana")
    opt_ins.opt_in(fan, artist)
    draft, reviewer = factories.create_pending_draft(artist, fan), factories.get_member(artist, "reviewer")
    review.decline(draft.pk, by=reviewer)

    with pytest.raises(DraftNotFound):
        review.undo(draft.pk, by=factories.get_member(factories.create_artist("Ove Lind"), "principal"))
    opt_ins.opt_out(fan, artist)
    with pytest.raises(OptedOut):
        review.undo(draft.pk, by=reviewer)


@pytest.mark.django_db
def test_a_pending_draft_cannot_be_undone() -> None:
    artist = factories.create_artist()
    draft, reviewer = factories.create_pending_draft(artist), factories.get_member(artist, "reviewer")

    with pytest.raises(Stale, match="this draft is pending"):
        review.undo(draft.pk, by=reviewer)


@pytest.mark.django_db
def test_an_edit_stays_after_an_undo() -> None:
    artist = factories.create_artist()
    draft, principal = factories.create_pending_draft(artist), factories.get_member(artist, "principal")
    review.edit(draft.pk, "Ana, mine.", by=principal, fresh=True)
    review.undo(draft.pk, by=principal)

    with pytest.raises(NotAllowed):
        review.approve(draft.pk, by=factories.get_member(artist, "reviewer"))
    assert review.approve(draft.pk, by=principal, fresh=True).mark == "written"
