"""The program pages: create, edit, preview, sign, pause and resume."""

import re
from typing import Any
from urllib.parse import urlencode

import pytest

from artists import programs
from artists.models import Program
from catalog.models import Artist
from live.models import Notice
from tests import factories
from tests.accounts.factories import PASSWORD
from tests.artists.studio.pages import (
    FORM_DATA,
    HTMX_HEADERS,
    member_client,
    program_path,
    stop_by_reports,
    visible_text,
)


@pytest.fixture
def artist(shared_artist: Artist) -> Artist:
    return shared_artist


@pytest.fixture
def program(artist: Artist) -> Program:
    return factories.create_program(artist)


def template_fields(answer: Any) -> list[str]:
    found = re.findall(r'<textarea[^>]*name="template"[^>]*>(.*?)</textarea>', answer.content.decode(), re.DOTALL)
    return [text.replace("&#x27;", "'") for text in found]


def test_a_new_program_opens_at_once_and_sends_nothing(artist: Artist) -> None:
    page = member_client(artist, "editor").post(f"/studio/{artist.slug}/programs", {"name": "Hundred"}, follow=True)

    program = artist.programs.get()
    assert (page.request["PATH_INFO"], program.state) == (program_path(program), "draft")
    assert "Draft: sends nothing" in visible_text(page)


def test_a_program_needs_a_name(artist: Artist) -> None:
    page = member_client(artist, "editor").post(f"/studio/{artist.slug}/programs", {"name": " "})

    assert (page.status_code, artist.programs.count()) == (422, 0)
    assert "Fill this in; there is nothing here yet." in visible_text(page)


def test_saving_makes_a_new_version_that_waits_for_a_signature(program: Program) -> None:
    page = member_client(program.artist, "editor").post(program_path(program), FORM_DATA, follow=True)

    newest = program.versions.order_by("-version").first()
    assert newest is not None
    assert (newest.version, newest.nth, newest.decision, newest.words["templates"]) == (
        2,
        100,
        None,
        ["Thank you[, {name}]."],
    )
    assert "Version 2 is saved. It sends nothing until it is signed." in visible_text(page)
    assert "Version 1 is running" in visible_text(page)
    assert "before: When a fan has played your songs 3 times." in visible_text(page)


def test_saving_without_a_change_makes_no_version(program: Program) -> None:
    mara = member_client(program.artist, "principal")
    mara.post(program_path(program), FORM_DATA)

    page = mara.post(program_path(program), FORM_DATA, follow=True)

    assert (program.versions.count(), "Nothing changed: this is version 2." in visible_text(page)) == (2, True)


def test_the_first_listen_is_a_moment_of_its_own(program: Program) -> None:
    member_client(program.artist, "editor").post(program_path(program), FORM_DATA | {"times": "1"})

    newest = program.versions.order_by("-version").first()
    assert newest is not None
    assert (newest.moment, newest.nth) == ("first_listen", 1)


def test_a_version_can_have_another_number_and_one_song(program: Program) -> None:
    song = factories.create_recording(program.artist)
    typed = FORM_DATA | {"times": "other", "number": "84", "recording": str(song.pk)}

    member_client(program.artist, "editor").post(program_path(program), typed)

    newest = program.versions.order_by("-version").first()
    assert newest is not None
    assert (newest.nth, newest.recording) == (84, song)


def test_a_song_of_another_artist_is_ignored(program: Program) -> None:
    theirs = factories.create_recording(factories.create_artist("Ove Lind"), "Ferry")

    member_client(program.artist, "editor").post(program_path(program), FORM_DATA | {"recording": str(theirs.pk)})

    newest = program.versions.order_by("-version").first()
    assert newest is not None
    assert newest.recording is None


def test_all_invalid_fields_are_marked_and_the_typed_text_is_kept(program: Program) -> None:
    typed = FORM_DATA | {"times": "other", "number": "many", "template": ["Hello {nmae}", "Good.", "Bye {plays"]}

    page = member_client(program.artist, "editor").post(program_path(program), typed)

    assert (page.status_code, program.versions.count()) == (422, 1)
    assert template_fields(page) == ["Hello {nmae}", "Good.", "Bye {plays"]
    text = visible_text(page)
    assert "There is no slot called nmae." in text
    assert "A { without its other half; write {{ for the character (character 5)." in text
    assert "How many times? A number from 1 to 1,000,000." in text
    assert page.content.decode().count('aria-invalid="true"') == 3


def test_buttons_add_and_remove_rows(program: Program) -> None:
    mara = member_client(program.artist, "principal")

    more = mara.post(program_path(program), FORM_DATA | {"do": "add-template"})
    fewer = mara.post(
        program_path(program), FORM_DATA | {"template": ["One.", "Two.", "Three."], "do": "remove-template-1"}
    )
    part = mara.post(program_path(program), FORM_DATA | {"do": "add-fragment"})

    assert [template_fields(answer) for answer in (more, fewer)] == [["Thank you[, {name}].", ""], ["One.", "Three."]]
    assert part.content.decode().count('name="sentences"') == 1
    assert program.versions.count() == 1


def test_an_htmx_response_has_the_rows_only(program: Program) -> None:
    answer = member_client(program.artist, "principal").post(
        program_path(program), FORM_DATA | {"do": "add-template"}, headers=HTMX_HEADERS
    )

    assert answer.content.decode().strip().startswith('<div class="stack" id="wording-fields">')


