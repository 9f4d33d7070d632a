"""Raw SQL against requests: whose they are, what they rest on, that they go forward, and that nothing is unpaid."""

import pytest
from django.db import DatabaseError, connection, transaction

from accounts import consents
from artists.models import ExperienceRequest, ProgramVersion
from billing import request_credits
from billing.models import RequestCredit
from billing.simulated.server import FakeStripe
from catalog.models import Artist
from tests import factories
from tests.artists import requests_scene as scene
from tests.billing.test_request_credits import subscribe

pytestmark = pytest.mark.django_db


@pytest.fixture
def asked(artist: Artist) -> ExperienceRequest:
    return scene.ask(factories.create_fan(), scene.create_offer(artist))


def refuse(statement: str, *values: object) -> str:
    with pytest.raises(DatabaseError) as refusal, transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement, values)
    return str(refusal.value)


COLUMNS = """artists_experiencerequest (person_id, artist_id, program_id, version_id, consent_id, occasion, relation,
    event, paid_by, amount, currency, state, ending)"""


def test_a_request_rests_on_its_own_fans_consent_to_it(asked: ExperienceRequest) -> None:
    values = (asked.person_id, asked.artist_id, asked.program_id, asked.version_id)
    said = refuse(
        f"""INSERT INTO {COLUMNS} SELECT %s, %s, %s, %s, id, 'exam', '', '', 'card', 500, 'EUR', 'paying', ''
        FROM accounts_consent ORDER BY id LIMIT 1""",
        *values,
    )
    assert "rests on what its fan agreed to" in said or "consent" in said


ASK = f"""INSERT INTO {COLUMNS.replace("(person_id", "(id, moment_id, person_id")}
    SELECT %(number)s, %(moment)s, person_id, artist_id, program_id, version_id, %(consent)s, 'exam', '', '',
    %(paid_by)s, %(amount)s, %(currency)s, %(state)s, '' FROM artists_experiencerequest WHERE id = %(of)s"""


@pytest.mark.parametrize(("amount", "currency"), [(1, "EUR"), (799, "EUR"), (800, "USD"), (90, "JPY")])
def test_a_card_pays_what_the_signed_offer_says(artist: Artist, amount: int, currency: str) -> None:
    fan, offer = factories.create_fan(), scene.create_offer(artist, prices={"EUR": 800, "JPY": 900})
    said = ask_raw(scene.ask(fan, offer), paid_by="card", amount=amount, currency=currency)
    assert "a card pays what the offer says" in said


def test_nobody_has_more_free_tries_than_the_offer_gives(artist: Artist) -> None:
    fan, offer = factories.create_fan(), scene.create_offer(artist, free_tries=1)
    assert "as many free tries as the offer gives" in ask_raw(scene.ask(fan, offer), paid_by="free", state="waiting")


def ask_raw(like: ExperienceRequest, **columns: object) -> str:
    """What the database says of another request like this one."""
    number = like.pk + 1_000
    consent = consents.give(like.person, f"request:{number}", 1, "I ask.")
    values = {"amount": None, "currency": "", "state": "paying", "moment": None, **columns}
    with pytest.raises(DatabaseError) as refusal, transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(ASK, {"number": number, "of": like.pk, "consent": consent.pk, **values})
    return str(refusal.value)


@pytest.mark.parametrize("change", ["artist", "person"])
def test_a_credit_of_another_pays_for_nothing(fake_provider: FakeStripe, artist: Artist, change: str) -> None:
    """The row of a credit names whose it is and of which artist. A reference alone is not enough."""
    fan, offer = factories.create_fan(), scene.create_offer(artist, free_tries=0)
    of = factories.create_artist("Ove Lind") if change == "artist" else artist
    whose = factories.create_fan("Stranger") if change == "person" else fan
    subscribe(fan, artist)
    subscribe(whose, of)
    request = scene.ask(fan, offer)
    assert request.paid_by == "credit"
    factories.remove_undo_time(artist)
    scene.approve(scene.write(request))
    RequestCredit.objects.filter(reference=str(request)).update(status="free", reference="")
    with transaction.atomic():
        assert request_credits.reserve(whose, of.pk, str(request))

    with pytest.raises(DatabaseError, match="delivered once it is paid"):
        scene.work()


@pytest.mark.parametrize(
    "change",
    [
        "recipient = 'Can'",
        "note = 'Another line'",
        "state = 'paying'",
        "state = 'paid'",
        "moment_id = NULL",
        "moment_id = NULL, state = 'paying'",
        "state = 'ended', ended_at = now()",
        "state = 'delivered'",
    ],
)
def test_what_was_asked_stays_and_goes_forward_alone(asked: ExperienceRequest, change: str) -> None:
    refuse(f"UPDATE artists_experiencerequest SET {change} WHERE id = %s", asked.pk)


@pytest.mark.parametrize("column", ["person_id", "version_id", "paid_by", "occasion", "amount", "consent_id"])
def test_the_app_role_may_not_write_what_was_asked(asked: ExperienceRequest, column: str) -> None:
    said = refuse(f"UPDATE artists_experiencerequest SET {column} = {column} WHERE id = %s", asked.pk)
    assert "permission denied" in said


def test_a_request_is_never_removed(asked: ExperienceRequest) -> None:
    refuse("DELETE FROM artists_experiencerequest WHERE id = %s", asked.pk)


def test_what_is_over_stays_over(asked: ExperienceRequest) -> None:
    ExperienceRequest.objects.filter(pk=asked.pk).update(state="ended", ending="declined", ended_at="2026-11-01T00:00Z")
    refuse(
        "UPDATE artists_experiencerequest SET state = 'waiting', ending = '', ended_at = NULL WHERE id = %s", asked.pk
    )
    refuse("UPDATE artists_experiencerequest SET ending = 'silence' WHERE id = %s", asked.pk)


def test_a_draft_that_goes_out_needs_an_open_request(asked: ExperienceRequest) -> None:
    """The worker's own delivery, with the request ended behind its back."""
    factories.remove_undo_time(asked.artist)
    draft = scene.write(asked)
    scene.approve(draft)
    ExperienceRequest.objects.filter(pk=asked.pk).update(state="ended", ending="declined", ended_at="2026-11-01T00:00Z")
    scene.work()
    draft.refresh_from_db()
    assert draft.state == "undeliverable"


def test_terms_are_part_of_what_is_signed(artist: Artist) -> None:
    version = scene.create_offer(artist)
    refuse("UPDATE artists_programversion SET terms = '{}' WHERE id = %s", version.pk)
    assert ProgramVersion.objects.get(pk=version.pk).terms == version.terms
