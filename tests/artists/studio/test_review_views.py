import re
from datetime import timedelta
from typing import Any
from urllib.parse import unquote

import pytest
from django.db import connection
from django.db.models.functions import Now
from django.test import Client
from django.test.utils import CaptureQueriesContext

from artists import programs, review
from artists.models import Draft
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
    signed_in_client,
    visible_text,
)

WAITS_FOR_ARTIST = "It then waits for Mara Veil, in person: these are not the signed words."
SCRIPT_MARKUP = "<script>alert(1)</script>"


@pytest.fixture
def artist(db: None) -> Artist:
    return factories.create_artist()


def test_the_page_shows_the_words_with_each_fact_and_where_it_came_from(artist: Artist) -> None:
    draft = factories.create_pending_draft(artist, factories.create_fan("Ελένη", opted_in=artist))

    page = member_client(artist, "principal").get(f"/studio/{artist.slug}/review")

    html = page.content.decode()
    assert '<span class="fact"><bdi>Ελένη</bdi>&#8288;<sup>a</sup></span>' in html
    assert '<span class="fact"><bdi>3</bdi>&#8288;<sup>b</sup></span>' in html
    assert "a Ελένη The fan’s name, as the fan typed it. b 3 Listens of yours, counted." in visible_text(page)
    assert "Mara Veil's words, filled in for you" in visible_text(page)
    assert "After that it expires and nothing is sent." in visible_text(page)
    assert shown_draft_id(page) == draft.pk


def test_approving_by_a_plain_form_offers_the_next_and_the_undo(artist: Artist) -> None:
    first, second = factories.create_pending_draft(artist), factories.create_pending_draft(artist)
    mara = member_client(artist, "principal")

    page = mara.post(review_path(first, "/approve"), {"revision": 1}, follow=True)

    first.refresh_from_db()
    assert (first.state, shown_draft_id(page)) == ("approved", second.pk)
    assert re.search(r"Approved for Ana \. Goes out in [1-5] s\.", visible_text(page))


def test_for_htmx_the_stage_the_line_the_count_and_the_undo_come_in_one_answer(artist: Artist) -> None:
    first, second = factories.create_pending_draft(artist), factories.create_pending_draft(artist)

    answer = member_client(artist, "principal").post(
        review_path(first, "/approve"), {"revision": 1}, headers=HTMX_HEADERS
    )

    html = answer.content.decode()
    assert "<html" not in html
    assert [part in html for part in ("innerHTML:#head", "innerHTML:#line", "innerHTML:#undo")] == [True] * 3
    assert (shown_draft_id(answer), answer.headers["HX-Replace-Url"]) == (second.pk, review_path(second))


def test_an_undo_brings_the_draft_back_in_front_of_one(artist: Artist) -> None:
    draft = factories.create_pending_draft(artist)
    mara = member_client(artist, "principal")
    mara.post(review_path(draft, "/approve"), {"revision": 1})

    page = mara.post(review_path(draft, "/undo"), follow=True)

    draft.refresh_from_db()
    assert (draft.state, shown_draft_id(page)) == ("pending", draft.pk)


def test_an_undo_too_late_says_so_and_offers_the_next(artist: Artist) -> None:
    factories.remove_undo_time(artist)
    first, second = factories.create_pending_draft(artist), factories.create_pending_draft(artist)
    mara = member_client(artist, "principal")
    mara.post(review_path(first, "/approve"), {"revision": 1})

    page = mara.post(review_path(first, "/undo"))

    assert (page.status_code, shown_draft_id(page)) == (409, second.pk)
    assert "The time to undo is over: it is on its way to the fan." in visible_text(page)


def test_declining_keeps_the_reason_for_the_team(artist: Artist) -> None:
    draft = factories.create_pending_draft(artist)

    page = member_client(artist, "reviewer").post(
        review_path(draft, "/decline"), {"revision": 1, "reason": "not\x00 now"}, follow=True
    )

    draft.refresh_from_db()
    assert (draft.state, draft.reason) == ("declined", "declined: not now")
    assert "Declined for Ana . They hear nothing." in visible_text(page)


