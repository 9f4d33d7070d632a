import json
from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext

from artists import drafts, marks, programs
from artists.models import Draft, Moment
from audit.models import Entry
from events.models import Outbox
from fans import opt_ins
from fans.models import Engagement
from live.models import Notice
from rights import grants
from rights.models import StoredClearance, Use
from tests import factories
from tests.concurrency import run_at_once
from tests.servers import Database


def refusal_reason(moment: Moment) -> str:
    """Why the moment got no draft; fails when it is not refused."""
    moment.refresh_from_db()
    assert moment.state == "refused"
    assert not Draft.objects.filter(moment=moment).exists()
    return moment.reason


@pytest.mark.django_db
def test_a_moment_becomes_a_pending_draft() -> None:
    artist = factories.create_artist()
    moment = factories.create_moment(factories.create_program(artist, review_seconds=3600))

    assert drafts.write_next()
    assert not drafts.write_next()

    draft = Draft.objects.get()
    moment.refresh_from_db()
    assert moment.state == "drafted"
    assert (draft.moment, draft.state, draft.maker, draft.revision) == (moment, "pending", "composer", 1)
    assert (draft.person, draft.artist, draft.version) == (moment.person, artist, moment.version)
    assert draft.text.startswith("Thank you, Ana. That was 3 listens. ")
    assert draft.original_text == draft.text
    assert draft.why == {
        "moment": "nth_listen",
        "nth": 3,
        "recording": None,
        "program": "Thank you",
        "noticed_at": moment.noticed_at.isoformat(timespec="seconds"),
    }
    assert (draft.mark, draft.credit, draft.decision) == (None, None, None)
    assert draft.deadline - draft.written_at == timedelta(seconds=3600)
    assert draft.clearance == StoredClearance.objects.get()


@pytest.mark.django_db
def test_a_draft_has_its_facts_for_the_reviewer() -> None:
    draft = factories.create_pending_draft(factories.create_artist())

    facts = [(fact["slot"], fact["value"], fact["used"]) for fact in draft.facts]
    assert facts == [
        ("name", "Ana", True),
        ("artist", "Mara Veil", False),
        ("plays", 3, True),
        ("since", "2026-11-01", False),
    ]
    assert all(fact["label"] and fact["from"] for fact in draft.facts)
    parts = [(part["part"], part["kind"]) for part in marks.derive_parts(draft)]
    assert parts == [("words", "person"), ("names and facts", "rules")]


@pytest.mark.django_db
def test_the_day_of_the_first_listen_is_a_day_of_the_fan() -> None:
    artist = factories.create_artist()
    fan = factories.create_fan(opted_in=artist, time_zone="America/Los_Angeles")
    words = {"locale": "en-GB", "templates": ["You are here since {since}."]}
    moment = factories.create_moment(factories.create_program(artist, wording=words), fan)
    Engagement.objects.update(first_at=datetime(2026, 1, 1, 4, 30, tzinfo=UTC))

    drafts.write_next()

    assert Draft.objects.get(moment=moment).text == "You are here since 31 December 2025."


@pytest.mark.django_db
@pytest.mark.parametrize("name", ["!!!", "???", "…"])
def test_an_artist_and_a_song_of_signs_alone_are_said(name: str) -> None:
    artist = factories.create_artist(name, slug="signs")
    song = factories.create_recording(artist, name)
    fan = factories.create_fan("Maria da Luz Santos", opted_in=artist)
    words = {"locale": "en", "templates": ["You found “{song}”[, {name}]. {artist}"]}
    program = factories.create_program(artist, moment="first_listen", nth=1, recording=song, wording=words)

    draft = factories.create_pending_draft(artist, fan, program=program)

    assert draft.text == f"You found “{name}”, Maria da Luz Santos. {name}"


@pytest.mark.django_db
def test_the_song_is_a_fact_only_where_the_program_counts_it() -> None:
    artist = factories.create_artist()
    song = factories.create_recording(artist, "Low Tide")
    words = {"locale": "en", "templates": ["You found {song}[, {name}]."]}
    program = factories.create_program(artist, moment="first_listen", nth=1, recording=song, wording=words)

    assert factories.create_pending_draft(artist, program=program).text == "You found Low Tide, Ana."


