"""Tests of experiences: delivered, opened, withdrawn and erased."""

import uuid
from collections.abc import Callable

import pytest

from accounts.models import Person
from artists import delivery, programs, review
from artists.models import Program
from audit.models import Entry
from catalog.models import Recording
from fans import experiences, moment_text
from fans.exceptions import AlreadyErased, AlreadyWithdrawn, InvalidReason
from fans.models import Experience
from fans.receipts import build_receipt
from live.models import Notice
from rights import hashing
from tests import factories
from tests.fans.pages import received

pytestmark = pytest.mark.django_db
STAFF, REASON = "system:operator", "The artist asked for it."


def notices_of(experience: Experience) -> list[tuple[str, str]]:
    notices = Notice.objects.filter(person=experience.person_id).order_by("sequence")
    return list(notices.values_list("kind", "reference"))


def test_a_fan_is_notified_of_a_delivery() -> None:
    artist = factories.create_artist()
    experience = factories.create_experience(artist)

    assert notices_of(experience) == [("experience.delivered", f"experience:{experience.pk}")]


def test_an_experience_says_why_the_fan_got_it() -> None:
    artist = factories.create_artist()
    song = factories.create_recording(artist, "Low Tide")
    whole = factories.create_experience(artist)
    factories.create_program(artist, moment="first_listen", nth=1, recording=song)
    program = artist.programs.latest("pk")
    first = factories.create_pending_draft(artist, program=program)

    assert whole.reason_sentence == "You got this because you reached 3 listens of Mara Veil, and opted in."
    assert moment_text.reason_sentence(first.why, "Mara Veil") == (
        "You got this because you listened to Low Tide for the first time, and opted in."
    )


def test_why_is_what_was_true_when_the_draft_was_written() -> None:
    artist = factories.create_artist()
    song = factories.create_recording(artist, "Low Tide")
    program = factories.create_program(artist, recording=song)
    draft = factories.create_pending_draft(artist, program=program)
    Recording.objects.filter(pk=song.pk).update(title="evil.example")
    Program.objects.filter(pk=program.pk).update(name="Another name")
    factories.remove_undo_time(artist)
    review.approve(draft.pk, by=factories.get_member(artist, "principal"))
    delivery.deliver_next()

    experience = Experience.objects.get(draft=draft.pk)

    assert experience.why == draft.why
    assert (experience.why["recording"], experience.why["program"]) == ("Low Tide", "Thank you")


def test_opening_is_stored_once() -> None:
    experience = factories.create_experience(factories.create_artist())
    fan = experience.person

    experiences.mark_opened(experience, by=fan)
    first = experience.opened_at
    experiences.mark_opened(experience, by=fan)

    assert first is not None
    assert experience.opened_at == first
    assert Entry.objects.filter(action="experience.opened", subject=f"experience:{experience.pk}").count() == 1


def test_other_people_cannot_open_it() -> None:
    experience = factories.create_experience(factories.create_artist())
    stranger = factories.create_fan("Stranger")

    experiences.mark_opened(experience, by=stranger)

    assert experience.opened_at is None
    assert list(experiences.received_by(stranger)) == []


def test_the_receipt_can_be_checked_and_names_no_person() -> None:
    artist = factories.create_artist()
    experience = factories.create_experience(artist)
    grant = artist.grants.get()

    receipt = build_receipt(experience)

    assert receipt["decision"]["role"] == "principal"
    assert receipt["decision"]["name"] == "Mara Veil"
    assert [(grant_facts["id"], grant_facts["version"], grant_facts["use"]) for grant_facts in receipt["grants"]] == [
        (grant.pk, 1, "personal_message")
    ]
    assert receipt["program"]["version"] == 1
    assert receipt["shape"]["role"] == "principal"
    assert [part["kind"] for part in receipt["parts"]] == ["person", "rules"]
    assert receipt["commitment"]["sha256"] == hashing.content_hash(
        salt=experience.salt,
        person=experience.person_id,
        artist=experience.artist_id,
        mark=experience.mark,
        credit=experience.credit,
        text=experience.text,
    )
    assert receipt["why"]["sha256"] == hashing.why_hash(
        salt=experience.salt, person=experience.person_id, artist=experience.artist_id, why=experience.why
    )
    people = [value for person in Person.objects.all() for value in (str(person.pk), person.handle, person.email)]
    assert [value for value in [*people, "Ana", experience.text, experience.salt] if value in str(receipt)] == []


def test_erasing_leaves_the_decision_and_the_commitment() -> None:
    experience = factories.create_experience(factories.create_artist())
    committed = build_receipt(experience)["commitment"]["sha256"]

    erased = experiences.erase(experience.pk, by=STAFF, reason=" The fan \n asked for it. ")

    assert (erased.text, erased.salt, erased.why, erased.content_hash) == (None, None, None, None)
    assert erased.decision.content_hash == committed
    entry = Entry.objects.get(action="experience.erased")
    assert (entry.actor, entry.subject) == (STAFF, f"experience:{experience.pk}")
    assert entry.facts == {"reason": "The fan asked for it."}
    assert notices_of(experience)[-1] == ("experience.erased", f"experience:{experience.pk}")


