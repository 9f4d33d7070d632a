"""An open review page while something changes: decisions by others, undo, a pause, and the end of the session."""

import re
from urllib.parse import unquote

import pytest
from django.test import Client

from artists import programs, review
from catalog.models import Artist
from rights import grants
from rights.models import Use
from tests import factories
from tests.artists.studio.pages import (
    HTMX_HEADERS,
    approve_is_disabled,
    member_client,
    review_path,
    shown_draft_id,
    visible_text,
)


@pytest.fixture
def artist(db: None) -> Artist:
    return factories.create_artist()


def test_an_open_page_learns_of_a_decision_and_keeps_its_draft(artist: Artist) -> None:
    draft, later = factories.create_pending_draft(artist), factories.create_pending_draft(artist)
    mara = member_client(artist, "principal")
    mara.get(f"/studio/{artist.slug}/review")
    quiet = mara.get(f"/studio/{artist.slug}/review/queue?on={draft.pk}", headers=HTMX_HEADERS)
    review.decline(draft.pk, by=factories.get_member(artist, "reviewer"))

    update = mara.get(f"/studio/{artist.slug}/review/queue?on={draft.pk}", headers=HTMX_HEADERS)

    assert ("data-status" in quiet.content.decode(), "2 to decide" in visible_text(quiet)) == (False, True)
    assert "Already decided by Mara reviewer" in visible_text(update)
    assert 'data-status="closed"' in update.content.decode()
    assert [shown_draft_id(quiet), shown_draft_id(update)] == [None, None]
    assert review_path(later) in update.content.decode()


def test_an_open_page_learns_of_a_pause_and_its_end(artist: Artist) -> None:
    draft = factories.create_pending_draft(artist)
    mara, program = member_client(artist, "principal"), draft.version.program
    mara.get(review_path(draft))
    updates = []
    for change_state in (programs.pause, programs.resume):
        change_state(program, by=factories.get_member(artist, "principal"))
        answer = mara.get(f"/studio/{artist.slug}/review/queue?on={draft.pk}", headers=HTMX_HEADERS).content.decode()
        updates.append(('data-status="blocked"' in answer, "The program is paused" in answer))

    assert updates == [(True, True), (False, False)]


def test_the_page_says_that_personal_messages_are_off(artist: Artist) -> None:
    draft = factories.create_pending_draft(artist)
    grants.switch_off(artist, Use.PERSONAL_MESSAGE, by=factories.get_member(artist, "principal"))

    page = member_client(artist, "principal").get(review_path(draft))

    assert "Personal messages are off, so nothing goes out." in visible_text(page)
    assert "When it was written it was allowed by Mara Veil (permission version 1, ended " in visible_text(page)
    assert approve_is_disabled(page, draft)


def test_a_no_for_one_song_beside_a_permission_for_all_is_no_contradiction(artist: Artist) -> None:
    song = factories.create_recording(artist)
    draft = factories.create_pending_draft(artist, program=factories.create_program(artist, recording=song))
    grants.switch_off(artist, Use.PERSONAL_MESSAGE, by=factories.get_member(artist, "principal"), recording=song)

    page = visible_text(member_client(artist, "principal").get(review_path(draft)))

    assert "Mara Veil (artist): personal messages are off for Salt Radio" in page
    assert "When it was written it was allowed by Mara Veil (permission version 1)." in page


def test_the_page_says_that_the_permission_excludes_the_fans_country(artist: Artist) -> None:
    draft = factories.create_pending_draft(artist, factories.create_fan("Ana", country="PT", opted_in=artist))
    mara = factories.get_member(artist, "principal")
    grants.switch_on(artist, Use.PERSONAL_MESSAGE, by=mara, fresh=True, territories=["SE"])

    page = member_client(artist, "principal").get(review_path(draft))

    assert ("not allowed in this fan’s country" in visible_text(page), approve_is_disabled(page, draft)) == (
        True,
        True,
    )


def test_a_decline_can_be_undone(artist: Artist) -> None:
    draft = factories.create_pending_draft(artist)
    mara = member_client(artist, "principal")

    declined = mara.post(review_path(draft, "/decline"), {"revision": 1}, follow=True)
    listed = mara.get(f"/studio/{artist.slug}/delivered?state=stopped")
    back = mara.post(review_path(draft, "/undo"), follow=True)

    assert re.search(r"Declined for Ana \. They get no message\. Final in [1-5] s\.", visible_text(declined))
    assert [review_path(draft, "/undo") in page.content.decode() for page in (declined, listed)] == [True, True]
    assert shown_draft_id(back) == draft.pk
    history = visible_text(mara.get(f"/studio/{artist.slug}/history"))
    assert f"Mara principal undid the decline of draft {draft.pk}" in history


def test_undone_decisions_are_not_counted(artist: Artist) -> None:
    first, second = factories.create_pending_draft(artist), factories.create_pending_draft(artist)
    mara = member_client(artist, "principal")
    mara.post(review_path(first, "/approve"), {"revision": 1})
    mara.post(review_path(second, "/approve"), {"revision": 1})
    before = visible_text(mara.get(f"/studio/{artist.slug}/review"))

    mara.post(review_path(first, "/undo"))
    after = visible_text(mara.get(f"/studio/{artist.slug}/review"))

    assert ["2 decided by you today, 0 to go" in before, "1 decided by you today, 1 to go" in after] == [True, True]


@pytest.mark.parametrize("action", ["/edit", "/mark"])
def test_an_edit_after_the_session_ended_leads_back_to_the_text_field(artist: Artist, action: str) -> None:
    draft = factories.create_pending_draft(artist)

    answer = Client().post(review_path(draft, action), {"text": "Thank you, all of you.", "revision": 1})

    assert unquote(answer.headers["Location"]) == f"/accounts/login/?next={review_path(draft, '/edit')}"


def test_an_htmx_response_sets_the_url_of_the_shown_page(artist: Artist) -> None:
    draft = factories.create_pending_draft(artist)
    mara = member_client(artist, "principal")

    answers = [
        mara.get(review_path(draft, page), headers=HTMX_HEADERS).headers["HX-Replace-Url"] for page in ("/edit", "")
    ]

    assert answers == [review_path(draft, "/edit"), review_path(draft)]