def test_refused_words_are_still_in_the_field_with_what_to_change(artist: Artist) -> None:
    draft = factories.create_pending_draft(artist)
    typed = f"Look at https://example.com {SCRIPT_MARKUP}"

    page = member_client(artist, "principal").post(review_path(draft, "/edit"), {"text": typed, "revision": 1})

    html = page.content.decode()
    assert page.status_code == 422
    assert "Look at https://example.com &lt;script&gt;alert(1)&lt;/script&gt;</textarea>" in html
    assert "Messages lead nowhere else. Take the link out" in visible_text(page)
    draft.refresh_from_db()
    assert (draft.state, draft.revision) == ("pending", 1)


def test_the_mark_changes_as_one_types(artist: Artist) -> None:
    draft = factories.create_pending_draft(artist)

    def marked(role: str, text: str) -> str:
        client = member_client(artist, role)
        return visible_text(client.post(review_path(draft, "/mark"), {"text": text}, headers=HTMX_HEADERS))

    assert draft.text is not None
    assert [
        marked("principal", draft.text),
        marked("principal", "Thank you, Ana."),
        marked("reviewer", "Thank you, Ana."),
    ] == [
        "This will be marked: Mara Veil's words, filled in for you",
        "This will be marked: Written by Mara Veil",
        "This will be marked: Written by Mara Veil's team " + WAITS_FOR_ARTIST,
    ]
    draft.refresh_from_db()
    assert draft.revision == 1


def test_a_models_draft_becomes_an_edited_one(artist: Artist) -> None:
    draft = factories.create_pending_draft(artist, by_model=True)

    answer = member_client(artist, "principal").post(
        review_path(draft, "/mark"), {"text": "Thank you."}, headers=HTMX_HEADERS
    )

    assert visible_text(answer) == "This will be marked: AI draft, edited and approved by Mara Veil"


def test_the_words_of_a_reviewer_wait_for_the_artist(artist: Artist) -> None:
    draft, following = factories.create_pending_draft(artist), factories.create_pending_draft(artist)

    page = member_client(artist, "reviewer").post(
        review_path(draft, "/edit"), {"text": "Thank you.", "revision": 1}, follow=True
    )

    draft.refresh_from_db()
    assert (draft.state, draft.text, draft.held_by) == ("pending", "Thank you.", None)
    assert (shown_draft_id(page), "It waits for Mara Veil, in person." in visible_text(page)) == (following.pk, True)


def test_who_may_not_approve_reads_why_before_trying(artist: Artist) -> None:
    draft = factories.create_pending_draft(artist, by_model=True)

    page = member_client(artist, "reviewer").get(review_path(draft))

    assert "These words are not the signed ones: they wait for Mara Veil, in person." in visible_text(page)
    assert approve_is_disabled(page, draft)


def test_a_second_click_reads_who_was_first_and_the_next_is_offered(artist: Artist) -> None:
    draft = factories.create_pending_draft(artist)
    review.approve(draft.pk, by=factories.get_member(artist, "principal"))

    answer = member_client(artist, "reviewer").post(
        review_path(draft, "/approve"), {"revision": 1}, headers=HTMX_HEADERS
    )

    assert answer.status_code == 409
    assert "Already decided by Mara principal : approved" in visible_text(answer)
    assert '<time datetime="' in answer.content.decode().partition("Already decided by")[2].partition("</p>")[0]
    assert "Take the next one" in visible_text(answer)


def test_words_that_somebody_changed_meanwhile_are_not_approved_unread(artist: Artist) -> None:
    draft = factories.create_pending_draft(artist)
    review.edit(draft.pk, "Thank you for this.", by=factories.get_member(artist, "reviewer"))

    page = member_client(artist, "principal").post(review_path(draft, "/approve"), {"revision": 1})

    assert (page.status_code, shown_draft_id(page)) == (409, draft.pk)
    assert "Somebody changed the words meanwhile. Look at them again." in visible_text(page)
    assert "Thank you for this." in visible_text(page)


def test_without_a_grant_the_sentence_stands_in_place(artist: Artist) -> None:
    draft = factories.create_pending_draft(artist)
    grants.switch_off(artist, Use.PERSONAL_MESSAGE, by=factories.get_member(artist, "principal"))

    page = member_client(artist, "principal").post(review_path(draft, "/approve"), {"revision": 1})

    assert (page.status_code, shown_draft_id(page)) == (409, draft.pk)
    assert "Not everyone has said yes" in visible_text(page)


