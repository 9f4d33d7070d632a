"""What changes while somebody reads: decisions, pauses, the grant, the session; and what every page then says."""

import re
from urllib.parse import unquote

import pytest
from django.test import Client

from artists import programs, review
from catalog.models import Artist
from live.models import Notice
from rights import grants
from rights.models import Use
from tests import factories
from tests.artists.studio.pages import (
    HTMX_HEADERS,
    approve_is_disabled,
    member_client,
    review_path,
    shown_draft_id,
    signed_in_client,
    visible_text,
)


@pytest.fixture
def artist(db: None) -> Artist:
    return factories.create_artist()


def test_a_page_that_is_read_does_not_move_but_hears_of_a_decision(artist: Artist) -> None:
    draft, later = factories.create_pending_draft(artist), factories.create_pending_draft(artist)
    mara = member_client(artist, "principal")
    mara.get(f"/studio/{artist.slug}/review")
    quiet = mara.get(f"/studio/{artist.slug}/review/line?on={draft.pk}", headers=HTMX_HEADERS)
    review.decline(draft.pk, by=factories.get_member(artist, "reviewer"))

    told = mara.get(f"/studio/{artist.slug}/review/line?on={draft.pk}", headers=HTMX_HEADERS)

    assert ("data-now" in quiet.content.decode(), "2 to decide" in visible_text(quiet)) == (False, True)
    assert "Already decided by Mara reviewer" in visible_text(told)
    assert 'data-now="closed"' in told.content.decode()
    assert [shown_draft_id(quiet), shown_draft_id(told)] == [None, None]
    assert review_path(later) in told.content.decode()


def test_a_page_that_is_read_hears_that_its_program_was_paused_and_goes_on(artist: Artist) -> None:
    draft = factories.create_pending_draft(artist)
    mara, program = member_client(artist, "principal"), draft.version.program
    mara.get(review_path(draft))
    heard = []
    for turn in (programs.pause, programs.resume):
        turn(program, by=factories.get_member(artist, "principal"))
        answer = mara.get(f"/studio/{artist.slug}/review/line?on={draft.pk}", headers=HTMX_HEADERS).content.decode()
        heard.append(('data-now="waits"' in answer, "The program is paused" in answer))

    assert heard == [(True, True), (False, False)]


def test_without_the_grant_it_says_so_before_anybody_tries(artist: Artist) -> None:
    draft = factories.create_pending_draft(artist)
    grants.switch_off(artist, Use.PERSONAL_MESSAGE, by=factories.get_member(artist, "principal"))

    page = member_client(artist, "principal").get(review_path(draft))

    assert "Personal messages are off, so nothing goes out." in visible_text(page)
    assert "Cleared by Mara Veil , grant version 1, which has ended since (" in visible_text(page)
    assert approve_is_disabled(page, draft)


def test_a_grant_that_leaves_this_fans_country_out_says_so(artist: Artist) -> None:
    draft = factories.create_pending_draft(artist, factories.create_fan("Ana", country="PT", opted_in=artist))
    mara = factories.get_member(artist, "principal")
    grants.switch_on(artist, Use.PERSONAL_MESSAGE, by=mara, fresh=True, territories=["SE"])

    page = member_client(artist, "principal").get(review_path(draft))

    assert ("not granted for this fan’s country" in visible_text(page), approve_is_disabled(page, draft)) == (
        True,
        True,
    )


def test_a_decline_is_undone_like_an_approval(artist: Artist) -> None:
    draft = factories.create_pending_draft(artist)
    mara = member_client(artist, "principal")

    declined = mara.post(review_path(draft, "/decline"), {"revision": 1}, follow=True)
    listed = mara.get(f"/studio/{artist.slug}/delivered?state=stopped")
    back = mara.post(review_path(draft, "/undo"), follow=True)

    assert re.search(r"Declined for Ana \. They hear nothing\. Final in [1-5] s\.", visible_text(declined))
    assert [review_path(draft, "/undo") in page.content.decode() for page in (declined, listed)] == [True, True]
    assert shown_draft_id(back) == draft.pk
    history = visible_text(mara.get(f"/studio/{artist.slug}/history"))
    assert f"Mara principal took the decline of draft {draft.pk} back" in history


