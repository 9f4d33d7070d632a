import pytest

from accounts.models import Person
from artists import explanations
from audit.models import Entry
from fans import experiences
from fans.models import Experience
from live.models import Notice
from rights import hashing
from tests import factories

pytestmark = pytest.mark.django_db


def test_a_fan_hears_of_what_arrived() -> None:
    artist = factories.create_artist()
    experience = factories.create_experience(artist)

    heard = Notice.objects.filter(person=experience.person).values_list("kind", "reference")
    assert list(heard) == [("experience.delivered", f"experience:{experience.pk}")]


def test_it_says_why() -> None:
    artist = factories.create_artist()
    song = factories.create_recording(artist, "Low Tide")
    whole = factories.create_experience(artist)
    factories.create_program(artist, moment="first_listen", nth=1, recording=song)
    program = artist.programs.latest("pk")
    first = factories.create_pending_draft(artist, program=program)

    assert whole.why["sentence"] == "You got this because you reached 3 listens of Mara Veil, and opted in."
    explained = explanations.explain_delivery(first.moment, first.version)
    assert explained["sentence"] == "You got this because you listened to Low Tide for the first time, and opted in."


def test_opening_is_written_once() -> None:
    experience = factories.create_experience(factories.create_artist())
    fan = experience.person

    experiences.mark_opened(experience, by=fan)
    first = experience.opened_at
    experiences.mark_opened(experience, by=fan)

    assert first is not None
    assert experience.opened_at == first
    assert Entry.objects.filter(action="experience.opened", subject=f"experience:{experience.pk}").count() == 1


def test_somebody_else_opens_nothing() -> None:
    experience = factories.create_experience(factories.create_artist())
    stranger = factories.create_fan("Stranger")

    experiences.mark_opened(experience, by=stranger)

    assert experience.opened_at is None
    assert list(experiences.received_by(stranger)) == []


def test_the_receipt_can_be_checked_and_tells_nobody_who() -> None:
    artist = factories.create_artist()
    experience = factories.create_experience(artist)
    grant = artist.grants.get()

    receipt = experience.receipt

    assert receipt["decision"]["role"] == "principal"
    assert receipt["decision"]["name"] == "Mara Veil"
    assert [(each["id"], each["version"], each["use"]) for each in receipt["grants"]] == [
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
    people = [value for person in Person.objects.all() for value in (str(person.pk), person.handle, person.email)]
    assert [value for value in [*people, "Ana", experience.text, experience.salt] if value in str(receipt)] == []


def test_erasing_leaves_the_decision_and_the_commitment() -> None:
    experience = factories.create_experience(factories.create_artist())
    committed = experience.receipt["commitment"]["sha256"]

    Experience.objects.filter(pk=experience.pk).update(salt=None, text=None, why=None)

    experience.refresh_from_db()
    assert experience.content_hash is None
    assert experience.decision.content_hash == committed


def test_delivering_nothing_tells_nobody() -> None:
    assert experiences.deliver([], by="system:delivery") == []
    assert Notice.objects.count() == 0