def test_a_paused_program_says_so_before_anybody_tries(artist: Artist) -> None:
    draft = factories.create_pending_draft(artist)
    programs.pause(draft.version.program, by=factories.get_member(artist, "reviewer"))

    page = member_client(artist, "principal").get(review_path(draft))

    assert "The program is paused, so nothing of it goes out. Resume it first." in visible_text(page)


def test_what_is_known_and_not_said_has_its_kind_and_its_day(artist: Artist) -> None:
    draft = factories.create_pending_draft(artist, factories.create_fan("Ana", opted_in=artist))

    page = member_client(artist, "principal").get(review_path(draft))

    assert "Known, and not in these words. Artist:\xa0 Mara Veil ; Since:\xa0 1 Nov 2026 ." in visible_text(page)


def test_a_draft_whose_time_is_over_is_not_offered(artist: Artist) -> None:
    draft = factories.create_pending_draft(artist)
    Draft.objects.filter(pk=draft.pk).update(deadline=Now() - timedelta(seconds=1))

    page = member_client(artist, "principal").get(f"/studio/{artist.slug}/review")

    assert (shown_draft_id(page), "Everything is decided" in visible_text(page)) == (None, True)


@pytest.mark.parametrize(
    "how", [{}, {"headers": {**HTMX_HEADERS, "HX-Current-URL": "http://testserver/studio/mara-veil/review/{}"}}]
)
def test_a_session_that_ended_in_the_middle_leads_back_to_the_item(artist: Artist, how: dict[str, Any]) -> None:
    draft = factories.create_pending_draft(artist)
    headers = {name: value.format(draft.pk) for name, value in how.get("headers", {}).items()}

    answer = Client().post(review_path(draft, "/approve"), {"revision": 1}, headers=headers)

    goal = answer.headers.get("HX-Redirect") or answer.headers["Location"]
    assert unquote(goal) == f"/accounts/login/?next=/studio/mara-veil/review/{draft.pk}"


def test_names_and_words_with_markup_and_directions_are_shown_as_text(artist: Artist) -> None:
    fan = factories.create_fan("Ana", opted_in=artist)
    fan.name = SCRIPT_MARKUP
    fan.save()
    draft = factories.create_pending_draft(artist, fan)
    Draft.objects.filter(pk=draft.pk).update(text=f"Thank you {SCRIPT_MARKUP} \u202eevil")

    page = member_client(artist, "principal").get(review_path(draft)).content.decode()

    assert SCRIPT_MARKUP not in page
    assert "<bdi>&lt;script&gt;alert(1)&lt;/script&gt;</bdi>" in page


def test_an_erased_draft_is_shown_as_what_is_left_of_it(artist: Artist) -> None:
    draft = factories.create_pending_draft(artist)
    Draft.objects.filter(pk=draft.pk).update(text=None, salt=None, original_text=None, facts=None)

    page = member_client(artist, "principal").get(review_path(draft))

    assert (page.status_code, shown_draft_id(page)) == (200, draft.pk)


@pytest.mark.parametrize("address", ["review", "review/{}", "review/line?on={}", ""])
def test_as_many_queries_at_three_drafts_as_at_one(artist: Artist, address: str) -> None:
    draft = factories.create_pending_draft(artist)
    client = signed_in_client(factories.get_member(artist, "principal"))
    path = f"/studio/{artist.slug}/{address}".format(draft.pk)
    counts = []
    for _ in range(2):
        client.get(path)  # what is cached for a while is cached
        with CaptureQueriesContext(connection) as captured:
            client.get(path)
        counts.append(len(captured))
        factories.create_pending_draft(artist)
        factories.create_pending_draft(artist)

    assert counts[0] == counts[1]


def test_a_button_pressed_on_a_page_without_the_items_address_leads_back_to_that_item(artist: Artist) -> None:
    first, passed = (
        factories.create_pending_draft(artist),
        factories.create_pending_draft(artist, factories.create_fan("Bea", opted_in=artist)),
    )
    headers = {**HTMX_HEADERS, "HX-Current-URL": "http://testserver/studio/mara-veil/review"}

    answer = Client().post(review_path(passed, "/approve"), {"revision": 1}, headers=headers)

    assert unquote(answer.headers["HX-Redirect"]) == f"/accounts/login/?next=/studio/mara-veil/review/{passed.pk}"
    assert first.pk != passed.pk