def test_what_was_taken_back_is_no_longer_counted_as_decided(artist: Artist) -> None:
    first, second = factories.create_pending_draft(artist), factories.create_pending_draft(artist)
    mara = member_client(artist, "principal")
    mara.post(review_path(first, "/approve"), {"revision": 1})
    mara.post(review_path(second, "/approve"), {"revision": 1})
    before = visible_text(mara.get(f"/studio/{artist.slug}/review"))

    mara.post(review_path(first, "/undo"))
    after = visible_text(mara.get(f"/studio/{artist.slug}/review"))

    assert ["2 decided by you today, 0 to go" in before, "1 decided by you today, 1 to go" in after] == [True, True]


@pytest.mark.parametrize("action", ["/edit", "/mark"])
def test_a_session_that_ended_while_one_typed_leads_back_to_the_field(artist: Artist, action: str) -> None:
    draft = factories.create_pending_draft(artist)

    answer = Client().post(review_path(draft, action), {"text": "Thank you, all of you.", "revision": 1})

    assert unquote(answer.headers["Location"]) == f"/accounts/login/?next={review_path(draft, '/edit')}"


def test_a_page_that_became_the_editor_has_its_address(artist: Artist) -> None:
    draft = factories.create_pending_draft(artist)
    mara = member_client(artist, "principal")

    answers = [
        mara.get(review_path(draft, page), headers=HTMX_HEADERS).headers["HX-Replace-Url"] for page in ("/edit", "")
    ]

    assert answers == [review_path(draft, "/edit"), review_path(draft)]


def test_a_form_of_the_team_leads_back_to_the_page_of_the_team(artist: Artist) -> None:
    team = f"/studio/{artist.slug}/team"

    answers = [
        Client().post(f"{team}/{path}", headers={"Referer": f"http://testserver{team}"}).headers["Location"]
        for path in ("practice", "7")
    ]

    assert [unquote(answer) for answer in answers] == [f"/accounts/login/?next={team}"] * 2


def test_without_the_grant_no_page_calls_a_program_running(artist: Artist) -> None:
    program, mara = factories.create_program(artist), member_client(artist, "principal")
    paths = [f"/studio/{artist.slug}/{page}" for page in ("", "programs", f"programs/{program.pk}")]
    before = [visible_text(mara.get(path)) for path in paths]
    mara.post(f"/studio/{artist.slug}/grants", {"use": "personal_message", "on": "0"})

    after = [visible_text(mara.get(path)) for path in paths]

    assert ["running" in text.lower() for text in before] == [True] * 3
    assert [("running" in text.lower(), "Waits for the grant" in text) for text in after] == [(False, True)] * 3


def test_a_fan_reads_no_offer_that_the_artist_does_not_allow(artist: Artist) -> None:
    factories.create_program(artist)
    ana = signed_in_client(factories.create_fan("Ana"))
    before = visible_text(ana.get(f"/artists/{artist.slug}"))
    grants.switch_off(artist, Use.PERSONAL_MESSAGE, by=factories.get_member(artist, "principal"))

    after = visible_text(ana.get(f"/artists/{artist.slug}"))

    assert ["At your 3rd listen" in text for text in (before, after)] == [True, False]
    assert "What you can get Nothing at the moment." in after


def test_the_team_hears_of_a_pause_and_of_the_grant(artist: Artist) -> None:
    program, reviewer = factories.create_program(artist), factories.get_member(artist, "reviewer")
    mara = member_client(artist, "principal")

    for do in ("pause", "resume"):
        mara.post(f"/studio/{artist.slug}/programs/{program.pk}/turn", {"do": do})
    mara.post(f"/studio/{artist.slug}/grants", {"use": "personal_message", "on": "0"})

    told = Notice.objects.filter(person=reviewer).order_by("sequence").values_list("kind", "reference")
    about = f"program:{program.pk}"
    assert list(told) == [
        ("program.paused", about),
        ("program.resumed", about),
        ("grant.changed", f"artist:{artist.pk}"),
    ]