def test_erasing_twice_changes_nothing() -> None:
    experience = factories.create_experience(factories.create_artist())
    experiences.erase(experience.pk, by=STAFF, reason=REASON)
    notices = notices_of(experience)

    with pytest.raises(AlreadyErased):
        experiences.erase(experience.pk, by=STAFF, reason="Another reason.")

    assert Entry.objects.filter(action="experience.erased").count() == 1
    assert notices_of(experience) == notices


def test_withdrawing_keeps_words_and_receipt_and_is_recorded() -> None:
    experience = factories.create_experience(factories.create_artist())

    before = build_receipt(experience)

    withdrawn = experiences.withdraw(experience.pk, by=STAFF, reason=REASON)

    assert withdrawn.withdrawn_at is not None
    assert (withdrawn.text, build_receipt(withdrawn)) == (experience.text, before)
    assert withdrawn.content_hash == withdrawn.decision.content_hash
    entry = Entry.objects.get(action="experience.withdrawn")
    assert (entry.actor, entry.subject) == (STAFF, f"experience:{experience.pk}")
    assert entry.facts == {"reason": REASON}
    assert notices_of(experience)[-1] == ("experience.withdrawn", f"experience:{experience.pk}")


def test_a_second_withdrawal_changes_nothing() -> None:
    experience = factories.create_experience(factories.create_artist())
    first = experiences.withdraw(experience.pk, by=STAFF, reason=REASON).withdrawn_at
    notices = notices_of(experience)

    with pytest.raises(AlreadyWithdrawn):
        experiences.withdraw(experience.pk, by=STAFF, reason="Another reason.")

    experience.refresh_from_db()
    assert experience.withdrawn_at == first
    assert Entry.objects.filter(action="experience.withdrawn").count() == 1
    assert notices_of(experience) == notices


def test_an_erased_experience_can_be_withdrawn_and_the_other_way_round() -> None:
    artist = factories.create_artist()
    first = factories.create_experience(artist, factories.create_fan(opted_in=artist))
    second = factories.create_experience(artist, factories.create_fan("Bo", opted_in=artist))

    for change, other in ((experiences.erase, experiences.withdraw), (experiences.withdraw, experiences.erase)):
        experience = first if change is experiences.erase else second
        change(experience.pk, by=STAFF, reason=REASON)
        changed = other(experience.pk, by=STAFF, reason=REASON)
        assert (changed.text, changed.withdrawn_at is None) == (None, False)


@pytest.mark.parametrize("change", [experiences.withdraw, experiences.erase])
@pytest.mark.parametrize(
    "reason", ["", " \n ", "x" * 301, "{name} asked for it", "Wrong: {text}", "see {email}", "{handle}!"]
)
def test_a_reason_that_is_missing_or_personal_is_refused(change: Callable[..., Experience], reason: str) -> None:
    experience = factories.create_experience(factories.create_artist())
    person = experience.person
    personal = {"name": person.name, "email": person.email, "handle": person.handle, "text": experience.text}

    with pytest.raises(InvalidReason):
        change(experience.pk, by=STAFF, reason=reason.format(**personal))

    experience.refresh_from_db()
    assert (experience.withdrawn_at, experience.text) == (None, personal["text"])
    assert not Entry.objects.filter(action__in=["experience.withdrawn", "experience.erased"]).exists()


@pytest.mark.parametrize("change", [experiences.withdraw, experiences.erase])
def test_an_unknown_experience_cannot_be_changed(change: Callable[..., Experience]) -> None:
    with pytest.raises(Experience.DoesNotExist):
        change(uuid.uuid4(), by=STAFF, reason=REASON)


def test_delivering_nothing_posts_no_notice() -> None:
    assert experiences.deliver([], by="system:delivery") == []
    assert Notice.objects.count() == 0


def test_the_audience_of_a_program_is_who_received_something_of_it() -> None:
    artist = factories.create_artist()
    first, withdrawn, erased = [factories.create_experience(artist) for _ in range(3)]
    factories.create_experience(factories.create_artist("Ove Lind"))
    version = factories.create_version(Program.objects.get(pk=first.program), nth=7)
    programs.sign(version, by=factories.get_member(artist, "principal"), fresh=True)
    received(Program.objects.get(pk=first.program), first.person)  # the second for this fan
    experiences.withdraw(withdrawn.pk, by=STAFF, reason=REASON)
    experiences.erase(erased.pk, by=STAFF, reason=REASON)

    assert Experience.objects.filter(program=first.program).count() == 4
    assert experiences.count_audience(first.program) == 3
