"""The previews on the program page, and the errors that come with them."""

import re

import pytest

from artists.models import Program
from tests import factories
from tests.artists.studio.pages import FORM_DATA, HTMX_HEADERS, member_client, program_path, visible_text


@pytest.fixture
def program(db: None) -> Program:
    return factories.create_program(factories.create_artist())


def test_the_preview_shows_the_extremes_of_the_typed_text(program: Program) -> None:
    typed = FORM_DATA | {"template": ["{plays} {plays, one: listen, other: listens}[, {name}]."]}

    answer = member_client(program.artist, "editor").post(
        program_path(program, "/preview"), typed, headers=HTMX_HEADERS
    )

    text = visible_text(answer)
    assert "Longest 100 listens, Maximiliana Konstantinopoulou de Vasconcelos Sá." in text
    assert "Shortest 100 listens." in text
    assert "Name from the other direction 100 listens, \u2068مريم\u2069." in text
    assert ["Usual 100 listens, Ana." in text, "Short name 100 listens, Y." in text] == [True, True]
    assert program.versions.count() == 1


@pytest.mark.parametrize("about_one", [True, False])
def test_the_preview_uses_the_number_and_the_song_of_the_program(program: Program, about_one: bool) -> None:
    song = factories.create_recording(program.artist)
    typed = FORM_DATA | {"times": "3", "template": ["{plays} {plays, one: time, other: times}[ of {song}][, {name}]."]}
    typed |= {"recording": str(song.pk) if about_one else ""}

    answer = member_client(program.artist, "editor").post(
        program_path(program, "/preview"), typed, headers=HTMX_HEADERS
    )

    texts = re.findall(r'<p class="words"[^>]*>(.*?)</p>', answer.content.decode())
    start = "3 times of Salt Radio" if about_one else "3 times"
    assert len(texts) == len(set(texts)) == 5
    assert {text.partition(",")[0].removesuffix(".") for text in texts} == {start}


def test_a_text_about_a_song_needs_a_program_with_a_song(program: Program) -> None:
    typed = FORM_DATA | {"template": ["Thank you for {song}."]}

    answer = member_client(program.artist, "editor").post(
        program_path(program, "/preview"), typed, headers=HTMX_HEADERS
    )

    assert "the program is about all your songs. Choose a song above" in visible_text(answer)


def test_a_preview_of_changed_text_is_marked_as_unsaved(program: Program) -> None:
    mara = member_client(program.artist, "principal")
    own = FORM_DATA | {"times": "other", "number": "3", "template": factories.WORDING["templates"], "do": "look"}
    own |= {"fragment": ["closing"], "sentences": ["It means a lot.\r\nSee you at the next song."]}

    pages = [mara.post(program_path(program), typed) for typed in (own, own | {"times": "5"})]

    assert ["data-unsaved" in page.content.decode() for page in pages] == [False, True]


def test_the_preview_shows_errors_at_their_fields(program: Program) -> None:
    answer = member_client(program.artist, "editor").post(
        program_path(program, "/preview"), FORM_DATA | {"template": ["Good.", "Hi {venue}"]}, headers=HTMX_HEADERS
    )

    html = answer.content.decode()
    assert re.search(r'innerHTML:#template-0-error"></div>', html)
    assert re.search(r'innerHTML:#template-1-error">\s*<p class="field-error">.*There is no slot called venue\.', html)
