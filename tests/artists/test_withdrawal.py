from datetime import timedelta
from typing import Any

import pytest
from django.db import connection, transaction
from django.db.models.functions import Now
from django.test.utils import CaptureQueriesContext

from accounts.models import Person
from artists import drafts, programs, review, withdrawal
from artists.exceptions import Muted, OptedOut
from artists.models import Draft, Moment, Program
from artists.studio.history import describe_entry
from audit.models import Entry
from fans import mutes, opt_ins
from live.models import Notice
from tests import factories
from tests.concurrency import run_at_once, start_until_blocked
from tests.servers import Database


def state_and_reason(draft: Draft) -> tuple[str, str]:
    draft.refresh_from_db()
    return draft.state, draft.reason


def mute_program(draft: Draft) -> None:
    mutes.pause(draft.person, draft.version.program_id, draft.artist)


@pytest.mark.django_db
def test_pending_drafts_of_a_fan_who_opts_out_are_withdrawn() -> None:
    artist = factories.create_artist()
    fan = factories.create_fan(opted_in=artist)
    first, second = (
        factories.create_pending_draft(artist, fan),
        factories.create_pending_draft(artist, fan, program=factories.create_program(artist, nth=9)),
    )
    other_fans_draft = factories.create_pending_draft(artist)
    opt_ins.opt_out(fan, artist)

    assert withdrawal.withdraw_next()
    assert not withdrawal.withdraw_next()

    assert [state_and_reason(draft) for draft in (first, second)] == [("withdrawn", "withdrawn: the fan opted out")] * 2
    assert (first.decided_by, first.decided_at is None) == (None, False)
    assert state_and_reason(other_fans_draft) == ("pending", "")


@pytest.mark.django_db
def test_a_withdrawal_is_audited_and_the_team_is_notified() -> None:
    artist = factories.create_artist()
    draft = factories.create_pending_draft(artist)
    factories.get_member(artist, "reviewer")
    opt_ins.opt_out(draft.person, artist)

    withdrawal.withdraw_next()

    entry = Entry.objects.get(action="draft.withdrawn")
    assert (entry.actor, entry.subject) == ("system:withdrawal", f"draft:{draft.pk}")
    assert entry.facts == {"reason": "withdrawn: the fan opted out"}
    assert describe_entry(entry, {}, {}) == f"took draft {draft.pk} out of the queue: the fan opted out"
    notices = Notice.objects.filter(kind="draft.decided").values_list("person", "reference")
    assert sorted(notices) == sorted(
        (pk, f"draft:{draft.pk}") for pk in artist.team.members.values_list("person", flat=True)
    )


@pytest.mark.django_db
def test_drafts_of_other_artists_stay_pending() -> None:
    artist, other = factories.create_artist(), factories.create_artist("Ove Lind")
    fan = factories.create_fan(opted_in=artist)
    opt_ins.opt_in(fan, other)
    ended, kept = factories.create_pending_draft(artist, fan), factories.create_pending_draft(other, fan)
    opt_ins.opt_out(fan, artist)

    withdrawal.withdraw_next()

    assert [state_and_reason(draft)[0] for draft in (ended, kept)] == ["withdrawn", "pending"]


@pytest.mark.django_db
def test_pending_drafts_of_a_paused_program_are_withdrawn() -> None:
    artist = factories.create_artist()
    fan = factories.create_fan(opted_in=artist)
    of_paused_program = factories.create_pending_draft(artist, fan)
    other = factories.create_pending_draft(artist, fan, program=factories.create_program(artist, nth=9))
    other_fans_draft = factories.create_pending_draft(
        artist, program=Program.objects.get(pk=of_paused_program.version.program_id)
    )
    mute_program(of_paused_program)

    assert withdrawal.withdraw_next()
    assert not withdrawal.withdraw_next()

    assert state_and_reason(of_paused_program) == ("withdrawn", "withdrawn: the fan paused this program")
    assert [state_and_reason(draft)[0] for draft in (other, other_fans_draft)] == ["pending", "pending"]


@pytest.mark.django_db
def test_a_pause_that_was_ended_before_changes_nothing() -> None:
    draft = factories.create_pending_draft(factories.create_artist())
    mute_program(draft)
    mutes.resume(draft.person, draft.version.program_id)

    assert withdrawal.withdraw_next()

    assert state_and_reason(draft)[0] == "pending"


@pytest.mark.django_db
def test_a_decided_draft_is_not_withdrawn() -> None:
    draft = factories.create_approved_draft(factories.create_artist())
    opt_ins.opt_out(draft.person, draft.artist)

    assert withdrawal.withdraw_next()

    assert state_and_reason(draft)[0] == "approved"


@pytest.mark.django_db
def test_opting_in_again_restores_nothing() -> None:
    artist = factories.create_artist()
    draft = factories.create_pending_draft(artist)
    opt_ins.opt_out(draft.person, artist)
    withdrawal.withdraw_next()

    opt_ins.opt_in(draft.person, artist)
    withdrawal.withdraw_next()

    assert state_and_reason(draft)[0] == "withdrawn"


def test_an_opt_in_counts_only_for_later_drafts(committing_db: Database) -> None:
    artist = factories.create_artist()
    fan = factories.create_fan(opted_in=artist)
    before = factories.create_pending_draft(artist, fan)
    opt_ins.opt_out(fan, artist)
    opt_ins.opt_in(fan, artist)
    after = factories.create_pending_draft(artist, fan, program=factories.create_program(artist, nth=9))

    withdrawal.withdraw_next()

    assert [state_and_reason(draft)[0] for draft in (before, after)] == ["withdrawn", "pending"]


