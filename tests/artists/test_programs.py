import pytest
from django.db import IntegrityError, transaction

from accounts.exceptions import NotAllowed, ReauthenticationRequired
from artists import programs
from artists.exceptions import InvalidRequest, Stale
from artists.models import Program, ProgramVersion
from audit.models import Entry
from rights import hashing
from rights.models import Decision
from tests import factories
from tests.concurrency import run_at_once
from tests.servers import Database


def reload_program(program: Program) -> Program:
    return Program.objects.select_related("current").get(pk=program.pk)


@pytest.mark.django_db
def test_an_unsigned_program_answers_no_moment() -> None:
    artist = factories.create_artist()
    program = factories.create_program(artist, signed=False)

    assert (program.state, program.current) == ("draft", None)
    fan = factories.create_fan(opted_in=artist)
    assert factories.detect_moments(factories.insert_listens(fan, artist, 3)) == []


@pytest.mark.django_db
def test_a_signature_covers_exactly_one_version() -> None:
    artist = factories.create_artist()
    principal = factories.get_member(artist, "principal")
    version = factories.create_version(factories.create_program(artist, signed=False), nth=7)

    decision = programs.sign(version, by=principal, fresh=True)

    program = reload_program(version.program)
    assert (program.state, program.current) == ("live", version)
    assert (decision.kind, decision.by, decision.role) == ("shape", principal.actor, "principal")
    assert decision.content_hash == hashing.shape_hash(
        program=program.pk,
        version=2,
        moment="nth_listen",
        nth=7,
        recording=None,
        audience="opted_in",
        wording=version.wording,
    )
    entry = Entry.objects.get(action="program.signed")
    assert (entry.actor, entry.facts["version"], entry.facts["decision"]) == (principal.actor, 2, decision.pk)


@pytest.mark.django_db
def test_a_program_may_be_signed_before_anything_is_granted() -> None:
    artist = factories.create_artist(granted=False)

    assert factories.create_program(artist).state == "live"


@pytest.mark.django_db
@pytest.mark.parametrize("role", ["owner", "editor", "reviewer"])
def test_only_a_principal_signs(role: str) -> None:
    artist = factories.create_artist()
    version = factories.create_version(factories.create_program(artist, signed=False))

    with pytest.raises(NotAllowed, match="Only a principal of Mara Veil, the artist in person, may sign"):
        programs.sign(version, by=factories.get_member(artist, role), fresh=True)
    assert Decision.objects.count() == 0


@pytest.mark.django_db
def test_signing_needs_a_fresh_password() -> None:
    artist = factories.create_artist()
    version = factories.create_version(factories.create_program(artist, signed=False))

    with pytest.raises(ReauthenticationRequired, match="Type your password again"):
        programs.sign(version, by=factories.get_member(artist, "principal"), fresh=False)
    assert Decision.objects.count() == 0


@pytest.mark.django_db
def test_an_edit_adds_a_version_and_the_signed_one_stays_in_use() -> None:
    artist = factories.create_artist()
    program = factories.create_program(artist, nth=3)

    version = programs.edit(
        program, by=factories.get_member(artist, "editor"), moment="nth_listen", nth=2, wording=factories.WORDING
    )

    assert (version.version, version.decision) == (2, None)
    moment = factories.create_moment(program)
    assert (moment.version.version, moment.point) == (1, 3)


@pytest.mark.django_db
def test_neither_the_signed_nor_an_older_version_is_signed_again() -> None:
    artist = factories.create_artist()
    principal = factories.get_member(artist, "principal")
    program = factories.create_program(artist, signed=False)
    first, second = factories.create_version(program), factories.create_version(program)
    programs.sign(second, by=principal, fresh=True)

    for version in (second, first):
        with pytest.raises(Stale, match="Version 3 is signed"):
            programs.sign(version, by=principal, fresh=True)
    assert Decision.objects.count() == 1


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("changes", "complaint"),
    [
        ({"wording": {**factories.WORDING, "templates": ["Hello {nmae}"]}}, "nmae"),
        ({"wording": {"templates": []}}, "locale"),
        ({"wording": {**factories.WORDING, "templates": ["See example.com"]}}, "example.com"),
        ({"moment": "last_listen"}, "last_listen"),
        ({"nth": 0}, "from 1"),
        ({"moment": "first_listen", "nth": 2}, "number 1"),
        ({"review_seconds": 0}, "from 1"),
    ],
)
def test_invalid_terms_are_refused_with_what_to_change(changes: dict[str, object], complaint: str) -> None:
    program = factories.create_program(factories.create_artist())

    with pytest.raises(InvalidRequest, match=complaint):
        factories.create_version(program, **changes)
    assert ProgramVersion.objects.count() == 1


