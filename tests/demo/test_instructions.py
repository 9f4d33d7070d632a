"""The steps that the demo suggests fit its state, at the first start and at later ones."""

from datetime import UTC, datetime, timedelta

import pytest
from django.db import transaction
from django.test import override_settings

from accounts.models import Person
from artists import drafts, review
from artists.models import Draft
from config import events
from config.demo import instructions
from config.demo.artist_data import ARTISTS_BY_SLUG, MARA
from config.demo.listening_history import Play, to_incoming_records
from config.demo.setup import email_for
from fans import opt_ins
from fans.models import Experience
from rights.models import AgreementVersion
from tests.servers import Database

pytestmark = pytest.mark.usefixtures("demo_database")
MARA_DATA = ARTISTS_BY_SLUG[MARA]


@pytest.fixture
def ana(demo_database: Database) -> Person:
    return Person.objects.get(handle="ana")


def test_everybody_whose_agreement_is_in_the_demo_has_a_link(demo_database: Database) -> None:
    waiting = AgreementVersion.objects.get(live_from=None).parties.filter(party__artist=None)
    signers = Person.objects.filter(memberships__team__party__in=waiting.values("party"), memberships__role="signatory")
    assert waiting.count() == signers.count() == 2  # the publisher and the label

    with override_settings(DEBUG=True):
        text = instructions.render("http://localhost:8000")

    assert all(email_for(person.handle) in text for person in signers)
    assert text.count("/demo/") >= len(instructions.GUESTS)


def pending_for_mara() -> list[Draft]:
    pending = Draft.objects.filter(artist__slug=MARA, state="pending").select_related("person", "artist")
    return list(pending.order_by("deadline", "pk"))


def approve(draft: Draft) -> None:
    review.approve(draft.pk, by=Person.objects.get(handle=MARA_DATA.principal))


def consume_listen(ana: Person, title: str) -> None:
    play = Play(datetime.now(UTC) - timedelta(minutes=5), "ana", title, MARA_DATA.name, 150)
    with transaction.atomic():
        assert events.handle_batch(to_incoming_records([play], {"ana": ana})) == []
    drafts.write_next()


def test_at_the_first_start_the_guests_draft_is_first_and_she_is_one_listen_short(ana: Person) -> None:
    steps = instructions.suggested_steps(ana)

    assert steps["decide"].endswith(
        f" {len(pending_for_mara())} wait; the one for Ana is the first in line. Approve it (a)."
    )
    assert steps["see"].startswith("Look at Ana's page: five seconds later it is there")
    assert "She is 1 listen short of the hundredth" in steps["play"]
    assert steps["play"].endswith("a draft for Ana, the first in line.")


def test_the_draft_of_the_hundredth_listen_comes_first_in_the_queue(ana: Person) -> None:
    approve(pending_for_mara()[0])
    step = instructions.suggested_steps(ana)["play"]

    consume_listen(ana, "Night Bus")

    assert step.endswith("a draft for Ana, the first in line.")
    assert (pending_for_mara()[0].person, pending_for_mara()[0].version.nth) == (ana, 100)


def test_at_a_later_start_both_steps_name_the_same_fan(ana: Person) -> None:
    for draft in pending_for_mara():
        if draft.person == ana:
            approve(draft)
    next_draft = pending_for_mara()[0]
    steps = instructions.suggested_steps(ana)

    name = next_draft.person.display_name
    assert f"the one for {name} is the first in line" in steps["decide"]
    assert f"Five seconds later {name} has it" in steps["see"]
    assert next_draft.person != ana


def test_a_step_that_is_not_possible_any_more_is_not_suggested(ana: Person) -> None:
    consume_listen(ana, "Night Bus")
    before = instructions.suggested_steps(ana)["play"]
    opt_ins.opt_out(ana, pending_for_mara()[0].artist)

    assert before == instructions.suggested_steps(ana)["play"]
    assert "hundredth" not in before


def test_an_empty_queue_is_mentioned(ana: Person) -> None:
    for draft in pending_for_mara():
        review.decline(draft.pk, by=Person.objects.get(handle=MARA_DATA.principal))

    steps = instructions.suggested_steps(ana)

    assert "Nothing waits" in steps["decide"]
    assert "Five seconds later its fan has it" in steps["see"]


def test_the_guest_has_a_message_that_the_artist_wrote_herself(ana: Person) -> None:
    written = Experience.objects.filter(person=ana, mark="written")

    assert {each.mark_words for each in written} == {"Written by Mara Veil"}
    assert all(each.delivered_at < datetime.now(UTC) for each in written)