@pytest.mark.django_db
def test_the_team_is_notified_and_nobody_else() -> None:
    artist, other = factories.create_artist(), factories.create_artist("Ove Lind")
    team = {factories.get_member(artist, role) for role in ("principal", "owner", "editor", "reviewer")}
    factories.get_member(other, "reviewer")

    draft = factories.create_pending_draft(artist)

    notices = Notice.objects.filter(kind="draft.pending", reference=f"draft:{draft.pk}")
    assert {notice.person for notice in notices} == team
    assert Notice.objects.count() == len(team)


@pytest.mark.django_db
def test_the_event_has_ids_only() -> None:
    artist = factories.create_artist()
    draft = factories.create_pending_draft(artist)

    [record] = Outbox.objects.filter(topic="experiences.v1")
    event = json.loads(bytes(record.value))

    assert bytes(record.key) == str(artist.pk).encode()
    assert event["type"] == "fanfare.experience.drafted.v1"
    assert event["subject"] == f"draft:{draft.pk}"
    assert event["data"] == {"artist": artist.pk, "draft": draft.pk, "program_version": draft.version_id}
    assert str(draft.person_id) not in json.dumps(event)


@pytest.mark.django_db
def test_the_audit_has_no_text_and_no_name() -> None:
    draft = factories.create_pending_draft(factories.create_artist())

    entry = Entry.objects.get(action="draft.written")
    assert (entry.actor, entry.subject) == ("system:drafts", f"draft:{draft.pk}")
    assert entry.facts == {"moment": draft.moment_id, "clearance": draft.clearance_id, "maker": "composer"}


@pytest.mark.django_db
def test_an_uncleared_moment_names_the_missing_party() -> None:
    artist = factories.create_artist(granted=False)
    moment = factories.create_moment(factories.create_program(artist))

    drafts.write_next()

    assert refusal_reason(moment) == "uncleared: Mara Veil (artist): personal messages are off"
    assert Entry.objects.get(action="moment.refused").facts == {"why": "uncleared"}
    assert Notice.objects.count() == Outbox.objects.count() == 0


@pytest.mark.django_db
def test_a_song_that_is_switched_off_refuses_its_moments_and_no_others() -> None:
    artist = factories.create_artist()
    song, other = factories.create_recording(artist), factories.create_recording(artist, "Low Tide Choir")
    refused, written = [
        factories.create_moment(factories.create_program(artist, recording=recording)) for recording in (song, other)
    ]
    principal = factories.get_member(artist, "principal")
    grants.switch_off(artist, Use.PERSONAL_MESSAGE, by=principal, recording=song)

    drafts.write_next()

    refused.refresh_from_db()
    assert refused.reason == "uncleared: Mara Veil (artist): personal messages are off for Salt Radio"
    assert [draft.moment for draft in Draft.objects.all()] == [written]


@pytest.mark.django_db
def test_a_grant_for_other_countries_does_not_cover_this_fan() -> None:
    artist = factories.create_artist(granted=False)
    principal = factories.get_member(artist, "principal")
    grants.switch_on(artist, Use.PERSONAL_MESSAGE, by=principal, fresh=True, territories=["PT"])
    program = factories.create_program(artist)
    here = factories.create_moment(program, factories.create_fan(opted_in=artist, country="PT"))
    there = factories.create_moment(program, factories.create_fan(opted_in=artist, country="BR"))

    drafts.write_next()

    assert Draft.objects.get().moment == here
    assert refusal_reason(there) == "uncleared: Mara Veil (artist): personal messages are not allowed where the fan is"


@pytest.mark.django_db
def test_a_fan_who_opted_out_meanwhile_gets_no_draft() -> None:
    artist = factories.create_artist()
    moment = factories.create_moment(factories.create_program(artist))
    opt_ins.opt_out(moment.person, artist)

    drafts.write_next()

    assert refusal_reason(moment).startswith("opted out")


@pytest.mark.django_db
def test_a_paused_program_gets_no_draft() -> None:
    artist = factories.create_artist()
    moment = factories.create_moment(factories.create_program(artist))
    programs.pause(moment.program, by=factories.get_member(artist, "principal"))

    drafts.write_next()

    assert refusal_reason(moment) == "stopped: the program is paused"


