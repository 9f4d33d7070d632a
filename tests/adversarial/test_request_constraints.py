"""Raw SQL against requests: whose they are, what they rest on, that they go forward, and that nothing is unpaid."""

import pytest
from django.db import DatabaseError, connection, transaction

from artists.models import ExperienceRequest, ProgramVersion
from catalog.models import Artist
from tests import factories
from tests.artists import requests_scene as scene

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
