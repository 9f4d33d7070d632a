import json
from collections.abc import Callable
from datetime import timedelta

import pytest
from django.db import connection, transaction
from django.db.models.functions import Now
from django.test.utils import CaptureQueriesContext

from artists import delivery, eligibility, exceptions, programs, review
from artists.models import Draft
from artists.program_status import REASON_STOPPED
from audit.models import Entry
from events.models import Outbox
from fans import mutes, opt_ins
from fans.models import Experience, Mute, OptIn
from live.models import Notice
from rights import clearance, grants
from rights.models import Use
from tests import factories
from tests.concurrency import run_at_once, start_until_blocked
from tests.servers import Database


def undelivered_reason(draft: Draft) -> str:
    """Why nothing reached the fan; fails when something did."""
    draft.refresh_from_db()
    assert draft.state == "undeliverable"
    assert not Experience.objects.filter(draft=draft.pk).exists()
    assert not Notice.objects.filter(kind="experience.delivered").exists()
    return draft.reason


@pytest.mark.django_db
def test_an_approved_draft_reaches_its_fan() -> None:
    artist = factories.create_artist()
    draft = factories.create_approved_draft(artist)

    assert delivery.deliver_next()
    assert not delivery.deliver_next()

    experience = Experience.objects.get()
    draft.refresh_from_db()
    assert draft.state == "delivered"
    assert (experience.draft, experience.person, experience.artist) == (draft.pk, draft.person, artist)
    assert (experience.text, experience.mark, experience.credit) == (draft.text, "filled", "Mara Veil")
    assert (experience.decision, experience.clearance) == (draft.decision, draft.clearance)
    assert experience.content_hash == draft.decision.content_hash
    assert (experience.why, experience.why_hash) == (draft.why, draft.decision.why_hash)
    assert (experience.maker, experience.program, experience.program_version) == (
        "composer",
        draft.version.program_id,
        1,
    )
    entry = Entry.objects.get(action="experience.delivered")
    assert (entry.actor, entry.subject, entry.facts) == (
        "system:delivery",
        f"experience:{experience.pk}",
        {"draft": draft.pk},
    )
    event = json.loads(bytes(Outbox.objects.latest("pk").value))
    assert (event["type"], event["subject"]) == ("fanfare.experience.delivered.v1", f"draft:{draft.pk}")


@pytest.mark.django_db
def test_nothing_is_delivered_while_it_can_be_undone() -> None:
    artist = factories.create_artist()
    draft = factories.create_pending_draft(artist)
    assert delivery.seconds_until_due() is None

    review.approve(draft.pk, by=factories.get_member(artist, "principal"))

    assert not delivery.deliver_next()
    due = delivery.seconds_until_due()
    assert due is not None
    assert 0 < due <= 5


@pytest.mark.django_db
def test_a_due_draft_is_due_in_zero_seconds() -> None:
    factories.create_approved_draft(factories.create_artist())

    assert delivery.seconds_until_due() == 0


@pytest.mark.django_db
def test_an_undone_approval_is_not_delivered() -> None:
    artist = factories.create_artist()
    draft = factories.create_pending_draft(artist)
    review.approve(draft.pk, by=factories.get_member(artist, "principal"))
    review.undo(draft.pk, by=factories.get_member(artist, "principal"))

    assert not delivery.deliver_next()
    assert delivery.seconds_until_due() is None


@pytest.mark.django_db
def test_a_fan_who_opts_out_after_the_approval_gets_nothing() -> None:
    draft = factories.create_approved_draft(factories.create_artist())
    opt_ins.opt_out(draft.person, draft.artist)

    delivery.deliver_next()

    assert undelivered_reason(draft) == delivery.REASON_OPTED_OUT


@pytest.mark.django_db
def test_a_grant_that_ends_after_the_approval_stops_the_delivery() -> None:
    artist = factories.create_artist()
    draft = factories.create_approved_draft(artist)
    grants.switch_off(artist, Use.PERSONAL_MESSAGE, by=factories.get_member(artist, "principal"))

    delivery.deliver_next()

    assert undelivered_reason(draft) == "uncleared: Mara Veil (artist): personal messages are off"


