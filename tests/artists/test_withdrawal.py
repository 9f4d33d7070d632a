import threading
from datetime import timedelta

import pytest
from django.db import connection, transaction
from django.db.models import F
from django.test.utils import CaptureQueriesContext

from accounts.models import Person
from artists import drafts, programs, review, withdrawal
from artists.exceptions import Muted, OptedOut
from artists.models import Draft, Moment, Program
from artists.studio.told import told
from audit.models import Entry
from fans import mutes, opt_ins
from live.models import Notice
from tests import factories
from tests.concurrency import run_at_once
from tests.servers import Database


def state_and_reason(draft: Draft) -> tuple[str, str]:
    draft.refresh_from_db()
    return draft.state, draft.reason


def mute_program(draft: Draft) -> None:
    mutes.pause(draft.person, draft.version.program_id, draft.artist)


@pytest.mark.django_db
def test_what_waits_for_a_fan_who_opts_out_is_withdrawn() -> None:
    artist = factories.create_artist()
    fan = factories.create_fan(opted_in=artist)
    first, second = (
        factories.create_pending_draft(artist, fan),
        factories.create_pending_draft(artist, fan, program=factories.create_program(artist, nth=9)),
    )
    neighbours = factories.create_pending_draft(artist)
    opt_ins.opt_out(fan, artist)

    assert withdrawal.withdraw_next()
    assert not withdrawal.withdraw_next()

    assert [state_and_reason(draft) for draft in (first, second)] == [("withdrawn", "withdrawn: the fan opted out")] * 2
    assert (first.decided_by, first.decided_at is None) == (None, False)
    assert state_and_reason(neighbours) == ("pending", "")


@pytest.mark.django_db
def test_it_is_written_down_and_the_team_hears_of_it() -> None:
    artist = factories.create_artist()
    draft = factories.create_pending_draft(artist)
    factories.get_member(artist, "reviewer")
    opt_ins.opt_out(draft.person, artist)

    withdrawal.withdraw_next()

    entry = Entry.objects.get(action="draft.withdrawn")
    assert (entry.actor, entry.subject) == ("system:withdrawal", f"draft:{draft.pk}")
    assert entry.facts == {"reason": "withdrawn: the fan opted out"}
    assert told(entry, {}, {}) == f"took draft {draft.pk} out of the queue: the fan opted out"
    heard = Notice.objects.filter(kind="draft.decided").values_list("person", "reference")
    assert sorted(heard) == sorted(
        (pk, f"draft:{draft.pk}") for pk in artist.team.members.values_list("person", flat=True)
    )


@pytest.mark.django_db
def test_with_another_artist_the_fan_goes_on() -> None:
    artist, other = factories.create_artist(), factories.create_artist("Ove Lind")
    fan = factories.create_fan(opted_in=artist)
    opt_ins.opt_in(fan, other)
    ended, goes_on = factories.create_pending_draft(artist, fan), factories.create_pending_draft(other, fan)
    opt_ins.opt_out(fan, artist)

    withdrawal.withdraw_next()

    assert [state_and_reason(draft)[0] for draft in (ended, goes_on)] == ["withdrawn", "pending"]


@pytest.mark.django_db
def test_what_waits_of_a_program_that_its_fan_pauses_is_withdrawn() -> None:
    artist = factories.create_artist()
    fan = factories.create_fan(opted_in=artist)
    paused = factories.create_pending_draft(artist, fan)
    other = factories.create_pending_draft(artist, fan, program=factories.create_program(artist, nth=9))
    neighbours = factories.create_pending_draft(artist, program=Program.objects.get(pk=paused.version.program_id))
    mute_program(paused)

    assert withdrawal.withdraw_next()
    assert not withdrawal.withdraw_next()

    assert state_and_reason(paused) == ("withdrawn", "withdrawn: the fan paused this program")
    assert [state_and_reason(draft)[0] for draft in (other, neighbours)] == ["pending", "pending"]


@pytest.mark.django_db
def test_a_pause_that_is_over_at_once_changes_nothing() -> None:
    draft = factories.create_pending_draft(factories.create_artist())
    mute_program(draft)
    mutes.resume(draft.person, draft.version.program_id)

    assert withdrawal.withdraw_next()

    assert state_and_reason(draft)[0] == "pending"


@pytest.mark.django_db
def test_what_was_decided_is_left_to_delivery() -> None:
    draft = factories.create_approved_draft(factories.create_artist())
    opt_ins.opt_out(draft.person, draft.artist)

    assert withdrawal.withdraw_next()

    assert state_and_reason(draft)[0] == "approved"


@pytest.mark.django_db
def test_opting_in_again_brings_nothing_back() -> None:
    artist = factories.create_artist()
    draft = factories.create_pending_draft(artist)
    opt_ins.opt_out(draft.person, artist)
    withdrawal.withdraw_next()

    opt_ins.opt_in(draft.person, artist)
    withdrawal.withdraw_next()

    assert state_and_reason(draft)[0] == "withdrawn"


def test_an_opt_in_holds_for_what_is_written_after_it_only(committing_db: Database) -> None:
    artist = factories.create_artist()
    fan = factories.create_fan(opted_in=artist)
    before = factories.create_pending_draft(artist, fan)
    opt_ins.opt_out(fan, artist)
    opt_ins.opt_in(fan, artist)
    after = factories.create_pending_draft(artist, fan, program=factories.create_program(artist, nth=9))

    withdrawal.withdraw_next()

    assert [state_and_reason(draft)[0] for draft in (before, after)] == ["withdrawn", "pending"]