def test_parts_are_saved_under_their_names(program: Program) -> None:
    typed = FORM_DATA | {
        "template": ["Thank you. {closing}"],
        "fragment": ["closing"],
        "sentences": ["Bye.\r\n\r\nSee you."],
    }

    member_client(program.artist, "principal").post(program_path(program), typed)

    newest = program.versions.order_by("-version").first()
    assert newest is not None
    assert newest.words["fragments"] == {"closing": ["Bye.", "See you."]}


@pytest.mark.parametrize("name", ["Thank\u202eyou", "Thank\u200byou", "Thank\x07you", "\u2066Thank you"])
def test_a_name_with_invisible_characters_is_refused(artist: Artist, name: str) -> None:
    page = member_client(artist, "editor").post(f"/studio/{artist.slug}/programs", {"name": name})

    assert (page.status_code, artist.programs.count()) == (422, 0)
    assert "There is a character in it that nobody can see" in visible_text(page)


def test_markup_in_a_template_is_shown_as_text(program: Program) -> None:
    typed = FORM_DATA | {"template": ["<img src=x onerror=alert(1)>"]}

    page = member_client(program.artist, "editor").post(program_path(program), typed)

    assert "<img" not in page.content.decode()


def test_signing_asks_for_the_password_and_then_signs(artist: Artist, program: Program) -> None:
    factories.create_version(program, nth=7)
    principal = factories.get_member(artist, "principal")
    principal.set_password(PASSWORD)
    principal.save()
    mara = member_client(artist, "principal")
    path = program_path(program, "/versions/2/sign")

    redirected = mara.post(path)
    page = mara.post(redirected.url, {"password": PASSWORD}, follow=True)

    assert redirected.url == f"/accounts/reauthenticate/?{urlencode({'next': path})}"
    assert page.redirect_chain == [(program_path(program), 302)]
    program.refresh_from_db()
    assert program.current is not None
    assert (program.current.version, "You signed version 2." in visible_text(page)) == (2, True)


@pytest.mark.parametrize("role", ["owner", "editor", "reviewer"])
def test_only_the_artist_can_sign(artist: Artist, program: Program, role: str) -> None:
    factories.create_version(program, nth=7)
    client = member_client(artist, role)

    page, answer = client.get(program_path(program)), client.post(program_path(program, "/versions/2/sign"))

    assert "Only Mara Veil can sign." in visible_text(page)
    assert (answer.status_code, "Only a principal of Mara Veil" in visible_text(answer)) == (409, True)


def test_pause_and_resume(program: Program) -> None:
    mara = member_client(program.artist, "principal")
    states = []
    for do in ("pause", "resume"):
        mara.post(program_path(program, "/pause"), {"do": do})
        program.refresh_from_db()
        states.append(program.state)

    assert states == ["paused", "live"]


def test_an_editor_cannot_resume_a_program_that_was_stopped_by_reports(program: Program) -> None:
    stop_by_reports(program.artist)
    ines = member_client(program.artist, "editor")

    page, answer = ines.get(program_path(program)), ines.post(program_path(program, "/pause"), {"do": "resume"})

    assert "3 fans reported it within 30 days: it is hurtful." in visible_text(page)
    assert "Reports count most from fans who have been here a while, listen to you, and were right before." in (
        visible_text(page)
    )
    assert (answer.status_code, "only a principal or an owner may resume" in visible_text(answer)) == (409, True)


def test_an_older_version_has_its_own_page(program: Program) -> None:
    programs.sign(
        factories.create_version(program, nth=7), by=factories.get_member(program.artist, "principal"), fresh=True
    )

    page = member_client(program.artist, "reviewer").get(program_path(program, "/versions/1"))

    assert "When a fan has played your songs 3 times" in visible_text(page)


def test_a_reviewer_can_read_a_program_and_not_edit_it(program: Program) -> None:
    page = member_client(program.artist, "reviewer").get(program_path(program))

    assert "<fieldset" in page.content.decode()
    assert 'plain-fieldset" disabled>' in page.content.decode()
    assert "Save as a new version" not in visible_text(page)


@pytest.mark.parametrize("locale", ["zz", "C", "no_NO", "english", "x" * 10_000, ""])
def test_an_unknown_language_is_refused_and_the_typed_text_is_kept(program: Program, locale: str) -> None:
    page = member_client(program.artist, "editor").post(program_path(program), {**FORM_DATA, "locale": locale})

    assert (page.status_code, template_fields(page), program.versions.count()) == (422, FORM_DATA["template"], 1)


def test_the_team_is_notified_of_a_pause_and_of_a_permission(artist: Artist) -> None:
    program, reviewer = factories.create_program(artist), factories.get_member(artist, "reviewer")
    mara = member_client(artist, "principal")

    for do in ("pause", "resume"):
        mara.post(f"/studio/{artist.slug}/programs/{program.pk}/pause", {"do": do})
    mara.post(f"/studio/{artist.slug}/grants", {"switch_off": "personal_message"})

    notices = Notice.objects.filter(person=reviewer).order_by("sequence").values_list("kind", "reference")
    about = f"program:{program.pk}"
    assert list(notices) == [
        ("program.paused", about),
        ("program.resumed", about),
        ("grant.changed", f"artist:{artist.pk}"),
    ]