@pytest.mark.django_db
def test_a_permission_that_was_renewed_after_the_approval_delivers() -> None:
    artist = factories.create_artist()
    draft = factories.create_approved_draft(artist)
    grants.switch_on(artist, Use.PERSONAL_MESSAGE, by=factories.get_member(artist, "principal"), fresh=True)

    delivery.deliver_next()

    assert Experience.objects.get().draft == draft.pk


@pytest.mark.django_db
def test_a_song_that_was_switched_off_after_the_approval_stops_its_drafts_alone() -> None:
    artist = factories.create_artist()
    song, other = factories.create_recording(artist), factories.create_recording(artist, "Low Tide Choir")
    stopped, delivered = [
        factories.create_approved_draft(artist, program=factories.create_program(artist, recording=recording))
        for recording in (song, other)
    ]
    principal = factories.get_member(artist, "principal")
    grants.switch_off(artist, Use.PERSONAL_MESSAGE, by=principal, recording=song)

    delivery.deliver_next()

    stopped.refresh_from_db()
    why = "uncleared: Mara Veil (artist): personal messages are off for Salt Radio"
    assert (stopped.state, stopped.reason) == ("undeliverable", why)
    assert Experience.objects.get().draft == delivered.pk


@pytest.mark.django_db
def test_a_paused_program_delivers_nothing() -> None:
    artist = factories.create_artist()
    draft = factories.create_approved_draft(artist)
    programs.pause(draft.version.program, by=factories.get_member(artist, "reviewer"))

    delivery.deliver_next()

    assert undelivered_reason(draft) == REASON_STOPPED


@pytest.mark.django_db
def test_an_erased_draft_does_not_stop_the_others() -> None:
    artist = factories.create_artist()
    gone, whole = factories.create_approved_draft(artist), factories.create_approved_draft(artist)
    factories.erase_text(gone)

    delivery.deliver_next()

    gone.refresh_from_db()
    assert (gone.state, gone.reason) == ("undeliverable", delivery.REASON_ERASED)
    assert Experience.objects.get().draft == whole.pk


@pytest.mark.django_db
def test_the_team_is_notified_of_an_undeliverable_draft() -> None:
    artist = factories.create_artist()
    draft = factories.create_approved_draft(artist)
    opt_ins.opt_out(draft.person, artist)
    before = Notice.objects.filter(kind="draft.decided").count()

    delivery.deliver_next()

    assert Notice.objects.filter(kind="draft.decided").count() == before + 1
    assert Entry.objects.get(action="draft.undeliverable").facts == {"reason": delivery.REASON_OPTED_OUT}


@pytest.mark.django_db
def test_three_drafts_take_as_many_queries_as_one() -> None:
    artist = factories.create_artist()

    def queries(count: int) -> int:
        for _ in range(count):
            factories.create_approved_draft(artist)
            opt_ins.opt_out(factories.create_approved_draft(artist).person, artist)
        with CaptureQueriesContext(connection) as captured:
            assert delivery.deliver_next()
        return len(captured)

    assert queries(1) == queries(3)
    assert Experience.objects.count() == 4


def test_concurrent_processes_deliver_each_draft_once(committing_db: Database) -> None:
    artist = factories.create_artist()
    drafts = [factories.create_approved_draft(artist) for _ in range(12)]

    run_at_once(*[delivery.deliver_next for _ in range(3)])

    assert sorted(Experience.objects.values_list("draft", flat=True)) == [draft.pk for draft in drafts]
    assert Notice.objects.filter(kind="experience.delivered").count() == 12


@pytest.mark.parametrize("stop", ["opt out", "switch off", "switch one song off", "pause"])
def test_a_stop_waits_for_a_running_delivery(committing_db: Database, stop: str) -> None:
    artist = factories.create_artist()
    first = factories.create_approved_draft(artist)
    principal, song = factories.get_member(artist, "principal"), factories.create_recording(artist)
    stops = {
        "opt out": lambda: opt_ins.opt_out(first.person, artist),
        "switch off": lambda: grants.switch_off(artist, Use.PERSONAL_MESSAGE, by=principal),
        "switch one song off": lambda: grants.switch_off(artist, Use.PERSONAL_MESSAGE, by=principal, recording=song),
        "pause": lambda: programs.pause(first.version.program, by=principal),
    }

    with transaction.atomic():
        assert delivery.deliver_next()
        finish_stop = start_until_blocked(stops[stop])
    finish_stop()

    assert Experience.objects.get().draft == first.pk