@pytest.mark.django_db
def test_one_whose_opt_in_ended_before_anybody_looked_is_found_later() -> None:
    """However long the process was away: what ended waits for it, and no clock does."""
    draft = factories.create_pending_draft(factories.create_artist())
    opt_ins.opt_out(draft.person, draft.artist)
    draft.person.opt_ins.update(ended_at=F("ended_at") - timedelta(days=30))

    withdrawal.withdraw_next()

    assert state_and_reason(draft)[0] == "withdrawn"


@pytest.mark.django_db
@pytest.mark.parametrize(("stop", "refusal"), [("opt out", OptedOut), ("pause", Muted)])
def test_until_then_nobody_decides_it(stop: str, refusal: type[Exception]) -> None:
    artist = factories.create_artist()
    draft, mara = factories.create_pending_draft(artist), factories.get_member(artist, "principal")
    mute_program(draft) if stop == "pause" else opt_ins.opt_out(draft.person, artist)

    for decide in (
        lambda: review.approve(draft.pk, by=mara),
        lambda: review.edit(draft.pk, "Thank you.", by=mara),
        lambda: review.decline(draft.pk, by=mara),
    ):
        with pytest.raises(refusal):
            decide()

    assert state_and_reason(draft) == ("pending", "")


@pytest.mark.django_db
@pytest.mark.parametrize(("stop", "refusal"), [("opt out", OptedOut), ("pause", Muted)])
def test_an_approval_is_not_brought_back_to_wait_for_a_fan_who_stopped_it(stop: str, refusal: type[Exception]) -> None:
    artist = factories.create_artist()
    draft, mara = factories.create_pending_draft(artist), factories.get_member(artist, "principal")
    review.approve(draft.pk, by=mara)
    mute_program(draft) if stop == "pause" else opt_ins.opt_out(draft.person, artist)

    with pytest.raises(refusal):
        review.undo(draft.pk, by=mara)

    assert state_and_reason(draft)[0] == "approved"


@pytest.mark.django_db
def test_three_cost_as_many_queries_as_one() -> None:
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


def test_two_processes_withdraw_each_once(committing_db: Database) -> None:
    artist = factories.create_artist()
    for _ in range(6):
        opt_ins.opt_out(factories.create_pending_draft(artist).person, artist)

    run_at_once(withdrawal.withdraw_next, withdrawal.withdraw_next)

    assert Entry.objects.filter(action="draft.withdrawn").count() == 6


def stop_in_thread(fan: Person, program: Program, how: str) -> threading.Thread:
    """The fan stops it, in a connection of their own."""

    def stop() -> None:
        mutes.pause(fan, program.pk, program.artist) if how == "pause" else opt_ins.opt_out(fan, program.artist)

    thread = threading.Thread(target=lambda: run_at_once(stop))
    thread.start()
    return thread


@pytest.mark.parametrize("how", ["opt out", "pause"])
def test_what_is_being_written_when_its_fan_stops_it_is_found(committing_db: Database, how: str) -> None:
    program = factories.create_program(factories.create_artist())
    moment = factories.create_moment(program)

    with transaction.atomic():
        drafts.write_next()
        stopping = stop_in_thread(moment.person, program, how)
        stopping.join(0.3)
        waited = stopping.is_alive()
    stopping.join(10)
    withdrawal.withdraw_next()

    assert waited
    assert Draft.objects.get(moment=moment).state == "withdrawn"


@pytest.mark.parametrize("how", ["opt out", "pause"])
def test_what_was_begun_before_its_fan_stopped_it_is_not_stored(
    committing_db: Database, how: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As when a model takes its time: allowed when it began, no more when it is done."""
    program = factories.create_program(factories.create_artist())
    moment = factories.create_moment(program)
    write = drafts.generation.generate_text

    def slowly(*given: object) -> object:
        stop_in_thread(moment.person, program, how).join(10)
        withdrawal.withdraw_next()
        return write(*given)

    monkeypatch.setattr(drafts.generation, "generate_text", slowly)
    drafts.write_next()

    moment.refresh_from_db()
    assert (moment.state, moment.reason) == (
        Moment.State.REFUSED,
        drafts.REASON_MUTED if how == "pause" else drafts.REASON_OPTED_OUT,
    )
    assert not Draft.objects.exists()


def test_what_is_brought_back_when_its_fan_opts_out_is_found(committing_db: Database) -> None:
    artist = factories.create_artist()
    draft, mara = factories.create_pending_draft(artist), factories.get_member(artist, "principal")
    programs.set_review_settings(artist, by=mara, grace_seconds=60)
    review.approve(draft.pk, by=mara)

    with transaction.atomic():
        review.undo(draft.pk, by=mara)
        stopping = stop_in_thread(draft.person, draft.version.program, "opt out")
        stopping.join(0.3)
        waited = stopping.is_alive()
    stopping.join(10)
    withdrawal.withdraw_next()

    assert waited
    assert state_and_reason(draft)[0] == "withdrawn"


def test_one_that_somebody_edits_at_this_moment_is_waited_for(committing_db: Database) -> None:
    artist = factories.create_artist()
    draft, ines = factories.create_pending_draft(artist), factories.get_member(artist, "reviewer")
    withdrawing = threading.Thread(target=lambda: run_at_once(withdrawal.withdraw_next))

    with transaction.atomic():
        review.edit(draft.pk, "Thank you.", by=ines)
        run_at_once(lambda: opt_ins.opt_out(draft.person, artist))
        withdrawing.start()
        withdrawing.join(0.3)
        waited = withdrawing.is_alive()
    withdrawing.join(10)

    assert waited
    assert (state_and_reason(draft)[0], draft.text) == ("withdrawn", "Thank you.")