@pytest.mark.django_db
def test_a_wording_with_a_song_needs_a_recording() -> None:
    artist = factories.create_artist()
    program = factories.create_program(artist)
    words = {"locale": "en", "templates": ["You found {song}."]}

    with pytest.raises(InvalidRequest, match="song"):
        factories.create_version(program, wording=words)

    assert factories.create_version(program, wording=words, recording=factories.create_recording(artist)).version == 2


@pytest.mark.django_db
def test_another_artists_recording_is_refused() -> None:
    artist, other = factories.create_artist(), factories.create_artist("Ove Lind")

    with pytest.raises(InvalidRequest, match="no recording of Mara Veil’s"):
        factories.create_version(factories.create_program(artist), recording=factories.create_recording(other, "Ferry"))


@pytest.mark.django_db
def test_a_reviewer_cannot_create_edit_or_resume() -> None:
    artist = factories.create_artist()
    program, reviewer = factories.create_program(artist), factories.get_member(artist, "reviewer")

    with pytest.raises(NotAllowed, match="only a principal, an owner or an editor may offer"):
        programs.create(artist, name="Mine", by=reviewer)
    with pytest.raises(NotAllowed, match="may edit"):
        programs.edit(program, by=reviewer, moment="nth_listen", nth=2, wording=factories.WORDING)
    with pytest.raises(NotAllowed, match="may resume"):
        programs.resume(program, by=reviewer)


@pytest.mark.django_db
def test_every_member_may_pause_and_nobody_else() -> None:
    artist, other = factories.create_artist(), factories.create_artist("Ove Lind")
    program = factories.create_program(artist)

    with pytest.raises(NotAllowed):
        programs.pause(program, by=factories.get_member(other, "principal"))
    programs.pause(program, by=factories.get_member(artist, "reviewer"))
    programs.pause(program, by=factories.get_member(artist, "reviewer"))

    assert reload_program(program).state == "paused"
    assert Entry.objects.filter(action="program.paused").count() == 1


@pytest.mark.django_db
def test_a_paused_program_stays_paused_when_a_new_version_is_signed() -> None:
    artist = factories.create_artist()
    principal = factories.get_member(artist, "principal")
    program = factories.create_program(artist)
    programs.pause(program, by=principal)

    programs.sign(factories.create_version(program), by=principal, fresh=True)
    assert (reload_program(program).state, reload_program(program).current.version) == ("paused", 2)

    programs.resume(program, by=principal)
    assert reload_program(program).state == "live"


@pytest.mark.django_db
def test_the_team_chooses_the_time_to_undo() -> None:
    artist = factories.create_artist()

    assert programs.get_review_settings(artist).grace_seconds == 5
    assert (
        programs.set_review_settings(artist, by=factories.get_member(artist, "owner"), grace_seconds=60).grace_seconds
        == 60
    )
    assert programs.get_review_settings(artist).grace_seconds == 60
    with pytest.raises(InvalidRequest):
        programs.set_review_settings(artist, by=factories.get_member(artist, "owner"), grace_seconds=86_401)
    with pytest.raises(NotAllowed):
        programs.set_review_settings(artist, by=factories.get_member(artist, "editor"), grace_seconds=0)


@pytest.mark.django_db
def test_the_database_refuses_a_live_program_without_signature() -> None:
    program = factories.create_program(factories.create_artist(), signed=False)

    with pytest.raises(IntegrityError, match="only_a_signed_program_goes_live"), transaction.atomic():
        Program.objects.filter(pk=program.pk).update(state="live")


def test_concurrent_edits_get_consecutive_numbers(committing_db: Database) -> None:
    program = factories.create_program(factories.create_artist())

    versions = run_at_once(*[lambda: factories.create_version(program) for _ in range(4)])

    assert sorted(version.version for version in versions) == [2, 3, 4, 5]


def test_of_concurrent_signatures_one_is_recorded(committing_db: Database) -> None:
    artist = factories.create_artist()
    principal = factories.get_member(artist, "principal")
    version = factories.create_version(factories.create_program(artist, signed=False))

    answers = run_at_once(*[lambda: programs.sign(version, by=principal, fresh=True) for _ in range(2)])

    assert sorted(type(answer).__name__ for answer in answers) == ["Decision", "Stale"]
    assert Decision.objects.count() == 1