@pytest.mark.django_db
def test_a_fan_without_a_name_gets_a_sentence_without_one() -> None:
    artist = factories.create_artist()
    words = {"locale": "en", "templates": ["Thank you, {name}.", "Thank you."]}
    program = factories.create_program(artist, wording=words)

    draft = factories.create_pending_draft(artist, factories.create_fan("", opted_in=artist), program=program)

    assert draft.text == "Thank you."
    assert "name" not in [fact["slot"] for fact in draft.facts]


@pytest.mark.django_db
def test_a_moment_that_fails_does_not_stop_the_others(monkeypatch: pytest.MonkeyPatch) -> None:
    artist = factories.create_artist()
    program = factories.create_program(artist)
    good, bad = [
        factories.create_moment(program, factories.create_fan(name, opted_in=artist)) for name in ("Ana", "Bea")
    ]
    # By SQL: the product signs no version whose wording cannot be read.
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO artists_programversion"
            " (program_id, artist_id, version, moment, nth, audience, wording, review_seconds, by)"
            " VALUES (%s, %s, 9, 'nth_listen', 3, 'opted_in', '{}', 60, 'person:x') RETURNING id",
            [program.pk, artist.pk],
        )
        Moment.objects.filter(pk=bad.pk).update(version=cursor.fetchone()[0])

    drafts.write_next()

    assert Draft.objects.get().moment == good
    assert refusal_reason(bad).startswith("failed: ")


@pytest.mark.django_db
def test_a_moment_gets_the_same_text_again() -> None:
    artist = factories.create_artist()
    program = factories.create_program(artist)
    moments = [factories.create_moment(program, factories.create_fan(opted_in=artist)) for _ in range(12)]
    with transaction.atomic():
        drafts.write_next()
        texts = {draft.moment_id: draft.text for draft in Draft.objects.all()}
        transaction.set_rollback(True)

    drafts.write_next()

    assert {draft.moment_id: draft.text for draft in Draft.objects.all()} == texts
    assert len(moments) == len(texts)
    assert len(set(texts.values())) == 2


@pytest.mark.django_db
def test_three_moments_take_as_many_queries_as_one() -> None:
    artist = factories.create_artist()
    program = factories.create_program(artist)
    other = factories.create_program(factories.create_artist("Ove Lind", granted=False))
    factories.get_member(artist, "reviewer")

    def queries(count: int) -> int:
        for _ in range(count):
            factories.create_moment(program)
            factories.create_moment(other)
        with CaptureQueriesContext(connection) as captured:
            assert drafts.write_next()
        return len(captured)

    queries(1)  # stores the clearance
    assert queries(1) == queries(3)


def test_concurrent_processes_write_each_draft_once(committing_db: Database) -> None:
    artist = factories.create_artist()
    program = factories.create_program(artist)
    for _ in range(30):
        factories.create_moment(program)

    run_at_once(*[drafts.write_next for _ in range(3)])
    drafts.write_next()

    assert Draft.objects.count() == 30
    assert Moment.objects.filter(state="drafted").count() == 30
    assert Entry.objects.filter(action="draft.written").count() == 30


def test_the_moment_of_a_killed_process_is_free_again(committing_db: Database) -> None:
    artist = factories.create_artist()
    moment = factories.create_moment(factories.create_program(artist))
    with drafts._locked_moments(10) as held:
        assert held == [moment]
        assert run_at_once(drafts.write_next) == [False]  # it is locked
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_backend_pid()")
        connection.close()  # as a killed process does: its locks end with the connection

        assert run_at_once(drafts.write_next) == [True]

    moment.refresh_from_db()
    assert moment.state == "drafted"


def test_no_lock_is_left_afterwards(committing_db: Database) -> None:
    factories.create_moment(factories.create_program(factories.create_artist()))
    drafts.write_next()

    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM pg_locks JOIN pg_database ON pg_database.oid = database "
            "WHERE locktype = 'advisory' AND datname = current_database()"
        )
        assert cursor.fetchone() == (0,)


@pytest.mark.django_db
@pytest.mark.parametrize(("band", "maker"), [("18_plus", "model:tiny-1"), ("16_17", "composer"), ("13_15", "composer")])
def test_no_model_writes_for_a_minor_or_is_told_of_one(band: str, maker: str) -> None:
    artist = factories.create_artist()
    fan = factories.create_fan("Ana", opted_in=artist, age_band=band)

    with factories.run_model() as chat:
        draft = factories.create_pending_draft(artist, fan)

    assert (draft.maker, bool(chat.received)) == (maker, maker != "composer")