@pytest.mark.parametrize("stop", ["opt out", "mute", "switch off"])
def test_nothing_is_dated_as_delivered_after_the_stop_that_waited_for_it(committing_db: Database, stop: str) -> None:
    """The stop begins before the delivery stores its experience, and is dated when it has waited for it."""
    artist = factories.create_artist()
    draft = factories.create_approved_draft(artist)
    fan, principal = draft.person, factories.get_member(artist, "principal")
    stops: dict[str, Callable[[], object]] = {
        "opt out": lambda: opt_ins.opt_out(fan, artist),
        "mute": lambda: mutes.pause(fan, draft.version.program_id, artist),
        "switch off": lambda: grants.switch_off(artist, Use.PERSONAL_MESSAGE, by=principal),
    }

    with transaction.atomic():
        assert eligibility.lock_opted_in([draft]) == {draft.pk}
        assert clearance.hold_clear({draft.clearance_id}) == {draft.clearance_id: "plays_on"}
        finish_stop = start_until_blocked(stops[stop])
        assert delivery.deliver_next()
    finish_stop()

    stopped_at = {
        "opt out": lambda: OptIn.objects.get().ended_at,
        "mute": lambda: Mute.objects.get().since,
        "switch off": lambda: artist.grants.get().ended_at,
    }
    assert Experience.objects.get().delivered_at <= stopped_at[stop]()


def test_of_an_undo_and_a_delivery_at_once_only_one_happens(committing_db: Database) -> None:
    artist = factories.create_artist()
    principal = factories.get_member(artist, "principal")
    for _ in range(5):
        draft = factories.create_pending_draft(artist)
        programs.set_review_settings(artist, by=principal, grace_seconds=1)
        review.approve(draft.pk, by=principal)
        # By an update: undo and delivery meet only where the time to undo ends, and that is set in whole seconds.
        Draft.objects.filter(pk=draft.pk).update(deliver_after=Now() + timedelta(milliseconds=20))
        connection.close()

        def deliver() -> None:
            while not delivery.deliver_next() and delivery.seconds_until_due() is not None:
                pass

        run_at_once(deliver, lambda draft=draft: review.undo(draft.pk, by=principal))

        draft.refresh_from_db()
        assert draft.state in {"delivered", "pending"}
        assert Experience.objects.filter(draft=draft.pk).exists() == (draft.state == "delivered")


@pytest.mark.django_db
def test_opting_in_again_does_not_deliver_a_draft_of_the_earlier_opt_in() -> None:
    artist = factories.create_artist()
    draft = factories.create_approved_draft(artist)
    opt_ins.opt_out(draft.person, artist)
    opt_ins.opt_in(draft.person, artist)

    assert delivery.deliver_next()

    assert undelivered_reason(draft) == delivery.REASON_OPTED_OUT


@pytest.mark.django_db
def test_a_draft_of_an_ended_opt_in_can_be_neither_approved_nor_restored() -> None:
    artist = factories.create_artist()
    principal = factories.get_member(artist, "principal")
    waiting, declined = (
        factories.create_pending_draft(artist),
        factories.create_pending_draft(artist, factories.create_fan("Bea", opted_in=artist)),
    )
    review.decline(declined.pk, by=principal)
    for draft in (waiting, declined):
        opt_ins.opt_out(draft.person, artist)
        opt_ins.opt_in(draft.person, artist)

    with pytest.raises(exceptions.OptedOut):
        review.approve(waiting.pk, by=principal)
    with pytest.raises(exceptions.OptedOut):
        review.undo(declined.pk, by=principal)

    assert [Draft.objects.get(pk=draft.pk).state for draft in (waiting, declined)] == ["pending", "declined"]
