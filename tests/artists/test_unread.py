"""A program whose words are signed once goes out unread: only as it was signed, and to who agreed to that."""

from collections.abc import Callable
from typing import Any

import pytest

from accounts.models import AgeBand
from artists import delivery, holds, programs, review, unread
from artists.models import Draft, Program
from audit.models import Entry
from catalog.models import Artist
from fans.models import Experience
from tests import factories
from tests.artists.studio.pages import program_path, visible_text
from tests.artists.suggestion_scene import deliver_unread, draft_for_fan, sign_templates

pytestmark = pytest.mark.django_db
OWN = "That was the hundredth time. I am glad[, {name}]."


@pytest.fixture
def program(shared_artist: Artist) -> Program:
    return factories.create_program(shared_artist, signed=False)


def test_own_words_go_out_unread_as_filled(program: Program) -> None:
    experience = deliver_unread(draft_for_fan(sign_templates(program, [OWN], is_unread=True)))

    assert (experience.mark, experience.maker, experience.decision.by) == ("filled", "composer", None)


def test_what_a_person_stopped_or_changed_waits_for_a_person(program: Program) -> None:
    principal = factories.get_member(program.artist, "principal")
    factories.set_undo_time(program.artist, 60)
    undone = draft_for_fan(signed := sign_templates(program, [OWN], is_unread=True))
    assert unread.approve_next()
    review.undo(undone.pk, by=principal)
    edited = draft_for_fan(signed)
    review.edit(edited.pk, "My own words.", by=factories.get_member(program.artist, "editor"))

    assert unread.approve_next() is False
    assert set(Draft.objects.filter(pk__in=[undone.pk, edited.pk]).values_list("state", flat=True)) == {"pending"}


def test_only_the_version_in_use_so_many_a_day_and_only_who_agreed(program: Program, settings: Any) -> None:
    settings.UNREAD_PER_DAY = 1
    ana = factories.create_fan("Ana")
    factories.opt_in_under(2, ana, program.artist)
    signed = sign_templates(program, [OWN], is_unread=True)
    drafted = [draft_for_fan(signed, ana), draft_for_fan(signed), draft_for_fan(signed)]

    assert [unread.approve_next(), unread.approve_next()] == [True, False]
    settings.UNREAD_PER_DAY = 10
    sign_templates(program, [OWN])
    assert unread.approve_next() is False
    states = [Draft.objects.get(pk=draft.pk).state for draft in drafted]
    assert states == ["pending", "approved", "pending"]
    entry = Entry.objects.get(action="draft.approved")
    assert (entry.actor, entry.facts["under"]) == ("system:unread", signed.current.decision_id)
    assert not Experience.objects.exists()


def test_what_a_minor_gets_waits_for_a_person(program: Program) -> None:
    signed = sign_templates(program, [OWN], is_unread=True)
    draft_for_fan(signed, factories.create_fan("Ana", opted_in=program.artist, age_band=AgeBand.FROM_16))

    assert unread.approve_next() is False


def test_no_model_writes_what_nobody_reads(program: Program) -> None:
    signed = sign_templates(program, [OWN], is_unread=True)
    with factories.run_model():
        draft = draft_for_fan(signed)

    assert (draft.maker, unread.approve_next()) == ("model:tiny-1", False)


@pytest.mark.parametrize("is_unread", [True, False])
def test_whoever_signs_is_told_that_nobody_reads(program: Program, is_unread: bool) -> None:
    wording = {"locale": "en", "templates": [OWN], "fragments": {}, "unread": is_unread}
    principal = factories.get_member(program.artist, "principal")
    programs.edit(program, by=principal, moment="nth_listen", nth=3, wording=wording)

    page = visible_text(factories.fresh_client(principal).get(program_path(program)))

    assert ("Its messages go out unread: nobody in your team sees one before its fan does." in page) is is_unread


def decline_and_undo(draft: Draft) -> None:
    review.decline(draft.pk, by=factories.get_member(draft.artist, "reviewer"))
    review.undo(draft.pk, by=factories.get_member(draft.artist, "reviewer"))


def approve_and_undo(draft: Draft) -> None:
    review.approve(draft.pk, by=factories.get_member(draft.artist, "reviewer"))
    review.undo(draft.pk, by=factories.get_member(draft.artist, "principal"))


def hold(draft: Draft) -> None:
    holds.hold_draft(draft, by=factories.get_member(draft.artist, "reviewer"))


@pytest.mark.parametrize("act", [decline_and_undo, approve_and_undo, hold])
def test_what_somebody_decided_before_or_looks_at_now_waits_for_a_person(
    program: Program, act: Callable[[Draft], None]
) -> None:
    factories.set_undo_time(program.artist, 60)
    signed = sign_templates(program, [OWN], is_unread=True)
    touched, other = draft_for_fan(signed), draft_for_fan(signed)
    act(touched)

    assert [unread.approve_next(), unread.approve_next()] == [True, False]
    assert [Draft.objects.get(pk=draft.pk).state for draft in (touched, other)] == ["pending", "approved"]


@pytest.mark.parametrize("is_unread", [True, False])
def test_words_that_are_replaced_before_delivery_wait_for_a_person(program: Program, is_unread: bool) -> None:
    factories.remove_undo_time(program.artist)
    draft = draft_for_fan(sign_templates(program, [OWN], is_unread=True))
    assert unread.approve_next()
    sign_templates(program, [f"{OWN} Truly."], is_unread=is_unread)

    assert delivery.deliver_next()
    assert unread.approve_next() is False
    draft.refresh_from_db()
    assert (draft.state, draft.decision, draft.mark, Experience.objects.exists()) == ("pending", None, None, False)
    undone = Entry.objects.get(action="draft.undone")
    assert (undone.actor, undone.subject) == ("system:delivery", f"draft:{draft.pk}")

    review.approve(draft.pk, by=factories.get_member(program.artist, "reviewer"))
    delivery.deliver_next()
    assert Experience.objects.get().mark == "filled"


def test_a_pause_stops_what_was_approved_unread(program: Program) -> None:
    factories.remove_undo_time(program.artist)
    draft = draft_for_fan(sign_templates(program, [OWN], is_unread=True))
    assert unread.approve_next()
    programs.pause(program, by=factories.get_member(program.artist, "reviewer"))

    delivery.deliver_next()

    draft.refresh_from_db()
    assert (draft.state, Experience.objects.exists()) == ("undeliverable", False)