@pytest.mark.django_db
def test_an_opt_out_is_found_however_long_the_process_was_away() -> None:
    draft = factories.create_pending_draft(factories.create_artist())
    # By an update: nothing else makes an opt-out old.
    draft.person.opt_ins.update(ended_at=Now() - timedelta(days=30))

    withdrawal.withdraw_next()

    assert state_and_reason(draft)[0] == "withdrawn"


@pytest.mark.django_db
@pytest.mark.parametrize(("stop", "refusal"), [("opt out", OptedOut), ("pause", Muted)])
def test_nobody_can_decide_a_draft_before_it_is_withdrawn(stop: str, refusal: type[Exception]) -> None:
    artist = factories.create_artist()
    draft, mara = factories.create_pending_draft(artist), factories.get_member(artist, "principal")
    mute_program(draft) if stop == "pause" else opt_ins.opt_out(draft.person, artist)

    for decide in (
        lambda: review.approve(draft.pk, by=mara),
        lambda: review.edit(draft.pk, "Thank you.", by=mara, fresh=True),
        lambda: review.decline(draft.pk, by=mara),
    ):
        with pytest.raises(refusal):
            decide()

    assert state_and_reason(draft) == ("pending", "")


@pytest.mark.django_db
@pytest.mark.parametrize(("stop", "refusal"), [("opt out", OptedOut), ("pause", Muted)])
def test_an_approval_cannot_be_undone_once_the_fan_stopped_it(stop: str, refusal: type[Exception]) -> None:
    artist = factories.create_artist()
    draft, mara = factories.create_pending_draft(artist), factories.get_member(artist, "principal")
    review.approve(draft.pk, by=mara)
    mute_program(draft) if stop == "pause" else opt_ins.opt_out(draft.person, artist)

    with pytest.raises(refusal):
        review.undo(draft.pk, by=mara)

    assert state_and_reason(draft)[0] == "approved"


@pytest.mark.django_db
def test_three_drafts_take_as_many_queries_as_one() -> None:
    artist = factories.create_artist()

    def queries(count: int) -> int:
        for _ in range(count):
            opt_ins.opt_out(factories.create_pending_draft(artist).person, artist)
            mute_program(factories.create_pending_draft(artist))
        with CaptureQueriesContext(connection) as captured:
            assert withdrawal.withdraw_next()
        return len(captured)

    assert queries(1) == queries(3)
    assert Draft.objects.filter(state="withdrawn").count() == 8


def test_concurrent_processes_withdraw_each_draft_once(committing_db: Database) -> None:
    artist = factories.create_artist()
    for _ in range(6):
        opt_ins.opt_out(factories.create_pending_draft(artist).person, artist)

    run_at_once(withdrawal.withdraw_next, withdrawal.withdraw_next)

    assert Entry.objects.filter(action="draft.withdrawn").count() == 6


def stop(fan: Person, program: Program, how: str) -> None:
    """The fan pauses the program, or opts out of the artist."""
    mutes.pause(fan, program.pk, program.artist) if how == "pause" else opt_ins.opt_out(fan, program.artist)


@pytest.mark.parametrize("how", ["opt out", "pause"])
def test_a_draft_that_is_being_written_during_the_stop_is_withdrawn(committing_db: Database, how: str) -> None:
    program = factories.create_program(factories.create_artist())
    moment = factories.create_moment(program)

    with transaction.atomic():
        drafts.write_next()
        finish_stop = start_until_blocked(lambda: stop(moment.person, program, how))
    finish_stop()
    withdrawal.withdraw_next()

    assert Draft.objects.get(moment=moment).state == "withdrawn"


@pytest.mark.parametrize("how", ["opt out", "pause"])
def test_a_text_begun_before_the_stop_is_not_stored(
    committing_db: Database, how: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As with a slow model: the fan allowed it when the writing began, and no longer when it ended."""
    program = factories.create_program(factories.create_artist())
    moment = factories.create_moment(program)
    generate_text = drafts.generation.generate_text

    def generate_slowly(*args: Any, **choices: Any) -> object:
        run_at_once(lambda: stop(moment.person, program, how))
        withdrawal.withdraw_next()
        return generate_text(*args, **choices)

    monkeypatch.setattr(drafts.generation, "generate_text", generate_slowly)
    drafts.write_next()

    moment.refresh_from_db()
    assert (moment.state, moment.reason) == (
        Moment.State.REFUSED,
        drafts.REASON_MUTED if how == "pause" else drafts.REASON_OPTED_OUT,
    )
    assert not Draft.objects.exists()


def test_a_draft_that_is_being_restored_during_the_opt_out_is_withdrawn(committing_db: Database) -> None:
    artist = factories.create_artist()
    draft, mara = factories.create_pending_draft(artist), factories.get_member(artist, "principal")
    programs.set_review_settings(artist, by=mara, grace_seconds=60)
    review.approve(draft.pk, by=mara)

    with transaction.atomic():
        review.undo(draft.pk, by=mara)
        finish_opt_out = start_until_blocked(lambda: opt_ins.opt_out(draft.person, artist))
    finish_opt_out()
    withdrawal.withdraw_next()

    assert state_and_reason(draft)[0] == "withdrawn"


def test_withdrawal_waits_for_a_running_edit(committing_db: Database) -> None:
    artist = factories.create_artist()
    draft, ines = factories.create_pending_draft(artist), factories.get_member(artist, "reviewer")

    with transaction.atomic():
        review.edit(draft.pk, "Thank you.", by=ines)
        run_at_once(lambda: opt_ins.opt_out(draft.person, artist))
        finish_withdrawal = start_until_blocked(withdrawal.withdraw_next)
    finish_withdrawal()

    assert (state_and_reason(draft)[0], draft.text) == ("withdrawn", "Thank you.")
